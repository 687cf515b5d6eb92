"""MRCR: one of several texts of the same kind, repeated word for word behind a prefix; scores by length of context."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise
from typing import Any

from evalscope_pytest import Sample, Score, Scorer, scoring
from evalscope_pytest.core.errors import ConfigError

BOUNDS = [4096 << step for step in range(9)]  # tokens of context and answer: 4,096 to 1,048,576
BINS = [f"mrcr_score_{least}_{most}" for least, most in pairwise(BOUNDS)]
_BYTES_A_TOKEN = 4
_LONGEST = 20_000  # characters that are compared


def repeated_text() -> Scorer:
    """Judge by OpenAI's rule: 0 unless the reply begins with the prefix, else the likeness of the rest.

    Likeness is the ratio of `difflib.SequenceMatcher`. Blanks around the reply do not count. Metrics: ``mrcr_score``,
    and the same for each range of context lengths; contexts out of range are in none. The sample's metadata has the
    ``prefix`` and the number of ``tokens``.
    """
    return Scorer("repeated_text", ("mrcr_score",), _score)


def _score(text: str, sample: Sample) -> Score:
    prefix, reply, target = sample.metadata["prefix"], text.strip(), sample.targets[0].strip()
    likeness = 0.0
    if reply.startswith(prefix):
        given, gold = reply.removeprefix(prefix), target.removeprefix(prefix)
        shared = _shared(given[:_LONGEST], gold[:_LONGEST])
        likeness = 2 * shared / (len(given) + len(gold)) if given or gold else 1.0
    values = {"mrcr_score": likeness}
    if name := _bin(sample.metadata["tokens"]):
        values[name] = likeness
    return Score.of(values, answer=reply[:200] or None)


def _shared(given: str, gold: str) -> int:
    return sum(block.size for block in SequenceMatcher(None, given, gold).get_matching_blocks())


def _bin(tokens: int) -> str:
    return next((name for name, most in zip(BINS, BOUNDS[1:], strict=True) if BOUNDS[0] <= tokens <= most), "")


def tokens(texts: list[str], encoding: str) -> int:
    """Return the tokens of texts, by tiktoken if it and the encoding are there; else a quarter of their bytes."""
    encode = _encoder(encoding)
    if encode is None:
        return sum(len(text.encode()) for text in texts) // _BYTES_A_TOKEN
    return sum(len(encode(text)) for text in texts)


@lru_cache(maxsize=4)
def _encoder(name: str) -> Any:
    try:
        import tiktoken
    except ImportError:
        return None
    try:
        return tiktoken.get_encoding(name).encode_ordinary
    except ValueError as error:
        raise ConfigError(f"tik_enc: {name!r} is not an encoding of tiktoken ({error}).") from None
    except OSError:  # its file is downloaded when it is first used
        return None


def is_wanted(record: Mapping[str, Any], params: Mapping[str, Any]) -> bool:
    """Return whether a record has a wanted number of needles, length of context and answer."""
    needles, pattern = params["needle_count"], params["prefix_filter"]
    if needles and record["n_needles"] not in needles:
        return False
    if pattern and not scoring.pattern(f"^(?:{pattern})", "prefix_filter").search(record["answer"]):
        return False
    least, most = params["min_context_size"], params["max_context_size"]
    if least is None and most is None:
        return True
    return (
        (least or 0) <= tokens([record["prompt"], record["answer"]], params["tik_enc"]) <= (most or BOUNDS[-1] * 1000)
    )

"""The scorer of captions against several references: BLEU, METEOR, ROUGE-L and CIDEr."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..core.canonical import digest
from ..core.errors import ScoringError
from ..core.values import Sample, Score
from .english import words
from .ngrams import ORDERS, Corpus, bleu, bleu_sums, cider, meteor, rouge_l
from .read.visible import fold, visible
from .scorer import Scorer

BLEU = tuple(f"Bleu_{order}" for order in ORDERS)
METRICS = ("CIDEr", *BLEU, "METEOR", "ROUGE_L")
_LONGEST = 4000  # characters of a reply that are compared
_MOST_WORDS = 400
_LABEL = re.compile(r"^\W{0,4}(?:caption|description|answer|sentence)\W{0,3}:\W{0,4}", re.IGNORECASE)
_CORPORA: dict[str, Corpus] = {}


def captions() -> Scorer:
    """Return the scorer. Metrics ``CIDEr``, ``Bleu_1`` to ``Bleu_4``, ``METEOR``, ``ROUGE_L``.

    Targets are the references; ``private`` of a sample is what `shared_corpus` returned for the references of all.
    BLEU is that of the corpus, the others are means. METEOR matches equal words only (`ngrams`).
    """
    together = dict.fromkeys(BLEU, "corpus_bleu")
    return Scorer("captions", METRICS, _score, _ideal_reply, aggregation=together)


def shared_corpus(references: Iterable[Sequence[str]]) -> dict[str, Any]:
    """Return what each sample's ``private`` has to hold so that CIDEr knows which words are common.

    Args:
        references: Of each picture or video of the split, whether or not it is evaluated: a sample's score does not
            depend on a limit.
    """
    several = [list(map(str, one)) for one in references]
    key = digest("captions", several)
    if key not in _CORPORA:
        _CORPORA[key] = Corpus.of([tokens(text) for text in one] for one in several)
    return {"corpus": key}


def tokens(text: str) -> list[str]:
    """Return the words of a caption in lower case, by the conventions of the Penn Treebank, without punctuation."""
    found = words(" ".join(fold(text).casefold().split()))
    return [word for word in found if any(sign.isalnum() for sign in word)]


def _score(text: str, sample: Sample) -> Score:
    corpus = _CORPORA.get(str(sample.private.get("corpus")))
    if corpus is None:
        raise ScoringError(
            "CIDEr needs the references of the whole split. Evaluate the benchmark itself, not a collection of its "
            "samples."
        )
    caption = _LABEL.sub("", visible(text)[:_LONGEST].strip())
    own = tokens(caption)[:_MOST_WORDS]
    references = [found for target in sample.targets if (found := tokens(target)[:_MOST_WORDS])]
    if not references:
        raise ScoringError("none of the references has a word. Correct the record.")
    sums = {name: bleu_sums(own, references, order) for name, order in zip(BLEU, ORDERS, strict=True)}
    values = {"CIDEr": cider(own, references, corpus), **{name: bleu([sums[name]]) for name in BLEU}}
    values |= {"METEOR": meteor(own, references), "ROUGE_L": rouge_l(own, references)}
    weights: Mapping[str, Any] = {"weights": sums}
    return Score.of(values, answer=caption[:200] or None, metadata=weights)


def _ideal_reply(sample: Sample) -> str:
    return sample.targets[0]

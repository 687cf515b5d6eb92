"""What a reply of a megabyte costs each scorer that runs on the event loop, where everything else waits meanwhile.

`bench/long_replies.py` has the figures; the goal is 0.3 s.
"""

from __future__ import annotations

import inspect
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path

import pytest

from evalscope_pytest.benchmarks.bundled import load_bundled
from evalscope_pytest.core.errors import EvalError
from evalscope_pytest.core.values import Sample
from evalscope_pytest.scoring import Scorer, similarity
from evalscope_pytest.suites.instruction.ifbench.registry import INSTRUCTIONS
from evalscope_pytest.suites.instruction.ifbench.scorer import ifbench
from evalscope_pytest.suites.instruction.ifeval.scorer import ifeval
from tests.cost import grows_linearly
from tests.suites.test_ifbench import ARGUMENTS
from tests.suites.test_suites import from_written

SIZE = 1 << 20
PIECES = [
    "* x\n", "#### ", "# x\n", "a", "1", "A. ", "x, ", "a.b! ", "**", "[", '{"a":', "\\boxed{", "Emma 12 \n\n", "是",
]  # fmt: skip
# A scorer that takes longer must take it in proportion to the reply.
GLANCE_S = 0.9
MANY_OPTIONS = {"banking77"}  # its scorer is that of other choices, and reads them in another way


def written() -> dict[str, tuple[str, dict]]:
    """Return a benchmark for each scorer: those that share one have the same bound."""
    names = {}
    for file in sorted((Path(__file__).parents[1] / "suites").glob("replies_*.py")):
        names.update(import_module(f"tests.suites.{file.stem}").REPLIES)
    chosen: dict[object, str] = {}
    for name, replies in sorted(names.items()):
        scorer = load_bundled(name).scorer
        alone = name in MANY_OPTIONS or len(replies) > 3 or scorer is None
        chosen.setdefault(name if alone else scorer.fingerprint, name)
    return {name: (names[name][3] if len(names[name]) > 3 else {}) for name in chosen.values()}


BENCHMARKS = written()


def score(scorer: Scorer, text: str, sample: Sample) -> None:
    with suppress(EvalError):  # some do not score alone
        value: object = scorer.score(text, sample)
        while inspect.iscoroutine(value):  # it works elsewhere, as does one that it waits for
            inner = inspect.getcoroutinelocals(value).values()
            value.close()
            value = next(filter(inspect.iscoroutine, inner), None)


def repeated(piece: str, size: int) -> str:
    """Return a reply of a size that repeats a piece."""
    return (piece * (size // len(piece) + 1))[:size]


def check(scorer: Scorer, sample: Sample) -> None:
    score(scorer, "是 ok", sample)  # dictionaries are loaded once
    for piece in PIECES:
        grows_linearly(
            partial(score, scorer, sample=sample),
            partial(repeated, piece),
            SIZE,
            glance_s=GLANCE_S,
            what=f"{scorer.name} on {piece!r}:",
        )


@pytest.mark.parametrize("instruction", sorted(INSTRUCTIONS))
def test_every_instruction(instruction):
    check(ifbench(), Sample(input="", metadata={"instruction_id_list": [instruction], "kwargs": [ARGUMENTS]}))


def test_many_instructions_at_once():
    names = ["punctuation:no_comma", "detectable_format:title", "change_case:english_lowercase", "startend:quotation"]
    check(ifeval(), Sample(input="", metadata={"instruction_id_list": names, "kwargs": [{}] * len(names)}))


@pytest.mark.parametrize("target", ["The cat sat on the mat.", "猫坐在垫子上。", "word " * 20_000])
def test_similarity(target):
    check(similarity(), Sample(input="", target=target))


@pytest.mark.slow
@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_bundled_scorer(name, tmp_path):
    loaded = from_written(name, tmp_path, **BENCHMARKS[name])
    scorer = loaded.resolved.benchmark.scorer
    if scorer is None or scorer.needs:
        pytest.skip("a judge or a sandbox decides")
    check(scorer, next(iter(loaded.subsets.values()))[0])

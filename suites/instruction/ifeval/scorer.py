"""The IFEval scorer: strict and loose accuracy, by prompt and by instruction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from evalscope_pytest.core.errors import ScoringError
from evalscope_pytest.core.values import Sample, Score
from evalscope_pytest.scoring.scorer import Scorer

from .arguments import Arguments
from .registry import Check, check_of

# A reply is read up to this many characters: each instruction reads it up to nine times, on the thread that
# serves all others. No honest answer to an instruction is as long.
LONGEST = 1 << 16
METRICS = ("prompt_level_strict", "inst_level_strict", "prompt_level_loose", "inst_level_loose")


def ifeval() -> Scorer:
    """Verify a reply against its sample's instructions (Zhou et al. 2023, arXiv:2311.07911).

    The sample's metadata hold ``instruction_id_list`` and, one object for each, ``kwargs``. ``inst_level_*`` is the
    fraction of the instructions that are followed; the score's metadata give their number as its weight, so that the
    weighted mean over all samples is the official accuracy over all instructions.

    Raises (when scoring):
        ScoringError: An instruction is unknown, or its parameters are missing or of the wrong type.
    """
    return following("ifeval", check_of)


def following(name: str, find: Callable[[str], Check]) -> Scorer:
    """Verify a reply as `ifeval` does, against instructions that ``find`` knows by their ids."""
    return Scorer(name, METRICS, lambda text, sample: score_of(text, sample.metadata, find), ideal_reply=_some_reply)


def _some_reply(_: Sample) -> str:
    """Return a text for the mock model: a reply that follows any instructions cannot be made in general."""
    return "This reply follows no instruction in particular."


def score_of(text: str, metadata: Mapping[str, Any], find: Callable[[str], Check]) -> Score:
    """Return the score of a reply to instructions; see `ifeval`."""
    instructions = list(_instructions(metadata, find))
    text = text[:LONGEST]
    variants = _loose_variants(text)
    strict = [_follows(text, check, arguments) for check, arguments in instructions]
    loose = [
        followed or any(_follows(variant, check, arguments) for variant in variants)
        for followed, (check, arguments) in zip(strict, instructions, strict=True)
    ]
    count = len(instructions)
    missed = [
        arguments.instruction for (_, arguments), followed in zip(instructions, strict, strict=True) if not followed
    ]
    return Score.of(
        {
            "prompt_level_strict": float(all(strict)),
            "inst_level_strict": sum(strict) / count,
            "prompt_level_loose": float(all(loose)),
            "inst_level_loose": sum(loose) / count,
        },
        explanation=f"not followed: {', '.join(missed)}" if missed else "all instructions followed",
        metadata={
            "weights": {"inst_level_strict": count, "inst_level_loose": count},
            "followed": {"strict": strict, "loose": loose},
        },
    )


def _instructions(metadata: Mapping[str, Any], find: Callable[[str], Check]) -> Iterator[tuple[Check, Arguments]]:
    ids, kwargs = _list(metadata, "instruction_id_list"), _list(metadata, "kwargs")
    if len(ids) != len(kwargs):
        raise ScoringError(
            f"ifeval has {len(kwargs)} kwargs for {len(ids)} instructions in the sample's metadata. Allowed: one "
            "object for each instruction, in order. Correct the record."
        )
    for instruction, values in zip(ids, kwargs, strict=True):
        yield find(instruction), Arguments(instruction, values or {})


def _list(metadata: Mapping[str, Any], name: str) -> Sequence[Any]:
    value = metadata.get(name)
    if not isinstance(value, (list, tuple)) or not value:
        raise ScoringError(
            f"{name!r} is {value!r} in an ifeval sample's metadata. Allowed: a list, not empty. "
            "Pass the record's own list on in to_sample."
        )
    return value


def _follows(text: str, check: Check, arguments: Arguments) -> bool:
    """Return whether ``text`` follows an instruction. A blank text follows none."""
    return bool(text.strip()) and check(text, arguments)


def _loose_variants(text: str) -> list[str]:
    """Return what else a loose reading accepts: the reply without its first line, its last, both, and without stars."""
    lines = text.split("\n")
    cut = ["\n".join(part).strip() for part in (lines[1:], lines[:-1], lines[1:-1])]
    whole = [text, *cut]
    variants = dict.fromkeys([*whole, *(variant.replace("*", "") for variant in whole)])
    del variants[text]  # read strictly before
    return list(variants)

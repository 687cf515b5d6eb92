"""Rankings of documents, and the measures of TREC over them, computed by ir_measures.

A reply is a ranking as text: a line for each document, the best first, with its grade and its id.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from typing import Any

from evalscope_pytest import Sample, Score
from evalscope_pytest.core.errors import ConfigError, UnreadyError, closest
from evalscope_pytest.scoring.scorer import Scorer

MEASURES = ["nDCG@10", "Recall@10", "Recall@100", "MRR@10", "MAP@1000"]
# Names of measures here, and in ir_measures.
_NAMES = {"nDCG": "nDCG", "Recall": "R", "Precision": "P", "MRR": "RR", "MAP": "AP", "Success": "Success"}
_MEASURE = re.compile(r"([A-Za-z]{1,20})@([1-9]\d{0,4})")
_LINE = re.compile(r"(\S{1,40})\t(.{1,500})")


def measured(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the scorer of the measures that the user wants, and their names.

    Raises:
        ConfigError: A measure is unknown.
        UnreadyError: ir_measures is not installed.
    """
    known = tuple(_read(name) for name in params["measures"])
    if not known:
        raise ConfigError(f"extra_params.measures: the list is empty. Write for example {MEASURES[:2]}.")
    if find_spec("ir_measures") is None:
        raise UnreadyError("measures of rankings need ir-measures. Run: pip install 'evalscope-pytest[retrieval]'.")
    scorer = rankings(known)
    return {"scorer": scorer, "metrics": scorer.metrics}


def rankings(measures: Sequence[tuple[str, int]]) -> Scorer:
    """Return a scorer of rankings. The sample's metadata hold the grade of each judged document: ``relevant``."""
    names = tuple(f"{name}@{depth}" for name, depth in measures)

    def score(text: str, sample: Sample) -> Score:
        ranked = read_ranking(text)
        grades = sample.metadata["relevant"]
        values = _values(tuple(measures), grades, ranked)
        found = [f"{document} ({place})" for place, document in enumerate(ranked, 1) if grades.get(document, 0) > 0]
        shown = ", ".join(found[:5]) + (" ..." if len(found) > 5 else "")
        wanted = sum(grade > 0 for grade in grades.values())
        return Score.of(
            dict(zip(names, values, strict=True)),
            answer=ranked[0] if ranked else "",
            explanation=f"{len(found)} of {wanted} relevant documents found" + (f": {shown}" if found else ""),
        )

    return Scorer("rankings", names, score, _ideal, options=",".join(names))


def write_ranking(ranked: Sequence[tuple[str, float]]) -> str:
    """Return a ranking as text, of ids and grades, the best first."""
    return "\n".join(f"{grade:.6f}\t{document}" for document, grade in ranked)


def read_ranking(text: str) -> list[str]:
    """Return the ids of a ranking; the first time that one occurs counts."""
    found = (_LINE.fullmatch(line) for line in text.split("\n"))
    return list(dict.fromkeys(match[2] for match in found if match))


def _ideal(sample: Sample) -> str:
    grades: Mapping[str, int] = sample.metadata["relevant"]
    return write_ranking(
        [(document, grade) for document, grade in sorted(grades.items(), key=_best_first) if grade > 0]
    )


def _best_first(graded: tuple[str, int]) -> tuple[int, str]:
    return -graded[1], graded[0]


def _read(name: object) -> tuple[str, int]:
    match = _MEASURE.fullmatch(name) if isinstance(name, str) else None
    word = next((known for known in _NAMES if match and known.lower() == match[1].lower()), "")
    if match is None or not word:
        given = name.partition("@")[0] if isinstance(name, str) else ""
        raise ConfigError(
            f"extra_params.measures: {name!r} is not a measure. {closest(given, _NAMES)} Write its name, @ and how "
            "many of the best documents count: nDCG@10."
        )
    return word, int(match[2])


@cache
def _made(measures: tuple[tuple[str, int], ...]) -> list[Any]:
    import ir_measures

    return [getattr(ir_measures, _NAMES[name]) @ depth for name, depth in measures]


def _values(measures: tuple[tuple[str, int], ...], grades: Mapping[str, int], ranked: Sequence[str]) -> list[float]:
    import ir_measures

    if not ranked:
        return [0.0] * len(measures)
    run = {"q": {document: float(-place) for place, document in enumerate(ranked)}}
    found = ir_measures.calc_aggregate(_made(measures), {"q": dict(grades)}, run)
    return [float(found[measure]) for measure in _made(measures)]

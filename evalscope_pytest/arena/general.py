"""The arena as a benchmark: its samples are pairs of replies that exist already, its scorer is a judge or people.

So an arena has what every benchmark has: look-ahead, limits, retries, records, resume, processes and reports.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from ..core.errors import ConfigError, UnreadyError
from ..core.values import Call, Message, ModelOutput, Sample, Score
from ..datasets.source import Record, local
from ..engine.context import current
from ..judge.contract import Number
from ..judge.prompts import PREFERENCE, QUALITY
from ..judge.rubric import Rubric, compared, graded
from . import BENCHMARK
from .pairing import VALUES, Contestant, Mode, Pair, Vote, contestant, mode_of, pairs, read_votes

WIN_RATE, SCORE = "win_rate", "score"
# Parameters of the benchmark's own, with their defaults; `models`, `baseline` are EvalScope's.
PARAMETERS: Mapping[str, Any] = {"models": [], "baseline": "", "mode": "", "votes": []}


@dataclass(frozen=True, slots=True)
class Arena:
    """An arena as a user defines it."""

    contestants: Sequence[Contestant]
    mode: Mode
    baseline: str = ""

    @property
    def pairs(self) -> list[Pair]:
        """The pairs to judge."""
        return pairs(self.contestants, self.mode, self.baseline)


def arena(models: Sequence[Any], baseline: str = "", mode: str = "") -> Arena:
    """Read the replies of an arena's models.

    Args:
        models: ``{"name": ..., "report_path": ...}``, ``"NAME=DIR"`` or ``"DIR"`` each.

    Raises:
        ConfigError: Models, baseline and mode do not go together.
        DatasetError: Replies are not there.
    """
    named = [_named(entry) for entry in models]
    contestants = [contestant(path, name) for name, path in named]
    names = [c.name for c in contestants]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ConfigError(f"two models of the arena are called {twice!r}. Name them apart: NAME=DIR.")
    return Arena(contestants, mode_of(mode, baseline, names), baseline)


def _named(entry: Any) -> tuple[str, str]:
    if isinstance(entry, str):
        name, equals, path = entry.partition("=")
        return (name, path) if equals and "/" not in name else ("", entry)
    if (
        isinstance(entry, Mapping)
        and set(entry) <= {"name", "report_path"}
        and isinstance(entry.get("report_path"), str)
    ):
        return str(entry.get("name") or ""), entry["report_path"]
    raise ConfigError(
        f'a model of the arena is {entry!r:.120}. Write {{"name": "NAME", "report_path": "DIR"}}, or "NAME=DIR".'
    )


def definition(params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what of the benchmark follows from its parameters: the pairs, and how they are judged.

    Raises:
        ConfigError: Parameters do not go together, or evalica is missing.
        DatasetError: Replies are not there.
    """
    if not params["models"]:
        raise ConfigError(
            f"{BENCHMARK} has no models. Name the runs whose replies are compared: --eval-arena=NAME=DIR, "
            "as often as there are models."
        )
    wanted = arena(params["models"], params["baseline"], params["mode"])
    if find_spec("evalica") is None:
        raise UnreadyError("ratings need the package evalica: pip install 'evalscope-pytest[arena]'.")
    votes = _votes(wanted, params["votes"])
    by_subset: dict[str, list[Pair]] = {}
    for pair in wanted.pairs:
        if not params["votes"] or pair.id in votes:
            by_subset.setdefault(_subset(pair), []).append(pair)
    rubric = _scoring() if wanted.mode == "single" else _comparing()

    def records(_read: Any, subset: str, _params: Any) -> Iterable[Record]:
        return [{"pair": pair, "votes": votes.get(pair.id, ())} for pair in by_subset[subset]]

    return {
        "dataset": local(".", subsets=tuple(by_subset)),
        "records": records,
        "judge": None if params["votes"] else rubric,
        "metrics": rubric.metrics,
        "categories": {subset: (over[0].place.benchmark, over[0].place.subset) for subset, over in by_subset.items()},
    }


def _votes(wanted: Arena, paths: Sequence[str]) -> dict[str, list[Vote]]:
    if not paths:
        return {}
    if wanted.mode == "single":
        raise ConfigError("votes are on pairs, and mode single of the arena has none. Leave one of the two out.")
    known = {pair.id for pair in wanted.pairs}
    votes = {pair: found for pair, found in read_votes(paths).items() if pair in known}
    if not votes:
        raise ConfigError(
            f"{', '.join(paths)} holds no vote on any of the {len(known)} pairs of these models. Fill in the column "
            "verdict of the file that these models, in this order, were exported to."
        )
    return votes


def _subset(pair: Pair) -> str:
    """Return EvalScope's name of a subset of the arena."""
    where = f"{pair.place.benchmark}&{pair.place.subset}@{pair.first}"
    return f"{where}&{pair.second}" if pair.second else where


def _comparing() -> Rubric:
    return compared(BENCHMARK, PREFERENCE, VALUES, baseline=lambda sample: sample.targets[0])


def _scoring() -> Rubric:
    return graded(BENCHMARK, QUALITY, Number(metric=SCORE))


def to_sample(record: Record) -> Sample:
    """Make a sample of a pair. Its prompt is sent to nobody: it names the pair in the records."""
    pair: Pair = record["pair"]
    against = f" against {pair.second}" if pair.second else ""
    votes = [{"by": vote.by, "verdict": vote.verdict, "order": vote.order} for vote in record["votes"]]
    return Sample(
        input=(Message("system", f"{pair.id}: {pair.first}{against}"), Message("user", pair.place.question)),
        target=pair.reply_2,
        metadata={
            "answer_1": pair.reply_1,
            "model_1": pair.first,
            "model_2": pair.second,
            "question_id": pair.question_id,
            "category": pair.category or f"{pair.place.benchmark}/{pair.place.subset}",
            **({"votes": votes} if votes else {}),
        },
        id=pair.id,
    )


def decided(sample: Sample) -> str | Score:
    """Return the first model's reply for the judge to compare, recorded as if it had come just now; or the votes."""
    reply = sample.metadata["answer_1"]
    context = current.get()
    assert context is not None
    context.calls.append(Call(context.messages, ModelOutput(reply, model=sample.metadata["model_1"])))
    if "votes" not in sample.metadata:
        return str(reply)
    from ..judge.panel import RECORDS  # loads an event loop, which a suite's import must not

    votes = [Vote(**vote) for vote in sample.metadata["votes"]]
    records = [
        {"judge": v.by, "item": 0, "order": v.order, "repeat": 0, "messages": [], "reply": v.verdict,
         "verdict": v.verdict}
        for v in votes
    ]  # fmt: skip
    value = sum(vote.value for vote in votes) / len(votes)
    return Score.of({WIN_RATE: value}, answer=str(reply), metadata={RECORDS: records})

"""Costs before and after a run: an estimate from the sizes of its prompts, and the costs in its reports."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.spending import Account, PromptSize, Spent
from ..core.values import Usage
from ..engine.context import SampleContext
from ..engine.evaluation import Unit, prediction_key
from ..engine.reuse import Reuse
from ..report.build import save_report
from ..report.costs import Costs, cost_notes, costs_of
from ..report.model import Report
from ..store.layout import WorkDir
from ..store.ledger import Worth, recorded_spending, spent_in
from ..store.previous import Previous
from ..wire.request import Request
from .prepare import needs
from .spending import cost_text, max_output, prompt_size
from .summary import many

if TYPE_CHECKING:
    from .assembly import Run

# Samples of a benchmark whose prompts are measured; the rest is taken to be like them.
MOST_MEASURED = 400
# Earlier runs whose replies are looked at, the latest ones, and how much of the record of each.
MOST_RUNS, MOST_BYTES = 20, 1 << 18
# Input tokens that a service adds to a prompt.
TEMPLATE = 10
# Output tokens of a reply that nothing is known about.
RANGE = (50, 1000)


def before_run(run: Run, units: Iterable[Unit]) -> list[str]:
    """Check that the limits can be kept, and return lines on what the run may cost; none without prices or limits.

    Raises:
        ConfigError: A model has no price, and there is a limit on costs.
        StoreError: The spending of earlier runs cannot be read.
    """
    task = run.task
    if task.prices is None and task.max_cost is None and task.max_tokens_total is None:
        return []
    spending = run.spending
    if not (run.process.is_worker or run.driver.listing):
        count_earlier(run)
    spending.refresh()
    judges = [judge.task.model or "" for judge in run.judges.config.models]
    spending.check([run.spec.model, *judges])
    estimate = _estimate(run, list(units))
    lines = [estimate.line(run)] if estimate.samples else []
    return [*lines, *_on_limits(run, estimate)]


def _on_limits(run: Run, estimate: Estimate) -> list[str]:
    """Return lines on how much of the budget is left, and whether the run is likely to end within it."""
    spending = run.spending
    if not spending.limits.any:
        return []
    paid = spending.ledger.paid
    low, high = (spending.limits.allow(paid.plus(worth)) for worth in (estimate.low, estimate.high))
    verdict = "" if high else ", which may not suffice" if low else ", which is not likely to suffice"
    return [f"budget: {spending.left()}{verdict}"]


def count_earlier(run: Run) -> None:
    """Begin the record of what was spent with the replies that a version without one has left in this work_dir.

    Raises:
        StoreError: They cannot be read, or the record cannot be written.
    """
    ledger = run.spending.ledger
    if run.spec.is_mock or not len(run.previous) or ledger.path.exists():
        return
    names = {file: benchmark for (benchmark, _), file in run.plan.file_names().items()}
    found = recorded_spending(run.work_dir, names)
    for account, spent in found.items():
        ledger.add(account._replace(model_id=account.model_id or run.task.model_id), spent)
    if found and (run.spending.prices or run.spending.limits.any):
        run.notes.append(
            "replies of an earlier version in this directory count with the tokens that they report, judgements do not"
        )


# The estimate --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Estimate:
    """Tokens and costs that a run is likely to take.

    Attributes:
        samples: Samples without a recorded reply.
        low: With the shortest replies that are likely, judges included if their requests are known.
        basis: The source of the lengths of the replies.
        unknown: Benchmarks whose judgements are not in it.
    """

    samples: int = 0
    input: int = 0
    output: tuple[int, int] = (0, 0)
    low: Worth = Worth()  # noqa: RUF009 - a tuple
    high: Worth = Worth()  # noqa: RUF009
    basis: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    def __add__(self, other: Estimate) -> Estimate:
        return Estimate(
            self.samples + other.samples,
            self.input + other.input,
            (self.output[0] + other.output[0], self.output[1] + other.output[1]),
            self.low.plus(other.low),
            self.high.plus(other.high),
            tuple(dict.fromkeys((*self.basis, *other.basis))),
            (*self.unknown, *other.unknown),
        )

    def line(self, run: Run) -> str:
        """Return the estimate in a sentence."""
        prices, model = run.spending.prices, run.spec.model
        low_output, high_output = (_round(tokens) for tokens in self.output)
        output = f"{low_output:,}" if low_output == high_output else f"{low_output:,} to {high_output:,}"
        text = f"estimate: {_round(self.input):,} input and {output} output tokens for {self.samples:,} samples"
        if prices is not None and prices.of(model) is not None:
            low, high = (cost_text(worth.cost, "").strip() for worth in (self.low, self.high))
            text += f", {low if low == high else f'{low} to {high}'} {prices.currency}"
        notes = [*self.basis]
        if self.unknown:
            names = f"{', '.join(self.unknown[:3])}{' ...' if len(self.unknown) > 3 else ''}"
            notes.append(f"without the judges of {names}, of which no reply is known")
        return f"{text} ({'; '.join(notes)})"


def _estimate(run: Run, units: Sequence[Unit]) -> Estimate:
    seen, measured = _seen(run), _Measured(run)
    by_name: dict[str, list[Unit]] = {}
    for unit in units:
        by_name.setdefault(unit.evaluation.name, []).append(unit)
    parts = [_of_benchmark(run, name, measured.of(own), seen) for name, own in by_name.items()]
    return sum((part for part in parts if part.samples), Estimate())


@dataclass(frozen=True, slots=True)
class _Prompts:
    """The prompts of a benchmark that will be sent, scaled up from those that were measured.

    Attributes:
        tokens: Input tokens of their texts and media, about.
        limit: Most output tokens of a reply; None without a limit.
        replies: Replies to prompts like these in the response cache.
    """

    samples: int
    tokens: int
    limit: int | None
    replies: Spent


class _Measured:
    """Measures prompts, and finds out which need not be sent."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._previous = _previous(run)
        cache = run.response_cache
        self._reuse = cache and Reuse(
            cache, run.client.model.fingerprint, run.task.response_cache_sampled, run.task.seed, run.spec.is_mock
        )

    def of(self, units: Sequence[Unit]) -> _Prompts:
        """Return the prompts of a benchmark's units."""
        chosen = units
        if len(units) > MOST_MEASURED:  # at random: repeats of a question follow each other
            chosen = random.Random(0).sample(units, MOST_MEASURED)
        sizes: list[PromptSize] = []
        limit: int | None = None
        replies = Spent()
        for unit in chosen:
            request = _request(unit)
            size = prompt_size(request)
            limit = max_output(request, self._run.spending.default_output(self._run.spec))
            if (usage := self._cached(unit, request)) is not None:
                replies += Spent.of(usage, size, is_first=True)
            elif not self._is_recorded(unit, request):
                sizes.append(size)
        share = len(units) / len(chosen) if chosen else 0.0
        return _Prompts(round(len(sizes) * share), round(sum(s.tokens for s in sizes) * share), limit, replies)

    def _is_recorded(self, unit: Unit, request: Request) -> bool:
        if self._previous is None:
            return False
        key = prediction_key(unit.evaluation, request.messages, unit.sample, unit.repeat, unit.occurrence)
        return key in self._previous

    def _cached(self, unit: Unit, request: Request) -> Usage | None:
        """Return the tokens of the reply in the response cache; None without one."""
        if not self._reuse:
            return None
        context = SampleContext(unit.sample, request.messages, request.config, "", unit.repeat, unit.occurrence)
        address = self._reuse.address(request, context)
        output = self._reuse.replies.find(address) if address else None
        return None if output is None else output.usage or Usage()


def _request(unit: Unit) -> Request:
    """Return the request of a benchmark whose body sends one."""
    evaluation, sample = unit.evaluation, unit.sample
    messages = evaluation.messages(sample)
    config = replace(evaluation.generation, **sample.generation) if sample.generation else evaluation.generation
    return Request(messages, config, sample, "", unit.repeat, sample.tools)


def _previous(run: Run) -> Previous | None:
    if not run.driver.listing:
        return run.previous
    folder = run.task.use_cache
    return Previous.load(WorkDir(Path(folder)), run.task.model_id) if folder else None


def _seen(run: Run) -> dict[Account, Spent]:
    """Return what requests like those of this run have cost: in its work_dir, and in those beside it."""
    found: dict[Account, Spent] = dict(run.spending.ledger.spent)
    parent, own = Path(run.task.work_dir), run.spending.ledger.path
    try:
        files = sorted(parent.glob("*/spending.jsonl"), reverse=True)[:MOST_RUNS]
    except OSError:
        return found
    for file in files:
        if file.resolve() != own.resolve():
            for account, spent in spent_in(file, MOST_BYTES).items():
                found[account] = found.get(account, Spent()) + spent
    return found


def _of_benchmark(run: Run, name: str, prompts: _Prompts, seen: dict[Account, Spent]) -> Estimate:
    model = run.spec.model
    alike = [s for a, s in seen.items() if (a.role, a.model) == ("model", model)]
    here = sum((s for a, s in seen.items() if (a.benchmark, a.role, a.model) == (name, "model", model)), Spent())
    every = sum(alike, Spent())
    sent = _input(prompts, here, every)
    low, high, basis = _lengths(prompts, here, every)
    count = prompts.samples
    outputs = round(low * count), round(high * count)
    worth = [_worth(run, model, Spent(input=sent, output=output)) for output in outputs]
    judged = [
        _per_sample(run, a.model, s, here, count) for a, s in seen.items() if (a.benchmark, a.role) == (name, "judge")
    ]
    for found in judged if here.samples else ():
        worth = [one.plus(found) for one in worth]
    unknown = (name,) if "judge" in needs(run.resolved[name]) and not (judged and here.samples) else ()
    return Estimate(count, sent, (outputs[0], outputs[1]), worth[0], worth[1], (basis,), unknown)


def _input(prompts: _Prompts, here: Spent, every: Spent) -> int:
    """Return the input tokens: what texts and media take, and on average as many more as earlier requests had."""
    if here.samples and here.requests > here.samples:  # several requests for a sample
        return round(here.input / here.samples * prompts.samples)
    known = next((s for s in (here, prompts.replies, every) if s.requests), None)
    more = TEMPLATE if known is None else (known.input - _size(known).tokens) / known.requests
    plain = prompts.tokens
    return round(max(plain / 2, plain + more * prompts.samples))


def _size(spent: Spent) -> PromptSize:
    return PromptSize(spent.prompt_bytes, spent.media)


def _lengths(prompts: _Prompts, here: Spent, every: Spent) -> tuple[float, float, str]:
    """Return the shortest and longest mean number of output tokens for a sample that is likely, and the basis."""
    if here.samples:
        return *[here.output / here.samples] * 2, f"as long as {here.requests:,} earlier replies"  # type: ignore[return-value]
    if prompts.replies.requests:
        known = prompts.replies
        return *[known.output / known.requests] * 2, f"as long as {known.requests:,} replies in the response cache"  # type: ignore[return-value]
    if every.requests:
        length = every.output / every.requests
        length = length if prompts.limit is None else min(length, prompts.limit)
        return length, length, f"as long as {every.requests:,} earlier replies to other benchmarks"
    if prompts.limit is not None:
        return min(RANGE[0], prompts.limit), prompts.limit, f"up to max_tokens={prompts.limit}"
    return *RANGE, f"no reply is known: {RANGE[0]} to {RANGE[1]:,} output tokens for each"


def _per_sample(run: Run, judge: str, spent: Spent, here: Spent, count: int) -> Worth:
    """Return the worth of a judge's requests about some samples, given those about earlier ones."""
    share = count / max(1, here.samples)
    names = ("input", "output", "cached", "written", "reasoning")
    return _worth(run, judge, Spent(**{name: round(getattr(spent, name) * share) for name in names}))


def _worth(run: Run, model: str, spent: Spent) -> Worth:
    prices = run.spending.prices
    return Worth(spent.tokens, (prices.cost(model, spent) if prices else 0) or 0)


def _round(tokens: int) -> int:
    """Return a number with three digits: it is an estimate."""
    return round(tokens, 3 - len(str(tokens))) if tokens > 999 else tokens


# After the run -------------------------------------------------------------------------------------------------------


def with_costs(run: Run, reports: tuple[Report, ...]) -> tuple[tuple[Report, ...], tuple[str, ...]]:
    """Save the reports with what their requests cost, if there are prices; return them, and lines for the user.

    Shortens the record of what was spent.

    Raises:
        StoreError: Something could not be read or written.
    """
    spending = run.spending
    spending.ledger.compact()
    if spending.prices is None and not spending.limits.any:
        return reports, ()
    spending.refresh()
    ledger, notes = spending.ledger, []
    if spending.prices is not None and reports:
        names = [report.dataset_name for report in reports]
        costs = costs_of(ledger.spent, run.task.model_id, names, spending.prices)
        reports = tuple(_with(report, costs.of(*([name, ""] if name == names[0] else [name])))
                        for name, report in zip(names, reports, strict=True))  # fmt: skip
        for report in reports:
            save_report(run.work_dir, report)
        lost = {account: spent for account, spent in ledger.lost.items() if account.model_id == run.task.model_id}
        priced = [(price, s) for a, s in lost.items() if (price := spending.prices.of(a.model)) is not None]
        most = sum(price.at_most(spent) for price, spent in priced)
        notes = list(cost_notes(costs, sum(lost.values(), Spent()), most))
    if spending.limits.any:
        notes.append(f"budget: {spending.left()}")
    if ledger.damaged:
        notes.append(f"{many(ledger.damaged, 'line')} of {ledger.path} cannot be read: the cost there is not counted")
    return reports, tuple(notes)


def _with(report: Report, costs: Costs) -> Report:
    return report if report.execution is None else replace(report, execution=replace(report.execution, costs=costs))

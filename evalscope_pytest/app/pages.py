"""The app's pages: what each reads of the runs, and shows."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from ..core.errors import EvalError, UsageError
from ..report.compare import Compared, compare_runs
from ..report.compare_page import ZH as COMPARE_ZH
from ..report.compare_page import differences_of
from ..report.entrants import entrants_of
from ..report.execution import ErrorGroup
from ..report.html import figures_of, sampling_in, spoken, templates
from ..report.model import Report
from .folders import Library, Listed, Run, configuration
from .index import FLAGS, SORTS, STATES, Query, Sample, SampleIndex
from .listing import listed, number_of, parameters_of, query_of
from .progress import progress_figures
from .record import MAX_TEXT, record_of
from .words import ZH

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

TEMPLATES = Path(__file__).parent / "templates"
RUNS = 100  # on a page
LANGUAGES = ("en", "zh")
MOST_COMPARED = 8
KEEP_COMPARED = 4
_FOR_PYTEST = re.compile(r"[\w:+\-.\[\]/]+")  # what an expression of -k may hold
_WORDS = {**COMPARE_ZH, **ZH}


class Missing(EvalError):
    """Something that an address names and that is not there."""


class Pages:
    """The pages about the runs of a library."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._compared: dict[tuple[Any, ...], Compared] = {}

    def found(self, request: Request) -> Listed:
        """Return the run that an address names.

        Raises:
            Missing: It is not there.
        """
        run = self.library.run(request.path_params["run"])
        if run is None:
            raise Missing("No run of this address is in the folders. It may have been removed.")
        return self.library.listed(run)

    def runs(self, request: Request) -> Response:
        """Return the list of runs."""
        given = request.query_params
        chosen = chosen_runs(self.library, given)
        after = given.get("after", "")
        begin = next((n for n, one in enumerate(chosen, 1) if one.run.id == after), 0)
        shown = chosen[begin : begin + RUNS]
        more = shown[-1].run.id if begin + RUNS < len(chosen) else ""
        fields = {name: given.get(name, "") for name in _FILTERS}
        progress = {one.run.id: progress_figures(self.library, one) for one in shown if one.status == "running"}
        kept = {name: value for name, value in fields.items() if value}
        return shown_page(
            request, "runs", runs=shown, total=len(chosen), given=fields, kept=kept, more=more, progress=progress,
            best=best_metrics, any_run=bool(chosen or self.library.runs()),
        )  # fmt: skip

    def run(self, request: Request) -> Response:
        """Return the page of a run."""
        one = self.found(request)
        index = self.library.samples(one)
        counts = {name: index.counts(name) for name in index.benchmarks()}
        columns = [name for name in (*STATES, *FLAGS) if any(own.get(name) for own in counts.values())]
        settings = configuration(one.run.root)
        return shown_page(
            request, "run_page", one=one, counts=counts, columns=columns,
            errors=_errors(one.reports.values()), parameters=settings, environment=_environment(settings),
            progress=progress_figures(self.library, one) if one.status == "running" else None,
            about=_About(settings), **_figures(request, one, list(one.reports.values())),
        )  # fmt: skip

    def benchmark(self, request: Request) -> Response:
        """Return the page of a benchmark, with a list of its samples."""
        one, query, index = self._list(request)
        report = one.reports.get(query.benchmark)
        if report is None and query.benchmark not in index.benchmarks():
            raise Missing(f"The run has no benchmark {query.benchmark[:80]!r}.")
        after = number_of(request.query_params, "after")
        page = listed(index, query, after)
        return shown_page(
            request, "benchmark_page", one=one, query=query, report=report, page=page, after=after,
            counts=index.counts(query.benchmark, query.subset), subsets=index.subsets(query.benchmark),
            states=STATES, flags=FLAGS, sorts=tuple(SORTS), kept=parameters_of(query), answers={},
            **_figures(request, one, [report] if report else []),
        )  # fmt: skip

    def sample(self, request: Request) -> Response:
        """Return the page of a sample."""
        one, query, index = self._list(request)
        given = request.query_params
        number = number_of(given, "index")
        found = index.find(query.benchmark, given.get("of", ""), number) if number is not None else None
        if found is None:
            raise Missing("The run has no such sample. It may have been removed, or run again with others.")
        near = [listed(index, query, found.id, 1, back=back).samples for back in (True, False)]
        repeats = index.repeats(found)
        return shown_page(
            request, "sample_page", one=one, query=query, sample=found, record=record_of(*index.record(found.id)),
            previous=next(iter(near[0]), None), following=next(iter(near[1]), None), kept=parameters_of(query),
            repeats=repeats if len(repeats) > 1 else [], command=_command(one, found), cut=_cut,
            metric=_metric(one, found),
        )  # fmt: skip

    def _list(self, request: Request) -> tuple[Listed, Query, SampleIndex]:
        one = self.found(request)
        return one, query_of(request.query_params), self.library.samples(one)

    def compare(self, request: Request) -> Response:
        """Return the page that compares runs."""
        ids = list(dict.fromkeys(request.query_params.getlist("run")))
        if not 2 <= len(ids) <= MOST_COMPARED:
            return shown_page(request, "message", 400, heading="Cannot compare",
                              text="Choose two to eight runs in the list.")  # fmt: skip
        runs = [self.library.run(id) for id in ids]
        if not all(runs):
            raise Missing("One of the runs is not in the folders. It may have been removed.")
        chosen = [run for run in runs if run]
        if request.query_params.get("order") == "time":
            chosen.sort(key=lambda run: run.time)
        try:
            compared = self._comparison(chosen)
        except UsageError as error:
            return shown_page(request, "message", 400, heading="Cannot compare", text=str(error))
        return shown_page(request, "compare", layout="layout.html", **differences_of(compared, language_of(request)))

    def _comparison(self, runs: list[Run]) -> Compared:
        key = tuple((run.id, run.time) for run in runs)
        if key not in self._compared:
            while len(self._compared) >= KEEP_COMPARED:
                self._compared.pop(next(iter(self._compared)), None)
            self._compared[key] = compare_runs(entrants_of([str(run.reports) for run in runs]))
        return self._compared[key]


_FILTERS = ("model", "benchmark", "from", "to", "gates")


def chosen_runs(library: Library, given: Mapping[str, str]) -> list[Listed]:
    """Return the runs that fit a filter: ``model`` and ``benchmark`` are parts of names, the days those of the list.

    Raises:
        UsageError: A day or the verdict of gates is wrong.
    """
    begin, end = (_day(given, name) for name in ("from", "to"))
    verdict = given.get("gates", "")
    if verdict not in ("", "passed", "failed"):
        raise UsageError(f"gates: {verdict[:40]!r} is not one of passed, failed. Choose one of them.")
    found = []
    for run in library.runs():
        day = run.time.date()
        if (begin and day < begin) or (end and day > end):
            continue
        one = library.listed(run)
        names = " ".join([*one.reports, *(report.dataset_pretty_name for report in one.reports.values())])
        named = _within(given.get("model", ""), one.model) and _within(given.get("benchmark", ""), names)
        if named and (not verdict or one.verdict == verdict):
            found.append(one)
    return found


def _within(part: str, text: str) -> bool:
    return part.strip().casefold() in text.casefold()


def _day(given: Mapping[str, str], name: str) -> date | None:
    text = given.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{name}: {text[:40]!r} is not a day. Give one such as 2026-11-29.") from None


def best_metrics(one: Listed) -> list[tuple[str, str, str]]:
    """Return name, title and score of the benchmarks of a run."""
    return [
        (name, report.dataset_pretty_name or name, "–" if report.score is None else f"{report.score:.4f}")
        for name, report in one.reports.items()
    ]


class _About:
    """What the tables of a run say of its configuration."""

    def __init__(self, parameters: str) -> None:
        self.parameters = parameters
        self.sampling = sampling_in(parameters)


def _figures(request: Request, one: Listed, reports: list[Report]) -> dict[str, Any]:
    def link(report: Report) -> str:
        return benchmark_link(one.run.id, report.dataset_name)

    return {**figures_of(reports, language_of(request)), "link_of": link}


def _errors(reports: Iterable[Report]) -> list[tuple[str, ErrorGroup]]:
    """Return the groups of errors of all benchmarks with their names, the largest first."""
    found = [(r.dataset_name, group) for r in reports if r.execution for group in r.execution.errors]
    return sorted(found, key=lambda pair: -pair[1].count)


_SAYS = (
    "evalscope_version",
    "eval_type",
    "api_url",
    "model",
    "dataset_hub",
    "eval_batch_size",
    "seed",
    "limit",
    "repeats",
)


def _environment(settings: str) -> list[tuple[str, str]]:
    """Return what the configuration says of how a run was made."""
    lines = dict(re.findall(r"^(\w{1,60}): (\S.{0,300})$", settings, re.MULTILINE))
    return [(name, lines[name]) for name in _SAYS if name in lines and lines[name] != "null"]


def _metric(one: Listed, sample: Sample) -> str:
    report = one.reports.get(sample.benchmark)
    metric = report.primary_metric if report else None
    return metric.identity.raw_name if metric else ""


def _command(one: Listed, sample: Sample) -> str:
    """Return the command that sends a sample again; empty if none does: its name has to be one for pytest."""
    name = f"{sample.benchmark}[{sample.name}]"
    if "resolved_benchmarks:" not in configuration(one.run.root) or not _FOR_PYTEST.fullmatch(name):
        return ""
    file = shlex.quote(str(one.run.root / "configs" / "task_config.yaml"))
    benchmark = shlex.quote(sample.benchmark)
    return f"evalscope-pytest eval --task-config {file} --datasets {benchmark} -k {shlex.quote(name)}"


def _cut(text: str) -> str:
    if len(text) <= MAX_TEXT:
        return text
    half = MAX_TEXT // 2
    return f"{text[:half]}\n… {len(text) - MAX_TEXT:,} …\n{text[-half:]}"


# Writing -------------------------------------------------------------------------------------------------------------


def benchmark_link(run: str, benchmark: str, **more: str) -> str:
    """Return the address of a benchmark's page."""
    return f"/runs/{run}/benchmark?{urlencode({'benchmark': benchmark, **more}, quote_via=quote, errors='replace')}"


def sample_link(run: str, sample: Sample, kept: Mapping[str, str] | None = None) -> str:
    """Return the address of a sample; ``kept`` describes the list in which it is shown."""
    given = {**(kept or {}), "benchmark": sample.benchmark, "of": sample.subset, "index": str(sample.index)}
    return f"/runs/{run}/sample?{urlencode(given, quote_via=quote, errors='replace')}"


def language_of(request: Request) -> str:
    """Return ``en`` or ``zh``: as the address says, as chosen before, or as the browser wishes."""
    for given in (request.query_params.get("lang"), request.cookies.get("lang")):
        if given in LANGUAGES:
            return str(given)
    return "zh" if request.headers.get("accept-language", "").lower().startswith("zh") else "en"


def shown_page(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    """Return a page made of ``templates/{template}.html``."""
    from starlette.responses import HTMLResponse

    language = language_of(request)
    other = next(one for one in LANGUAGES if one != language)
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    values = {
        **spoken(language, _WORDS), "nonce": request.scope["nonce"], "shows_pictures": True, "layout": "layout.html",
        "benchmark_link": benchmark_link, "sample_link": sample_link, "urlencode": _encoded, "other": other,
        "other_link": f"?{urlencode([*kept, ('lang', other)], quote_via=quote, errors='replace')}", **values,
    }  # fmt: skip
    text = templates(TEMPLATES).get_template(f"{template}.html").render(values)
    response = HTMLResponse(text.encode("utf-8", "replace"), status)
    if request.query_params.get("lang") == language:
        response.set_cookie("lang", language, max_age=31_536_000, samesite="lax")
    return response


def _encoded(given: Mapping[str, str], **more: Any) -> str:
    return urlencode({**given, **more}, quote_via=quote, errors="replace")

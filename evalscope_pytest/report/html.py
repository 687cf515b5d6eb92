"""``reports/report.html``: one page to look at a run, without scripts, without anything from the network.

All text is data of a model or dataset: it is escaped here, and the page's own policy forbids scripts altogether.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from ..store.atomic import storing, write_atomic
from ..store.compact import BenchmarkRows
from ..store.layout import WorkDir
from ..store.plan import RunPlan
from .answers import FILTER_STYLE, answers
from .execution import GateResult
from .heat_map import draw, heat_maps, without_cells
from .markup import Words, words
from .markup import counted as _count
from .markup import html_text as _text
from .markup import pre as _pre
from .model import NO_ANALYSIS, MetricScore, Report, SubsetScore
from .table import perf_rows
from .wrong import NONE_WRONG, WrongSamples, right_samples, wrong_samples

MOST_PARAMETERS = 100_000  # characters of the configuration

_STYLE = """
:root{color-scheme:light dark;--ink:#1c2430;--dim:#64707f;--line:#dfe4ea;--page:#f6f7f9;--card:#fff;--bar:#3b7dd8;
--ci:#1c2430;--rail:#e9edf2;--bad:#b3372b;--code:#f2f4f7}
@media (prefers-color-scheme:dark){:root{--ink:#e6e9ee;--dim:#98a3b1;--line:#2c3440;--page:#12161c;--card:#1a2028;
--bar:#5c97e6;--ci:#f2f4f7;--rail:#262e39;--bad:#f08a7d;--code:#141a21}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:62rem;margin:0 auto;padding:2rem 1.25rem 4rem}
h1{font-size:1.5rem;margin:0}h2{font-size:1.15rem;margin:0}h3{font-size:.95rem;margin:1.25rem 0 .4rem}
p{margin:.35rem 0}.dim{color:var(--dim)}.bad{color:var(--bad)}
section{background:var(--card);border:1px solid var(--line);border-radius:10px;
padding:1.1rem 1.25rem;margin-top:1.25rem}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th{text-align:left;font-weight:600;color:var(--dim);font-size:.82rem}
th,td{padding:.38rem .75rem .38rem 0;border-bottom:1px solid var(--line);vertical-align:middle}
tr:last-child td{border-bottom:0}
.n{text-align:right;white-space:nowrap}.verdict{white-space:nowrap}.gate{min-width:14rem}
td.bar{width:30%;padding-right:0}svg{display:block;width:100%;height:14px}svg.map{height:auto;margin-top:1rem}
.rail{fill:var(--rail)}.fill{fill:var(--bar)}.ci{stroke:var(--ci);stroke-width:1.5}
details{border-top:1px solid var(--line);padding:.45rem 0}details:first-of-type{margin-top:.5rem}
summary{cursor:pointer}summary .dim,h3 .dim{margin-left:.6rem;font-weight:400}
pre{white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:plaintext;background:var(--code);border-radius:6px;
padding:.6rem .75rem;margin:.2rem 0 .7rem;font:13px/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
dl{margin:.5rem 0 0}dt{color:var(--dim);font-size:.82rem}dd{margin:0}
a{color:inherit}
section{overflow-x:auto}td,th,h1,h2,h3,summary,p{overflow-wrap:anywhere}.answers{margin-top:1rem}
@media (max-width:40rem){main{padding:1rem .5rem 2rem}section{padding:.8rem .7rem}
th,td{padding-right:.45rem}td.bar,.wide{display:none}td:not(.n){word-break:break-word}
th:not(.n,.verdict),td:not(.n,.verdict){min-width:5.5rem}td.gate{min-width:7.25rem}}
"""


def write_html(
    workdir: WorkDir,
    plan: RunPlan,
    reports: Sequence[Report],
    rows: Sequence[BenchmarkRows],
    now: datetime | None = None,
    language: str = "en",
) -> Path:
    """Write the page of a run and return its path.

    Args:
        rows: What `compact` gave; the wrong samples are looked up in the reviews it wrote.
        now: The time the page names, by default this moment.
        language: Of the page's own words, ``en`` or ``zh``.

    Raises:
        StoreError: It could not be written.
    """
    by_name = {found.name: found for found in rows}
    chosen = [report for report in reports if report.dataset_name in by_name]
    samples = {
        report.dataset_name: (
            wrong_samples(workdir, plan, by_name[report.dataset_name], report),
            right_samples(workdir, plan, by_name[report.dataset_name], report),
        )
        for report in chosen
    }
    folder = f"{workdir.reviews(plan.model_id).relative_to(workdir.root).as_posix()}/"
    about = About(plan.model_name, now or datetime.now().astimezone(), plan.skipped, folder, _parameters(workdir))
    page = render(about, reports, samples, words(language), language)
    write_atomic(workdir.html_report, page.encode("utf-8", "replace"))
    return workdir.html_report


@dataclass(frozen=True, slots=True)
class About:
    """Facts about the run that a page shows besides the reports.

    Attributes:
        skipped: Why selected benchmarks did not run, by name.
        folder: Records of all samples, seen from the run's folder.
        parameters: The run's configuration as it is saved, without secrets.
    """

    model: str
    now: datetime
    skipped: Mapping[str, str] = field(default_factory=dict)
    folder: str = ""
    parameters: str = ""


def _parameters(workdir: WorkDir) -> str:
    path = workdir.configs / "task_config.yaml"
    with storing(path):
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                return file.read(MOST_PARAMETERS)
        except FileNotFoundError:
            return ""


def render(
    about: About,
    reports: Sequence[Report],
    samples: Mapping[str, tuple[WrongSamples, WrongSamples]],
    say: Words,
    language: str = "en",
) -> str:
    """Return the page.

    Args:
        samples: Wrong and right answers by benchmark.
    """
    none = (NONE_WRONG, NONE_WRONG)
    sections = "".join(
        _section(report, answers(str(i), *samples.get(report.dataset_name, none), about.folder, say), say)
        for i, report in enumerate(reports)
    )
    return document(
        about.model,
        f'<h1>{_text(about.model)}</h1>\n<p class="dim">{about.now:%Y-%m-%d %H:%M} · {_summary(reports, say)}</p>\n'
        f"<section>\n{_overview(reports, say)}{gate_table(_gates(reports), say)}{_perf(reports, say)}</section>\n"
        f"{sections}{_skipped(about.skipped, say)}{_shown_parameters(about.parameters, say)}",
        FILTER_STYLE,
        language,
    )


def _perf(reports: Sequence[Report], say: Words) -> str:
    titles, lines = perf_rows(reports)
    if not lines:
        return ""
    kinds = ["", *("n wide" if title.startswith("P99") else "n" for title in titles[2:])]

    def row(tag: str, cells: Sequence[str]) -> str:
        shown = (f'<{tag} class="{kind}">{_text(cell)}</{tag}>' for kind, cell in zip(kinds, cells, strict=True))
        return f"<tr>{''.join(shown)}</tr>\n"

    head, body = row("th", [say(title) for title in titles[1:]]), "".join(row("td", line[1:]) for line in lines)
    return f"<h3>{say('Latency and tokens')}</h3>\n<table>\n{head}{body}</table>\n"


def _shown_parameters(text: str, say: Words) -> str:
    if not text:
        return ""
    return (
        f'<section id="parameters">\n<h2>{say("Parameters")}</h2>\n'
        f"<details><summary>configs/task_config.yaml</summary>\n"
        f"<pre>{_text(text)}</pre></details></section>\n"
    )


def _skipped(reasons: Mapping[str, str], say: Words) -> str:
    if not reasons:
        return ""
    rows = "".join(f"<tr><td>{_text(name)}</td><td>{_text(why)}</td></tr>\n" for name, why in reasons.items())
    return f"<section>\n<h2>{say('Skipped benchmarks')}</h2>\n<table>\n{rows}</table>\n</section>\n"


def document(title: str, content: str, style: str = "", language: str = "en") -> str:
    """Return a whole page around ``content``, which is HTML: no scripts, nothing from the network.

    Args:
        style: Rules to add to those of every page.
    """
    style = _STYLE + style
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_text(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n<main>\n"
        f"{content}</main>\n</body>\n</html>\n"
    )


def _gates(reports: Iterable[Report]) -> list[GateResult]:
    return [gate for report in reports if report.execution for gate in report.execution.gates]


def _without_verdict(gate: GateResult) -> str:
    """Return the result without the gate and the verdict if it begins with them: they have their own columns."""
    return gate.line.removeprefix(f"{gate.name}: {'passed' if gate.passed else 'failed'}, ")


def gate_table(gates: Sequence[GateResult], say: Words = str) -> str:
    """Return a table of gates with their results; nothing without gates."""
    if not gates:
        return ""
    verdicts = {True: say("passed"), False: f'<b class="bad">{say("failed")}</b>'}
    lines = "".join(
        f'<tr><td class="gate">{_text(g.name)}</td><td class="verdict">{verdicts[g.passed]}</td>'
        f"<td>{_text(_without_verdict(g))}</td></tr>\n"
        for g in gates
    )
    head = f'<tr><th>{say("Gate")}</th><th class="verdict"></th><th>{say("Result")}</th></tr>'
    return f"<h3>{say('Gates')}</h3>\n<table>\n{head}\n{lines}</table>\n"


def _summary(reports: Sequence[Report], say: Words) -> str:
    executions = [report.execution for report in reports if report.execution]
    requested, succeeded = sum(e.requested for e in executions), sum(e.succeeded for e in executions)
    text = say("{benchmarks}, {scored} of {samples} scored").format(
        benchmarks=_count(len(reports), "benchmark", say),
        scored=f"{succeeded:,}",
        samples=_count(requested, "sample", say),
    )
    return text if succeeded == requested else f'{text}, <span class="bad">{say("incomplete")}</span>'


def _overview(reports: Iterable[Report], say: Words) -> str:
    lines = []
    for report in reports:
        name = f'<a href="#{_text(report.dataset_name)}">{_text(report.dataset_pretty_name or report.dataset_name)}</a>'
        metric = report.primary_metric
        if metric is None:
            lines.append(f'<tr><td>{name}</td><td colspan="5" class="bad">{say("no sample has a score")}</td></tr>\n')
            continue
        bounds = _bounds(report, metric)
        interval = f"{bounds[0]:.4f} – {bounds[1]:.4f}" if bounds else ""
        lines.append(
            f"<tr><td>{name}</td><td>{_text(metric.label)}</td>"
            f'<td class="n">{metric.num:,}</td><td class="n"><b>{metric.score:.4f}</b></td>'
            f'<td class="n dim wide">{interval}</td><td class="bar">{_bar(metric, metric.score, bounds)}</td></tr>\n'
        )
    head = f'<th>{say("Benchmark")}</th><th>{say("Metric")}</th><th class="n">{say("Samples")}</th>'
    head += f'<th class="n">{say("Score")}</th><th class="n wide">{say("95 % interval")}</th><th class="wide"></th>'
    return f"<table>\n<tr>{head}</tr>\n{''.join(lines)}</table>\n"


def _bounds(report: Report, metric: MetricScore) -> tuple[float, float] | None:
    return report.execution.intervals.get(metric.identity.label) if report.execution else None


def _bar(metric: MetricScore, score: float, bounds: tuple[float, float] | None = None) -> str:
    """Return a bar with its interval, for metrics that have a range."""
    if metric.semantics.value_range is None:
        return ""
    low, high = metric.semantics.value_range

    def share(value: float) -> float:
        return round(100 * min(max((value - low) / (high - low), 0.0), 1.0), 2)

    marks = ""
    if bounds:
        left, right = share(bounds[0]), share(bounds[1])
        marks = f'<path class="ci" d="M{left} 7H{right}M{left} 4V10M{right} 4V10" vector-effect="non-scaling-stroke"/>'
    return (
        '<svg viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="rail" y="3" width="100" height="8"/>'
        f'<rect class="fill" y="3" width="{share(score)}" height="8"/>{marks}</svg>'
    )


def _section(report: Report, shown: str, say: Words) -> str:
    name = report.dataset_name
    facts = [_text(name)]
    execution = report.execution
    if execution:
        facts += [say("version {version}").format(version=_text(execution.version))] if execution.version else []
        for label in ("errored", "empty", "truncated"):
            number = sum(getattr(s, label) for s in execution.subsets.values())
            facts += [f'<span class="bad">{number:,} {say(label)}</span>'] if number else []
        facts += [_count(execution.retries, "retry", say)] if execution.retries else []
    metrics = "".join(_metric(metric, say) for metric in without_cells(report.metrics))
    return (
        f'<section id="{_text(name)}">\n<h2>{_text(report.dataset_pretty_name or name)}</h2>\n'
        f'<p class="dim">{" · ".join(facts)}</p>\n'
        f"{metrics}{''.join(map(draw, heat_maps(report)))}"
        f"{_judges(report, say)}{_analysis(report, say)}{_errors(report, say)}{shown}</section>\n"
    )


def _metric(metric: MetricScore, say: Words) -> str:
    subsets = [(c, s) for c in metric.categories for s in c.subsets]
    named = any(c.name != ("default",) for c in metric.categories)
    lines = "".join(_subset(metric, s, " / ".join(c.name) if named else None) for c, s in subsets)
    category = f"<th>{say('Category')}</th>" if named else ""
    head = f'<th>{say("Subset")}</th>{category}<th class="n">{say("Samples")}</th><th class="n">{say("Score")}</th>'
    table = f'<table>\n<tr>{head}<th class="wide"></th></tr>\n{lines}</table>\n'
    number = _count(metric.num, "sample", say)
    title = f'{_text(metric.label)} <b>{metric.score:.4f}</b><span class="dim">{number}</span>'
    if len(subsets) == 1:
        return f"<h3>{title}</h3>\n"
    return f"<details{' open' if len(subsets) <= 12 else ''}><summary>{title}</summary>\n{table}</details>\n"


def _subset(metric: MetricScore, subset: SubsetScore, category: str | None) -> str:
    place = "" if category is None else f"<td>{_text(category)}</td>"
    return (
        f'<tr><td>{_text(subset.name)}</td>{place}<td class="n">{subset.num:,}</td>'
        f'<td class="n">{subset.score:.4f}</td><td class="bar">{_bar(metric, subset.score)}</td></tr>\n'
    )


def _judges(report: Report, say: Words) -> str:
    summary = report.judges
    if summary is None:
        return ""
    judgements = _count(summary.judgements, "judgement", say)
    facts = [say("{verdicts} of {judgements}").format(verdicts=f"{summary.verdicts:,}", judgements=judgements)]
    facts += [_count(summary.requests, "request", say), *summary.findings]
    if summary.failed:
        facts.append(f'<span class="bad">{_count(summary.failed, "sample", say)} {say("without a verdict")}</span>')
    shown = " · ".join(fact if fact.startswith("<span") else _text(fact) for fact in facts)
    names = _text(", ".join(summary.judges))
    return f'<h3>{say("Judged by {judges}").format(judges=names)}</h3>\n<p class="dim">{shown}</p>\n'


def _analysis(report: Report, say: Words) -> str:
    return f"<h3>{say('Analysis')}</h3>\n{_pre(report.analysis)}\n" if report.analysis != NO_ANALYSIS else ""


def _errors(report: Report, say: Words) -> str:
    groups = report.execution.errors if report.execution else ()
    if not groups:
        return ""
    lines = "".join(
        f'<tr><td class="n">{g.count:,}</td><td>{_text(g.type)}: {_text(g.message)}<br>'
        f'<span class="dim">{_text(", ".join(g.samples))}</span></td></tr>\n'
        for g in groups
    )
    return f'<h3 class="bad">{say("Errors")}</h3>\n<table>\n{lines}</table>\n'

"""The read-only API under ``/api``: the same facts as the pages, as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ..version import __version__
from .folders import Listed
from .index import FLAGS, SORTS, STATES
from .listing import listed, number_of, query_of
from .pages import Missing, Pages, chosen_runs
from .progress import progress_figures
from .record import record_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

MAX_LIMIT = 500


def runs(pages: Pages, request: Request) -> Response:
    """Return all runs that fit the filter, the newest first."""
    return answer({"runs": [_run(one) for one in chosen_runs(pages.library, request.query_params)]})


def run(pages: Pages, request: Request) -> Response:
    """Return a run with its reports, as their files hold them."""
    one = pages.found(request)
    return answer({**_run(one), "reports": [report.to_json() for report in one.reports.values()]})


def samples(pages: Pages, request: Request) -> Response:
    """Return a page of samples. ``next`` is the ``after`` of the following page; null at the end."""
    one, query = pages.found(request), query_of(request.query_params)
    index = pages.library.samples(one)
    if query.benchmark not in index.benchmarks():
        raise Missing(f"The run has no samples of a benchmark {query.benchmark[:80]!r}.")
    limit = min(max(number_of(request.query_params, "limit") or 50, 1), MAX_LIMIT)
    page = listed(index, query, number_of(request.query_params, "after"), limit)
    return answer({"samples": [asdict(sample) for sample in page.samples], "next": page.after})


def sample(pages: Pages, request: Request) -> Response:
    """Return a sample with all its texts."""
    one, given = pages.found(request), request.query_params
    index = pages.library.samples(one)
    number = number_of(given, "index")
    found = index.find(given.get("benchmark", ""), given.get("of", ""), number) if number is not None else None
    if found is None:
        raise Missing("The run has no such sample.")
    return answer({**asdict(found), "record": asdict(record_of(*index.record(found.id)))})


def progress(pages: Pages, request: Request) -> Response:
    """Return the progress of a run."""
    return answer(progress_figures(pages.library, pages.found(request)))


def openapi(pages: Pages, request: Request) -> Response:
    """Return the OpenAPI document."""
    return answer(document())


def _run(one: Listed) -> dict[str, Any]:
    return {
        "id": one.run.id,
        "name": one.run.name,
        "model": one.model,
        "time": one.run.time.isoformat(timespec="seconds"),
        "status": one.status,
        "gates": one.verdict or None,
        "scores": [
            {
                "benchmark": name,
                "metric": report.primary_metric.label if report.primary_metric else None,
                "score": report.score,
                "samples": report.num,
            }
            for name, report in one.reports.items()
        ],
    }


def answer(content: Any, status: int = 200) -> Response:
    """Return a response of JSON; numbers that JSON lacks are null, lone surrogates are replaced."""
    from orjson import OPT_NON_STR_KEYS, dumps
    from starlette.responses import Response

    return Response(dumps(_clean(content), option=OPT_NON_STR_KEYS), status, media_type="application/json")


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_clean(str(name)): _clean(own) for name, own in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(own) for own in value]
    if isinstance(value, int) and value.bit_length() > 63:
        return float(value) if value.bit_length() < 1000 else None
    return value


# The document --------------------------------------------------------------------------------------------------------

_RUN_FILTER = (
    ("model", "part of the model's name"),
    ("benchmark", "part of a benchmark's name"),
    ("from", "first day, such as 2026-11-29"),
    ("to", "last day"),
    ("gates", "passed or failed"),
)
_LIST = (
    ("subset", "one subset"),
    ("show", f"one of {', '.join((*STATES, *FLAGS))}"),
    ("low", "least score"),
    ("high", "greatest score"),
    ("q", "text to be found in prompt, reply or answer"),
    ("sort", f"one of {', '.join(SORTS)}"),
    ("after", "the `next` of the page before"),
    ("limit", f"samples of a page, at most {MAX_LIMIT}; 50"),
)
# Path, handler, needed parameters, others.
ROUTES: tuple[tuple[str, Any, tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]], ...] = (
    ("/api/runs", runs, (), _RUN_FILTER),
    ("/api/runs/{run}", run, (), ()),
    ("/api/runs/{run}/samples", samples, (("benchmark", "the benchmark"),), _LIST),
    (
        "/api/runs/{run}/sample",
        sample,
        (("benchmark", "the benchmark"), ("of", "its subset"), ("index", "its index there")),
        (),
    ),
    ("/api/runs/{run}/progress", progress, (), ()),
    ("/api/openapi.json", openapi, (), ()),
)


def document() -> dict[str, Any]:
    """Return the OpenAPI document of the API."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "evalscope-pytest", "version": __version__, "description": "Recorded runs, read-only."},
        "paths": {path: {"get": _operation(path, *route)} for path, *route in ROUTES},
    }


def _operation(path: str, handler: Any, needed: Any, others: Any) -> dict[str, Any]:
    parameters = [_parameter("run", "the run's id", "path")] if "{run}" in path else []
    parameters += [_parameter(name, text, required=True) for name, text in needed]
    parameters += [_parameter(name, text) for name, text in others]
    failures = {"400": {"description": "a parameter is wrong"}} if needed or others else {}
    if "{run}" in path:
        failures["404"] = {"description": "it is not there"}
    return {
        "operationId": handler.__name__,
        "summary": handler.__doc__.partition("\n")[0],
        "parameters": parameters,
        "responses": {"200": {"description": "JSON", "content": {"application/json": {}}}, **failures},
    }


def _parameter(name: str, text: str, place: str = "query", *, required: bool = False) -> dict[str, Any]:
    return {
        "name": name,
        "in": place,
        "description": text,
        "required": required or place == "path",
        "schema": {"type": "string"},
    }

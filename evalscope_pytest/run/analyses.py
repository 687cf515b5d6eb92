"""Has the first judge write an analysis of each report, and checks its figures: ``--eval-analysis-report``."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..core.errors import EvalError
from ..core.text import visible
from ..engine.client import ModelClient
from ..engine.loop import LoopThread
from ..engine.metering import Meter
from ..engine.metering import benchmark as metered_benchmark
from ..engine.reuse import reply_of
from ..judge.service import JudgeService
from ..models.spec import ModelSpec
from ..report.analysis import again, question, signed, unknown_figures
from ..report.model import Report
from ..wire.request import Request

log = logging.getLogger(__name__)

# Maximum number of figures, of those that are not the report's, that a note lists.
MOST_FLAGGED = 20


@dataclass(frozen=True, slots=True)
class Analysed:
    """Reports with their analyses.

    Attributes:
        notes: A line for each that could not be written, or has figures that are not the report's.
    """

    reports: tuple[Report, ...]
    notes: tuple[str, ...] = ()


def analysed(
    reports: Sequence[Report], writer: ModelSpec, name: str, language: str, meter: Meter | None = None
) -> Analysed:
    """Return the reports with the writer's analyses. One that could not be written is missing, and has a note."""
    thread = LoopThread("evalscope-analysis", threads=1)
    try:
        found: list[tuple[Report, str]] = thread.submit(_all(reports, writer, name, language, meter)).result()
    finally:
        thread.close()
    notes = [visible(f"analysis of {report.dataset_name}: {note}") for report, note in found if note]
    for note in notes:
        log.warning("%s", note)
    return Analysed(tuple(report for report, _ in found), tuple(notes))


async def _all(
    reports: Sequence[Report], writer: ModelSpec, name: str, language: str, meter: Meter | None
) -> list[tuple[Report, str]]:
    model = JudgeService.of(writer)
    client = ModelClient(model, writer.requests_in_flight)
    client.meter = meter
    try:
        return await asyncio.gather(*[_one(report, client, writer, name, language) for report in reports])
    finally:
        await model.close()


async def _one(report: Report, client: ModelClient, writer: ModelSpec, name: str, language: str) -> tuple[Report, str]:
    metered_benchmark.set(report.dataset_name)
    messages = question(report, language)
    mock = f"{report.dataset_name}: {report.score}"
    try:
        text, unknown = "", []
        for number in range(2):
            request = Request(messages, writer.generation, right_reply=mock, repeat=number)
            text = (await reply_of(client.send, request, None, "")).text
            unknown = unknown_figures(text, report)[:MOST_FLAGGED]
            if text.strip() and not unknown:
                break
            messages = again(question(report, language), text, unknown)
    except EvalError as error:
        return report, f"not written: {error}"
    if not text.strip():
        return report, "not written: the judge's reply is empty"
    note = f"it has figures that are not the report's: {', '.join(unknown)}" if unknown else ""
    return replace(report, analysis=signed(text, name, language, unknown)), note

"""Requests the output format of a judge's replies, as strictly as its service knows how to keep to one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..config.generation import GenerationConfig
from ..core.errors import RejectedError
from ..core.values import ModelOutput
from ..wire.request import Request

log = logging.getLogger(__name__)

# Seconds that others wait for the first reply, so that a refused format costs one request and not a batch.
FIRST_REPLY_S = 1.0

# A schema with a separate key for each sample is a new schema each time, which some services compile for seconds:
# any JSON object is requested first. Some local servers know schemas only.
OPENAI_FORMATS = ("json_object", "json_schema")
RESPONSES_FORMATS = ("text.format json_object", "json_schema")
_REFUSED = (400, 422)
_ABOUT_FORMAT = (
    "response_format",
    "text.format",
    "json_object",
    "json_schema",
    "structured output",
    "guided",
    "grammar",
)


def formats_for(eval_type: str, config: GenerationConfig) -> tuple[str, ...]:
    """Return the formats that may be requested, the first choice first; none when the user requests one."""
    body = config.extra_body or {}
    if config.response_schema is not None or "response_format" in body or "text" in body:
        return ()
    return {"openai_api": OPENAI_FORMATS, "openai_responses_api": RESPONSES_FORMATS}.get(eval_type, ())


class Formatted:
    """A model whose replies are to be JSON; which format its service takes is remembered once it is known.

    Args:
        send: Sends a request.
        formats: Formats that may be requested, the first choice first.
    """

    def __init__(self, send: Callable[[Request], Awaitable[ModelOutput]], formats: Sequence[str]) -> None:
        self._send = send
        self._formats = (*formats, "")
        self._taken = 0
        self._proven = not formats
        self._first: asyncio.Future[None] | None = None

    async def send(self, request: Request, schema: Mapping[str, Any]) -> ModelOutput:
        """Answer a request in the first format that the service does not refuse.

        Raises:
            RejectedError: The service refuses the request whatever the format.
            ModelError: Any other failure.
        """
        if self._proven:
            return await self._send_in_turn(request, schema)
        if self._first is not None:
            await asyncio.wait([self._first], timeout=FIRST_REPLY_S)
            return await self._send_in_turn(request, schema)
        self._first = asyncio.get_running_loop().create_future()
        try:
            return await self._send_in_turn(request, schema)
        finally:
            self._first.set_result(None)
            if not self._proven:  # the next one leads
                self._first = None

    async def _send_in_turn(self, request: Request, schema: Mapping[str, Any]) -> ModelOutput:
        refusal: RejectedError | None = None
        for number in range(self._taken, len(self._formats)):
            form = self._formats[number]
            try:
                output = await self._send(replace(request, config=_requesting(form, request.config, schema)))
            except RejectedError as error:
                refusal = refusal or error
                if not form or not self._may_concern_format(error):
                    break
                continue
            if refusal is not None and number > self._taken:
                log.info("the judge's service refuses response_format %s: %s", self._formats[self._taken], refusal)
            self._taken, self._proven = max(self._taken, number), True
            return output
        assert refusal is not None
        raise refusal

    def _may_concern_format(self, error: RejectedError) -> bool:
        """Return whether a refusal may concern the format; once one was accepted, the refusal has to name it."""
        if error.status not in _REFUSED:
            return False
        return not self._proven or any(words in str(error).lower() for words in _ABOUT_FORMAT)


def _requesting(form: str, config: GenerationConfig, schema: Mapping[str, Any]) -> GenerationConfig:
    if form == "json_schema":
        return replace(config, response_schema={"name": "verdict", "json_schema": schema, "strict": True})
    if not form:
        return config
    wanted = {"type": "json_object"}
    field = {"text": {"format": wanted}} if form.startswith("text") else {"response_format": wanted}
    return replace(config, extra_body={**(config.extra_body or {}), **field})

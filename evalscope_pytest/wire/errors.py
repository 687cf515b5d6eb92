"""Classifies failures of services: retry, skip this sample, or stop (the tree in ``core.errors``).

One place decides for every client, so that they agree. Decisions rest on the status and on codes. A
service's prose counts only if there is nothing else, and only its beginning, as it may quote the prompt.
"""

from __future__ import annotations

import json
import math
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from ..core.errors import FatalError, ModelError, RateLimitedError, RejectedError, TransientError
from ..core.secret import redact

_SHOWN = 300
_NO_QUOTA = frozenset(
    {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "insufficient_balance", "arrearage"}
)
_BAD_KEY = frozenset({"invalid_api_key", "api_key_invalid", "authentication_error", "incorrect_api_key"})
_NO_MODEL = frozenset({"model_not_found", "model_not_exist", "invalid_model", "deploymentnotfound"})
_FILTERED = frozenset({"content_filter", "content_policy_violation", "data_inspection_failed", "moderation"})
_STATUS_OF = {  # of errors inside a reply that itself came with status 200
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "ratelimiterror": 429,
    "insufficient_quota": 429,
    "overloaded_error": 529,
    "authentication_error": 401,
    "invalid_api_key": 401,
    "permission_error": 403,
    "not_found_error": 404,
    "model_not_found": 404,
    "invalid_request_error": 400,
    "invalid_prompt": 400,
    "badrequesterror": 400,
    "context_length_exceeded": 400,
    "content_filter": 400,
    "request_too_large": 413,
}


@dataclass(frozen=True, slots=True)
class Complaint:
    """The reason a service gave for not answering a request.

    Attributes:
        message: Its words: one line, at most 300 characters, keys masked.
        codes: Its ``code``, ``type`` and ``status``, in lower case.
        status: The HTTP status in the body itself, 0 if it has none.
    """

    message: str
    codes: frozenset[str] = frozenset()
    status: int = 0

    def is_about(self, codes: frozenset[str], *phrases: str) -> bool:
        """Return whether it carries one of the codes, or one of the phrases near its beginning."""
        return bool(self.codes & codes) or any(p in self.message[:120].lower() for p in phrases)


def shown(text: str) -> str:
    """Return ``text`` as an error shows it: one line, keys masked, at most 300 characters."""
    line = redact(" ".join(text.split()))
    return line if len(line) <= _SHOWN else line[: _SHOWN - 3] + "..."


def sentence(text: str) -> str:
    """Return ``text`` as an error shows it, with a full stop, so that advice can follow."""
    line = shown(text)
    return line if line.endswith((".", "!", "?")) else line + "."


def shown_url(url: str) -> str:
    """Return ``url`` without user, password, query and fragment, all of which may hold keys."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "(no URL)"
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def retry_after_s(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Return the seconds to wait, from ``retry-after-ms`` or ``Retry-After``; None if they are unclear.

    Args:
        headers: A mapping that ignores case.
        now: The time an HTTP date is compared with.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("retry-after")
    seconds = _number(value)
    if seconds is not None or value is None:
        return seconds
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return max(0.0, (moment - (now or datetime.now(timezone.utc))).total_seconds())


def _number(value: str | None) -> float | None:
    try:
        number = float(value or "")
    except ValueError:
        return None
    return max(0.0, number) if math.isfinite(number) else None


def complaint(body: bytes) -> Complaint:
    """Read the body of a failed reply, whatever it is."""
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        return Complaint(shown(_page_text(body.decode("utf-8", "replace"))))
    return complaint_of(payload)


def complaint_of(payload: object) -> Complaint:
    """Read an error object in any of the shapes services use: OpenAI's, FastAPI's, DashScope's, plain text."""
    outer: Mapping[str, object] = payload if isinstance(payload, Mapping) else {"message": payload}
    inner = outer.get("error")
    error: Mapping[str, object] = inner if isinstance(inner, Mapping) else outer
    text = error.get("message") or error.get("detail") or (inner if isinstance(inner, str) else None) or error
    words = [w for key in ("code", "type", "status") if (w := error.get(key)) is not None]
    numbers = [int(w) for w in words if isinstance(w, int) or (isinstance(w, str) and w.isascii() and w.isdigit())]
    codes = frozenset(str(w).lower() for w in words)
    status = next((n for n in numbers if 300 <= n < 600), 0)
    status = status or next((_STATUS_OF[c] for c in sorted(codes) if c in _STATUS_OF), 0)
    return Complaint(shown(text if isinstance(text, str) else json.dumps(text, default=str)), codes, status)


def _page_text(page: str) -> str:
    """Return a page's title, or its beginning."""
    lower = page[:4000].lower()
    at, end = lower.find("<title>"), lower.find("</title>")
    if 0 <= at < end:
        return f"an HTML page titled {page[at + 7 : end].strip()!r}"
    return page[: 2 * _SHOWN].strip() or "an empty body"


def refusal(
    status: int,
    reason: Complaint,
    url: str,
    retry_after: float | None = None,
    *,
    inside: bool = False,
    location: str | None = None,
) -> ModelError:
    """Return the error for a reply with a status other than 200, or for an error object.

    Args:
        status: The HTTP status.
        reason: The complaint in the body.
        url: Where the request went; shown without secrets.
        retry_after: Seconds to wait, if the service named them.
        inside: The reply itself came with status 200; ``status`` is what its error object amounts to.
        location: Where a redirect points.
    """
    where = shown_url(url)
    text = f"{'an error with HTTP 200' if inside else f'HTTP {status}'} from {where}: {sentence(reason.message)}"
    if status == 402 or reason.is_about(_NO_QUOTA, "credit balance is too low", "insufficient balance"):
        return FatalError(f"{text} The account has no quota or credit left: top it up, then run again to resume.")
    if reason.is_about(_FILTERED) and status < 500:
        return RejectedError(text)
    if status in (401, 403) or reason.is_about(_BAD_KEY, "api key not valid"):
        return FatalError(text).advising("The key is missing, wrong or not allowed to use this model: check {api_key}.")
    if reason.is_about(_NO_MODEL, "model not exist") or (status == 404 and reason.is_about(frozenset(), "model")):
        return FatalError(text).advising("Check {model} against the models the service lists.")
    if 300 <= status < 400 and location:
        target = shown_url(urljoin(where, location))
        error = FatalError(f"HTTP {status}: {where} redirects to {target}.")
        return error.advising("If that is right, give it as {api_url}.")
    if status in (404, 405) or 300 <= status < 400:
        return FatalError(text).advising("Nothing answers at this address: check {api_url}, which mostly ends in /v1.")
    if status in (429, 529):
        return RateLimitedError(text, retry_after)
    if status in (408, 409, 425) or status >= 500:
        return TransientError(text, retry_after, overloaded=status == 503)
    return RejectedError(text, status)


def error_in(payload: Mapping[str, Any]) -> bool:
    """Return whether a reply or event with HTTP 200 is an error object.

    OpenAI's and Anthropic's hold ``error``. vLLM's is the error itself (``"object": "error"``), and others send no more
    than a message and a code.
    """
    if payload.get("error"):
        return True
    if payload.get("object") == "error" or payload.get("type") == "error":
        return True
    if "choices" in payload and payload["choices"] is not None:
        return False
    return any(isinstance(payload.get(name), str) and payload[name] for name in ("message", "detail"))


def refusal_inside(payload: object, url: str) -> ModelError:
    """Return the error for an error object that came inside a reply or a stream with status 200."""
    reason = complaint_of(payload)
    return refusal(reason.status or 500, reason, url, inside=True)


def malformed(what: str, url: str) -> TransientError:
    """Return the error for an unusable reply: not JSON, no choices, cut off."""
    return TransientError(f"unusable reply from {shown_url(url)}: {what}")


def json_object(data: bytes, url: str) -> dict[str, Any]:
    """Return the JSON object that a body or an event of a stream is.

    Raises:
        TransientError: It is not a JSON object.
    """
    try:
        payload = json.loads(data)
    except (ValueError, RecursionError):
        raise malformed(f"not JSON: {complaint(data).message}", url) from None
    if not isinstance(payload, dict):
        raise malformed("JSON, but not an object", url)
    return payload


def no_connection(error: BaseException, url: str, *, reached: bool) -> ModelError:
    """Return the error for a connection that could not be made, or broke.

    Args:
        error: The client's exception; its causes are searched.
        url: Where the request went.
        reached: The service has answered before. A host that has is not unknown, whatever the resolver answers now.
    """
    parts = urlsplit(shown_url(url))
    where = f"{parts.scheme}://{parts.netloc}"
    causes = list(_causes(error))
    if any(isinstance(c, socket.gaierror) for c in causes) and not reached:
        unknown = FatalError(f"unknown host {parts.hostname!r} in {where}.")
        return unknown.advising("Check the spelling of {api_url}, and DNS.")
    tls = next((c for c in causes if isinstance(c, ssl.SSLError)), None)
    if tls is not None and not reached:
        advice = "Is it an http:// address?" if "WRONG_VERSION" in str(tls) else "Check its certificate."
        return FatalError(f"no TLS connection to {where}: {sentence(str(tls))} {advice}")
    if any(isinstance(c, ConnectionRefusedError) for c in causes):
        refused = TransientError(f"nothing listens at {where}: connection refused.", unreachable=True)
        return refused.advising("Check that the server is running, and its host and port in {api_url}.")
    detail = next((str(c) for c in reversed(causes) if str(c)), "")
    return TransientError(f"the connection to {where} broke: {type(error).__name__} {shown(detail)}".rstrip())


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield ``error`` and its origins: causes, contexts, the parts of groups."""
    waiting: list[BaseException | None] = [error]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop()
        if not isinstance(one, BaseException) or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__context__, one.__cause__, getattr(one, "os_error", None), *getattr(one, "exceptions", ())]

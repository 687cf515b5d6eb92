"""The whole record of a sample, as pages and the API show it. Records may come from anywhere: no shape is trusted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..core.secret import redact

MEDIA = ("image", "audio", "video", "file")
_STORED = re.compile(r"media/([0-9a-f]{64}\.[a-z0-9]{1,5})")
_INLINE = re.compile(r"data:(image/(?:png|jpeg|gif|webp));base64,[A-Za-z0-9+/=]{1,8000000}")
MAX_MESSAGES = 400
MAX_TEXT = 200_000  # characters of a text on a page; the API has all
MAX_JSON = 20_000


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a message.

    Attributes:
        kind: ``text``, ``reasoning``, ``image``, ``audio``, ``video``, ``file``, or ``other``.
        stored: Name of the medium's file in the run's ``media``; empty if it is not there.
        inline: A data URI of a picture.
    """

    kind: str
    text: str = ""
    stored: str = ""
    inline: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A message, with the tools that it calls as pairs of name and arguments."""

    role: str
    parts: tuple[Part, ...]
    calls: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """A request to a judge, and what was read in its reply."""

    judge: str
    prompt: tuple[Message, ...]
    reply: str
    verdict: str
    error: str


@dataclass(frozen=True, slots=True)
class Record:
    """All that is known of a sample.

    Attributes:
        conversations: The messages before the reply, one list for each request; of a conversation in which a request
            holds all that came before, the last one only.
        reply: The last reply without its reasoning, which is ``reasoning``.
        figures: Names and values: usage, times, why the reply ended.
        damaged: A record is there and cannot be read.
    """

    conversations: tuple[tuple[Message, ...], ...] = ()
    reply: str = ""
    reasoning: str = ""
    calls: tuple[tuple[str, str], ...] = ()
    answer: str | None = None
    target: str = ""
    explanation: str = ""
    values: Mapping[str, Any] | None = None
    judgements: tuple[Judgement, ...] = ()
    figures: tuple[tuple[str, str], ...] = ()
    error: str = ""
    metadata: str = ""
    trace: str = ""
    damaged: bool = False

    @property
    def marked(self) -> tuple[str, str, str]:
        """The reply in three parts: the middle one is the answer, as it was last found; empty if it is not in it."""
        answer = (self.answer or "").strip()
        before, found, after = self.reply.rpartition(answer) if answer else ("", "", self.reply)
        return before, found, after

    def texts(self) -> Iterator[str]:
        """Yield the texts in which a search looks: prompt, reply, answer, target."""
        for messages in self.conversations:
            for message in messages:
                yield from (part.text for part in message.parts)
        yield from (self.reasoning, self.reply, self.answer or "", self.target, *(text for _, text in self.calls))


def record_of(prediction: bytes, review: bytes) -> Record:
    """Return a sample by its two records, of which either may be empty or damaged."""
    replied, scored = _parsed(prediction), _parsed(review)
    damaged = bool(prediction and replied is None) or bool(review and scored is None)
    replied, scored = replied or {}, scored or {}
    score = _at(scored, "sample_score", "score")
    outputs = _outputs(replied)
    last = outputs[-1] if outputs else {}
    conversations = _conversations(replied) or _conversations(scored)
    said = _message(_at(_first(last.get("choices")), "message") or _last(scored.get("messages")))
    reply = _text(_at(score, "prediction"))
    return Record(
        conversations=conversations,
        reply=reply or "".join(part.text for part in said.parts if part.kind != "reasoning"),
        reasoning="".join(part.text for part in said.parts if part.kind == "reasoning"),
        calls=said.calls,
        answer=_optional(_at(score, "extracted_prediction")),
        target=_joined(scored.get("target")),
        explanation=_text(_at(score, "explanation")),
        values=found if isinstance(found := _at(score, "value"), dict) else None,
        judgements=tuple(_judgements(score, replied)),
        figures=tuple(_figures(outputs)),
        error=redact(_text(last.get("error") or replied.get("error"))),
        metadata=_written(_at(scored, "sample_score", "sample_metadata") or replied.get("metadata")),
        trace=_written(replied.get("agent_trace") or scored.get("agent_trace")),
        damaged=damaged,
    )


def _parsed(line: bytes) -> dict[str, Any] | None:
    if not line.strip():
        return None
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _at(data: Any, *names: str) -> Any:
    """Return what lies under names; None if there is nothing."""
    for name in names:
        data = data.get(name) if isinstance(data, dict) else None
    return data


def _first(items: Any) -> Any:
    return items[0] if isinstance(items, list) and items else None


def _last(items: Any) -> Any:
    return items[-1] if isinstance(items, list) and items else None


def _dicts(items: Any) -> list[dict[str, Any]]:
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _optional(value: Any) -> str | None:
    return None if value is None else _text(value)


def _joined(value: Any) -> str:
    return " | ".join(map(_text, value)) if isinstance(value, list) else _text(value)


def _written(value: Any) -> str:
    if not value:
        return ""
    try:
        text = json.dumps(value, indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return ""
    return text if len(text) <= MAX_JSON else f"{text[:MAX_JSON]}\n… {len(text) - MAX_JSON:,}"


def _outputs(replied: Mapping[str, Any]) -> list[dict[str, Any]]:
    several = [_at(call, "model_output") for call in _dicts(replied.get("calls"))]
    return _dicts(several or [replied.get("model_output")])


def _conversations(data: Mapping[str, Any]) -> tuple[tuple[Message, ...], ...]:
    several = [_dicts(call.get("messages")) for call in _dicts(data.get("calls"))]
    several = several or [_dicts(data.get("messages"))[:-1]]
    kept = [
        messages
        for messages, later in zip(several, [*several[1:], None], strict=True)
        if messages and (later is None or later[: len(messages)] != messages)
    ]
    return tuple(tuple(map(_message, messages[:MAX_MESSAGES])) for messages in kept)


def _message(data: Any) -> Message:
    calls = tuple(
        (_text(_at(call, "function", "name") or call.get("function")), _called(_at(call, "function", "arguments")))
        for call in _dicts(_at(data, "tool_calls"))
    )
    return Message(_text(_at(data, "role")), tuple(_parts(_at(data, "content"))), calls)


def _called(arguments: Any) -> str:
    return arguments if isinstance(arguments, str) else _written(arguments)


def _parts(content: Any) -> Iterator[Part]:
    if not isinstance(content, list):
        yield Part("text", _text(content))
        return
    for item in content:
        kind = _at(item, "type")
        if kind in ("text", "reasoning"):
            yield Part(kind, _text(item.get(kind)))
        elif kind in MEDIA:
            yield _medium(kind, _text(item.get(kind)), _text(item.get("name")))
        else:
            yield Part("other", _written(item) or _text(item))


def _medium(kind: str, link: str, name: str) -> Part:
    if stored := _STORED.fullmatch(link):
        return Part(kind, name or stored[1], stored=stored[1])
    if kind == "image" and _INLINE.fullmatch(link):
        return Part(kind, name, inline=link)
    return Part(kind, name or link[:200])


def _judgements(score: Any, replied: Mapping[str, Any]) -> Iterator[Judgement]:
    records = _dicts(_at(score, "metadata", "judgements")) or _dicts(replied.get("judge_calls"))
    for record in records:
        yield Judgement(
            _text(record.get("judge")),
            tuple(map(_message, _dicts(record.get("messages"))[:MAX_MESSAGES])),
            _text(record.get("reply")),
            _text(record.get("verdict")),
            _text(record.get("error")),
        )


def _figures(outputs: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield the figures of the replies, summed up over the requests."""
    if len(outputs) > 1:
        yield "requests", str(len(outputs))
    for name in ("input_tokens", "output_tokens", "reasoning_tokens", "input_tokens_cache_read"):
        found = [n for output in outputs if isinstance(n := _at(output, "usage", name), (int, float))]
        if found:
            yield name.replace("_", " "), f"{sum(found):,}"
    for name, path in (("latency", ("time",)), ("ttft", ("perf_metrics", "ttft"))):
        times = [t for output in outputs if isinstance(t := _at(output, *path), (int, float))]
        if times:
            yield name, f"{sum(times) if name == 'latency' else times[0]:.3f} s"
    if outputs:
        reason = _text(_at(_first(outputs[-1].get("choices")), "stop_reason"))
        yield from [("stop reason", reason)] if reason else []
        yield from [("model", model)] if (model := _text(outputs[-1].get("model"))) else []
        retries = sum(n for output in outputs if isinstance(n := _at(output, "metadata", "retries"), int))
        yield from [("retries", str(retries))] if retries else []

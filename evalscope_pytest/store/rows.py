"""One finished sample as it is kept: a light row to aggregate, and the prediction and review rows of EvalScope.

The prediction row holds every request and reply, so that a sample can be scored again; the review row holds the
verdict. Both carry the content address ``key``, first, so that an index can be made without parsing the rest.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ..core.canonical import Fragment, encode, text_ascii
from ..core.secret import mask_keys, redact
from ..core.text import MAX_TEXT, bounded
from ..core.values import (
    Call,
    JudgeCall,
    Message,
    ModelOutput,
    Sample,
    SampleError,
    SampleResult,
    Score,
    ToolCall,
    Usage,
)
from .judged import Judged, judged_header
from .media import content_of, written

MAX_ANSWER = 256  # characters of an answer in the light row: enough to compare votes
MAX_MESSAGE = 4000  # characters of an error


@dataclass(frozen=True, slots=True)
class SampleSummary:
    """A summary of a finished sample, without its texts, for aggregation, tables and gates.

    Attributes:
        id: The dataset's own id of the record, empty if it has none.
        weights: Weight of a metric's value, if it is not 1 (IFEval: instructions of the prompt); by part of
            the metric for an aggregation over parts.
        answer: The extracted answer; a long one is cut, with a hash, so that equal answers stay equal.
        calls: Requests made for it.
        latency_s: Of all calls together; None when one was not measured. So are the tokens.
        ttft_s: Of the first call.
        cached: Calls that the response cache answered.
        judged: Requests to judges about it; None without judges.
        undecided: Computer algebra took too long to compare the answer, which counts as wrong.
        question: Key of the question, by which two runs pair; empty in records of earlier versions.
        cluster: Name of the questions that are not independent of it; empty if none are known.
    """

    key: str
    review_key: str
    benchmark: str
    subset: str
    index: int
    group: int
    repeat: int
    id: str = ""
    status: Literal["scored", "error"] = "scored"
    values: Mapping[str, float] | None = None
    weights: Mapping[str, float | Mapping[str, float]] | None = None
    answer: str | None = None
    error: SampleError | None = None
    calls: int = 0
    latency_s: float | None = None
    ttft_s: float | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    stop_reason: str = "unknown"
    empty: bool = False
    truncated: bool = False
    retries: int = 0
    elapsed_s: float = 0.0
    cached: int = 0
    judged: Judged | None = None
    undecided: bool = False
    question: str = ""
    cluster: str = ""

    @property
    def reusable(self) -> bool:
        """True when the model answered, whether or not the answers could be scored: they are not requested again."""
        return self.calls > 0 or self.status == "scored"


def header_of(result: SampleResult) -> dict[str, Any]:
    """Return the fields of a sample's `SampleSummary` that differ from their defaults, as JSON."""
    score, error = result.score, result.error
    header: dict[str, Any] = {
        "key": result.key,
        "review_key": result.review_key,
        "benchmark": result.benchmark,
        "subset": result.subset,
        "index": result.index,
        "group": result.group,
        "repeat": result.repeat,
        "elapsed_s": round(result.elapsed_s, 6),
    }
    named = {"id": result.sample.id, "question": result.question, "cluster": result.cluster}
    header.update({name: text for name, text in named.items() if text})
    if score is not None and error is None:
        header["values"] = score.values
        if score.answer is not None:
            header["answer"] = mask_keys(_vote(score.answer))
        if isinstance(weights := score.metadata.get("weights"), Mapping):
            header["weights"] = weights
        if score.metadata.get("comparison") == "timeout":
            header["undecided"] = True
    else:
        header["status"] = "error"
    if error is not None:
        header["error"] = [error.kind, error.type, redact(error.message[:MAX_MESSAGE])]
    if result.calls:
        _add_figures(header, [call.output for call in result.calls])
    if judged := judged_header(None if error else score, result.judge_calls):
        header["judged"] = judged
    return header


def _add_figures(header: dict[str, Any], outputs: list[ModelOutput]) -> None:
    last = outputs[-1]
    header["calls"] = len(outputs)
    header["stop_reason"] = last.stop_reason
    if last.empty:
        header["empty"] = True
    if any([o.stop_reason != "stop" and o.truncated for o in outputs]):  # noqa: C419 - a list is faster here
        header["truncated"] = True
    if retries := sum([o.retries for o in outputs]):
        header["retries"] = retries
    if cached := sum([o.cached for o in outputs]):
        header["cached"] = cached
    latencies = [o.latency_s for o in outputs if o.latency_s is not None]
    if len(latencies) == len(outputs):
        header["latency_s"] = round(sum(latencies), 6)
    if outputs[0].ttft_s is not None:
        header["ttft_s"] = outputs[0].ttft_s
    if usages := [o.usage for o in outputs if o.usage is not None]:
        header["input_tokens"] = sum([u.input_tokens for u in usages])
        header["output_tokens"] = sum([u.output_tokens for u in usages])


def row_of(header: dict[str, Any]) -> SampleSummary:
    """Return the row that `header_of` described.

    Raises:
        TypeError: It holds other fields.
    """
    if (error := header.get("error")) is not None:
        header["error"] = SampleError(*error)
    if (judged := header.get("judged")) is not None:
        header["judged"] = Judged.from_json(judged)
    return SampleSummary(**header)


def _vote(answer: str) -> str:
    if len(answer) <= MAX_ANSWER:
        return answer
    return f"{answer[: MAX_ANSWER - 34]}…{_sha256(answer)[:32]}"


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


# The two rows repeat most of their text: prompt and reply are in both, the reply three times. What occurs several
# times is encoded once, and is a `Fragment` from then on.

_Json = dict[str, Any]


def documents(result: SampleResult, model: str) -> tuple[str, str]:
    """Return prediction row and review row as JSON; empty without a reply, or without a score.

    Args:
        model: The model's full name; if it is empty, the name that the replies give.
    """
    metadata, messages, prediction = _document(result.sample.metadata), Fragment("[]"), ""
    if result.calls:
        last = result.calls[-1]
        model = model or last.output.model
        message = Fragment(encode(_assistant(result.key, last.output, model)))
        messages = Fragment(encode([*_messages(result.key, last.messages), message]))
        prediction = encode(
            {
                "key": result.key,
                "index": result.index,
                "model": model,
                "model_output": _output(result.key, last.output, model, message),
                "messages": messages,
                "agent_trace": None,
                "metadata": metadata,
                **_extras(result, model),
            }
        )
    if result.score is None or result.error is not None:
        return prediction, ""
    return prediction, encode(_review(result, result.score, messages, metadata))


def _extras(result: SampleResult, model: str) -> _Json:
    """Return the fields that EvalScope's rows lack."""
    extras = _id(result.sample)
    if len(result.calls) > 1:
        extras["calls"] = [_call(result.key, call, model) for call in result.calls]
    if result.judge_calls and (result.score is None or result.error is not None):  # else the review row has them
        extras["judge_calls"] = [_judge_call(call) for call in result.judge_calls]
    if any(_is_long(call) for call in result.calls):
        extras["truncated"] = True
    return extras


def _judge_call(call: JudgeCall) -> _Json:
    messages = [{"role": message.role, "content": _content(message)} for message in call.messages]
    return {"judge": call.judge, "repeat": call.repeat, "messages": messages, "reply": _text(call.reply)}


def _id(sample: Sample) -> _Json:
    return {"id": _text(sample.id)} if sample.id else {}


def _call(key: str, call: Call, model: str) -> _Json:
    output = _output(key, call.output, model, _assistant(key, call.output, model))
    return {"messages": _messages(key, call.messages), "model_output": output}


def _is_long(call: Call) -> bool:
    texts = [call.output.text, call.output.reasoning, *[m.text for m in call.messages]]
    texts += [made.arguments for made in call.output.tool_calls]
    return max(map(len, texts)) > MAX_TEXT


def _text(text: str) -> str | Fragment:
    return text_ascii(mask_keys(bounded(text)))


def _optional(text: str | None) -> str | Fragment | None:
    return None if text is None else _text(text)


def _document(value: Any) -> Fragment:
    """Return JSON that an author, a dataset or a service made up, without keys."""
    return Fragment(mask_keys(encode(value))) if value else _EMPTY.get(type(value)) or Fragment(encode(value))


_EMPTY = {type(None): Fragment("null"), dict: Fragment("{}")}


def _short_id(key: str, position: int) -> str:
    return f"{zlib.crc32(f'{key}:{position}'.encode('utf-8', 'surrogatepass')):08x}"


def _messages(key: str, messages: Sequence[Message]) -> list[_Json]:
    return [_message(_short_id(key, position), message) for position, message in enumerate(messages)]


def _message(id: str, message: Message) -> _Json:
    row: _Json = {
        "id": id,
        "content": _content(message),
        "source": "input" if message.role == "user" else None,
        "metadata": None,
        "internal": None,
        "perf_metrics": None,
        "role": message.role,
    }
    if message.role == "assistant":
        row |= {"tool_calls": _tool_calls(message.tool_calls), "model": None}
    elif message.role in ("user", "tool"):
        row["tool_call_id"] = _text(message.tool_call_id) if message.tool_call_id else None
    if message.role == "tool":
        row |= {"function": None, "error": None}
    return row


def _content(message: Message) -> Any:
    content = message.content
    return _text(content) if isinstance(content, str) else [written(part, _text) for part in content]


def _tool_calls(calls: Sequence[ToolCall]) -> list[_Json] | None:
    return [
        {
            "id": _text(call.id),
            "function": {"name": _text(call.name), "arguments": _text(call.arguments)},
            "type": "function",
        }
        for call in calls
    ] or None


def _assistant(key: str, output: ModelOutput, model: str) -> _Json:
    content: Any = _text(output.text)
    if output.reasoning:
        reasoning = {"type": "reasoning", "reasoning": _text(output.reasoning)}
        content = [reasoning, {"type": "text", "text": content}]
    return {
        "id": _short_id(key, -1),
        "content": content,
        "source": "generate",
        "metadata": None,
        "internal": None,
        "perf_metrics": _perf(output),
        "role": "assistant",
        "tool_calls": _tool_calls(output.tool_calls),
        "model": output.model or model,
    }


def _output(key: str, output: ModelOutput, model: str, message: _Json | Fragment) -> _Json:
    choice = {"message": message, "stop_reason": output.stop_reason, "logprobs": _document(output.logprobs)}
    return {
        "id": key[:16],
        "model": output.model or model,
        "choices": [choice],
        "usage": _usage(output.usage),
        "time": output.latency_s,
        "metadata": _metadata(output),
        "error": None,
        "perf_metrics": _perf(output),
    }


def _metadata(output: ModelOutput) -> _Json | None:
    retries: _Json = {"retries": output.retries} if output.retries else {}
    return retries | ({"cached": True} if output.cached else {}) or None


def _usage(usage: Usage | None) -> _Json | None:
    if usage is None:
        return None
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "total_tokens": usage.total_tokens,
        "input_tokens_cache_write": usage.input_tokens_cache_write,
        "input_tokens_cache_read": usage.input_tokens_cache_read,
        "reasoning_tokens": usage.reasoning_tokens,
    }


def _perf(output: ModelOutput) -> _Json | None:
    if output.latency_s is None:
        return None
    usage = output.usage or _NO_USAGE
    later = usage.output_tokens - 1
    tpot = (output.latency_s - output.ttft_s) / later if output.ttft_s is not None and later > 0 else None
    return {
        "latency": output.latency_s,
        "ttft": output.ttft_s,
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "tpot": tpot,
    }


_NO_USAGE = Usage()


def _review(result: SampleResult, score: Score, messages: Fragment, metadata: Fragment) -> _Json:
    sample, targets = result.sample, result.sample.targets
    verdict = {
        "value": score.values,
        "status": "success",
        "judge_summary": None,
        "extracted_prediction": _optional(score.answer),
        "prediction": _optional(result.calls[-1].output.text if result.calls else None),
        "explanation": _optional(redact(score.explanation) if score.explanation else score.explanation),
        "metadata": _document(score.metadata),
        "main_score_name": None,
    }
    return {
        "key": result.key,
        "review_key": result.review_key,
        "index": result.index,
        "target": _text(targets[0]) if len(targets) == 1 else _document([bounded(t) for t in targets]),
        "messages": messages,
        "agent_trace": None,
        "sample_score": {
            "score": verdict,
            "sample_id": result.index,
            "group_id": result.group,
            "generation_index": result.repeat,
            "sample_metadata": metadata,
        },
        **_id(sample),
        **({"question": result.question, "cluster": result.cluster or None} if result.question else {}),
    }


def calls_of(prediction: Mapping[str, Any]) -> tuple[Call, ...]:
    """Return the requests and replies that a prediction row holds."""
    several = prediction.get("calls")
    if several:
        return tuple(Call(_messages_of(c["messages"]), _output_of(c["model_output"])) for c in several)
    return (Call(_messages_of(prediction["messages"][:-1]), _output_of(prediction["model_output"])),)


def judge_calls_of(prediction: Mapping[str, Any]) -> tuple[JudgeCall, ...]:
    """Return the requests to judges that a prediction row without a score holds."""
    return tuple(
        JudgeCall(row["judge"], row["repeat"], _messages_of(row["messages"]), row["reply"])
        for row in prediction.get("judge_calls", ())
    )


def _messages_of(rows: Sequence[Mapping[str, Any]]) -> tuple[Message, ...]:
    return tuple(
        Message(row["role"], content_of(row["content"]), _tool_calls_of(row), row.get("tool_call_id") or "")
        for row in rows
    )


def _tool_calls_of(message: Mapping[str, Any]) -> tuple[ToolCall, ...]:
    calls = message.get("tool_calls") or ()
    return tuple(ToolCall(c["function"]["name"], c["function"]["arguments"], c["id"]) for c in calls)


def _output_of(row: Mapping[str, Any]) -> ModelOutput:
    choice, usage = row["choices"][0], row["usage"]
    content, perf = choice["message"]["content"], row.get("perf_metrics") or {}
    _check_texts(row["model"], choice["stop_reason"])
    metadata = row.get("metadata") or {}
    reasoning = ""
    if isinstance(content, list):
        reasoning = "".join(part["reasoning"] for part in content if part["type"] == "reasoning")
        content = "".join(part["text"] for part in content if part["type"] == "text")
    _check_texts(content)
    return ModelOutput(
        text=content,
        reasoning=reasoning,
        stop_reason=choice["stop_reason"],
        usage=None
        if usage is None
        else Usage(
            usage["input_tokens"],
            usage["output_tokens"],
            usage.get("reasoning_tokens"),
            usage.get("input_tokens_cache_read"),
            usage.get("input_tokens_cache_write"),
        ),
        model=row["model"],
        tool_calls=_tool_calls_of(choice["message"]),
        latency_s=row.get("time"),
        ttft_s=perf.get("ttft"),
        retries=metadata.get("retries", 0),
        logprobs=choice.get("logprobs"),
        cached=bool(metadata.get("cached")),
    )


def _check_texts(*values: object) -> None:
    """Refuse anything but text: a damaged row may still be JSON."""
    for value in values:
        if not isinstance(value, str):
            raise TypeError(f"{type(value).__name__} in place of a text")


def score_of(review: Mapping[str, Any]) -> Score:
    """Return the verdict that a review row holds."""
    score = review["sample_score"]["score"]
    return Score.of(
        score["value"],
        answer=score["extracted_prediction"],
        explanation=score["explanation"],
        metadata=score["metadata"],
    )

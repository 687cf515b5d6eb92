"""One batch of prompts through a transformers model: greedy or sampled, reproducible row by row.

Sampling draws from the cumulative distribution with one uniform number per row and step, made beforehand from the
row's own seed. So a row's draws do not depend on which rows share its batch; what remains is that logits of different
batch shapes may differ in their last bits, which in half precision can occasionally change a choice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from .checkpoint import Loaded

_KEPT = ("suppress_tokens", "begin_suppress_tokens")  # of the recognizers of speech: marks that are no words


@dataclass(frozen=True, slots=True)
class Decoding:
    """Parameters of a batch; rows with different ones cannot share it.

    Attributes:
        limit: Most new tokens.
        sample: Draw tokens; else take the likeliest.
        temperature, top_p, top_k: None leaves the distribution alone.
        stops: Texts that end an answer, and are not part of it.
        top_logprobs: Number of alternatives to report with each token's log probability; None reports nothing.
        timeout_s: Seconds for the batch.
    """

    limit: int
    sample: bool = False
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    repetition_penalty: float | None = None
    stops: tuple[str, ...] = ()
    top_logprobs: int | None = None
    timeout_s: float | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One prompt: its tokens, and the seed of its draws."""

    ids: Sequence[int]
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Completion:
    """The generated text of one row.

    Attributes:
        tokens: New tokens, the one that ended it included.
        ended: True if it ended by itself; otherwise the limit, or the clock, cut it off.
        late: The clock did.
        invalid: The model's numbers were not finite.
        ttft_s: Seconds to the first token.
    """

    text: str
    tokens: int
    ended: bool
    late: bool
    invalid: bool
    ttft_s: float
    logprobs: Any = None


def complete(
    loaded: Loaded,
    rows: Sequence[Row],
    how: Decoding,
    stopping: Callable[[], bool] = lambda: False,
    others: Mapping[str, Any] | None = None,
) -> list[Completion]:
    """Generate for all rows at once, padded on the left.

    Args:
        loaded: The model. One that encodes and then decodes starts its decoder with the rows.
        rows: The prompts.
        how: Parameters of the batch.
        stopping: Called at each step; true ends all rows.
        others: Tensors besides the tokens, such as pictures, by the names of the model's parameters.
    """
    import torch
    from transformers import GenerationMixin, LogitsProcessorList, StoppingCriteriaList

    model, width = loaded.model, max(len(r.ids) for r in rows)
    ids = torch.full((len(rows), width), loaded.pad_id, dtype=torch.long)
    mask = torch.zeros_like(ids)
    for at, row in enumerate(rows):
        ids[at, width - len(row.ids) :] = torch.tensor(row.ids)
        mask[at, width - len(row.ids) :] = 1
    choice = _Choice(loaded, rows, how, gaps=mask == 0)
    ending = _Ending(loaded, len(rows), width, how, stopping)
    given: dict[str, Any] = {"input_ids": ids, "attention_mask": mask, **(others or {})}
    generate = model.generate
    if model.config.is_encoder_decoder:
        given = {"decoder_input_ids": ids, **(others or {})}
        generate = partial(GenerationMixin.generate, model)  # Whisper's own knows no tokens to start with
    with torch.inference_mode():
        written = generate(
            **{name: _placed(value, model) for name, value in given.items()},
            generation_config=_settings(loaded, how, width),
            logits_processor=LogitsProcessorList([choice]),
            stopping_criteria=StoppingCriteriaList([ending]),
        )
    if others and not torch.equal(written[:, :width].cpu(), ids):
        raise ValueError("the model does not return its prompt, which generation here depends on")
    new = written[:, width:].tolist()
    return [_completion(loaded, at, tokens, how, choice, ending) for at, tokens in enumerate(new)]


def _settings(loaded: Loaded, how: Decoding, width: int) -> Any:
    from transformers import GenerationConfig

    settings: Any = GenerationConfig
    more: dict[str, Any] = {"max_new_tokens": how.limit}
    if loaded.model.config.is_encoder_decoder:  # their own settings hold a max_length, which would be a warning
        own = loaded.model.generation_config
        more = {"max_length": width + how.limit, **{name: getattr(own, name, None) for name in _KEPT}}
    return settings(
        do_sample=False,  # `_Choice` samples
        temperature=1.0,
        top_p=1.0,
        top_k=50,
        num_beams=1,
        repetition_penalty=1.0,  # `_Choice` does it, without counting the padding as repeated
        eos_token_id=list(loaded.stop_ids) or None,
        pad_token_id=loaded.pad_id,
        **more,
    )


def _placed(value: Any, model: Any) -> Any:
    """Return a tensor where the model is, numbers with a fraction in its precision."""
    import torch

    if not isinstance(value, torch.Tensor):
        return value
    return value.to(model.device, model.dtype) if value.is_floating_point() else value.to(model.device)


def cut_at_stop(text: str, stops: Sequence[str]) -> tuple[str, bool]:
    """Return a text before the first stop text in it, and whether it holds one."""
    found = [place for stop in stops if (place := text.find(stop)) >= 0]
    return (text[: min(found)], True) if found else (text, False)


def ending_of(loaded: Loaded, how: Decoding, stopping: Callable[[], bool]) -> _Ending:
    """Return what ends the pieces of one long answer when time is up or the run stops."""
    return _Ending(loaded, 1, 0, replace(how, stops=()), stopping)


def _completion(
    loaded: Loaded, at: int, tokens: list[int], how: Decoding, choice: _Choice, ending: _Ending
) -> Completion:
    end = next((n for n, token in enumerate(tokens) if token in loaded.stop_ids), None)
    stopped = ending.stopped_at[at]
    count = len(tokens)
    if stopped is not None and (end is None or stopped <= end):
        kept, count = tokens[:stopped], stopped
    elif end is not None:
        kept, count = tokens[:end], end + 1
    else:
        kept = tokens
    text = loaded.tokenizer.decode(kept, skip_special_tokens=True, clean_up_tokenization_spaces=False)
    text, cut = cut_at_stop(text, how.stops)
    ended = cut or end is not None or stopped is not None
    return Completion(
        text,
        count,
        ended=ended,
        late=ending.late and not ended,
        invalid=choice.invalid[at],
        ttft_s=choice.ttft_s,
        logprobs=None if how.top_logprobs is None else {"content": choice.report(at, tokens[:count])},
    )


class _Choice:
    """The last step before a token is taken: penalizes repetition, reports log probabilities, samples.

    A callable, as transformers' logits processors are. Where it samples it leaves one candidate per row, which greedy
    search then takes.

    Args:
        gaps: True at the padding of a row.
    """

    def __init__(self, loaded: Loaded, rows: Sequence[Row], how: Decoding, *, gaps: Any) -> None:
        import torch
        from transformers import TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

        self._tokenizer = loaded.tokenizer
        self._top = how.top_logprobs
        self._penalty = how.repetition_penalty or 1.0
        self._gaps = gaps
        self._steps: list[tuple[list[float], list[list[int]], list[list[float]]]] = []
        self._step = 0
        self._started = time.perf_counter()
        self.ttft_s = 0.0
        self.invalid = [False] * len(rows)
        self._warpers: list[Any] = []
        self._draws: Any = None
        if not how.sample:
            return
        if how.temperature is not None and how.temperature != 1.0:
            self._warpers.append(TemperatureLogitsWarper(float(how.temperature)))
        if how.top_k:
            self._warpers.append(TopKLogitsWarper(how.top_k))
        if how.top_p is not None and how.top_p < 1.0:
            self._warpers.append(TopPLogitsWarper(float(how.top_p)))
        draws = [torch.rand(how.limit, generator=torch.Generator().manual_seed(r.seed)) for r in rows]
        self._draws = 1 - torch.stack(draws)  # in (0, 1]: a token of probability 0 is never drawn

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        if self._step == 0:
            self.invalid = (~scores.max(dim=-1).values.isfinite()).tolist()
            self.ttft_s = time.perf_counter() - self._started
        if self._penalty != 1.0:
            scores = self._penalized(input_ids, scores)
        raw = scores
        if self._draws is not None:
            scores = self._sampled(input_ids, scores)
        if self._top is not None:
            self._record(raw, scores.argmax(dim=-1, keepdim=True))
        self._step += 1
        return scores

    def _penalized(self, input_ids: Any, scores: Any) -> Any:
        """Return scores after Keskar et al. 2019 (CTRL), arXiv:1909.05858: a factor lowers tokens that occurred."""
        import torch

        seen = input_ids.clone()
        prompt = seen[:, : self._gaps.shape[1]]
        prompt.copy_(torch.where(self._gaps.to(seen.device), prompt[:, -1:], prompt))
        known = scores.gather(1, seen)
        return scores.scatter(1, seen, torch.where(known < 0, known * self._penalty, known / self._penalty))

    def _sampled(self, input_ids: Any, scores: Any) -> Any:
        import torch

        for warp in self._warpers:
            scores = warp(input_ids, scores)
        reached = scores.float().softmax(dim=-1).cumsum(dim=-1)
        drawn = self._draws[:, self._step : self._step + 1].to(reached.device) * reached[:, -1:]
        token = torch.searchsorted(reached, drawn).clamp_(max=scores.shape[-1] - 1)
        return torch.full_like(scores, -torch.inf).scatter_(1, token, 0.0)

    def _record(self, scores: Any, token: Any) -> None:
        logprobs = scores.float().log_softmax(dim=-1)
        best = logprobs.topk(max(self._top or 0, 1), dim=-1)
        self._steps.append((logprobs.gather(1, token)[:, 0].tolist(), best.indices.tolist(), best.values.tolist()))

    def report(self, row: int, tokens: Sequence[int]) -> list[dict[str, Any]]:
        """Return the log probabilities of a row's tokens in OpenAI's form."""
        entries = []
        for token, (chosen, best, values) in zip(tokens, self._steps, strict=False):
            entry: dict[str, Any] = {"token": self._tokenizer.decode([token]), "logprob": chosen[row]}
            if self._top:
                pairs = zip(best[row], values[row], strict=True)
                entry["top_logprobs"] = [{"token": self._tokenizer.decode([i]), "logprob": v} for i, v in pairs]
            entries.append(entry)
        return entries


class _Ending:
    """Ends rows at a stop text, and all rows when time is up or the run stops. Called after each step."""

    def __init__(self, loaded: Loaded, rows: int, width: int, how: Decoding, stopping: Callable[[], bool]) -> None:
        self._tokenizer = loaded.tokenizer
        self._width = width
        self._stops = how.stops
        # A token has at least one byte, so this many always cover a stop text and a little before it.
        self._window = max((len(s.encode("utf-8", "replace")) for s in how.stops), default=0) + 4
        self._deadline = None if how.timeout_s is None else time.monotonic() + how.timeout_s
        self._stopping = stopping
        self.stopped_at: list[int | None] = [None] * rows
        self.late = False

    def __call__(self, input_ids: Any, scores: Any, **kwargs: Any) -> Any:
        import torch

        self.late = self._stopping() or (self._deadline is not None and time.monotonic() > self._deadline)
        if self.late:
            return torch.ones(input_ids.shape[0], dtype=torch.bool, device=input_ids.device)
        written = input_ids.shape[1] - self._width
        if self._stops:
            tails = input_ids[:, -min(written, self._window) :].tolist()
            for row, tail in enumerate(tails):
                if self.stopped_at[row] is None and self._has_stop(tail):
                    self.stopped_at[row] = written
            return torch.tensor([at is not None for at in self.stopped_at], device=input_ids.device)
        return torch.zeros(input_ids.shape[0], dtype=torch.bool, device=input_ids.device)

    def _has_stop(self, tail: list[int]) -> bool:
        text = self._tokenizer.decode(tail, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        return any(stop in text for stop in self._stops)

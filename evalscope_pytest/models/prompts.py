"""Prompts of local models: a request's messages as tokens, or as a text with marks for media yet to be decoded."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..config.generation import GenerationConfig
from ..core.canonical import digest
from ..core.content import medium_of
from ..core.errors import RejectedError
from ..core.values import Message
from ..wire.errors import sentence
from ..wire.media import kinds_in, with_frames
from ..wire.request import Request
from .checkpoint import Loaded
from .decoding import Decoding, Row
from .modality import SPEECH, refusal_by_task
from .multimodal import MediaPrompt, adds_tokens, check_marks, content_of, marked
from .spec import LOCAL_MAX_TOKENS
from .speech import SpeechPrompt, speech_prompt


@dataclass(frozen=True, slots=True)
class Prompt:
    """A request, ready for the model.

    Attributes:
        thinking: The template has opened a block of thinking at the prompt's end.
        cut_by_context: The model's context, not ``max_tokens``, limits the answer.
        encoded: Places of a recording that an encoder reads ahead of these tokens.
        media: The media to be decoded; None if there is text alone. Until it is, the row has no tokens of it.
    """

    row: Row
    how: Decoding
    thinking: bool
    cut_by_context: bool
    streamed: bool
    encoded: int = 0
    media: MediaPrompt | SpeechPrompt | None = None

    @property
    def kind(self) -> Hashable:
        """The value that prompts of one batch have in common."""
        return self.how, None if self.media is None else self.media.kinds

    @property
    def length(self) -> int:
        """Number of tokens, that of media as services count them."""
        media = () if self.media is None else self.media.media
        return len(self.row.ids) + sum(medium_of(part).tokens for part in media)


def prompt_of(loaded: Loaded, request: Request, seed: int) -> Prompt:
    """Turn messages into tokens.

    Raises:
        RejectedError: The template refuses them, or they leave no room for an answer.
    """
    if request.tools:
        raise RejectedError(
            "a checkpoint generates text only, and this sample brings functions to call. Serve the model, and use "
            "eval_type openai_api; benchmarks of function calls also take extra_params {'is_fc_model': false}."
        )
    config, context, messages = request.config, loaded.context, with_frames(request.messages)
    if kinds := kinds_in(messages):
        name = loaded.model.name_or_path
        if reason := refusal_by_task(kinds, name, loaded.task, loaded.taken, chosen=loaded.chosen):
            raise RejectedError(reason)
    media: MediaPrompt | SpeechPrompt | None = None
    if loaded.task == SPEECH:
        media, text, ids = speech_prompt(messages, config), "", []
    else:
        text, special = _render(loaded, messages, config)
        ids = loaded.tokenizer(text, add_special_tokens=special).input_ids
        if parts := tuple(part for message in messages for part in message.media):
            media = MediaPrompt(text, parts)
            check_marks(loaded, media)
    limit = config.max_tokens or LOCAL_MAX_TOKENS
    room = limit if context is None or media is not None else context - len(ids)
    if media is None and (room < 1 or not ids):
        raise _no_room(len(ids), context)
    own = loaded.model.generation_config
    sample = bool(config.do_sample)
    how = Decoding(
        limit=min(limit, room),
        sample=sample,
        temperature=_first(config.temperature, own.temperature) if sample else None,
        top_p=_first(config.top_p, own.top_p) if sample else None,
        top_k=_first(config.top_k, own.top_k) if sample else None,
        repetition_penalty=_first(config.repetition_penalty, own.repetition_penalty),
        stops=tuple(config.stop_seqs or ()),
        top_logprobs=(config.top_logprobs or 0) if config.logprobs or config.top_logprobs else None,
        timeout_s=config.timeout,
    )
    base = seed if config.seed is None else config.seed
    named = [] if media is None else [medium_of(part).sha256 for part in media.media]
    drawn = int(digest(base, request.repeat, text, *named)[:15], 16) if sample else 0
    return Prompt(
        Row(ids, drawn),
        how,
        thinking=text.rstrip().endswith("<think>"),
        cut_by_context=room < limit,
        streamed=bool(config.stream),
        encoded=getattr(loaded.model.config, "max_source_positions", 0) if loaded.task == SPEECH else 0,
        media=media,
    )


def _no_room(tokens: int, context: int | None) -> RejectedError:
    size = f"{tokens} tokens; the model's context is {context}" if tokens else "no tokens"
    return RejectedError(f"the prompt has {size}.")


def _render(loaded: Loaded, messages: Sequence[Message], config: GenerationConfig) -> tuple[str, bool]:
    """Return the prompt's text, and whether the tokenizer is to add special tokens, which most templates write."""
    from jinja2 import TemplateError

    tokenizer, plain = loaded.tokenizer, loaded.processor is None and not loaded.takes_parts
    if not tokenizer.chat_template:
        return "\n\n".join(m.text if plain else marked(loaded, m) for m in messages), True
    turns = [{"role": m.role, "content": m.text if plain else content_of(loaded, m)} for m in messages]
    prefilled = bool(messages) and messages[-1].role == "assistant"
    try:
        text: str = tokenizer.apply_chat_template(
            turns,
            tokenize=False,
            add_generation_prompt=not prefilled,
            continue_final_message=prefilled,
            **(config.chat_template_kwargs or {}),
        )
    except (TemplateError, ValueError, TypeError) as error:
        raise RejectedError(f"the chat template refuses these messages: {sentence(str(error))}") from error
    return text, not plain and adds_tokens(loaded, text)


def sized(prompt: Prompt, ids: Sequence[int], loaded: Loaded) -> Prompt | RejectedError:
    """Return a prompt with all its tokens, and as much of an answer as there is room for."""
    room = prompt.how.limit if loaded.context is None else loaded.context - len(ids)
    if room < 1:
        return _no_room(len(ids), loaded.context)
    return replace(
        prompt,
        row=Row(ids, prompt.row.seed),
        how=replace(prompt.how, limit=min(prompt.how.limit, room)),
        cut_by_context=prompt.cut_by_context or room < prompt.how.limit,
    )


def _first(given: Any, default: Any) -> Any:
    return default if given is None else given

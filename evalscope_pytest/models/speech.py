"""Recognizers of speech on this machine, such as Whisper: a recording in, its words out.

A recording of up to 30 s is one window, and its batch is generated like any other. Longer ones go through the model's
own search for pieces, one by one. Radford et al. 2022, "Robust Speech Recognition via Large-Scale Weak Supervision",
arXiv:2212.04356.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from time import perf_counter
from typing import Any

from ..config.generation import GenerationConfig
from ..core.content import MediaPart
from ..core.errors import RejectedError, closest
from ..core.values import Message
from .checkpoint import Loaded
from .decoding import Completion, Decoding, cut_at_stop, ending_of
from .multimodal import Decoded, Tensors, rate_of

_ARGUMENTS = ("language", "task")


@dataclass(frozen=True, slots=True)
class SpeechPrompt:
    """A recording to write down.

    Attributes:
        media: The recording alone.
        language: Language of the words, such as ``en`` or ``english``; empty to detect it.
        task: ``transcribe``, or ``translate`` into English.
    """

    media: tuple[MediaPart, ...]
    language: str = ""
    task: str = ""

    @property
    def kinds(self) -> frozenset[str]:
        """The value that prompts of one batch have in common."""
        return frozenset({"audio", self.language, self.task})


def speech_prompt(messages: Sequence[Message], config: GenerationConfig) -> SpeechPrompt:
    """Return the recording of messages. Their text is an instruction, which a recognizer does not take.

    Raises:
        RejectedError: They hold no recording or several, or an argument is unknown.
    """
    media = tuple(part for message in messages for part in message.media)
    if len(media) != 1:
        raise RejectedError(
            f"a model of speech recognition takes one recording, and these messages hold {len(media) or 'none'}."
        ).advising("Choose a model that answers questions, or a benchmark with one recording in each question.")
    given = config.chat_template_kwargs or {}
    for name in given:
        if name not in _ARGUMENTS:
            raise RejectedError(
                f"generation_config.chat_template_kwargs: {name!r} is not an argument of speech recognition. "
                f"{closest(name, _ARGUMENTS)}"
            )
    return SpeechPrompt(media, str(given.get("language") or ""), str(given.get("task") or ""))


def windows(loaded: Loaded, media: Decoded) -> int:
    """Return the number of windows of a model that a recording fills."""
    most = int(getattr(loaded.processor.feature_extractor, "n_samples", 0))
    return ceil(len(media.recordings[0]) / most) if most else 1


def speech_tensors(loaded: Loaded, prompt: SpeechPrompt, media: Sequence[Decoded]) -> Tensors:
    """Return what the decoder starts with for each recording, and the features of all.

    Raises:
        RejectedError: The model does not know the language or task.
    """
    extractor = loaded.processor.feature_extractor
    made = extractor(
        [of_row.recordings[0] for of_row in media],
        sampling_rate=rate_of(loaded.processor),
        return_tensors="pt",
        return_attention_mask=True,
    )
    others = dict(made)
    return Tensors(_starts(loaded, prompt, others, len(media)), others)


def _starts(loaded: Loaded, prompt: SpeechPrompt, others: dict[str, Any], rows: int) -> list[list[int]]:
    own = loaded.model.generation_config
    first = own.decoder_start_token_id
    starts = [[loaded.model.config.decoder_start_token_id if first is None else first] for _ in range(rows)]
    if languages := _languages(loaded, prompt):
        if prompt.language:
            spoken = [languages[f"<|{_language(prompt.language, languages)}|>"]] * rows
        else:
            spoken = _detected(loaded, others)
        starts = [[*row, language] for row, language in zip(starts, spoken, strict=True)]
        task, tasks = prompt.task or "transcribe", getattr(own, "task_to_id", None) or {}
        if tasks and task not in tasks:
            raise RejectedError(f"task: {task!r} of speech recognition. {closest(task, tuple(tasks))}")
        starts = [[*row, tasks[task]] for row in starts] if tasks else starts
    without_times = getattr(own, "no_timestamps_token_id", None)
    return starts if without_times is None else [[*row, without_times] for row in starts]


def _languages(loaded: Loaded, prompt: SpeechPrompt) -> dict[str, int]:
    """Return the tokens of the languages that a model tells apart; none if it knows one only.

    Raises:
        RejectedError: It knows one only, and a language or task is chosen.
    """
    own = loaded.model.generation_config
    languages = getattr(own, "lang_to_id", None) if getattr(own, "is_multilingual", True) else None
    if not languages and (prompt.language or prompt.task):
        raise RejectedError(
            "this model writes down one language only: language and task of chat_template_kwargs have no effect on it."
        ).advising("Remove them.")
    return languages or {}


def _language(name: str, known: dict[str, int]) -> str:
    """Return the code of a language that is given by code or by name."""
    from transformers.models.whisper.tokenization_whisper import TO_LANGUAGE_CODE

    codes: dict[str, str] = TO_LANGUAGE_CODE
    code = codes.get(name.lower(), name.lower())
    if f"<|{code}|>" not in known:
        names = [mark.strip("<|>") for mark in known]
        raise RejectedError(f"language: {name!r} is unknown to this model. {closest(code, names)}")
    return code


def _detected(loaded: Loaded, others: dict[str, Any]) -> list[int]:
    import torch

    model = loaded.model
    features = others["input_features"].to(model.device, model.dtype)
    with torch.inference_mode():
        found: list[int] = model.detect_language(input_features=features, generation_config=model.generation_config)
    return [int(token) for token in found]


def transcribe_long(
    loaded: Loaded, prompt: SpeechPrompt, media: Decoded, how: Decoding, stopping: Callable[[], bool]
) -> Completion:
    """Write down a recording that is longer than the model's window, piece by piece.

    Raises:
        RejectedError: Sampling or log probabilities are wanted, which the search for pieces has no use for.
    """
    import torch
    from transformers import StoppingCriteriaList

    if how.sample or how.top_logprobs is not None or how.repetition_penalty not in (None, 1.0):
        raise RejectedError(
            "a recording longer than the model's window is written down piece by piece, without sampling, "
            "repetition_penalty and log probabilities."
        ).advising("Remove them from generation_config, or cut the recording.")
    model, started = loaded.model, perf_counter()
    made = loaded.processor.feature_extractor(
        media.recordings[0],
        sampling_rate=rate_of(loaded.processor),
        return_tensors="pt",
        truncation=False,
        padding="longest",
        return_attention_mask=True,
    )
    spoken: dict[str, Any] = {}
    if languages := _languages(loaded, prompt):
        language = _language(prompt.language, languages) if prompt.language else None
        spoken = {"task": prompt.task or "transcribe", "language": language}
    ending = ending_of(loaded, how, stopping)
    with torch.inference_mode(), _quiet():
        written = model.generate(
            made["input_features"].to(model.device, model.dtype),
            attention_mask=made["attention_mask"].to(model.device),
            return_timestamps=True,
            do_sample=False,
            stopping_criteria=StoppingCriteriaList([ending]),
            **spoken,
        )
    special = set(loaded.tokenizer.all_special_ids)
    tokens = [token for token in written[0].tolist() if token not in special]
    text = loaded.tokenizer.decode(tokens[: how.limit], skip_special_tokens=True)
    text, stopped = cut_at_stop(text, how.stops)
    return Completion(
        text,
        min(len(tokens), how.limit),
        ended=stopped or (len(tokens) <= how.limit and not ending.late),
        late=ending.late,
        invalid=False,
        ttft_s=perf_counter() - started,
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep back the warnings of transformers about arguments that its own search passes on."""
    import transformers

    logging: Any = transformers.utils.logging
    before = logging.get_verbosity()
    logging.set_verbosity_error()
    try:
        yield
    finally:
        logging.set_verbosity(before)

"""What ``evalscope-pytest perf`` sends, out of its options: interface, fields of every request, data set."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from ...core.errors import ConfigError
from ...core.python_file import is_own_file
from ...wire.dialects import interface_of
from ...wire.interface import Interface
from ..data import CONVERSATIONS, DataOptions, Details, Pictures, Shape, checked_query, details_of, keys_of
from ..data.chat_template import ChatTemplate, load_chat_template
from ..data.tokenizer import load_tokenizer
from .options import default_of

SEED = 42  # of prompts, starts and lengths, where --seed is not given
_GENERATION = (
    "min_tokens",
    "temperature",
    "top_p",
    "top_k",
    "frequency_penalty",
    "repetition_penalty",
    "logprobs",
    "seed",
    "stop",
    "stop_token_ids",
)
_OF_REPLIES = ("max_tokens", "n_choices", *(name for name in _GENERATION if name != "seed"))
_ALSO_EXTRA = frozenset({"batch_size", "num_documents", "document_length_ratio"})  # EvalScope has them in --extra-args
_CHAT = "/chat/completions"


def interface_for(options: argparse.Namespace) -> tuple[Interface, str]:
    """Return interface and address; token ids go to completions.

    Raises:
        ConfigError: There is no such API, or it does not take what is to be sent.
    """
    interface, url = interface_of(options.api, options.url)
    if options.tokenize_prompt and interface.name == "chat" and _CHAT not in options.url:
        interface, url = interface_of(options.api, url.replace(_CHAT, "/completions", 1))
    if options.tokenize_prompt and not (_takes_text(interface) or interface.name == "embedding"):
        raise ConfigError("--tokenize-prompt: token ids go to /v1/completions. Give that address as --url.")
    if not _takes_text(interface) and options.apply_chat_template is (not interface.streams):
        raise ConfigError(
            "--no-apply-chat-template: here the service applies its own. Give /v1/completions as --url."
            if interface.streams
            else f"--apply-chat-template: {interface.name} takes texts as they are. Drop it."
        )
    return interface, url


def _takes_text(interface: Interface) -> bool:
    """Return whether prompts may be written down here: for completions, or an interface of the user's own."""
    return interface.name == "completions" or is_own_file(interface.name)


def parameters_of(options: argparse.Namespace, interface: Interface, streams: bool) -> dict[str, Any]:
    """Return the fields of every request.

    Raises:
        ConfigError: A value is out of its range.
    """
    found: dict[str, Any] = {"model": options.model}
    if interface.streams:
        if options.max_tokens and len(options.max_tokens) == 1:
            found["max_tokens"] = options.max_tokens[0]
        found |= {name: value for name in _GENERATION if (value := getattr(options, name)) is not None}
        if options.n_choices is not None:
            if options.n_choices < 1:
                raise ConfigError(f"--n-choices {options.n_choices}: there is at least one. Give one above zero.")
            found["n"] = options.n_choices
        found["stream"] = streams
        if streams:
            found["stream_options"] = {"include_usage": True}
    elif given := [n for n in _OF_REPLIES if getattr(options, n) != default_of(n)]:
        raise ConfigError(f"--{given[0].replace('_', '-')}: {interface.name} has no replies in words. Drop it.")
    ours = _ALSO_EXTRA & keys_of(options.dataset)
    return found | {name: value for name, value in _extra(options).items() if name not in ours}


def lengths_of(options: argparse.Namespace) -> tuple[int, int] | None:
    """Return the range that ``max_tokens`` is drawn from, or None where it is one number or none.

    Raises:
        ConfigError: It is no range.
    """
    given = options.max_tokens or [1]
    if len(given) > 2 or min(given) < 1 or given != sorted(given):
        raise ConfigError("--max-tokens takes one number, or two: the fewest and the most. They start at 1.")
    if (
        options.min_tokens is not None
        and not 0 <= options.min_tokens <= (options.max_tokens or [options.min_tokens])[0]
    ):
        raise ConfigError(f"--min-tokens {options.min_tokens}: it starts at 0, and must not exceed --max-tokens.")
    return (given[0], given[1]) if len(given) == 2 else None


def dataset_of(options: argparse.Namespace) -> str:
    """Return the data set's name.

    Raises:
        ConfigError: It has no conversations, and these are asked for.
    """
    name = str(options.dataset)
    if options.multi_turn and name not in CONVERSATIONS:
        name += "_multi_turn"
        if name not in CONVERSATIONS:
            known = ", ".join(sorted(n.removesuffix("_multi_turn") for n in CONVERSATIONS))
            raise ConfigError(f"--multi-turn: {options.dataset} has no conversations. Allowed: {known}.")
    return name


def prompt_of(options: argparse.Namespace) -> str:
    """Return the text that is sent instead of a data set; empty for none.

    Raises:
        ConfigError: It is given, and empty.
    """
    if options.prompt is not None and not options.prompt.strip():
        raise ConfigError("--prompt is empty. Give a text, or @FILE.")
    return _text_or_file(options.prompt, "--prompt") if options.prompt else ""


def data_of(options: argparse.Namespace, interface: Interface) -> DataOptions:
    """Return what the data set is told.

    Raises:
        ConfigError: A value is wrong, or two contradict each other.
    """
    if options.data_source == "local" and not options.dataset_path:
        raise ConfigError("--data-source local: add --dataset-path FILE.")
    return DataOptions(
        path=options.dataset_path or "",
        hub="modelscope" if options.data_source == "local" else options.data_source,
        tokenizer=load_tokenizer(options.tokenizer_path) if options.tokenizer_path else None,
        min_length=options.min_prompt_length,
        max_length=options.max_prompt_length,
        prefix_length=options.prefix_length,
        prefix_count=options.prefix_count,
        min_turns=options.min_turns,
        max_turns=options.max_turns,
        offset=options.dataset_offset,
        seed=SEED if options.seed is None else options.seed,
        details=_details(options),
        pictures=Pictures(
            options.image_width, options.image_height, options.image_format, options.image_num, options.image_patch_size
        ),
        shape=Shape(options.tokenize_prompt, _chat_template(options, interface), _query(options), options.model),
    )


def _details(options: argparse.Namespace) -> Details:
    given = _json_object(options.dataset_args, "--dataset-args", '{"target_input_len": 2048}')
    dataset = dataset_of(options)
    also = {name: value for name, value in _extra(options).items() if name in _ALSO_EXTRA & keys_of(dataset)}
    return details_of({**also, **given}, dataset)


def speed_of(options: argparse.Namespace) -> float:
    """Return how many times faster than recorded a trace is replayed.

    Raises:
        ConfigError: Two options say it.
    """
    speed = _details(options).speed
    if speed != 1 and options.replay_speed != 1:
        raise ConfigError("--replay-speed and --dataset-args speed say the same. Drop one of them.")
    return float(options.replay_speed) * speed


def _chat_template(options: argparse.Namespace, interface: Interface) -> ChatTemplate | None:
    if not options.apply_chat_template or not _takes_text(interface):
        return None
    if not options.tokenizer_path:
        raise ConfigError("--apply-chat-template needs --tokenizer-path FOLDER: the model's, which has the template.")
    return load_chat_template(options.tokenizer_path)


def _query(options: argparse.Namespace) -> Mapping[str, Any]:
    if not options.query_template:
        return {}
    text = _text_or_file(options.query_template, "--query-template")
    example = '{"model": "%m", "messages": [{"role": "user", "content": "%p"}]}'
    return checked_query(_json_object(text, "--query-template", example))


def _extra(options: argparse.Namespace) -> dict[str, Any]:
    return _json_object(options.extra_args, "--extra-args", '{"ignore_eos": true}')


def _json_object(text: str, flag: str, example: str) -> dict[str, Any]:
    try:
        found = json.loads(text, parse_constant=_no_number)
    except ValueError as error:
        raise ConfigError(f"{flag} is not JSON: {error}. Write '{example}', for example.") from None
    if not isinstance(found, dict):
        raise ConfigError(f"{flag} is no JSON object. Write '{example}', for example.")
    return found


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number there")


def _text_or_file(given: str, flag: str) -> str:
    """Return a text, or what is in the file that ``@path`` names."""
    if not given.startswith("@"):
        return given
    try:
        return Path(given[1:]).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{flag} {given}: the file cannot be read: {error}.") from error

"""The requests of a load test, made of its settings: interface, fields of every request, data set."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...config.text import parse_json_object
from ...core.errors import ConfigError
from ...core.python_file import is_own_file
from ...wire.dialects import interface_of
from ...wire.interface import Interface
from ..config import PerfConfig
from ..data import CONVERSATIONS, DataOptions, Details, Pictures, Shape, checked_query, details_of, keys_of
from ..data.tokenizer import ChatTemplate, load_chat_template, load_tokenizer

SEED = 42  # of prompts, starts and lengths, unless --seed is given
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


def interface_for(config: PerfConfig) -> tuple[Interface, str]:
    """Return interface and address; token ids are sent to completions.

    Raises:
        ConfigError: The API is unknown, or does not accept this kind of prompt.
    """
    interface, url = interface_of(config.api, config.url)
    if config.tokenize_prompt and interface.name == "chat" and _CHAT not in config.url:
        interface, url = interface_of(config.api, url.replace(_CHAT, "/completions", 1))
    if config.tokenize_prompt and not (_takes_text(interface) or interface.name == "embedding"):
        raise ConfigError("--tokenize-prompt: token ids go to /v1/completions. Give that address as --url.")
    if not _takes_text(interface) and config.apply_chat_template is (not interface.streams):
        raise ConfigError(
            "--no-apply-chat-template: here the service applies its own. Give /v1/completions as --url."
            if interface.streams
            else f"--apply-chat-template: {interface.name} takes texts as they are. Drop it."
        )
    return interface, url


def _takes_text(interface: Interface) -> bool:
    """Return whether prompts may be written down here: for completions and for custom interfaces."""
    return interface.name == "completions" or is_own_file(interface.name)


def parameters_of(config: PerfConfig, interface: Interface, streams: bool) -> dict[str, Any]:
    """Return the fields of every request.

    Raises:
        ConfigError: A value is out of its range.
    """
    found: dict[str, Any] = {"model": config.model}
    if interface.streams:
        if config.max_tokens and len(config.max_tokens) == 1:
            found["max_tokens"] = config.max_tokens[0]
        found |= {name: value for name in _GENERATION if (value := getattr(config, name)) is not None}
        if config.n_choices is not None:
            found["n"] = config.n_choices
        found["stream"] = streams
        if streams:
            found["stream_options"] = {"include_usage": True}
    elif given := [n for n in _OF_REPLIES if config.changed(n)]:
        raise ConfigError(f"{config.spelled(given[0])}: {interface.name} has no replies in words. Drop it.")
    ours = _ALSO_EXTRA & keys_of(config.dataset)
    return found | {name: value for name, value in config.extra_args.items() if name not in ours}


def lengths_of(config: PerfConfig) -> tuple[int, int] | None:
    """Return the range that ``max_tokens`` is drawn from; None unless two numbers are given.

    Raises:
        ConfigError: ``min_tokens`` exceeds it.
    """
    given = config.max_tokens
    if config.min_tokens is not None and config.min_tokens > (given or (config.min_tokens,))[0]:
        raise ConfigError(
            f"{config.spelled('min_tokens')} {config.min_tokens}: it must not exceed {config.spelled('max_tokens')}."
        )
    return (given[0], given[1]) if len(given) == 2 else None


def dataset_of(config: PerfConfig) -> str:
    """Return the data set's name.

    Raises:
        ConfigError: ``multi_turn`` is set and it has no conversations.
    """
    name = str(config.dataset)
    if config.multi_turn and name not in CONVERSATIONS:
        name += "_multi_turn"
        if name not in CONVERSATIONS:
            known = ", ".join(sorted(n.removesuffix("_multi_turn") for n in CONVERSATIONS))
            raise ConfigError(f"--multi-turn: {config.dataset} has no conversations. Allowed: {known}.")
    return name


def prompt_of(config: PerfConfig) -> str:
    """Return the text to send instead of a data set, or an empty text."""
    return _text_or_file(config.prompt, "--prompt") if config.prompt else ""


def data_of(config: PerfConfig, interface: Interface) -> DataOptions:
    """Return the options of the data set.

    Raises:
        ConfigError: A value is wrong, or two contradict each other.
    """
    if config.data_source == "local" and not config.dataset_path:
        raise ConfigError("--data-source local: add --dataset-path FILE.")
    return DataOptions(
        path=config.dataset_path or "",
        hub="modelscope" if config.data_source == "local" else config.data_source,
        tokenizer=load_tokenizer(config.tokenizer_path) if config.tokenizer_path else None,
        min_length=config.min_prompt_length,
        max_length=config.max_prompt_length,
        prefix_length=config.prefix_length,
        prefix_count=config.prefix_count,
        min_turns=config.min_turns,
        max_turns=config.max_turns,
        offset=config.dataset_offset,
        seed=SEED if config.seed is None else config.seed,
        details=_details(config),
        pictures=Pictures(
            config.image_width, config.image_height, config.image_format, config.image_num, config.image_patch_size
        ),
        shape=Shape(config.tokenize_prompt, _chat_template(config, interface), _query(config), config.model),
    )


def _details(config: PerfConfig) -> Details:
    dataset = dataset_of(config)
    also = {name: value for name, value in config.extra_args.items() if name in _ALSO_EXTRA & keys_of(dataset)}
    return details_of({**also, **config.dataset_args}, dataset)


def speed_of(config: PerfConfig) -> float:
    """Return how many times faster than recorded a trace is replayed.

    Raises:
        ConfigError: Two settings give it.
    """
    speed = _details(config).speed
    if speed != 1 and config.replay_speed != 1:
        raise ConfigError("--replay-speed and --dataset-args speed say the same. Drop one of them.")
    return float(config.replay_speed) * speed


def _chat_template(config: PerfConfig, interface: Interface) -> ChatTemplate | None:
    if not config.apply_chat_template or not _takes_text(interface):
        return None
    if not config.tokenizer_path:
        raise ConfigError("--apply-chat-template needs --tokenizer-path FOLDER: the model's, which has the template.")
    return load_chat_template(config.tokenizer_path)


def _query(config: PerfConfig) -> Mapping[str, Any]:
    if not config.query_template:
        return {}
    if isinstance(config.query_template, Mapping):
        return checked_query(dict(config.query_template))
    try:
        return checked_query(parse_json_object(_text_or_file(config.query_template, "--query-template")))
    except ValueError as error:
        example = '{"model": "%m", "messages": [{"role": "user", "content": "%p"}]}'
        raise ConfigError(f"--query-template is {error}. Write '{example}', for example.") from None


def _text_or_file(given: str, flag: str) -> str:
    """Return a text, or what is in the file that ``@path`` names."""
    if not given.startswith("@"):
        return given
    try:
        return Path(given[1:]).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{flag} {given}: the file cannot be read: {error}.") from error

"""The model's tokenizer and chat template: prompts of a length in tokens, and prompts written out here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

from ...core.errors import ConfigError
from ...wire.prompt import Message


class Tokenizer:
    """Encodes and decodes; made by `load_tokenizer`."""

    def __init__(self, fast: Any) -> None:
        self._fast = fast

    def encode(self, text: str) -> list[int]:
        """Return the token ids of a text, without special tokens."""
        return list(self._fast.encode(text, add_special_tokens=False).ids)

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of token ids."""
        return str(self._fast.decode(list(ids), skip_special_tokens=True))

    def count(self, text: str) -> int:
        """Return the number of tokens of a text."""
        return len(self.encode(text)) if text else 0

    def plain_ids(self) -> list[int]:
        """Return the ids that stand for whole printable text: no special tokens, no parts of characters."""
        special = {number for number, token in self._fast.get_added_tokens_decoder().items() if token.special}
        size = self._fast.get_vocab_size()
        decoded = self._fast.decode_batch([[number] for number in range(size)], skip_special_tokens=True)
        return [n for n, text in enumerate(decoded) if n not in special and text.strip() and text.isprintable()
                and "\ufffd" not in text]  # fmt: skip


def load_tokenizer(path: str) -> Tokenizer:
    """Load ``tokenizer.json`` from a file or a model's folder.

    Raises:
        ConfigError: It is missing, or cannot be read.
    """
    try:
        from tokenizers import Tokenizer as Fast
    except ImportError:
        raise ConfigError("--tokenizer-path needs tokenizers: pip install 'evalscope-pytest[perf]'") from None
    file = Path(path).expanduser()
    file = file / "tokenizer.json" if file.is_dir() else file
    if not file.is_file():
        raise ConfigError(
            f"--tokenizer-path {path!r}: no tokenizer.json there. Give the folder of the model, or the file itself."
        )
    try:
        return Tokenizer(Fast.from_file(str(file)))
    except Exception as error:
        raise ConfigError(f"--tokenizer-path {file}: not readable as a tokenizer: {error}.") from error


# Chat template: `--apply-chat-template` with `/v1/completions` --------------------------------------------------------


class ChatTemplate:
    """Writes messages as one text; made by `load_chat_template`."""

    def __init__(self, template: Any, tokens: dict[str, str]) -> None:
        self._template = template
        self._tokens = tokens

    def text(self, messages: Sequence[Message]) -> str:
        """Return messages as the model reads them, up to the start of its answer.

        Raises:
            ConfigError: The template refuses them.
        """
        try:
            return str(self._template.render(messages=list(messages), add_generation_prompt=True, **self._tokens))
        except Exception as error:
            raise ConfigError(f"the chat template fails: {error}. Drop --apply-chat-template.") from error


def load_chat_template(path: str) -> ChatTemplate:
    """Load the template from a model's folder: ``chat_template.jinja``, or a field of ``tokenizer_config.json``.

    Raises:
        ConfigError: It is missing, or cannot be read.
    """
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    folder = Path(path).expanduser()
    folder = folder if folder.is_dir() else folder.parent
    settings = _settings(folder / "tokenizer_config.json")
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    )
    environment.globals |= {"raise_exception": _refuse, "strftime_now": _now}
    environment.filters["tojson"] = lambda value, indent=None: json.dumps(value, ensure_ascii=False, indent=indent)
    try:
        template = environment.from_string(_source(folder, settings))
    except Exception as error:
        raise ConfigError(f"the chat template in {folder} is not readable: {error}.") from error
    tokens = {name: _token(settings[name]) for name in ("bos_token", "eos_token") if settings.get(name)}
    return ChatTemplate(template, tokens)


def _source(folder: Path, settings: dict[str, Any]) -> str:
    file = folder / "chat_template.jinja"
    if file.is_file():
        return file.read_text(encoding="utf-8")
    found = settings.get("chat_template")
    if isinstance(found, list):  # named ones
        found = next((one.get("template") for one in found if one.get("name") == "default"), None)
    if not isinstance(found, str):
        raise ConfigError(
            f"--apply-chat-template: {folder} has no chat template. Drop the option: prompts are then sent as they are."
        )
    return found


def _settings(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _token(value: Any) -> str:
    return str(value.get("content", "")) if isinstance(value, dict) else str(value)


def _now(form: str) -> str:
    return datetime.now().astimezone().strftime(form)


def _refuse(message: str) -> NoReturn:
    raise ValueError(message)

"""The model's tokenizer, to make prompts of a given length and to count replies without usage."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...core.errors import ConfigError


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
        """Return how many tokens a text is."""
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
        ConfigError: There is none, or it cannot be read.
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

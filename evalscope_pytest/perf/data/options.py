"""What all data sets are told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ...core.errors import ConfigError
from .details import Details
from .shape import Shape
from .tokenizer import Tokenizer


@dataclass(frozen=True, slots=True)
class Pictures:
    """How random pictures look: size in pixels, mode, how many there are in each request.

    Attributes:
        patch_size: Side of what one token stands for, where the service does not tell tokens.
    """

    width: int = 224
    height: int = 224
    mode: Literal["RGB", "RGBA", "L"] = "RGB"
    count: int = 1
    patch_size: int = 28

    def __post_init__(self) -> None:
        """Refuse sizes that are none.

        Raises:
            ConfigError: One is below 1.
        """
        if min(self.width, self.height, self.count, self.patch_size) < 1:
            raise ConfigError("--image-width, --image-height, --image-num and --image-patch-size start at 1.")


@dataclass(frozen=True, slots=True)
class DataOptions:
    """Which prompts are wanted.

    Attributes:
        path: A file of the user's; empty for the data set's own on a hub.
        hub: Where data sets without a path come from.
        wanted: Prompts that will be sent at most: no more are made.
        tokenizer: None where prompts are measured in characters.
        min_length: Of a prompt, in tokens, or characters without a tokenizer; conversations are measured by their last
            message.
        prefix_length: Tokens that all random prompts begin with, on top of their length.
        prefix_count: How many such beginnings there are; prompts take turns with them.
        min_turns: Of a random conversation.
        max_turns: Longer conversations are cut; None leaves them.
        offset: Records to skip.
        details: What is particular to the data set.
        pictures: Of ``random_vl``.
        shape: How prompts are written down.
    """

    path: str = ""
    hub: Literal["modelscope", "huggingface"] = "modelscope"
    wanted: int = 1
    tokenizer: Tokenizer | None = None
    min_length: int = 0
    max_length: int = 131072
    prefix_length: int = 0
    prefix_count: int = 1
    min_turns: int = 1
    max_turns: int | None = None
    offset: int = 0
    seed: int = 42
    details: Details = field(default_factory=Details)
    pictures: Pictures = field(default_factory=Pictures)
    shape: Shape = field(default_factory=Shape)

    def __post_init__(self) -> None:
        """Refuse bounds that contradict each other.

        Raises:
            ConfigError: They do.
        """
        if not 0 <= self.min_length <= self.max_length:
            raise ConfigError(
                f"--min-prompt-length {self.min_length} and --max-prompt-length {self.max_length} leave no length. "
                "The first must not exceed the second."
            )
        if self.prefix_count < 1:
            raise ConfigError("--prefix-count starts at 1.")
        if min(self.offset, self.prefix_length) < 0:
            raise ConfigError("--dataset-offset and --prefix-length start at 0.")
        if self.shape.as_tokens and self.tokenizer is None:
            raise ConfigError("--tokenize-prompt needs --tokenizer-path FOLDER: the model's own tokenizer.")
        if not 1 <= self.min_turns <= (self.min_turns if self.max_turns is None else self.max_turns):
            raise ConfigError(
                "--min-turns and --max-turns leave no number of turns. The first must not exceed the second."
            )

    def measure(self, text: str) -> int:
        """Return a text's length in the unit of the bounds."""
        return self.tokenizer.count(text) if self.tokenizer else len(text)

    def fits(self, text: str) -> bool:
        """Return whether a text's length is within bounds."""
        if not self.min_length and self.max_length >= 131072 and len(text) <= self.max_length:
            return True  # a text has no more tokens than characters, but for odd ones
        return self.min_length <= self.measure(text) <= self.max_length

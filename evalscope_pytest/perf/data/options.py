"""Options of data sets: those all have, and those of single ones (``--dataset-args``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from msgspec import Meta

from ...core.errors import ConfigError, closest
from ...core.tables import parse_table
from .prompts import Shape
from .tokenizer import Tokenizer

# Of single data sets --------------------------------------------------------------------------------------------------

Count = Annotated[int, Meta(gt=0, description="a whole number above zero")]
Factor = Annotated[float, Meta(gt=0, description="a number above zero")]

_LENGTH = frozenset({"target_input_len", "input_len_mode", "prefix_file", "prefix_role"})
_BATCH = frozenset({"batch_size"})
_TRACE = frozenset({"speed", "model_override", "model_mapping", "match_output_length"})
_KEYS: Mapping[str, frozenset[str]] = {
    "openqa": _LENGTH,
    "longalpaca": _LENGTH,
    "line_by_line": _LENGTH,
    "share_gpt_en": _LENGTH,
    "share_gpt_zh": _LENGTH,
    "embedding_batch": _BATCH,
    "random_embedding_batch": _BATCH,
    "random_rerank": frozenset({"num_documents", "document_length_ratio"}),
    "trace": frozenset({"speed"}),
    "workload_trace": _TRACE,
}


@dataclass(frozen=True, slots=True)
class Details:
    """The content of ``--dataset-args``, in EvalScope's names.

    Attributes:
        target_input_len: Tokens that each prompt is cut to.
        input_len_mode: Treatment of shorter prompts: kept (``cap``) or dropped.
        prefix_file: A long text that is put before each prompt to fill it up to the length.
        prefix_role: Its role.
        batch_size: Texts a request.
        num_documents: Documents of a query.
        document_length_ratio: Length of each document, as a multiple of the query's.
        speed: Speed of a replayed trace, relative to the recording.
        model_override: Replaces the model of each recorded request.
        model_mapping: Replaces models by name; wins over ``model_override``.
        match_output_length: Request as many tokens as were recorded.
    """

    target_input_len: Count | None = None
    input_len_mode: Annotated[Literal["cap", "drop"], Meta(description='"cap" or "drop"')] = "cap"
    prefix_file: Annotated[str, Meta(description="a path")] = ""
    prefix_role: Annotated[Literal["system", "user"], Meta(description='"system" or "user"')] = "system"
    batch_size: Count = 8
    num_documents: Count = 10
    document_length_ratio: Factor = 5.0
    speed: Factor = 1.0
    model_override: Annotated[str, Meta(description="a name")] = ""
    model_mapping: Annotated[Mapping[str, str], Meta(description="an object of names")] = field(default_factory=dict)
    match_output_length: Annotated[bool, Meta(description="true or false")] = False


def details_of(given: Mapping[str, Any], dataset: str) -> Details:
    """Check ``--dataset-args`` for a data set.

    Raises:
        ConfigError: A key does not belong to the data set, or a value is wrong.
    """
    allowed = _KEYS.get(dataset, frozenset())
    for key in given:
        if key not in allowed:
            others = [name for name, keys in _KEYS.items() if key in keys]
            hint = f" It is for {', '.join(others)}." if others else ""
            raise ConfigError(f"--dataset-args: {dataset} takes no {key!r}. {closest(key, allowed)}{hint}")
    return _consistent(parse_table(given, Details, _wrong))


def keys_of(dataset: str) -> frozenset[str]:
    """Return the keys a data set takes."""
    return _KEYS.get(dataset, frozenset())


def _consistent(found: Details) -> Details:
    if found.prefix_file and found.target_input_len is None:
        raise ConfigError("--dataset-args: prefix_file fills prompts up to target_input_len: give that, too.")
    if found.prefix_file and found.input_len_mode == "drop":
        raise ConfigError('--dataset-args: "drop" leaves no prompt for prefix_file to lengthen. Drop one of the two.')
    return found


def _wrong(key: str, value: Any, allowed: str) -> str:
    return f"--dataset-args: {key} is {value!r:.60}. It has to be {allowed}."


# Of all ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pictures:
    """Random pictures: size in pixels, mode, and number in each request.

    Attributes:
        patch_size: Pixels per token in each direction, if the service sends no usage.
    """

    width: int = 224
    height: int = 224
    mode: Literal["RGB", "RGBA", "L"] = "RGB"
    count: int = 1
    patch_size: int = 28

    def __post_init__(self) -> None:
        """Refuse sizes below 1.

        Raises:
            ConfigError: One is below 1.
        """
        if min(self.width, self.height, self.count, self.patch_size) < 1:
            raise ConfigError("--image-width, --image-height, --image-num and --image-patch-size start at 1.")


@dataclass(frozen=True, slots=True)
class DataOptions:
    """Options that all data sets have in common.

    Attributes:
        path: The user's file; empty to download the data set from a hub.
        hub: Source of data sets without a path.
        wanted: Maximum number of prompts to make.
        tokenizer: None measures prompts in characters.
        min_length: Of a prompt, in tokens, or characters without a tokenizer; conversations are measured by their last
            message.
        prefix_length: Tokens that all random prompts begin with, on top of their length.
        prefix_count: Number of such beginnings, used in rotation.
        min_turns: Of a random conversation.
        max_turns: Longer conversations are cut; None leaves them.
        offset: Records to skip.
        details: Options of this data set only.
        pictures: Of ``random_vl``.
        shape: The written form of prompts.
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

"""``--dataset-args``: what is particular to some data sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from msgspec import Meta

from ...core.errors import ConfigError, closest
from ...core.tables import parse_table

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
        input_len_mode: What becomes of shorter prompts: they stay, or are left out.
        prefix_file: A long text of which each prompt gets as much before it as it is too short.
        prefix_role: Its role.
        batch_size: Texts a request.
        num_documents: Documents of a query.
        document_length_ratio: How many times longer than the query each is.
        speed: How many times faster than recorded a trace is replayed.
        model_override: Replaces the model of each recorded request.
        model_mapping: Replaces models by name; wins over the former.
        match_output_length: Ask for as many tokens as were recorded.
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

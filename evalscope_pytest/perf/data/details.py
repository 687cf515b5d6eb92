"""``--dataset-args``: what is particular to some data sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from ...core.errors import ConfigError, closest

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
    """What ``--dataset-args`` says, in EvalScope's names.

    Attributes:
        target_input_len: Tokens that each prompt is cut to.
        input_len_mode: What becomes of shorter prompts: they stay, or are left out.
        prefix_file: A long text of which each prompt gets as much before it as it is too short.
        prefix_role: Who says it.
        batch_size: Texts a request.
        num_documents: Documents of a query.
        document_length_ratio: How many times longer than the query each is.
        speed: How many times faster than recorded a trace is replayed.
        model_override: Replaces the model of each recorded request.
        model_mapping: Replaces models by name; wins over the former.
        match_output_length: Ask for as many tokens as were recorded.
    """

    target_input_len: int | None = None
    input_len_mode: Literal["cap", "drop"] = "cap"
    prefix_file: str = ""
    prefix_role: Literal["system", "user"] = "system"
    batch_size: int = 8
    num_documents: int = 10
    document_length_ratio: float = 5.0
    speed: float = 1.0
    model_override: str = ""
    model_mapping: Mapping[str, str] = field(default_factory=dict)
    match_output_length: bool = False


_CHECKS: Mapping[str, tuple[str, Any]] = {
    "target_input_len": ("a whole number above zero", lambda v: _whole(v) and v > 0),
    "input_len_mode": ('"cap" or "drop"', lambda v: v in ("cap", "drop")),
    "prefix_file": ("a path", lambda v: isinstance(v, str)),
    "prefix_role": ('"system" or "user"', lambda v: v in ("system", "user")),
    "batch_size": ("a whole number above zero", lambda v: _whole(v) and v > 0),
    "num_documents": ("a whole number above zero", lambda v: _whole(v) and v > 0),
    "document_length_ratio": ("a number above zero", lambda v: _number(v) and v > 0),
    "speed": ("a number above zero", lambda v: _number(v) and v > 0),
    "model_override": ("a name", lambda v: isinstance(v, str)),
    "model_mapping": (
        "an object of names",
        lambda v: isinstance(v, dict) and all(isinstance(to, str) for to in v.values()),
    ),
    "match_output_length": ("true or false", lambda v: isinstance(v, bool)),
}


def details_of(given: Mapping[str, Any], dataset: str) -> Details:
    """Check what ``--dataset-args`` says to a data set.

    Raises:
        ConfigError: A key does not belong to the data set, or a value is wrong.
    """
    allowed = _KEYS.get(dataset, frozenset())
    for key, value in given.items():
        if key not in allowed:
            others = [name for name, keys in _KEYS.items() if key in keys]
            hint = f" It is for {', '.join(others)}." if others else ""
            raise ConfigError(f"--dataset-args: {dataset} takes no {key!r}. {closest(key, allowed)}{hint}")
        words, fine = _CHECKS[key]
        if not fine(value):
            raise ConfigError(f"--dataset-args: {key} is {value!r:.60}. It has to be {words}.")
    return _consistent(Details(**given))


def keys_of(dataset: str) -> frozenset[str]:
    """Return the keys a data set takes."""
    return _KEYS.get(dataset, frozenset())


def _consistent(found: Details) -> Details:
    if found.prefix_file and found.target_input_len is None:
        raise ConfigError("--dataset-args: prefix_file fills prompts up to target_input_len: give that, too.")
    if found.prefix_file and found.input_len_mode == "drop":
        raise ConfigError('--dataset-args: "drop" leaves no prompt for prefix_file to lengthen. Drop one of the two.')
    return found


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


assert set(_CHECKS) == {one.name for one in fields(Details)}

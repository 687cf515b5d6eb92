"""Settings of EvalScope that need translation: legacy spellings, and settings that this version lacks.

Legacy spellings (spec/readme_zh_2024.md, spec/basic_usage.md) are renamed. One without a meaning is refused with its
replacement, or noted and dropped if nothing replaces it. Unsupported settings are refused with a reason each.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..core.errors import ConfigError
from ..sandbox.engine import ENGINES
from .schema import MODEL_TASKS
from .setting import describe

Path = tuple[str, ...]
Notes = list[str]

# Written by this package or EvalScope into a run's task_config.yaml besides the settings.
OF_RECORDS = frozenset({"resolved_benchmarks", "evaluation_identity", "evalscope_version"})

_RENAMED = {"outputs": "work_dir"}
_FORWARDED = ("timeout", "stream")
_GENERATION_RENAMED = {"max_new_tokens": "max_tokens", "stop": "stop_seqs", "stop_sequences": "stop_seqs"}
_DATASET_RENAMED = {"local_path": "dataset_id"}
_GENERATION_DEAD = {
    "batch_size": "Requests in flight are set with eval_batch_size",
    "num_beams": "Beam search is not offered; leave it out",
}


def modern_task(key: str, value: Any, where: str, notes: Notes) -> Iterator[tuple[Path, Any]]:
    """Yield the current name of a setting, with its value; nothing if it is no longer needed.

    Raises:
        ConfigError: It has no meaning any more.
    """
    special = {"template_type": _template_type, "mem_cache": _mem_cache, "stage": _stage, "use_cache": _use_cache}
    if key in OF_RECORDS:
        return
    if key in special:
        yield from special[key](value, where, notes)
    elif key in _FORWARDED:
        yield ("generation_config", key), value
    else:
        yield (_RENAMED.get(key, key),), value


def modern_generation(key: str, value: Any, where: str) -> Iterator[tuple[Path, Any]]:
    """Yield the current name of a generation parameter. ``n`` of several generations is ``repeats``.

    Raises:
        ConfigError: It has no meaning any more.
    """
    if key in _GENERATION_DEAD:
        raise ConfigError(f"generation_config.{key} is not a generation parameter ({where}). {_GENERATION_DEAD[key]}.")
    if key == "n":
        if value != 1:
            yield ("repeats",), value
        return
    yield ("generation_config", _GENERATION_RENAMED.get(key, key)), value


def modern_dataset(benchmark: str, key: str, value: Any) -> tuple[Path, Any]:
    """Return the current name of a key of ``dataset_args``."""
    return ("dataset_args", benchmark, _DATASET_RENAMED.get(key, key)), value


def _template_type(value: Any, where: str, notes: Notes) -> Iterator[tuple[Path, Any]]:
    notes.append(f"template_type {value!r} ({where}) is no longer needed: the model's own chat template is used.")
    return iter(())


def _mem_cache(value: Any, where: str, notes: Notes) -> Iterator[tuple[Path, Any]]:
    if value is not False and str(value).lower() != "false":
        raise ConfigError(
            f"mem_cache {value!r} has no meaning any more ({where}): answers are always recorded on disk. "
            "To carry on an earlier run give its directory as use_cache."
        )
    return iter(())


def _stage(value: Any, where: str, notes: Notes) -> Iterator[tuple[Path, Any]]:
    if value == "review":
        yield ("rerun_review",), True
    elif value != "all":
        raise ConfigError(
            f"stage {value!r} has no meaning any more ({where}): answers are scored as they come in. To score those of "
            "an earlier run again give rerun_review and its directory as use_cache."
        )


def _use_cache(value: Any, where: str, notes: Notes) -> Iterator[tuple[Path, Any]]:
    """In 2024 ``use_cache`` was true or false; true carries on the newest run."""
    word = str(value).lower()
    if word == "true":
        yield ("use_cache",), "latest"
    elif word != "false":
        yield ("use_cache",), value


# What this version does not have ---


_BACKEND = "benchmarks run in pytest itself"

# Setting: the values that change nothing, and the reason why others are refused.
_UNSUPPORTED: dict[str, tuple[tuple[Any, ...], str]] = {
    "model_task": ((None, *MODEL_TASKS), "there are no benchmarks of pictures that a model makes"),
    "eval_type": (
        (
            "llm_ckpt",
            "openai_api",
            "openai_responses_api",
            "anthropic_api",
            "systemone_api",
            "autotrust_api",
            "mock_llm",
            "custom",
        ),
        "models are local (llm_ckpt), services (openai_api, openai_responses_api, anthropic_api) or mock_llm; most "
        "gateways speak openai_api, and model_args client=litellm of openai_api reaches other providers",
    ),
    "eval_backend": (("Native",), _BACKEND),
    "eval_config": ((), _BACKEND),
    "sandbox_type": ((None, *ENGINES), "code runs in a local sandbox or in Docker"),
    "agent_config": (({},), "models answer by themselves, not through an agent"),
}

# Settings without any effect yet: left out of help texts.
UNDOCUMENTED = frozenset(_UNSUPPORTED) - {"eval_type", "sandbox_type", "model_task"}


def refuse_unsupported(name: str, value: Any, where: str) -> None:
    """Refuse a value that this version does not support.

    Args:
        name: The setting's own name, without what it is part of.
        value: Its checked value.
        where: Its source, for the message.

    Raises:
        ConfigError: It would be ignored.
    """
    harmless, reason = _UNSUPPORTED.get(name, ((value,), ""))
    if value not in harmless:
        shown = "" if isinstance(value, dict) or name == "eval_config" else f" {describe(value)}"
        raise ConfigError(f"{name}{shown} is not available in this version ({where}): {reason}. Remove it.")

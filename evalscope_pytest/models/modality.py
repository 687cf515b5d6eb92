"""The kinds of media that a checkpoint takes, and so how it is loaded: by the configuration beside its weights.

Nothing here imports torch or transformers: a benchmark is refused before weights are loaded.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ..core.errors import ConfigError
from ..wire.media import listed, refusal_of
from .spec import ModelSpec

TEXT = "text_generation"
IMAGES = "image_text_to_text"
SOUND = "audio_text_to_text"
SPEECH = "automatic_speech_recognition"
_KINDS = ("image", "audio")
# Parts of a config.json that stand for an encoder; those of models with code of their own are last.
_ENCODERS = {
    "image": ("vision_config", "vq_config", "img_processor"),
    "audio": ("audio_config", "audio_processor"),
}
_WHOLE = ("thinker_config",)  # the part of an "omni" model that reads; others of its parts speak
_RECOGNIZERS = ("whisper",)
_PROCESSOR_FILES = ("preprocessor_config.json", "processor_config.json")
_NEEDS = {"image": ("PIL", "pillow", "vlm"), "audio": ("av", "av", "audio")}
_MOST_BYTES = 16 << 20


def task_of(folder: Path) -> str:
    """Return the task of a checkpoint: `TEXT` unless it has an encoder of pictures or sound, and its processor."""
    config = _config_of(folder)
    if not any((folder / name).is_file() for name in _PROCESSOR_FILES):
        return TEXT
    if config.get("model_type") in _RECOGNIZERS:
        return SPEECH
    kinds = _encoded(config)
    return IMAGES if "image" in kinds else SOUND if "audio" in kinds else TEXT


def taken_by(folder: Path, task: str) -> tuple[str, ...]:
    """Return the kinds of media that a checkpoint takes if it is loaded for a task."""
    if task in (TEXT, SPEECH):
        return ("audio",) if task == SPEECH else ()
    kinds = {*_encoded(_config_of(folder)), "image" if task == IMAGES else "audio"}
    return tuple(kind for kind in _KINDS if kind in kinds)


def media_refusal(kinds: Collection[str], spec: ModelSpec) -> str:
    """Return why a model does not take these kinds of media; empty if it does, or if that can't be known yet.

    That is so of a model in a Python object, and of a checkpoint whose files are not here.
    """
    if spec.instance is not None:
        return ""
    reason = refusal_of(kinds, spec.eval_type)
    folder = Path(spec.model).expanduser()
    if reason or spec.eval_type != "llm_ckpt" or not folder.is_dir():
        return reason
    task = spec.task or task_of(folder)
    return refusal_by_task(kinds, spec.model, task, taken_by(folder, task), chosen=bool(spec.task))


def refusal_by_task(
    kinds: Collection[str], model: str, task: str, taken: Collection[str], *, chosen: bool = False
) -> str:
    """Return why a checkpoint does not take these kinds of media; empty if it does.

    Args:
        taken: The kinds it takes.
        chosen: The user named the task.
    """
    refused = [kind for kind in kinds if kind not in taken]
    if not refused:
        return ""
    takes = "recordings only" if task == SPEECH else f"{listed(taken)}" if taken else "text only"
    whence = "as chosen" if chosen else "by its config.json"
    step = "Leave model_task out, or choose" if chosen else "Choose"
    return (
        f"model: {model} takes {takes} (model_task {task}, {whence}), and the questions hold {listed(refused, 'or')}. "
        f"{step} a checkpoint that takes them, or a service: --eval-type openai_api."
    )


def check_libraries(kinds: Collection[str], model: str) -> None:
    """Check that what decodes these kinds of media is installed.

    Raises:
        ConfigError: It is not.
    """
    for kind in kinds:
        module, library, extra = _NEEDS[kind]
        if find_spec(module) is None:
            raise ConfigError(
                f"model: {model} takes {listed([kind], 'or')}, which needs {library}, which is not installed. Run: pip "
                f"install 'evalscope-pytest[{extra}]', or give model_task text_generation for text alone."
            )


def _config_of(folder: Path) -> Mapping[str, Any]:
    """Return config.json; nothing if it cannot be read, which is an error when weights are loaded."""
    try:
        with (folder / "config.json").open("rb") as file:
            config = json.loads(file.read(_MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return config if isinstance(config, dict) else {}


def _encoded(config: Mapping[str, Any]) -> set[str]:
    parts = [config, *(config[name] for name in _WHOLE if isinstance(config.get(name), dict))]
    return {
        kind
        for kind, names in _ENCODERS.items()
        if any(isinstance(part.get(name), dict) for part in parts for name in names)
    }

"""evalscope-pytest: a pytest-native evaluation harness. These names are the author's API, loaded when first used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .lazy import loading
from .version import __version__ as __version__

if TYPE_CHECKING:
    from . import prompts as prompts
    from . import scoring as scoring
    from .benchmarks.definition import FewShot as FewShot
    from .benchmarks.definition import benchmark as benchmark
    from .config.generation import GenerationConfig as GenerationConfig
    from .config.task import TaskConfig as TaskConfig
    from .core.content import audio as audio
    from .core.content import file as file
    from .core.content import image as image
    from .core.content import text as text
    from .core.content import video as video
    from .core.values import Message as Message
    from .core.values import ModelOutput as ModelOutput
    from .core.values import Sample as Sample
    from .core.values import Score as Score
    from .datasets.source import hub as hub
    from .datasets.source import local as local
    from .run.task import run_task as run_task
    from .scoring.isolated import isolated as isolated
    from .scoring.scorer import Scorer as Scorer

_HOME = {
    "FewShot": "benchmarks.definition",
    "GenerationConfig": "config.generation",
    "Message": "core.values",
    "ModelOutput": "core.values",
    "Sample": "core.values",
    "Score": "core.values",
    "Scorer": "scoring.scorer",
    "TaskConfig": "config.task",
    "audio": "core.content",
    "benchmark": "benchmarks.definition",
    "file": "core.content",
    "hub": "datasets.source",
    "image": "core.content",
    "isolated": "scoring.isolated",
    "local": "datasets.source",
    "run_task": "run.task",
    "text": "core.content",
    "video": "core.content",
}

__all__ = ["FewShot", "GenerationConfig", "Message", "ModelOutput", "Sample", "Score", "Scorer", "TaskConfig",
           "audio", "benchmark", "file", "hub", "image", "isolated", "local", "prompts", "run_task", "scoring", "text",
           "video"]  # fmt: skip


__getattr__ = loading(__name__, _HOME, ("prompts", "scoring"))


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])

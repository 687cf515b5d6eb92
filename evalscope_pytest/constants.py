"""The words that settings take, as constants: ``TaskConfig(eval_type=EvalType.SERVICE)``."""

from __future__ import annotations

import os
from enum import Enum


class _Word(str, Enum):
    __str__ = str.__str__


class EvalType(_Word):
    """Kinds of models."""

    LLM_CKPT = "llm_ckpt"
    OPENAI_API = "openai_api"
    OPENAI_RESPONSES_API = "openai_responses_api"
    ANTHROPIC_API = "anthropic_api"
    SYSTEMONE_API = "systemone_api"
    AUTOTRUST_API = "autotrust_api"
    MOCK_LLM = "mock_llm"
    CUSTOM = "custom"
    CHECKPOINT = LLM_CKPT
    SERVICE = OPENAI_API
    SERVER = OPENAI_API


class EvalBackend(_Word):
    """Evaluation backends."""

    NATIVE = "Native"
    OPEN_COMPASS = "OpenCompass"
    VLM_EVAL_KIT = "VLMEvalKit"
    RAG_EVAL = "RAGEval"
    THIRD_PARTY = "ThirdParty"


class JudgeStrategy(_Word):
    """When a judge model decides."""

    AUTO = "auto"
    RULE = "rule"
    LLM = "llm"
    LLM_RECALL = "llm_recall"


class HubType(_Word):
    """Where datasets are downloaded from."""

    MODELSCOPE = "modelscope"
    HUGGINGFACE = "huggingface"
    LOCAL = "local"


class ModelTask(_Word):
    """Task of a model."""

    TEXT_GENERATION = "text_generation"
    IMAGE_GENERATION = "image_generation"


DEFAULT_ROOT_CACHE_DIR = os.environ.get("EVALSCOPE_CACHE") or os.path.expanduser("~/.cache/evalscope")
DEFAULT_MODELSCOPE_CACHE_DIR = os.environ.get("MODELSCOPE_CACHE") or os.path.expanduser("~/.cache/modelscope/hub")
DEFAULT_WORK_DIR = "./outputs"

"""Processors and classes of the local models that take pictures or recordings."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ..core.errors import FatalError
from ..wire.errors import sentence
from .modality import IMAGES, SOUND, SPEECH, TEXT, task_of


def processor_of(folder: str, model: str, common: Mapping[str, Any]) -> Any:
    """Load a processor that fills up prompts on the left.

    Raises:
        FatalError: It needs a library that is not installed.
    """
    from transformers import AutoProcessor

    maker: Any = AutoProcessor
    try:
        processor = maker.from_pretrained(folder, **common)
    except (ImportError, AttributeError) as error:
        if not _lacks_torchvision(error):
            raise FatalError(f"the processor of model {model!r} cannot be loaded: {sentence(str(error))}") from error
        raise FatalError(
            f"the processor of model {model!r} needs torchvision, which is not installed or does not fit torch. "
            f"Run: pip install 'torchvision=={_torchvision()}', from where torch came."
        ) from error
    tokenizer = getattr(processor, "tokenizer", None)
    if tokenizer is None:
        raise FatalError(
            f"model {model!r} has no processor of text and media, only a {type(processor).__name__}."
        ).advising("Give {model_task} text_generation for text alone.")
    tokenizer.padding_side = "left"
    return processor


def _lacks_torchvision(error: Exception) -> bool:
    """Return whether a processor of moving pictures failed for want of torchvision, which some do without its name."""
    return "torchvision" in str(error).lower() or (isinstance(error, AttributeError) and not find_spec("torchvision"))


def _torchvision() -> str:
    """Return the versions that fit torch: 0.28 came with 2.13, 0.19 with 2.4."""
    import torch

    major, minor = (int(number) for number in torch.__version__.split(".")[:2])
    return f"0.{minor + 15}.*" if major == 2 else "*"


def has_part(processor: Any, kind: str) -> bool:
    """Return whether a processor takes pictures (``image``) or recordings (``audio``)."""
    names = ("image_processor",) if kind == "image" else ("feature_extractor", "audio_processor")
    return any(getattr(processor, name, None) is not None for name in names)


def model_class(task: str, folder: str, trust_remote_code: bool) -> Any:
    """Return the class of transformers that loads a checkpoint for a task."""
    import transformers

    library: Any = transformers
    if task == SPEECH:
        return library.AutoModelForSpeechSeq2Seq
    if task == TEXT == task_of(Path(folder)):
        return library.AutoModelForCausalLM
    config = library.AutoConfig.from_pretrained(folder, trust_remote_code=trust_remote_code)
    general = library.AutoModelForImageTextToText
    first = library.AutoModelForCausalLM if task == TEXT else None
    for known in (first, general, getattr(library, "AutoModelForMultimodalLM", None)):
        if known is not None and type(config) in known._model_mapping:
            return known
    own = (config.architectures or [""])[0]  # older versions of transformers have no class for audio and text
    return getattr(library, own, general) if not getattr(config, "auto_map", None) else first or general


def check_form(model: Any, task: str, name: str) -> None:
    """Check that a model writes its answer behind its prompt or, if it recognizes speech, apart from its input.

    Raises:
        FatalError: It does not.
    """
    apart = bool(getattr(model.config, "is_encoder_decoder", False))
    if task in (IMAGES, SOUND) and apart:
        raise FatalError(
            f"model {name!r} encodes pictures and questions, and decodes answers apart from them, which llm_ckpt "
            "cannot run. Serve it, and use --eval-type openai_api."
        )
    if task == SPEECH and not apart:
        raise FatalError(f"model {name!r} is not a recognizer of speech alone.").advising("Leave {model_task} out.")


def takes_parts(tokenizer: Any) -> bool:
    """Return whether a chat template takes lists of parts rather than texts."""
    from jinja2 import TemplateError

    if not tokenizer.chat_template:
        return False
    word = "evalscope"
    turns = [{"role": "user", "content": [{"type": "text", "text": word}]}]
    try:
        text = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
    except (TemplateError, ValueError, TypeError, AttributeError, KeyError):
        return False
    return word in text and "'text'" not in text and '"text"' not in text

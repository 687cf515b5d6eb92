"""Weights on disk or on a hub, and how to load them. Only `load` imports torch and transformers."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ..core.canonical import digest
from ..core.errors import ConfigError, FatalError, closest
from ..wire.arguments import check_model_args, positive
from ..wire.errors import sentence
from .modality import TEXT, check_libraries, taken_by, task_of
from .processors import check_form, has_part, model_class, processor_of, takes_parts
from .spec import ModelSpec

_HUBS = ("modelscope", "huggingface")
_PRECISIONS = {
    "auto": "auto",
    **dict.fromkeys(("float16", "fp16", "half"), "float16"),
    **dict.fromkeys(("bfloat16", "bf16"), "bfloat16"),
    **dict.fromkeys(("float32", "fp32", "float"), "float32"),
}
_ARGS = (
    "revision",
    "precision",
    "torch_dtype",
    "device_map",
    "attn_implementation",
    "hub",
    "cache_dir",
    "tokenizer_path",
    "max_model_len",
)
_LENGTHS = ("max_position_embeddings", "max_target_positions")  # of the models of speech the second
_DESCRIPTIONS = ("config.json", "modules.json")  # the second of sentence-transformers
_UNUSED_FILES = ["*.gguf", "*.onnx", "*.onnx_data", "*.msgpack", "*.h5", "*.tflite", "original/*"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The weights of a model, and their form in memory.

    Attributes:
        location: An existing folder, or an id on the hub.
        hub: ``modelscope``, ``huggingface``, or empty for a folder.
        revision: Branch, tag or commit on the hub.
        precision: ``float16``, ``bfloat16``, ``float32``, ``auto`` (as the weights are stored), or empty: float16 on an
            accelerator, float32 on a CPU, which computes half precision slowly.
        device_map: As accelerate takes it; None is ``auto`` if there is an accelerator.
        attn_implementation: As transformers takes it; None is its own choice.
        max_model_len: Most tokens of prompt and answer together; None is what the model was made for.
        task: Its ``model_task``; None if its configuration shows it.
    """

    location: str
    hub: str
    revision: str
    precision: str = ""
    device_map: Any = None
    attn_implementation: str | None = None
    cache_dir: str | None = None
    tokenizer_path: str | None = None
    max_model_len: int | None = None
    chat_template: str | None = None
    trust_remote_code: bool = False
    task: str | None = None

    @classmethod
    def of(cls, spec: ModelSpec) -> Checkpoint:
        """Read a spec. Nothing is downloaded or loaded.

        Raises:
            ConfigError: An argument is unknown, a folder is missing, or the libraries are.
        """
        args = spec.model_args
        check_model_args(args, _ARGS, "llm_ckpt")
        location, hub = located(spec.model, args)
        for library in ("torch", "transformers"):
            if find_spec(library) is None:
                raise ConfigError(
                    f"eval_type llm_ckpt needs {library}, which is not installed. "
                    "Run: pip install 'evalscope-pytest[local]'. For a service give api_url."
                )
        if spec.chat_template is not None and "{" not in spec.chat_template:
            raise ConfigError(
                f"chat_template: {spec.chat_template!r} is not a Jinja template. Give its text, not a path."
            )
        if not hub:
            task = spec.task or task_of(Path(location))
            check_libraries(taken_by(Path(location), task), spec.model)
        return cls(
            location=location,
            hub=hub,
            revision=str(args.get("revision") or "master"),
            precision=_precision(args),
            device_map=args.get("device_map"),
            attn_implementation=args.get("attn_implementation"),
            cache_dir=args.get("cache_dir"),
            tokenizer_path=args.get("tokenizer_path"),
            max_model_len=positive("max_model_len", args.get("max_model_len")),
            chat_template=spec.chat_template,
            trust_remote_code=spec.trust_remote_code,
            task=spec.task,
        )

    @property
    def identity(self) -> str:
        """Revision, precision, template, length and a task besides text, all of which change answers."""
        template = digest(self.chat_template) if self.chat_template else ""
        task = self.task or (TEXT if self.hub else task_of(Path(self.location)))
        parts = [self.revision if self.hub else "", self.precision, template, str(self.max_model_len or "")]
        return ":".join(parts if task == TEXT else [*parts, task])


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model ready to generate.

    Attributes:
        context: Maximum number of tokens of prompt and answer together; None if the model has no limit.
        stop_ids: Tokens that end an answer.
        pad_id: Token for the empty places of a batch.
        task: Its ``model_task``.
        taken: The kinds of media it takes.
        processor: Turns media into tensors; None if it takes text alone.
        takes_parts: The chat template takes lists of parts rather than texts.
        chosen: The user named the task.
    """

    model: Any
    tokenizer: Any
    context: int | None
    stop_ids: tuple[int, ...]
    pad_id: int
    task: str = TEXT
    taken: tuple[str, ...] = ()
    processor: Any = None
    takes_parts: bool = False
    chosen: bool = False


def load(checkpoint: Checkpoint) -> Loaded:
    """Load the weights, from the hub unless they are in a folder.

    Raises:
        FatalError: They cannot be downloaded or loaded.
    """
    import transformers

    library: Any = transformers
    library.utils.logging.disable_progress_bar()  # it would run through the lines of the run itself
    common: dict[str, Any] = {"trust_remote_code": checkpoint.trust_remote_code}
    processor: Any = None
    try:
        folder = fetched(checkpoint.location, checkpoint.hub, checkpoint.revision, checkpoint.cache_dir)
        words = checkpoint.tokenizer_path or folder
        task = checkpoint.task or task_of(Path(folder))
        taken = taken_by(Path(folder), task)
        if task == TEXT:
            tokenizer: Any = library.AutoTokenizer.from_pretrained(words, padding_side="left", **common)
        else:
            check_libraries(taken, checkpoint.location)
            processor = processor_of(words, checkpoint.location, common)
            tokenizer = processor.tokenizer
        model = _weights(checkpoint, folder, task, common)
        check_form(model, task, checkpoint.location)
    except FatalError:
        raise
    except ConfigError as error:
        raise FatalError(str(error)) from error
    except Exception as error:  # hubs, remote code and weights fail in any way, and each ends the run
        raise FatalError(
            f"model {checkpoint.location!r} could not be loaded: {type(error).__name__}: {sentence(str(error))}"
        ).advising(
            "Check {model} and {model_args}; a local path must be a folder with config.json and weights."
            + (" Leave {model_task} out if it takes something else." if checkpoint.task else "")
        ) from error
    if template := checkpoint.chat_template or getattr(processor, "chat_template", None):
        tokenizer.chat_template = template
    _log.info("loaded %s as %s on %s", checkpoint.location, model.dtype, model.device)
    loaded = _described(model, tokenizer, checkpoint.max_model_len)
    if task == TEXT == task_of(Path(folder)):
        return loaded
    taken = tuple(kind for kind in taken if has_part(processor, kind))
    parts, chosen = takes_parts(tokenizer), bool(checkpoint.task)
    return replace(loaded, task=task, taken=taken, processor=processor, takes_parts=parts, chosen=chosen)


def _weights(checkpoint: Checkpoint, folder: str, task: str, common: Mapping[str, Any]) -> Any:
    """Return the model itself, ready to generate."""
    import torch
    import transformers

    accelerated = torch.cuda.is_available() or torch.backends.mps.is_available()
    precision = checkpoint.precision or ("float16" if accelerated else "float32")
    modern = tuple(int(n) for n in transformers.__version__.split(".")[:2]) >= (4, 56)
    given: dict[str, Any] = {**common}
    given["dtype" if modern else "torch_dtype"] = precision if precision == "auto" else getattr(torch, precision)
    device_map = checkpoint.device_map or ("auto" if accelerated else None)
    if device_map is not None:
        given["device_map"] = device_map
    if checkpoint.attn_implementation:
        given["attn_implementation"] = checkpoint.attn_implementation
    model: Any = model_class(task, folder, checkpoint.trust_remote_code).from_pretrained(folder, **given)
    model.eval()
    return model


def _described(model: Any, tokenizer: Any, max_model_len: int | None) -> Loaded:
    text_config = model.config.get_text_config()
    lengths = (max_model_len, *(getattr(text_config, name, None) for name in _LENGTHS))
    context = next((length for length in lengths if length), None)
    ends: list[int] = []
    for source in (model.generation_config.eos_token_id, tokenizer.eos_token_id):
        ends += [] if source is None else source if isinstance(source, list) else [source]
    pad = next((i for i in (tokenizer.pad_token_id, *ends) if i is not None), 0)
    return Loaded(model, tokenizer, context, tuple(dict.fromkeys(ends)), pad)


def located(model: str, args: Mapping[str, Any]) -> tuple[str, str]:
    """Return the folder and no hub, or the id and its hub. A folder that exists never goes online."""
    hub = str(args.get("hub", "modelscope"))
    if hub not in _HUBS:
        raise ConfigError(f"model_args.hub: unknown {hub!r}. {closest(hub, _HUBS)}")
    folder = Path(model).expanduser()
    if folder.is_dir():
        if not any((folder / name).is_file() for name in _DESCRIPTIONS):
            raise ConfigError(f"model: the folder {model!r} holds no config.json. Name the folder of the weights.")
        return str(folder), ""
    if model.startswith(("/", "./", "../", "~", ".\\")) or model.count("/") > 1:
        raise ConfigError(f"model: there is no folder {model!r}. Give an existing folder, or an id like ORG/NAME.")
    if hub == "modelscope" and "/" not in model:
        raise ConfigError(
            f"model: {model!r} is neither a folder here nor an id like ORG/NAME. If that is what a service calls its "
            "model, give its address as api_url."
        )
    return model, hub


def _precision(args: Mapping[str, Any]) -> str:
    given = args.get("precision", args.get("torch_dtype"))
    if given is None:
        return ""
    word = str(given).lower().removeprefix("torch.")
    if word not in _PRECISIONS:
        raise ConfigError(f"model_args.precision: unknown {given!r}. {closest(word, _PRECISIONS)}")
    return _PRECISIONS[word]


def fetched(location: str, hub: str, revision: str | None, cache_dir: str | None) -> str:
    """Return the folder with the weights, downloaded unless it is there."""
    if not hub:
        return location
    if hub == "modelscope":
        from modelscope import snapshot_download as from_modelscope

        return str(from_modelscope(location, revision=revision, cache_dir=cache_dir, ignore_file_pattern=_UNUSED_FILES))
    from huggingface_hub import snapshot_download

    revision = "main" if revision == "master" else revision
    return str(snapshot_download(location, revision=revision, cache_dir=cache_dir, ignore_patterns=_UNUSED_FILES))

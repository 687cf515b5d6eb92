"""Checks of arguments and parameters before a run: no setting is ignored silently."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..config.generation import GenerationConfig
from ..core.errors import ConfigError, closest
from ..core.secret import Secret

_IMAGES_ONLY = "It belongs to image generation. Remove it."
IMAGE_PARAMETERS = dict.fromkeys(("height", "width", "num_inference_steps", "guidance_scale"), _IMAGES_ONLY)
_UNSET = GenerationConfig()
_SECRET_HEADERS = ("auth", "key", "token", "secret", "cookie")


def check_model_args(model_args: Mapping[str, Any], allowed: Iterable[str], eval_type: str) -> None:
    """Refuse a loading argument the provider does not know.

    Raises:
        ConfigError: It names the closest known one.
    """
    known = list(allowed)
    for name in model_args:
        if name not in known:
            raise ConfigError(f"model_args: unknown {name!r} for eval_type {eval_type}. {closest(name, known)}")


def positive(name: str, value: object) -> int | None:
    """Return a number of ``model_args``; None if it is not given.

    Raises:
        ConfigError: It is not a whole number above 0.
    """
    if value is None:
        return None
    number = int(value) if isinstance(value, (int, str)) and str(value).isdecimal() else 0
    if number < 1:
        raise ConfigError(f"model_args.{name}: {value!r} is not a whole number above 0.")
    return number


def refuse(config: GenerationConfig, unusable: Mapping[str, str], eval_type: str) -> None:
    """Refuse generation parameters the provider has no use for.

    Args:
        config: The parameters.
        unusable: Parameter name to what to do instead.
        eval_type: The provider.

    Raises:
        ConfigError: One of them is set.
    """
    for name, instead in unusable.items():
        value = getattr(config, name)
        if value is not None:
            raise ConfigError(f"generation_config.{name}: {value!r} cannot be used by eval_type {eval_type}. {instead}")
    if config.max_tool_output != _UNSET.max_tool_output:
        raise ConfigError(
            "generation_config.max_tool_output: no benchmark gives a model the output of a tool. Remove it."
        )


def check_sampling(config: GenerationConfig) -> None:
    """Refuse greedy decoding and sampling at once.

    Raises:
        ConfigError: ``do_sample`` contradicts ``temperature``.
    """
    heat = config.temperature
    if (config.do_sample is True and heat == 0) or (config.do_sample is False and heat):
        raise ConfigError(
            f"generation_config: do_sample={config.do_sample} contradicts temperature={heat:g}. "
            "Temperature 0 is greedy decoding, anything above samples. Give one of the two."
        )


def temperature(config: GenerationConfig) -> float | None:
    """Return the temperature to send: ``do_sample`` false is temperature 0 to a service."""
    return 0.0 if config.do_sample is False else config.temperature


def check_headers(headers: Mapping[str, Any] | None, where: str) -> None:
    """Refuse headers that cannot be sent, and keep the values of those that look like keys out of all text.

    Raises:
        ConfigError: A name or value is not printable ASCII text.
    """
    for name, value in (headers or {}).items():
        if not (isinstance(value, str) and value.isprintable() and name.isascii() and name.isprintable()):
            raise ConfigError(f"{where}: the value of {name!r} is not one line of text. Write it as a string.")
        if any(word in name.lower() for word in _SECRET_HEADERS):
            Secret(value.rpartition(" ")[2])

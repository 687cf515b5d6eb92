"""The address of a service, as the user gave it."""

from __future__ import annotations

from typing import NamedTuple

from yarl import URL

from ..core.errors import ConfigError
from .service import check_key, check_url
from .spec import ModelSpec


class Address(NamedTuple):
    """The address of a service.

    Attributes:
        url: Without the path of the call, which older configurations include.
        query: The parameters after the question mark.
    """

    url: str
    query: dict[str, str]


def given_url(spec: ModelSpec, needed_by: str) -> URL:
    """Return the user's address, parsed.

    Args:
        needed_by: What needs it, for the error: ``eval_type openai_api``.

    Raises:
        ConfigError: There is none, it is not an address, or the key cannot be sent to it.
    """
    if not spec.api_url:
        raise ConfigError(
            f"api_url: missing for model {spec.model!r} with {needed_by}. Give the service's address, such as "
            "http://127.0.0.1:8000/v1."
        )
    given = check_url(spec.api_url)
    check_key(spec.api_key, given)
    return given


def base_address(spec: ModelSpec, path: str) -> Address:
    """Return the service's address.

    Args:
        path: That of the call.

    Raises:
        ConfigError: There is none, it is not an address, or the key cannot be sent to it.
    """
    given = given_url(spec, f"eval_type {spec.eval_type}")
    base = given.with_path(given.path.rstrip("/").removesuffix(path).rstrip("/"))
    return Address(str(base).rstrip("/"), dict(given.query))

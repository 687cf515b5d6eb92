"""Keys never show: whatever form a key takes on its way into a text, the text that leaves has stars."""

from __future__ import annotations

import json
import pickle
from base64 import b64encode
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.core.secret import (
    Secret,
    is_secret_name,
    mask_keys,
    redact,
    remember_environment,
    remember_secrets,
    remember_url,
)  # fmt: skip

KEYS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Zs", "Zl", "Zp")), min_size=8, max_size=30)
LONG = KEYS.filter(lambda key: any(c.isalpha() for c in key) and any(c.isdigit() for c in key))


@given(LONG, st.text(max_size=10), st.text(max_size=10))
def test_a_key_is_gone_from_any_text_in_every_form_it_is_written(key: str, before: str, after: str) -> None:
    Secret(key)
    for form in (key, quote(key, safe=""), json.dumps(key)[1:-1], repr(key)[1:-1]):
        assert form not in mask_keys(f"{before}{form}{after}").replace("***", "")
        assert form not in redact(f"{before} {form} {after}").replace("***", "")


def test_a_key_that_is_part_of_another_does_not_uncover_the_rest() -> None:
    Secret("abcdef-12345")
    Secret("abcdef-12345-and-more-6789")
    assert redact("is abcdef-12345-and-more-6789 it") == mask_keys("is abcdef-12345-and-more-6789 it") == "is *** it"


@pytest.mark.parametrize("key", ["ollama", "password", "Company", "123456", "1234-5678"])
def test_an_ordinary_word_is_masked_alone_and_never_in_what_a_model_wrote(key: str) -> None:
    Secret(key)
    assert redact(f"key {key}, x{key}x") == f"key ***, x{key}x"
    assert mask_keys(f"the {key} of a model") == f"the {key} of a model"


@pytest.mark.parametrize("key", ["", "x", "12345", "EMPTY"])
def test_what_is_too_short_to_be_a_key_is_never_masked(key: str) -> None:
    Secret(key)
    assert redact(f"a {key} b") == f"a {key} b"


def test_a_key_shows_as_stars_and_reveals_itself_on_request_only() -> None:
    key = Secret("a-key-of-mine-1")
    assert f"{key} {key!r} {[key]}" == "*** *** [***]"
    assert key.reveal() == pickle.loads(pickle.dumps(key)).reveal() == "a-key-of-mine-1"
    assert (key == Secret("a-key-of-mine-1"), key == Secret("other"), key == "a-key-of-mine-1") == (True, False, False)
    assert len({key, Secret("a-key-of-mine-1"), Secret("other")}) == 2
    assert (bool(key), bool(Secret(""))) == (True, False)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("sk-abcdefghijkl0", "***"),
        ("pk-abcdefghijkl0 rk-abcdefghijkl0", "*** ***"),
        ("hf_abcdefghijklmnop", "***"),
        ("Authorization: Bearer abcdefgh", "Authorization: Bearer ***"),
        ("http://me:secret@host/v1", "http://***@host/v1"),
        ("risk-taking and task-oriented-evaluation", "risk-taking and task-oriented-evaluation"),
        ("sk-short hf_short Bearer short", "sk-short hf_short Bearer short"),
        ("http://host:8000/v1 and user@host", "http://host:8000/v1 and user@host"),
    ],
)
def test_what_is_shaped_like_a_key_is_masked_though_nobody_named_it(text: str, shown: str) -> None:
    assert redact(text) == shown


def test_a_terminal_gets_no_half_of_a_character() -> None:
    assert redact("a\ud800b") == "a\\ud800b"
    assert mask_keys("a\ud800b") == "a\ud800b"


def test_a_password_in_an_address_is_known_as_it_is_and_as_a_header_carries_it() -> None:
    remember_url("https://me%40home:p%2Fssw0rd-1@host/v1")
    header = b64encode(b"me@home:p/ssw0rd-1").decode()
    assert redact(f"p%2Fssw0rd-1 p/ssw0rd-1 Basic {header}") == "*** *** Basic ***"


@pytest.mark.parametrize("name", ["api-key", "token", "X-Amz-Signature", "client_secret", "authcode", "pass"])
def test_a_key_in_a_query_is_known_by_its_name(name: str) -> None:
    remember_url(f"https://host/v1?model=my-model-1&{name}=q7-{name}-4711&version=2024-06-01")
    assert redact(f"q7-{name}-4711 my-model-1 2024-06-01") == "*** my-model-1 2024-06-01"


def test_keys_are_found_anywhere_in_nested_settings() -> None:
    remember_secrets(
        {
            "headers": [{"Authorization": "Bearer nested-key-1"}, {"X-Name": "not-a-key-1"}],
            "api_key": ("tuple-key-1", "tuple-key-2"),
            "proxy": "http://me:proxy-key-1@host",
            "limit": 3,
        }
    )
    text = "nested-key-1 not-a-key-1 tuple-key-1 tuple-key-2 proxy-key-1"
    assert redact(text) == "*** not-a-key-1 *** *** ***"


def test_keys_of_the_environment_are_known_by_their_names() -> None:
    remember_environment({"OPENAI_API_KEY": "environment-key-1", "HOME_PAGE": "environment-page-1"})
    assert redact("environment-key-1 environment-page-1") == "*** environment-page-1"


@given(st.sampled_from(["api_key", "Access-Token", "client_secret", "X-API-KEY", "db_password", "Cookie"]), st.data())
def test_the_name_of_a_key_is_known_in_any_case_and_with_either_dash(name: str, data: st.DataObject) -> None:
    written = "".join(data.draw(st.sampled_from([c.lower(), c.upper()])) for c in name)
    assert is_secret_name(written)
    assert is_secret_name(written.replace("-", "_"))
    assert is_secret_name(written.replace("_", "-"))

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evalscope_pytest.config import TaskConfig
from evalscope_pytest.config.setting import describe
from evalscope_pytest.core.errors import ConfigError
from evalscope_pytest.core.secret import Secret, is_secret_name, redact


@pytest.mark.parametrize(
    "name",
    ["api_key", "X-API-KEY", "Authorization", "token", "hf_token", "X-Auth-Token", "azure_api_key", "client_secret"],
)
def test_names_of_keys_are_known(name):
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name", ["tokenizer", "eos_token", "max_tokens", "subset_key", "author", "keyboard", "use_auth"]
)
def test_names_that_only_sound_like_keys_are_not(name):
    assert not is_secret_name(name)


def test_keys_inside_mappings_are_kept_out_of_all_text():
    TaskConfig(
        model="m",
        model_args={"default_headers": {"X-API-KEY": "inner-s3cret"}},
        generation_config={"extra_headers": {"Authorization": "Bearer header-s3cret"}},
    )
    assert redact("inner-s3cret and header-s3cret") == "*** and ***"


@pytest.mark.parametrize(
    "url",
    [
        "http://h/v1?key=s3",
        "http://h/v1?s3",
        "http://h/v1#s3",
        "http://u:s3@h/v1",
        "http://u:s3/s3@h/v1?api_key=s3&x=s3",
        "h/v1?token=s3",
        "u:s3@h/v1",
        "http://h/v1?api_key=sk-" + "s3" * 40,
    ],
)
def test_nothing_of_a_refused_url_that_may_be_a_key_is_shown(url):
    with pytest.raises(ConfigError) as caught:
        TaskConfig(model="m", api_url=url)
    assert "s3" not in str(caught.value)
    assert "api_url cannot be" in str(caught.value)


def test_a_value_is_masked_before_it_is_shortened():
    Secret("a-known-s3cret-" + "x" * 40)
    assert "s3cret" not in describe("y" * 50 + "a-known-s3cret-" + "x" * 40)


def test_keys_in_the_query_of_any_url_are_kept_out_of_all_text():
    address = "http://h/v1?subscription-key=inQuery%2Fs3cret&api-version=2024"
    TaskConfig(model="m", model_args={"gateway": address})
    assert redact("inQuery%2Fs3cret inQuery/s3cret 2024") == "*** *** 2024"


@given(st.text("Beartoksp- \ud800#a1_", max_size=60))
@example("Bearer a\ud800####")
def test_to_redact_twice_is_to_redact_once(text):
    assert redact(redact(text)) == redact(text)

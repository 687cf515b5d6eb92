import pytest

from evalscope_pytest.config import TaskConfig
from evalscope_pytest.config.secrets import is_secret_name
from evalscope_pytest.core.secret import redact


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

"""Advice in errors of models names settings; whoever made the model gives their spelling."""

from __future__ import annotations

import pickle

from evalscope_pytest.config.options import spelling
from evalscope_pytest.core.errors import FatalError, RateLimitedError


def test_without_a_spelling_a_setting_shows_its_name():
    error = FatalError("HTTP 401 from http://h/v1.").advising("Check {api_key}.")
    assert str(error) == "HTTP 401 from http://h/v1. Check api_key."


def test_a_spelling_replaces_the_name_and_leaves_the_others():
    error = FatalError("refused.").advising("Check {api_key} and {api_url}.")
    error.spelling = {"api_key": "--eval-api-key"}
    assert str(error) == "refused. Check --eval-api-key and api_url."


def test_braces_in_a_services_words_are_text():
    assert str(FatalError('it says {"a": 1} {api_key}').advising("Check {model}.")).endswith("{api_key} Check model.")


def test_advice_survives_another_process():
    error = pickle.loads(pickle.dumps(RateLimitedError("slow", 3.0).advising("Lower {eval_batch_size}.")))
    assert (str(error), error.retry_after_s) == ("slow Lower eval_batch_size.", 3.0)


def test_settings_are_spelled_as_the_user_gave_them():
    given = {"model": "--eval-model", "api_url": "conf.yaml", "generation_config.timeout": "--eval-generation-config"}
    found = spelling(given)
    assert found["model"] == "--eval-model"
    assert found["api_url"] == "api_url"
    assert found["timeout"] == "--eval-timeout"
    assert found["api_key"] == "--eval-api-key"  # not given, and the user types options


def test_in_python_settings_are_spelled_by_name():
    found = spelling({"model": "TaskConfig(model=...)"})
    assert (found["model"], found["api_key"], found["timeout"]) == ("model", "api_key", "generation_config.timeout")

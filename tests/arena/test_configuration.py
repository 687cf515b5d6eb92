"""What the setting `arena` comes to."""

from __future__ import annotations

import pytest

from evalscope_pytest.config import TaskConfig
from evalscope_pytest.core.errors import ConfigError


def test_an_arena_needs_no_model_and_goes_to_a_child_as_it_is():
    config = TaskConfig(arena=["a=outputs/1", "outputs/2"])
    assert (config.datasets, config.model, config.model_id) == (("general_arena",), "mock", "Arena")
    assert config.args_of("general_arena").extra_params == {"models": ["a=outputs/1", "outputs/2"]}
    assert TaskConfig(model="mock", arena=["a=outputs/1", "outputs/2"]).model_id == "Arena"
    assert TaskConfig(model_id="Arena", datasets=["general_arena"]).eval_type == "mock_llm"
    assert TaskConfig(model_id="m", datasets=["gsm8k"]).eval_type is None
    args = {"general_arena": {"extra_params": {"models": ["b"]}}}
    with pytest.raises(ConfigError, match="name different runs"):
        TaskConfig(arena=["a"], dataset_args=args)

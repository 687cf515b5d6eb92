import json

import pytest

from evalscope_pytest.config import TaskConfig
from evalscope_pytest.config.schema import BACKENDS, EVAL_TYPES, HUBS, JUDGE_STRATEGIES
from evalscope_pytest.constants import EvalBackend, EvalType, HubType, JudgeStrategy, ModelTask


@pytest.mark.parametrize(
    ("enum", "words"),
    [
        (EvalType, EVAL_TYPES),
        (EvalBackend, BACKENDS),
        (HubType, HUBS),
        (JudgeStrategy, JUDGE_STRATEGIES),
        (ModelTask, ("text_generation", "image_generation")),
    ],
)
def test_constants_are_the_words_that_settings_take(enum, words):
    assert {member.value for member in enum} == set(words)


def test_constants_are_plain_words_everywhere():
    config = TaskConfig(model="m", api_url="http://h", eval_type=EvalType.SERVICE, dataset_hub=HubType.HUGGINGFACE)
    assert json.dumps([config.eval_type, config.dataset_hub]) == '["openai_api", "huggingface"]'
    assert f"{EvalType.CHECKPOINT}" == "llm_ckpt"

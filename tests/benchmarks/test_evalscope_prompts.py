"""Prompt templates read from an installed EvalScope: here a few files of its layout, written for these tests."""

from __future__ import annotations

import sys

import pytest

from evalscope_pytest.benchmarks.bundled import load_bundled
from evalscope_pytest.benchmarks.evalscope_prompts import prompts, with_evalscope_prompts
from evalscope_pytest.config.dataset_args import DatasetArgs
from evalscope_pytest.core.errors import ConfigError

SHARED = '''
FEW_SHOT_TEMPLATE = """Solved:

{fewshot}

""".lstrip()
SINGLE = "Pick one of {letters}.\\n{question}\\n{choices}"

class MultipleChoiceTemplate:
    SINGLE_ANSWER = SINGLE
'''
FILES = {
    "__init__.py": "raise RuntimeError('this must not be imported')",
    "constants.py": "class Tags:\n    MATH = 'Math'\nSTEPS = 'step by step'\n",
    "utils/__init__.py": "",
    "utils/multi_choices.py": SHARED,
    "benchmarks/__init__.py": "",
    "benchmarks/gsm8k/adapter.py": '''
from evalscope.constants import STEPS
import torch_that_is_not_there
BOX = "\\\\boxed{{}}"
ASK = f"""
Think {STEPS}: """.strip() + " {question}\\n" + BOX
@register_benchmark(BenchmarkMeta(name="gsm8k", prompt_template=ASK, system_prompt="Be {0}.".format("exact"),
    few_shot_prompt_template="Seen:\\n{fewshot}\\n" + ASK, few_shot_num=4))
class GSM8KAdapter(DefaultDataAdapter):
    pass
''',
    "benchmarks/arc/adapter.py": '''
from evalscope.utils.multi_choices import MultipleChoiceTemplate as Templates
@register_benchmark(BenchmarkMeta(name='arc', prompt_template=Templates.SINGLE_ANSWER))
class ARCAdapter(MultiChoiceAdapter):
    pass
''',
    "benchmarks/other/two.py": '''
from .texts import ASK
from . import texts
@register_benchmark(BenchmarkMeta(name='race', prompt_template=ASK))
class One(DefaultDataAdapter): ...
@register_benchmark(BenchmarkMeta(name='siqa', prompt_template=open('x').read()))
class Two(DefaultDataAdapter): ...
@register_benchmark(BenchmarkMeta(name='piqa', prompt_template=LOOP))
class Three(DefaultDataAdapter): ...
LOOP = LOOP2
LOOP2 = LOOP
@register_benchmark(BenchmarkMeta(name='sciq'))
class Four(DefaultDataAdapter): ...
@register_benchmark(BenchmarkMeta(name='mmlu_pro', prompt_template="{question}", few_shot_prompt_template="{examples}"))
class Five(DefaultDataAdapter): ...
''',
    "benchmarks/other/texts.py": "ASK = 'Read: {question}'",
    "benchmarks/broken.py": "BenchmarkMeta(",
}  # fmt: skip


@pytest.fixture
def evalscope(tmp_path, monkeypatch):
    """An EvalScope that can be found and cannot be imported."""
    for path, text in FILES.items():
        file = tmp_path / "site" / "evalscope" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path / "site"))


def test_templates_are_followed_to_their_texts(evalscope):
    found = prompts("gsm8k")
    assert found.prompt_template == "Think step by step: {question}\n\\boxed{{}}"
    assert found.few_shot_prompt_template == f"Seen:\n{{fewshot}}\n{found.prompt_template}"
    assert found.system_prompt == "Be exact."
    assert prompts("race").prompt_template == "Read: {question}"
    assert "evalscope" not in sys.modules


def test_multiple_choice_has_the_common_header(evalscope):
    found = prompts("arc")
    assert found.prompt_template == "Pick one of {letters}.\n{question}\n{choices}"
    assert found.few_shot_prompt_template == f"Solved:\n\n{{fewshot}}\n\n{found.prompt_template}"


def test_what_the_user_gives_comes_first(evalscope):
    args = with_evalscope_prompts(load_bundled("gsm8k"), DatasetArgs(system_prompt="Mine."))
    assert args.system_prompt == "Mine."
    assert args.prompt_template == prompts("gsm8k").prompt_template
    none = with_evalscope_prompts(load_bundled("gsm8k"), DatasetArgs(few_shot_num=0))
    assert none.few_shot_prompt_template is None


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("demo_math", ["no benchmark 'demo_math'", "dataset_args"]),
        ("siqa", ["cannot be read", "two.py", "prompt_template"]),
        ("piqa", ["in a circle"]),
        ("sciq", ["makes it in its code"]),
        ("mmlu_pro", ["{fewshot}"]),
    ],
)
def test_what_cannot_be_read_is_said(evalscope, name, words):
    with pytest.raises(ConfigError) as caught:
        with_evalscope_prompts(load_bundled(name), DatasetArgs())
    assert all(word in str(caught.value) for word in words)


def test_prompts_of_single_subsets_are_not_replaced_by_one(evalscope, tmp_path):
    file = tmp_path / "site" / "evalscope" / "benchmarks" / "agieval.py"
    file.write_text("@register(BenchmarkMeta(name='agieval', prompt_template='{question}'))\nclass A: ...\n")
    with pytest.raises(ConfigError, match="for each subset"):
        with_evalscope_prompts(load_bundled("agieval"), DatasetArgs())

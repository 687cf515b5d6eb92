"""Prompt templates read from an installed EvalScope: here a few files of its layout, written for these tests."""

from __future__ import annotations

import sys

import pytest

from evalscope_pytest.benchmarks.bundled import load_bundled
from evalscope_pytest.benchmarks.evalscope_prompts import prompts, with_evalscope_prompts
from evalscope_pytest.benchmarks.prompt import shot_text
from evalscope_pytest.config.schema import DatasetArgs
from evalscope_pytest.core.errors import ConfigError
from evalscope_pytest.core.values import Sample

SHARED = '''
FEW_SHOT_TEMPLATE = """Solved:

{fewshot}

""".lstrip()
SINGLE = "Pick one of {letters}.\\n{question}\\n{choices}"

class MultipleChoiceTemplate:
    SINGLE_ANSWER = SINGLE
    ONE_ZH = "单选：{question}\\n{choices}"
    ONE_ZH_COT = "单选，逐步：{question}\\n{choices}"
    MANY_ZH = "多选：{question}\\n{choices}"
    MANY_ZH_COT = "多选，逐步：{question}\\n{choices}"
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
    "benchmarks/general_mcq/adapter.py": '''
from evalscope.utils.multi_choices import MultipleChoiceTemplate
@register_benchmark(BenchmarkMeta(name='general_mcq', prompt_template=MultipleChoiceTemplate.ONE_ZH, extra_params={
    'multiple_correct': {'type': 'bool', 'value': False}, 'use_cot': {'type': 'bool', 'value': False}}))
class GeneralMCQAdapter(MultiChoiceAdapter):
    def __init__(self, **kwargs):
        """Choose a template."""
        super().__init__(**kwargs)
        self.choices = load_choices()
        self.multiple_correct = self.extra_params.get('multiple_correct', False)
        use_cot = self.extra_params['use_cot']
        if self.prompt_template == MultipleChoiceTemplate.ONE_ZH:
            if self.multiple_correct and use_cot:
                self.prompt_template = MultipleChoiceTemplate.MANY_ZH_COT
            elif self.multiple_correct:
                self.prompt_template = MultipleChoiceTemplate.MANY_ZH
            elif use_cot:
                self.prompt_template = MultipleChoiceTemplate.ONE_ZH_COT
''',
    "benchmarks/modes.py": '''
from .general_mcq.adapter import GeneralMCQAdapter
MODES = {'short': 'Short: {question}', 'long': 'Long: {question}'}
class Parent(DefaultDataAdapter):
    def __init__(self, **kwargs):
        self.system_prompt = "Parent." if not self.extra_params.get('quiet') else None
        self.prompt_template = "Parent: {question}"
    def sample_to_fewshot(self, sample):
        if sample.metadata:
            return f'{sample.input} {{x}}\\n' + f'{sample.metadata["reasoning"]}\\nA: {sample.target}'
        return ''
@register_benchmark(BenchmarkMeta(name='cmath', extra_params={'mode': 'short', 'quiet': {'value': False}}))
class Child(Parent):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.prompt_template = MODES[self.extra_params['mode']]
    def extract_answer(self): ...
@register_benchmark(BenchmarkMeta(name='amc', prompt_template='{question}'))
class Computed(Parent):
    def __init__(self, **kwargs):
        if kwargs['x'] > 3:
            self.prompt_template = 'More: {question}'
@register_benchmark(BenchmarkMeta(name='musr', prompt_template='{question}'))
class Exemplars(DefaultDataAdapter):
    def sample_to_fewshot(self, sample):
        return sample.input.upper()
''',
    "benchmarks/whole.py": '''
WORDS = 'Judge: {text}'
@register_benchmark(BenchmarkMeta(name='drivel_binary', prompt_template='{question}'))
class Whole(DefaultDataAdapter):
    def record_to_sample(self, record):
        return Sample(input=WORDS.format(text=record['text']))
''',
    "benchmarks/pieces.py": '''
@register_benchmark(BenchmarkMeta(name='multiple_mbpp', prompt_template='{prompt}'))
class Pieces(DefaultDataAdapter):
    def format_prompt_template(self, sample):
        return f'```{sample.language}\\n{sample.input}\\n```'
''',
    "benchmarks/built.py": '''
@register_benchmark(BenchmarkMeta(name='bird_sql', prompt_template='{question}'))
class Built(DefaultDataAdapter):
    def record_to_sample(self, record):
        return Sample(input=build_prompt(record['question']))
''',
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


@pytest.mark.parametrize(
    ("params", "begins"),
    [
        ({}, "单选："),
        ({"use_cot": True}, "单选，逐步："),
        ({"multiple_correct": True}, "多选："),
        ({"multiple_correct": True, "use_cot": True}, "多选，逐步："),
    ],
)
def test_extra_params_choose_the_template_as_the_adapter_does(evalscope, params, begins):
    _, args = with_evalscope_prompts(load_bundled("general_mcq"), DatasetArgs(extra_params=params, few_shot_num=2))
    assert args.prompt_template.startswith(begins)
    assert args.few_shot_prompt_template == f"Solved:\n\n{{fewshot}}\n\n{args.prompt_template}"


def test_a_template_of_the_user_stays_whatever_the_adapter_chooses(evalscope):
    given = DatasetArgs(extra_params={"use_cot": True}, prompt_template="{question}")
    _, args = with_evalscope_prompts(load_bundled("general_mcq"), given)
    assert args.prompt_template == "{question}"


@pytest.mark.parametrize(
    ("params", "prompt", "system"),
    [
        ({}, "Short: {question}", "Parent."),
        ({"mode": "long", "quiet": True}, "Long: {question}", None),
    ],
)
def test_an_adapter_extends_another(evalscope, params, prompt, system):
    found = prompts("cmath", params)
    assert (found.prompt_template, found.system_prompt) == (prompt, system)
    assert found.shot == "{question} {{x}}\n{rationale}\nA: {target}"


def test_exemplars_of_multiple_choice_have_evalscopes_form(evalscope):
    benchmark, _ = with_evalscope_prompts(load_bundled("general_mcq"), DatasetArgs(few_shot_num=1))
    sample = Sample(input="Which?", choices=["x", "y", "z"], target=["A", "C"])
    assert shot_text(benchmark, sample) == "Which?\nA) x\nB) y\nC) z\nANSWER: AC"


def test_exemplars_that_are_computed_keep_our_form(evalscope):
    assert prompts("musr").shot is None


def test_what_the_user_gives_comes_first(evalscope):
    _, args = with_evalscope_prompts(load_bundled("gsm8k"), DatasetArgs(system_prompt="Mine."))
    assert args.system_prompt == "Mine."
    assert args.prompt_template == prompts("gsm8k").prompt_template
    _, none = with_evalscope_prompts(load_bundled("gsm8k"), DatasetArgs(few_shot_num=0))
    assert none.few_shot_prompt_template is None


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("demo_math", ["no benchmark 'demo_math'", "dataset_args"]),
        ("siqa", ["cannot be read", "two.py", "prompt_template"]),
        ("piqa", ["in a circle"]),
        ("sciq", ["makes it in its code"]),
        ("drivel_binary", ["makes it in its code"]),
        ("multiple_mbpp", ["makes it in its code"]),
        ("bird_sql", ["makes it in its code"]),
        ("amc", ["computes its prompt_template"]),
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

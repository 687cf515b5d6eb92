"""Questions of logic from the Chinese civil service examination, in English.

LogiQA: Liu et al. 2020, A Challenge Dataset for Machine Reading Comprehension with Logical Reasoning, arXiv:2007.08124.
"""

from evalscope_pytest import FewShot, Sample, benchmark, hub
from evalscope_pytest.benchmarks.options import in_letter_order
from evalscope_pytest.benchmarks.wording import CHOICE
from evalscope_pytest.scoring import choice_answer


def to_sample(record) -> Sample:
    question = f"{record['context']}\n{record['question']}"
    choices = in_letter_order(record["choices"], keep_letters=False)
    return Sample(input=question, choices=choices, target=record["answer"])


@benchmark("logi_qa", version="2",
           pretty_name="LogiQA", to_sample=to_sample, prompt=CHOICE, few_shot=FewShot(0, split="validation"),
           dataset=hub("extraordinarylab/logiqa", split="test"), scorer=choice_answer(),
           tags=["reasoning", "multiple_choice"])  # fmt: skip
async def test_logi_qa(sample, model):
    return await model.generate(sample)

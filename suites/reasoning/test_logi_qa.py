"""Questions of logic from the Chinese civil service examination, in English.

LogiQA: Liu et al. 2020, A Challenge Dataset for Machine Reading Comprehension with Logical Reasoning, arXiv:2007.08124.
"""

from evalscope_pytest import FewShot, Sample, benchmark, hub, prompts, scoring

from .letter_order import in_letter_order


@benchmark(
    "logi_qa",
    version="2",
    pretty_name="LogiQA",
    dataset=hub("extraordinarylab/logiqa").counted(651),
    prompt=prompts.CHOICE,
    few_shot=FewShot(0, split="validation"),
    scorer=scoring.choice_answer(),
    tags=["reasoning", "multiple_choice"],
)
def test_logi_qa(record) -> Sample:
    choices = in_letter_order(record["choices"], keep_letters=False)
    return Sample(f"{record['context']}\n{record['question']}", record["answer"], choices, cluster=record["context"])

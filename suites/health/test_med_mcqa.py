"""Questions of the entrance examinations of Indian medical schools, on 21 subjects.

MedMCQA: Pal et al. 2022, A Large-scale Multi-Subject Multi-Choice Dataset for Medical domain Question Answering,
arXiv:2203.14371.
"""

from evalscope_pytest import FewShot, Sample, benchmark, hub, prompts, scoring


@benchmark(
    "med_mcqa",
    pretty_name="Med-MCQA",
    dataset=hub("extraordinarylab/medmcqa", split="validation"),
    prompt=prompts.CHOICE,
    few_shot=FewShot(0, split="train"),
    scorer=scoring.choice_answer(),
    tags=["knowledge", "medical", "multiple_choice"],
)
def test_med_mcqa(record) -> Sample:
    return Sample(record["question"], record["answer"], record["choices"])

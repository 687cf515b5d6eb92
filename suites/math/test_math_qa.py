"""Word problems with five options each, from AQuA-RAT.

MathQA: Amini et al. 2019, Towards Interpretable Math Word Problem Solving with Operation-Based Formalisms,
arXiv:1905.13319.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring


@benchmark(
    "math_qa",
    pretty_name="MathQA",
    dataset=hub("extraordinarylab/math-qa"),
    prompt=prompts.CHOICE_STEPWISE,
    scorer=scoring.choice_answer(),
    tags=["math", "reasoning", "multiple_choice"],
)
def test_math_qa(record) -> Sample:
    return Sample(record["question"], record["answer"], record["choices"], rationale=record.get("reasoning") or "")

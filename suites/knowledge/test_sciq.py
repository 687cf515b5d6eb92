"""Questions of school exams on physics, chemistry and biology, written by many hands.

SciQ: Welbl et al. 2017, Crowdsourcing Multiple Choice Science Questions, arXiv:1707.06209.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring


@benchmark(
    "sciq",
    version="2",
    pretty_name="SciQ",
    dataset=hub("extraordinarylab/sciq").counted(1000),
    prompt=prompts.CHOICE,
    scorer=scoring.choice_answer(),
    tags=["knowledge", "multiple_choice"],
)
def test_sciq(record) -> Sample:
    if "correct_answer" in record:  # the authors' shape, which has no order: an alphabetical one favours no letter
        choices = sorted(record[name] for name in ("correct_answer", "distractor1", "distractor2", "distractor3"))
        return Sample(record["question"], "ABCD"[choices.index(record["correct_answer"])], choices)
    return Sample(input=record["question"], choices=record["choices"], target=record["answer"])

"""Murder mysteries, misplaced objects and teams to build: stories that take many steps to reason through.

MuSR: Sprague et al. 2023, Testing the Limits of Chain-of-thought with Multistep Soft Reasoning, arXiv:2310.16049.
"""

from ast import literal_eval

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring


@benchmark(
    "musr",
    version="2",
    pretty_name="MuSR",
    dataset=hub("AI-ModelScope/MuSR", subsets=["murder_mysteries", "object_placements", "team_allocation"]),
    prompt=prompts.CHOICE_STEPWISE,
    scorer=scoring.choice_answer(),
    tags=["reasoning", "multiple_choice"],
)
def test_musr(record) -> Sample:
    text = f"{record['narrative']}\n\n{record['question']}"
    answer, choices = "ABCDEF"[int(record["answer_index"])], literal_eval(record["choices"])
    return Sample(text, answer, choices, cluster=record["narrative"])

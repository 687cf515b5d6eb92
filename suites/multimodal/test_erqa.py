"""Questions on what a robot sees and could do next: trajectories, states, actions, pointing, several views.

ERQA: Gemini Robotics Team 2025, Gemini Robotics: Bringing AI into the Physical World, arXiv:2503.20020. Options stand
in the question's text.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring, text

KINDS = ["Trajectory Reasoning", "Action Reasoning", "Pointing", "State Estimation"]
KINDS += ["Spatial Reasoning", "Multi-view Reasoning", "Task Reasoning", "Other"]


@benchmark(
    "erqa",
    pretty_name="ERQA",
    dataset=hub("evalscope/ERQA", subsets=KINDS, subset_by="question_type"),
    scorer=scoring.choice_answer(labels="ABCD"),
    tags=["multimodal", "multiple_choice", "spatial"],
)
def test_erqa(record) -> Sample:
    question = [text(record["question"]), *prompts.pictures(record)]
    return Sample(question, record["answer"], prompts.options_in(record["question"]), id=record["question_id"])

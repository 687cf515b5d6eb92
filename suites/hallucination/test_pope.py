"""Yes-or-no questions on objects in a picture: on objects that are there, and on likely ones that are not.

POPE: Li et al. 2023, Evaluating Object Hallucination in Large Vision-Language Models, arXiv:2305.10355. Questions of
records that hold no picture are sent without it.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring


@benchmark(
    "pope",
    version="4",
    pretty_name="POPE",
    dataset=hub("lmms-lab/POPE", subsets=["popular", "adversarial", "random"], config="Full").counted(9000),
    prompt=prompts.YES_NO,
    scorer=scoring.yes_no(existence=True),
    metrics=["f1_score", "accuracy", "precision", "recall", "yes_ratio"],
    tags=["hallucination", "yes_no", "multimodal"],
)
def test_pope(record) -> Sample:
    question, answer = (record.get("text") or record["question"]), (record.get("label") or record["answer"])
    name, question = prompts.name_of_picture(record), prompts.with_held_picture(record, question)
    return Sample(question, answer.upper(), id=str(record["question_id"]), cluster=name)

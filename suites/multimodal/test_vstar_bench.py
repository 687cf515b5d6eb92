"""Questions on small details of large photographs: a colour, the place of one thing beside another.

V*: Wu and Xie 2023, Guided Visual Search as a Core Mechanism in Multimodal LLMs, arXiv:2312.14135. Options are in the
question's text.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring


@benchmark(
    "vstar_bench",
    pretty_name="V*Bench",
    dataset=hub("lmms-lab/vstar-bench"),
    prompt=prompts.CHOICE_LISTED,
    scorer=scoring.choice_answer(labels="ABCD"),
    tags=["multimodal", "multiple_choice"],
)
def test_vstar_bench(record) -> Sample:
    words = record["text"]
    question, kind = prompts.with_picture(record, words), {"category": record["category"]}
    return Sample(question, record["label"], prompts.options_in(words), metadata=kind, id=str(record["question_id"]))

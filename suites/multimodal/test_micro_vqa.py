"""Questions of biologists on their microscope pictures: perception, hypotheses, next experiments.

MicroVQA: Burgess et al. 2025, A Multimodal Reasoning Benchmark for Microscopy-Based Scientific Research,
arXiv:2503.13399.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring, text


@benchmark(
    "micro_vqa",
    pretty_name="MicroVQA",
    dataset=hub("evalscope/MicroVQA"),
    prompt=prompts.CHOICE_STEPWISE,
    scorer=scoring.choice_answer(),
    tags=["multimodal", "multiple_choice", "biology"],
)
def test_micro_vqa(record) -> Sample:
    question = [text(record["question"]), *prompts.needed(record["images_list"])]
    return Sample(question, "ABCDEFGH"[record["correct_index"]], record["choices"], cluster=record["key_image"])

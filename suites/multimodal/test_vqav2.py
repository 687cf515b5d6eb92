"""Short questions on photographs, each answered by ten people.

VQA v2: Goyal et al. 2016, Making the V in VQA Matter, arXiv:1612.00837. An answer that at least four people gave is
right; of three it counts 0.9. ``exact_match``: one of the ten gave it.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts

from .short_answers import short_answer, vqa, vqa_exact


@benchmark(
    "vqav2",
    pretty_name="VQAv2",
    dataset=hub("lmms-lab/VQAv2", split="validation"),
    prompt=prompts.SHORT_ANSWER,
    scorer=short_answer("vqa", {"vqa_score": vqa, "exact_match": vqa_exact}),
    tags=["multimodal", "qa"],
)
def test_vqav2(record) -> Sample:
    answers, name = [found["answer"] for found in record["answers"]], str(record["question_id"])
    return Sample(prompts.with_picture(record), answers, id=name, cluster=str(record.get("image_id", "")))

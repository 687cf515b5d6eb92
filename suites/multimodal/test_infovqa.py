"""Questions on infographics, which take their text, layout and drawings together.

InfographicVQA: Mathew et al. 2021, arXiv:2104.12756. Scored as ``docvqa``.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts

from .short_answers import anls, short_answer


@benchmark(
    "infovqa",
    pretty_name="InfographicVQA",
    dataset=hub("lmms-lab/DocVQA", subsets=["InfographicVQA"], split="validation"),
    prompt=prompts.SHORT_ANSWER,
    scorer=short_answer("anls", {"anls": anls}),
    tags=["multimodal", "qa", "ocr"],
)
def test_infovqa(record) -> Sample:
    answers, about = list(record["answers"]), {"kind": ", ".join(record.get("answer_type") or ())}
    return Sample(
        prompts.with_picture(record),
        answers,
        metadata=about,
        id=str(record["questionId"]),
        cluster=record.get("image_url", ""),
    )

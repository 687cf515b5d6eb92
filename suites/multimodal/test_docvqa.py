"""Questions on scanned letters, forms, tables and reports.

DocVQA: Mathew et al. 2020, A Dataset for VQA on Document Images, arXiv:2007.00398. ANLS: one less the edit distance to
the nearest reference, in lengths of the longer text; 0 below 0.5.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts

from .short_answers import anls, short_answer


@benchmark(
    "docvqa",
    pretty_name="DocVQA",
    dataset=hub("lmms-lab/DocVQA", subsets=["DocVQA"], split="validation"),
    prompt=prompts.SHORT_ANSWER,
    scorer=short_answer("anls", {"anls": anls}),
    tags=["multimodal", "qa", "ocr"],
)
def test_docvqa(record) -> Sample:
    answers, about = list(record["answers"]), {"kind": ", ".join(record.get("question_types") or ())}
    return Sample(
        prompts.with_picture(record), answers, metadata=about, id=str(record["questionId"]), cluster=record["docId"]
    )

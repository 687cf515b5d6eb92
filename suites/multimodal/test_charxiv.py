"""Charts of scientific papers: four questions on what each shows, and one that takes reasoning.

CharXiv: Wang et al. 2024, Charting Gaps in Realistic Chart Understanding in Multimodal LLMs, arXiv:2406.18521. A judge
compares the final answer with the reference by a rule for each kind of question.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, image, text

from .chart_questions import QUESTIONS, about, agreement, questions


@benchmark(
    "charxiv",
    pretty_name="CharXiv",
    dataset=hub("princeton-nlp/CharXiv", subsets=list(QUESTIONS), split="validation"),
    records=questions,
    prompt="{question}\n{how}",
    judge=agreement(),
    tags=["multimodal", "chart", "qa"],
)
def test_charxiv(record) -> Sample:
    question = [image(record["image"]), text(record["question"])]
    return Sample(question, record["answer"], metadata=about(record), cluster=about(record)["original_id"])

"""A hundred questions on pictures that no model answered when they were written.

ZeroBench: Roberts et al. 2025, An Impossible Visual Benchmark for Contemporary Large Multimodal Models,
arXiv:2502.09696.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, text
from evalscope_pytest.judge.prompts import same_answer

PROMPT = "{question}\n\nReason step by step; then give the final answer in curly braces, as in {{final answer}}."


@benchmark(
    "zerobench",
    pretty_name="ZeroBench",
    dataset=hub("evalscope/zerobench", split="zerobench"),
    prompt=PROMPT,
    judge=same_answer("zerobench"),
    tags=["multimodal", "visual_reasoning"],
)
def test_zerobench(record) -> Sample:
    question = [text(record["question_text"]), *prompts.needed(record["question_images_decoded"])]
    return Sample(question, record["question_answer"], id=str(record["question_id"]))

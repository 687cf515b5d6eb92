"""Short questions on facts that take knowledge of what a picture shows, in English and Chinese.

SimpleVQA: Cheng et al. 2025, Multimodal Factuality Evaluation for Multimodal Large Language Models, arXiv:2502.13059.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, image, text
from evalscope_pytest.judge import attempted
from evalscope_pytest.judge.prompts import FACT


@benchmark(
    "simple_vqa",
    pretty_name="SimpleVQA",
    dataset=hub("m-a-p/SimpleVQA"),
    prompt="Answer the question:\n\n{question}",
    judge=attempted("simple_vqa", FACT),
    tags=["multimodal", "qa", "knowledge"],
)
def test_simple_vqa(record) -> Sample:
    about = {name: str(record.get(name, "")) for name in ("language", "original_category")}
    question = [text(record["question"]), image(record["image"])]
    return Sample(question, record["answer"], metadata=about, id=str(record["data_id"]))

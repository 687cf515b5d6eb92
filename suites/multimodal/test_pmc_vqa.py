"""Questions on figures of biomedical papers: scans, microscopy, charts; the part that people checked.

PMC-VQA: Zhang et al. 2023, Visual Instruction Tuning for Medical Visual Question Answering, arXiv:2305.10415.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, image, prompts, scoring, text
from evalscope_pytest.core.content import Packed


def without_letter(option: str, letter: str) -> str:
    head, _, text = option.partition(":")
    return (text if head.strip() == letter else option).strip()


@benchmark(
    "pmc_vqa",
    pretty_name="PMC-VQA",
    dataset=hub("evalscope/PMC-VQA", split="test_clean"),
    prompt=prompts.CHOICE,
    scorer=scoring.choice_answer(),
    tags=["multimodal", "multiple_choice", "medical"],
)
def test_pmc_vqa(record) -> Sample:
    figure = record["Figure_path"].strip()
    options = [without_letter(record[f"Choice {x}"], x) for x in "ABCD"]
    question = [image(Packed("images.zip", figure)), text(record["Question"].strip())]
    return Sample(question, record["Answer_label"].strip(), options, cluster=figure)

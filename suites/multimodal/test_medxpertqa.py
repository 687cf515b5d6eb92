"""Questions of medical board examinations: ten options in text, five with scans, photographs and tables as pictures.

MedXpertQA: Zuo et al. 2025, Benchmarking Expert-Level Medical Reasoning and Understanding, arXiv:2501.18362.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, image, prompts, scoring, text
from evalscope_pytest.core.content import Packed

ABOUT = ("medical_task", "body_system", "question_type")


@benchmark(
    "medxpertqa",
    pretty_name="MedXpertQA",
    dataset=hub("evalscope/MedXpertQA", subsets=["Text", "MM"]),
    prompt=prompts.CHOICE_STEPWISE,
    scorer=scoring.choice_answer(),
    tags=["multimodal", "multiple_choice", "medical"],
)
def test_medxpertqa(record, subset) -> Sample:
    options = [option for _, option in sorted(record["options"].items()) if option is not None]
    words, about = record["question"].rpartition("\nAnswer Choices:")[0], {name: record[name] for name in ABOUT}
    scans = [Packed("images.zip", name) for name in record.get("images") or ()]
    question = [text(words or record["question"]), *(prompts.needed(scans) if subset == "MM" else map(image, scans))]
    return Sample(question, record["label"], options, metadata=about, id=record["id"])

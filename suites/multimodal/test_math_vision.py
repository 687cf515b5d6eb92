"""Problems of mathematics competitions with their figures, in five levels.

MATH-Vision: Wang et al. 2024, Measuring Multimodal Mathematical Reasoning with the MATH-Vision Dataset,
arXiv:2402.14804.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, image, text

from .choice_or_math import CHOICE, FREE, PROMPT, choice_or_math

LEVELS = [f"level {level}" for level in range(1, 6)]


@benchmark(
    "math_vision",
    pretty_name="MATH-Vision",
    dataset=hub("evalscope/MathVision", subsets=LEVELS, subset_by=lambda record: f"level {record['level']}"),
    prompt=PROMPT,
    scorer=choice_or_math(),
    tags=["multimodal", "math", "multiple_choice"],
)
def test_math_vision(record) -> Sample:
    options = list(record.get("options") or ())
    metadata = {"subject": record["subject"], **(CHOICE if options else FREE)}
    question = [text(record["question"]), image(record.get("decoded_image") or record["image"])]
    return Sample(question, record["answer"], options, metadata=metadata, id=str(record["id"]))

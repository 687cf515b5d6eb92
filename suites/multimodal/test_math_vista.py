"""Mathematical questions on figures, charts, maps and photographs; some with options, some with a number as answer.

MathVista: Lu et al. 2023, Evaluating Mathematical Reasoning of Foundation Models in Visual Contexts, arXiv:2310.02255.
"""

from evalscope_pytest import Sample, benchmark, hub, image, text

from .choice_or_math import CHOICE, FREE, PROMPT, choice_or_math

ABOUT = ("source", "task", "category", "context", "grade", "language")


@benchmark(
    "math_vista",
    pretty_name="MathVista",
    dataset=hub("evalscope/MathVista", split="testmini").counted(1000),
    prompt=PROMPT,
    scorer=choice_or_math(),
    tags=["multimodal", "math", "multiple_choice"],
)
def test_math_vista(record) -> Sample:
    options = list(record.get("choices") or ())
    target = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[options.index(record["answer"])] if options else record["answer"]
    known = {name: record["metadata"][name] for name in ABOUT if name in (record.get("metadata") or {})}
    figure = image(record.get("decoded_image") or record["image"])
    question = [text(record["question"]), figure]
    metadata = {**known, **(CHOICE if options else FREE)}
    return Sample(question, target, options, metadata=metadata, id=str(record.get("pid", "")))

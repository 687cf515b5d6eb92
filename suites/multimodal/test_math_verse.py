"""Problems on figures in five versions, from a text that says all to a figure that does.

MathVerse: Zhang et al. 2024, Does Your Multi-modal LLM Truly See the Diagrams in Visual Math Problems?,
arXiv:2403.14624. Options are in the question's text.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts
from evalscope_pytest.judge.prompts import same_answer

from .choice_or_math import CHOICE, FREE, choice_or_math

VERSIONS = ["Text Dominant", "Text Lite", "Vision Intensive", "Vision Dominant", "Vision Only"]
SOURCE = hub("evalscope/MathVerse", subsets=VERSIONS, subset_by="problem_version", split="testmini", config="testmini")


@benchmark(
    "math_verse",
    pretty_name="MathVerse",
    dataset=SOURCE,
    prompt="{before}{question}{after}",
    scorer=choice_or_math(),
    judge=same_answer("math_verse"),
    tags=["multimodal", "math", "multiple_choice"],
)
def test_math_verse(record) -> Sample:
    kind, problem, words = record["question_type"], record["problem_index"], record["question"]
    about = {**CHOICE, "after": ""} if kind == "multi-choice" else {**FREE, "after": "\n" * bool(words) + FREE["after"]}
    options = prompts.options_in(words) if kind == "multi-choice" else ()
    metadata = {**about, "question_type": kind}
    return Sample(prompts.with_picture(record), record["answer"], options, metadata=metadata, cluster=problem)

"""250 problems of GSM8K, translated into ten languages.

MGSM: Shi et al. 2022, Language Models are Multilingual Chain-of-Thought Reasoners, arXiv:2210.03057.
"""

from evalscope_pytest import FewShot, Sample, benchmark, hub, prompts

from .local_math import local_math_answer

SHOT = "{question}\n\nReasoning:\n{rationale}\n\nANSWER: {target}"


@benchmark(
    "mgsm",
    version="2",
    pretty_name="MGSM",
    dataset=hub("evalscope/mgsm", subsets=["en", "es", "fr", "de", "ru", "zh", "ja", "th", "sw", "bn", "te"]),
    prompt=prompts.BOXED,
    few_shot=FewShot(4, split="train", shot=SHOT),
    scorer=local_math_answer(),
    cluster=lambda record, position: position,  # the languages have the same problems in the same order
    tags=["math", "reasoning", "multilingual"],
)
def test_mgsm(record) -> Sample:
    return Sample(record["question"], str(record["answer_number"]), rationale=record["answer"] or "")

"""250 problems of GSM8K, translated into ten languages.

MGSM: Shi et al. 2022, Language Models are Multilingual Chain-of-Thought Reasoners, arXiv:2210.03057.
"""

from evalscope_pytest import FewShot, Sample, benchmark, hub, prompts

from .local_math import local_math_answer


@benchmark(
    "mgsm",
    version="2",
    pretty_name="MGSM",
    dataset=hub("evalscope/mgsm", subsets=["en", "es", "fr", "de", "ru", "zh", "ja", "th", "sw", "bn", "te"]),
    prompt=prompts.BOXED,
    few_shot=FewShot(4, split="train", shot="{question}\n\nReasoning:\n{rationale}\n\nANSWER: {target}"),
    scorer=local_math_answer(),
    tags=["math", "reasoning", "multilingual"],
)
def test_mgsm(record, position) -> Sample:
    rationale, answer = record["answer"] or "", str(record["answer_number"])
    return Sample(record["question"], answer, rationale=rationale, cluster=position)  # the same in each language

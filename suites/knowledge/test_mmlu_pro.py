"""Harder questions of 14 fields, with up to ten options, many of which need reasoning.

MMLU-Pro: Wang et al. 2024, A More Robust and Challenging Multi-Task Language Understanding Benchmark, arXiv:2406.01574.
"""

from evalscope_pytest import FewShot, Sample, benchmark, hub, scoring

FIELDS = (
    "computer science, math, chemistry, engineering, law, biology, health, physics, business, philosophy, "
    "economics, other, psychology, history"
)
PROMPT = (
    "Choose the right answer to the question below. Reason step by step first; then finish with the line "
    "'ANSWER: [LETTER]' (without quotes), where [LETTER] is one of {letters}."
    "\n\nQuestion:\n{question}\nOptions:\n{choices}\n"
)
SHOTS = (
    "Here are some examples about {subject} with step-by-step answers that end with 'ANSWER: [LETTER]':\n\n{fewshot}\n"
)
SHOT = "Question:\n{question}\nOptions:\n{choices}\n{rationale}"


def field_of(record) -> str:
    return record["category"].lower()


@benchmark(
    "mmlu_pro",
    version="2",
    pretty_name="MMLU-Pro",
    dataset=hub("TIGER-Lab/MMLU-Pro", subsets=FIELDS.split(", "), subset_by=field_of),
    prompt=PROMPT,
    few_shot=FewShot(5, split="validation", shot=SHOT, prompt=SHOTS, choice="{letter} {text}"),
    scorer=scoring.choice_answer(),
    tags=["knowledge", "reasoning", "multiple_choice"],
)
def test_mmlu_pro(record) -> Sample:
    reasoning, _, answer = (record.get("cot_content") or "").replace("The answer is", "ANSWER:").rpartition("ANSWER:")
    rationale = f"{reasoning}ANSWER:{answer.replace('(', '', 1).replace(')', '', 1)}" if reasoning else answer
    metadata = {"subject": field_of(record)}
    return Sample(record["question"], record["answer"], record["options"], rationale=rationale, metadata=metadata)

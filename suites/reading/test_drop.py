"""Questions about a paragraph whose answer takes counting, sorting or arithmetic: numbers, dates and spans of text.

DROP: Dua et al. 2019, A Reading Comprehension Benchmark Requiring Discrete Reasoning Over Paragraphs, arXiv:1903.00161.
"""

from evalscope_pytest import FewShot, Sample, benchmark, hub

from .drop import drop_answer

PROMPT = (
    "Answer a question about a passage.\n\n{question}\n\nThink step by step, then finish with the line "
    '"Answer: [ANSWER]" (without quotes). If the answer has several parts, join them with semicolons.'
)
SHOTS = "Here are some example passages and questions with answers.\n\n{fewshot}\n"


def spans(answer) -> list[str]:
    date = " ".join(answer["date"].get(part, "") for part in ("day", "month", "year"))
    return [answer["number"]] if answer["number"] else list(answer["spans"]) or [date.strip()]


@benchmark(
    "drop",
    version="2",
    pretty_name="DROP",
    dataset=hub("AI-ModelScope/DROP", split="validation"),
    prompt=PROMPT,
    few_shot=FewShot(3, split="train", shot="{question}\nAnswer: {rationale}", prompt=SHOTS),
    scorer=drop_answer(),
    tags=["reasoning", "reading_comprehension"],
)
def test_drop(record) -> Sample:
    others = record["validated_answers"]
    if not isinstance(others, list):  # the hub's columns in place of the release's answers
        others = [dict(zip(others, values, strict=True)) for values in zip(*others.values(), strict=True)]
    answers = list(dict.fromkeys(tuple(spans(answer)) for answer in (record["answer"], *others)))
    question = f"Passage: {record['passage']}\nQuestion: {record['question']}"
    targets = ["; ".join(answer) for answer in answers]
    return Sample(question, targets, rationale=targets[0], metadata={"answers": answers}, cluster=record["passage"])

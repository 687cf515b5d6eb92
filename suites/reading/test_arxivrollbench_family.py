"""Fragments of recent papers: put into order, completed, or continued with the right one of four options.

ArxivRollBench: Liang et al. 2025, How Much Do Large Language Model Cheat on Evaluation?, arXiv:2507.19219. Of each
release and field there are fifty questions a task; ``arxivrollbench_full`` has all.
"""

from evalscope_pytest import Sample, benchmark, hub, scoring

FIELDS = ("cs", "q_fin", "math", "physics", "stat", "q_bio", "econ", "eess")
SUBSETS = [f"{release}_{field}_{task}" for release in ("2024b", "2025a", "2026a") for field in FIELDS for task in "scp"]
PROMPT = (
    "Choose the right option for the fragment of a paper below. Reply with a single line, 'ANSWER: [LETTER]' (without "
    "quotes), where [LETTER] is one of {letters}.\n\n{question}\n\n{choices}"
)
ORDER = "Select the option that correctly completes the sequencing or cloze task.\n\n"
NEXT = "Given the context, select the text that is the next sequence.\n\nContext:\n"
SHARED = {"prompt": PROMPT, "scorer": scoring.choice_answer(), "tags": ["reading_comprehension", "multiple_choice"]}


def sample(record) -> Sample:
    question = NEXT + record["context"] if "context" in record else ORDER + record["shuffled_text"]
    answer = str(record["label"]).strip().upper().removeprefix("SELECTION").strip()  # a letter, or "Selection 2"
    target = "ABCD"[int(answer) - 1] if answer.isdecimal() else answer
    return Sample(question, target, [str(record[letter]) for letter in "ABCD"])


ROLL, FULL = (hub(f"liangzid/arxivrollbench{size}", subsets=SUBSETS, split="train") for size in ("", "-full"))


@benchmark("arxivrollbench", pretty_name="ArxivRollBench", dataset=ROLL, **SHARED)
def test_arxivrollbench(record) -> Sample:
    return sample(record)


@benchmark("arxivrollbench_full", pretty_name="ArxivRollBench-Full", dataset=FULL, **SHARED)
def test_arxivrollbench_full(record) -> Sample:
    return sample(record)

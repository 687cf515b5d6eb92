"""Questions of biology, physics and chemistry that experts answer and skilled people with a search engine do not.

GPQA: Rein et al. 2023, A Graduate-Level Google-Proof Q&A Benchmark, arXiv:2311.12022; its hardest 198 questions.
"""

from hashlib import sha256
from random import Random

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring

FIELDS = ("Incorrect Answer 1", "Incorrect Answer 2", "Incorrect Answer 3", "Correct Answer")


@benchmark(
    "gpqa_diamond",
    version="2",
    pretty_name="GPQA-Diamond",
    dataset=hub("AI-ModelScope/gpqa_diamond", split="train"),
    prompt=prompts.CHOICE_STEPWISE,
    scorer=scoring.choice_answer(),
    tags=["knowledge", "reasoning", "multiple_choice"],
)
def test_gpqa_diamond(record) -> Sample:
    options = [(record[name] or " ").strip() for name in FIELDS]
    order = list(range(4))
    # Options are in an order that follows from the question alone, the same as EvalScope's.
    Random(int.from_bytes(sha256(record["Question"].strip().encode()).digest()[:8], "big")).shuffle(order)
    choices = [options[index] for index in order]
    return Sample(input=record["Question"], choices=choices, target="ABCD"[order.index(3)])

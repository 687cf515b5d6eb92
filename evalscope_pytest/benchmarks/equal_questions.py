"""Numbers samples that ask the very same, so that each has its own prediction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from ..core.canonical import digest
from ..core.values import Message, Sample


def earlier_equals(samples: Sequence[Sample], messages: Callable[[Sample], Sequence[Message]]) -> list[int]:
    """Return for each sample of a subset how many before it ask the same; 0 for nearly all.

    Args:
        messages: Renders a sample's prompt. It is called for samples with equal question and options only: of 100,000
            different ones it takes 0.2 s to see that they are.
    """
    questions = [(sample.input, sample.choices) for sample in samples]
    known = Counter(questions)
    if len(known) == len(samples):
        return [0] * len(samples)
    asked: Counter[str] = Counter()
    earlier = []
    for sample, question in zip(samples, questions, strict=True):
        if known[question] == 1:
            earlier.append(0)
            continue
        said = digest([m.identity for m in messages(sample)], [tool.identity for tool in sample.tools])
        earlier.append(asked[said])
        asked[said] += 1
    return earlier

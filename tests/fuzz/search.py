"""A long search with the rewrites of `tests/properties/metamorphic.py`. It goes on after a failure.

    python -m tests.fuzz.search math --seconds 1800 [--records ../shared/data/gsm8k] [--seed 1] [--show 40]

A failure is listed once for each pair of a form of the value and a form of the announcement, with its first reply.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import time
from collections.abc import Sequence
from inspect import isawaitable
from pathlib import Path
from typing import Any

from tests.properties.metamorphic import Question, Reader, official, readers, reply
from tests.suites.test_suites import loaded_from
from tests.suites.written import OFFICIAL_ARGS


async def search(reader: Reader, questions: Sequence[Question], seconds: float, seed: int) -> tuple[int, list[str]]:
    """Return how many replies were scored, and one line for each kind of failure."""
    source, kinds, tried = random.Random(seed), dict[tuple[Any, ...], str](), 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        tried += 1
        question, right, chosen = source.choice(questions), source.random() < 0.6, list[Any]()

        def choose(forms: Sequence[Any], chosen: list[Any] = chosen) -> Any:
            chosen.append(source.choice(forms))
            return chosen[-1]

        value, other = (
            (question.right, source.choice(question.wrong))
            if right
            else (source.choice(question.wrong), question.right)
        )
        text = reply(reader, question, value, other, choose)
        score = reader.scorer.score(text, question.sample)
        score = await score if isawaitable(score) else score
        if score.values[reader.metric] != float(right):
            kind = (right, *(str(form) for form in chosen[1:3]))
            told = "right scored 0" if right else "wrong scored 1"
            kinds.setdefault(kind, f"{told}: {text!r} for {question.right!r}, read as {score.answer!r}")
    return tried, list(kinds.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("readers", nargs="*", help="their names; all when none is given")
    parser.add_argument("--seconds", type=float, default=60, help="for each reader")
    parser.add_argument("--records", type=Path, help="a folder of official records, in place of the written questions")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=40)
    options = parser.parse_args()
    known = readers()
    for name in options.readers or known:
        questions = known[name].questions
        if options.records:
            loaded = loaded_from(options.records.name, options.records, **OFFICIAL_ARGS.get(options.records.name, {}))
            samples = [sample for group in loaded.subsets.values() for sample in group]
            questions = official(options.records.name, samples)
        tried, kinds = asyncio.run(search(known[name], questions, options.seconds, options.seed))
        print(f"{name}: {tried} replies, {len(kinds)} kinds of failure", *kinds[: options.show], sep="\n  ", flush=True)


if __name__ == "__main__":
    main()

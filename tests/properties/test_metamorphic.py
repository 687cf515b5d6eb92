"""A right reply that is rewritten stays right, a wrong one stays wrong. See `metamorphic`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from tests.scoring.judging import judged
from tests.suites.test_suites import loaded_from
from tests.suites.written import OFFICIAL_ARGS

from .metamorphic import Question, Reader, official, readers, reply

READERS = readers()
OFFICIAL = {
    "gsm8k": "math",
    "math_500": "math",
    "competition_math": "math",
    "amc": "math",
    "cmath": "math",
    "mmlu": "choice",
    "arc": "choice",
    "commonsense_qa": "choice",
    "pope": "yes_no",
    "bbh": "bbh",
}
LIMIT = 40  # records of each subset


def check(reader: Reader, question: Question, data: st.DataObject) -> None:
    def choose(forms: Any) -> Any:
        return data.draw(st.sampled_from(list(forms)))

    right = choose((True, False))
    value, other = (question.right, choose(question.wrong)) if right else (choose(question.wrong), question.right)
    text = reply(reader, question, value, other, choose)
    note(f"{text!r} for {question.right!r}")
    assert judged(reader.scorer, text, question.sample).values[reader.metric] == float(right)


@pytest.mark.parametrize("name", READERS)
@given(data=st.data())
def test_a_rewritten_reply_keeps_its_verdict(name: str, data: st.DataObject) -> None:
    reader = READERS[name]
    check(reader, data.draw(st.sampled_from(list(reader.questions))), data)


@cache
def questions(name: str, folder: Path) -> list[Question]:
    loaded = loaded_from(name, folder / name, limit=LIMIT, **OFFICIAL_ARGS.get(name, {}))
    return official(name, [sample for samples in loaded.subsets.values() for sample in samples])


@pytest.mark.real_data
@pytest.mark.parametrize("name", OFFICIAL)
@given(data=st.data())
def test_a_rewritten_reply_to_an_official_record_keeps_its_verdict(
    shared_data: Path, name: str, data: st.DataObject
) -> None:
    check(READERS[OFFICIAL[name]], data.draw(st.sampled_from(questions(name, shared_data))), data)

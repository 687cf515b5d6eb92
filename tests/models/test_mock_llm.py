"""The mock model answers the same question the same way, as often right as it is told to."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time

import pytest

from evalscope_pytest.core.errors import ConfigError, RejectedError
from evalscope_pytest.core.values import Sample
from evalscope_pytest.models.factory import create
from evalscope_pytest.models.mock_llm import UNSURE, wrong_reply
from evalscope_pytest.wire.request import Request

from .requests import answer, request, spec


def texts(args, count=1000, repeat=0):
    asked = [request(f"question {n}", right_reply="right", repeat=repeat) for n in range(count)]
    return [o.text for o in answer(spec("mock_llm", model_args=args), *asked)]


def test_answers_right_unless_told_otherwise():
    (output,) = answer(spec("mock_llm"), request("x" * 400, right_reply="ANSWER: B"))
    assert (output.text, output.stop_reason, output.model) == ("ANSWER: B", "stop", "org/M")
    assert (output.usage.input_tokens, output.usage.output_tokens) == (101, 3)


@pytest.mark.parametrize("accuracy", [0, 0.3, 0.7, 1])
def test_is_right_as_often_as_it_is_told(accuracy):
    assert texts({"accuracy": accuracy}).count("right") == pytest.approx(1000 * accuracy, abs=45 if accuracy % 1 else 0)


def test_the_same_question_has_the_same_answer_in_any_order_and_process():
    one = texts({"accuracy": 0.5}, 64)
    assert one == texts({"accuracy": 0.5}, 200)[:64]
    assert one != texts({"accuracy": 0.5}, 64, repeat=1)
    code = (
        "from tests.models.test_mock_llm import texts\n"
        "print(''.join('01'[t == 'right'] for t in texts({'accuracy': 0.5}, 64)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "".join("01"[t == "right"] for t in one)


def test_more_accuracy_never_makes_a_right_answer_wrong():
    low, high = texts({"accuracy": 0.4}), texts({"accuracy": 0.6})
    assert all(h == "right" for lo, h in zip(low, high, strict=True) if lo == "right")


@pytest.mark.parametrize(
    ("sample", "right", "wrong"),
    [
        (Sample("q", "B", choices=("a", "b", "c")), "ANSWER: B", "ANSWER: C"),
        (Sample("q", "C", choices=("a", "b", "c")), "ANSWER: C", "ANSWER: A"),
        (Sample("q", "Z", choices=(*"abcdefghijklmnopqrstuvwxyz", "27", "28")), "ANSWER: Z", "ANSWER: 1"),
        (Sample("q", "2", choices=(*"abcdefghijklmnopqrstuvwxyz", "27", "28")), "ANSWER: 2", "ANSWER: A"),
        (Sample("q", "18"), "So 18 - 0 is \\boxed{18}.", "So 18 - 0 is \\boxed{19}."),
        (Sample("q", ("7", "8")), "7", "9"),
        (Sample("q", "Paris"), "Paris", UNSURE),
        (Sample("q", ""), "", UNSURE),
        (None, "anything", UNSURE),
    ],
)
def test_a_wrong_reply_keeps_the_form_of_the_right_one(sample, right, wrong):
    assert wrong_reply(Request((), request().config, sample, right)) in (wrong, UNSURE)
    if sample is not None and len(sample.targets) == 1:
        assert wrong_reply(Request((), request().config, sample, right)) == wrong


def test_a_fixed_reply_is_given_whatever_is_asked():
    assert texts({"reply": "no"}, 2) == ["no", "no"]
    assert texts({"reply": 7}, 1) == ["7"]


def test_errors_come_at_their_rate():
    async def run():
        model = create(spec("mock_llm", model_args={"error_rate": 0.2}))
        asked = [model.generate(request(f"question {n}")) for n in range(1000)]
        return await asyncio.gather(*asked, return_exceptions=True)

    failed = [r for r in asyncio.run(run()) if isinstance(r, RejectedError)]
    assert len(failed) == pytest.approx(200, abs=40)


def test_latency_is_kept_and_spread():
    (output,) = answer(spec("mock_llm", model_args={"latency_s": 0.05}), request())
    assert output.latency_s == 0.05
    started = time.monotonic()
    many = [request(f"question {n}") for n in range(300)]
    spread = [o.latency_s for o in answer(spec("mock_llm", model_args={"latency_s": 0.01, "sigma": 0.8}), *many)]
    assert time.monotonic() - started >= max(spread)
    assert sorted(spread)[150] == pytest.approx(0.01, rel=0.3)
    assert max(spread) > 0.03
    assert spread == [
        o.latency_s for o in answer(spec("mock_llm", model_args={"latency_s": 0.01, "sigma": 0.8}), *many)
    ]


def test_an_answer_costs_microseconds():
    async def run():
        model = create(spec("mock_llm"))
        one = request("What is 6 x 7?", right_reply="42")
        best = 1.0
        for _ in range(5):
            started = time.thread_time()
            for _ in range(2000):
                await model.generate(one)
            best = min(best, (time.thread_time() - started) / 2000)
        return best

    assert asyncio.run(run()) < 100e-6


def test_any_text_can_be_asked():
    texts_of = answer(spec("mock_llm", model_args={"accuracy": 0.5}), request("half \ud800 pair", right_reply="x"))
    assert texts_of[0].text in ("x", UNSURE)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"acuracy": 1}, "Did you mean 'accuracy'"),
        ({"accuracy": 1.1}, "from 0 to 1"),
        ({"accuracy": "high"}, "from 0 to 1"),
        ({"latency_s": -1}, "from 0 up"),
        ({"latency_s": "inf"}, "from 0 up"),
        ({"error_rate": None}, "from 0 to 1"),
        ({"accuracy": float("nan")}, "from 0 to 1"),
    ],
)
def test_wrong_arguments_are_refused(args, said):
    with pytest.raises(ConfigError, match=said):
        create(spec("mock_llm", model_args=args))


def test_the_fingerprint_tells_what_changes_answers():
    def fingerprint(**args):
        return create(spec("mock_llm", model_args=args)).fingerprint

    assert fingerprint() == fingerprint(accuracy=1, latency_s=0.1, sigma=1)
    assert len({fingerprint(), fingerprint(accuracy=0.5), fingerprint(reply="a"), fingerprint(reply="b")}) == 4

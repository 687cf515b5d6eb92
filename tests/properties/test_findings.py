"""What fuzzing found (tests/fuzz), kept."""

from __future__ import annotations

import pytest

from evalscope_pytest.core.canonical import joined
from evalscope_pytest.core.errors import ScoringError
from evalscope_pytest.core.values import Score, token_count
from evalscope_pytest.scoring.compare.math_equal import same
from evalscope_pytest.store.rows import encode
from tests.cost import at_most, grows_linearly
from tests.servers import service


@pytest.mark.parametrize(("member", "count"), [("0.50", 400), ("1/2", 600), ("1", 1000)])
@pytest.mark.parametrize("gold", ["\\frac{1}{2}", "1", "1,2"])
def test_long_lists_in_any_order_take_no_square_of_time(gold, member, count):
    grows_linearly(
        lambda answer: same(gold, answer, "find all values"),
        lambda length: ",".join([member] * length),
        count,
        glance_s=0.3,
    )


def test_a_list_in_any_order_is_found_whatever_the_order():
    numbers = [str(n) for n in range(60)]
    assert same(",".join(numbers), ",".join(reversed(numbers)), "find all values") is True
    assert same("1,2,3", "3,1,1", "find all values") is False


def test_halves_of_a_character_are_put_together():
    assert joined("a\ud83d\ude00b") == "a\U0001f600b"
    assert joined("a\ud83d b\ude00") == "a\ud83d b\ude00"


def test_a_reply_whose_characters_came_in_halves_is_recorded_as_it_was_scored(served):
    served.benchmark(count=1)
    served.write("adding.jsonl", '{"question": "Smile", "answer": "\\ud83d\\ude00"}\n')
    pieces = [{"delta": {"content": "\ud83d"}}, {"delta": {"content": "\ude00"}, "finish_reason": "stop"}]
    events = [service.event({"choices": [{"index": 0, **piece}]}) for piece in pieces]
    served.server.script(service.stream(*events, service.event("[DONE]")))
    run = served.run('--eval-generation-config={"stream": true}')
    assert run.counts == {"correct": 1}
    assert run.rows()[0]["model_output"]["choices"][0]["message"]["content"] == "\U0001f600"


class Silent:
    def __str__(self) -> str:
        raise RuntimeError("nothing to say")


def test_any_value_of_an_authors_is_recorded():
    cycle: list[object] = []
    cycle += [cycle, cycle]
    for value in (cycle, {"n": 10**10_000}, {Silent(): Silent()}, [float("nan")], {1: {2: 3}}, {"a": 2**60}):
        with at_most(cpu_s=5):
            assert encode(value).isascii()
    assert encode({"a": 2**60}) == '{"a":1152921504606846976}'


def test_scores_that_are_too_large_are_the_scorers_error():
    with pytest.raises(ScoringError, match="too large"):
        Score(accuracy=10**400)


@pytest.mark.parametrize("count", [True, "7", float("nan"), -1, 10**30, None, [1]])
def test_what_is_no_count_of_tokens_is_none(count):
    assert token_count(count) is None

"""The arithmetic of asking again."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from evalscope_pytest.config.generation import GenerationConfig
from evalscope_pytest.core.errors import RateLimitedError, TransientError
from evalscope_pytest.engine.retry import RetryBudget, Tries, wait_s

FAILURES = st.lists(st.sampled_from([RateLimitedError("429"), TransientError("500")]), max_size=40)


@given(
    st.integers(1, 10_000),
    st.floats(0, 600),
    st.one_of(st.none(), st.floats(0, 1e9)),
    st.floats(0, 1, exclude_max=True),
)
def test_waits_are_bounded_and_never_shorter_than_asked(attempt, longest, retry_after, drawn):
    wait = wait_s(attempt, longest, retry_after, lambda: drawn)
    assert 0 <= wait <= max(longest, 900)
    assert wait >= min(retry_after or 0, 900)
    if retry_after is None:
        assert wait <= min(longest, 2.0 ** min(attempt - 1, 30))


@given(FAILURES)
def test_by_default_each_kind_of_failure_has_its_own_count(failures):
    tries = Tries(GenerationConfig(), 0.0)
    for failure in failures:
        tries.note(failure)
    limited = sum(isinstance(f, RateLimitedError) for f in failures)
    assert tries.are_over(1.0) == (limited >= 8 or len(failures) - limited >= 4)


@given(FAILURES, st.integers(0, 50))
def test_what_the_user_set_holds_for_all_failures(failures, retries):
    tries = Tries(GenerationConfig(retries=retries), 0.0)
    for failure in failures:
        tries.note(failure)
    assert tries.are_over(1.0) == (len(failures) > retries)


@given(st.lists(st.tuples(st.sampled_from(["sample", "failed retry", "good retry"]), st.integers(1, 150)), max_size=30))
@example([("sample", 50), ("failed retry", 150)])
def test_failed_retries_never_exceed_their_share(runs):
    budget, samples, failed = RetryBudget(), 0, 0
    for event in (event for event, count in runs for _ in range(count)):
        if event == "sample":
            budget.sample()
            samples += 1
        elif budget.take():
            if event == "good retry":
                budget.give_back(1)
            else:
                failed += 1
    assert failed <= 100 + 0.2 * samples + 1e-6

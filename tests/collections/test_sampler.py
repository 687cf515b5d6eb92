"""Drawing samples of several benchmarks."""

from __future__ import annotations

import json
from collections import Counter
from math import fsum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.collections import (
    CollectionSchema,
    DatasetInfo,
    StratifiedSampler,
    UniformSampler,
    WeightedSampler,
    dump_jsonl_data,
)
from evalscope_pytest.collections.sampler import allotted
from evalscope_pytest.core.errors import ConfigError


@pytest.fixture
def records(tmp_path):
    """60 records of gsm8k in one subset, 30 of general_mcq in two, 5 of demo_math's kind."""
    folder = tmp_path / "records"
    for name, count in (("gsm8k", 60), ("math_500", 30)):
        (folder / name).mkdir(parents=True)
        rows = [
            {"question": f"{n} + 1?", "answer": f"So.\n#### {n + 1}"}
            if name == "gsm8k"
            else {"problem": f"{n} + 1?", "solution": "", "answer": str(n + 1), "level": n % 2 + 1, "unique_id": str(n),
                  "subject": "Algebra"}
            for n in range(count)
        ]  # fmt: skip
        (folder / name / "test.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


SCHEMA = CollectionSchema(
    "maths",
    datasets=[
        DatasetInfo("gsm8k", weight=1, task_type="school", tags=["en"], args={"few_shot_num": 0}),
        CollectionSchema(
            "hard",
            weight=3,
            datasets=[DatasetInfo("math_500", task_type="contest", args={"subset_list": ["Level 1", "Level 2"]})],
        ),
    ],
)


def counts(rows):
    return dict(Counter(row["dataset_name"] for row in rows))


@pytest.mark.parametrize(
    ("sampler", "expected"),
    [
        (WeightedSampler, {"gsm8k": 5, "math_500": 15}),
        (UniformSampler, {"gsm8k": 10, "math_500": 10}),
        (StratifiedSampler, {"gsm8k": 13, "math_500": 7}),
    ],
)
def test_each_sampler_divides_in_its_way(sampler, expected, records):
    rows = sampler(SCHEMA, dataset_dir=records, hub="local").sample(20)
    assert counts(rows) == expected
    assert [row["index"] for row in rows] == list(range(20))
    assert fsum(row["weight"] for row in rows) == pytest.approx(1)
    assert len({json.dumps(row["prompt"]) for row in rows}) == 20


def test_a_row_holds_the_prompt_and_where_it_comes_from(records, tmp_path):
    rows = WeightedSampler(SCHEMA, dataset_dir=records, hub="local").sample(8)
    dump_jsonl_data(rows, tmp_path / "new" / "mixed.jsonl")
    assert [json.loads(line) for line in (tmp_path / "new" / "mixed.jsonl").read_text().splitlines()] == rows
    row = rows[-1]
    assert row["categories"] == ["maths", "hard"]
    assert (row["task_type"], row["dataset_name"]) == ("contest", "math_500")
    assert row["subset_name"] in ("Level 1", "Level 2")
    (message,) = row["prompt"]["input"]
    assert "boxed" in message["content"]
    assert row["args"] == {"subset_list": ["Level 1", "Level 2"]}


def test_a_seed_draws_the_same_and_another_one_others(records):
    first, again, other = (
        WeightedSampler(SCHEMA, dataset_dir=records, hub="local", seed=seed).sample(20) for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


def test_what_one_lacks_the_others_have(records):
    assert counts(WeightedSampler(SCHEMA, dataset_dir=records, hub="local").sample(60)) == {"gsm8k": 30, "math_500": 30}
    assert len(WeightedSampler(SCHEMA, dataset_dir=records, hub="local").sample(1000)) == 90


@pytest.mark.parametrize(
    ("info", "reason"),
    [
        (DatasetInfo("gsm9k"), "'gsm8k'"),
        (DatasetInfo("demo_math", args={"metric_list": ["nothing"]}), "nothing"),
        (DatasetInfo("humaneval"), "cannot be a part of a collection"),
        (DatasetInfo("gsm8k", args={"subset_lists": ["main"]}), "subset_lists"),
    ],
)
def test_what_cannot_take_part_is_refused(info, reason, records):
    with pytest.raises(ConfigError, match=reason):
        WeightedSampler(CollectionSchema("c", datasets=[info]), dataset_dir=records, hub="local").sample(5)


def test_too_few_samples_are_refused(records):
    with pytest.raises(ConfigError, match="1 samples of 2 benchmarks"):
        WeightedSampler(SCHEMA, dataset_dir=records, hub="local").sample(1)


@given(st.lists(st.tuples(st.floats(0.001, 1), st.integers(1, 50)), min_size=1, max_size=6), st.integers(0, 200))
def test_an_allotment_is_whole_bounded_and_as_fair_as_can_be(parts, more):
    shares, sizes = zip(*parts, strict=True)
    count = len(parts) + more
    given_ = allotted(count, shares, sizes)
    assert sum(given_) == min(count, sum(sizes))
    assert all(1 <= have <= size for have, size in zip(given_, sizes, strict=True))
    if all(have < size for have, size in zip(given_, sizes, strict=True)) and min(given_) > 1:
        exact = [share / sum(shares) * count for share in shares]
        assert all(abs(have - want) < 2 for have, want in zip(given_, exact, strict=True))

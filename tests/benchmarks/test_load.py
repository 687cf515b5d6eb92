"""A benchmark's records become samples that are ready to be asked, or an error that says what is wrong with them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evalscope_pytest import FewShot, Message, Sample, hub, local
from evalscope_pytest.benchmarks.definition import Benchmark, generate
from evalscope_pytest.benchmarks.load import LoadedBenchmark, identified, load
from evalscope_pytest.benchmarks.resolve import resolve
from evalscope_pytest.config.schema import DatasetArgs
from evalscope_pytest.core.errors import ConfigError, DatasetError
from evalscope_pytest.datasets.base import DataLocation
from evalscope_pytest.scoring import exact_match
from tests.cost import calls

ROWS = [{"q": f"question {n}", "a": str(n)} for n in range(8)]


def to_sample(record: dict[str, Any]) -> Sample:
    return Sample(input=record["q"], target=record["a"])


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


@pytest.fixture
def loading(tmp_path: Path) -> Callable[..., LoadedBenchmark]:
    """Loads a benchmark whose records are the files below the test's folder."""

    def loading(args: DatasetArgs | None = None, how: dict[str, Any] | None = None, **options: Any) -> LoadedBenchmark:
        values = {"dataset": local("data"), "to_sample": to_sample, "body": print, **options}
        benchmark = Benchmark(name="demo", file=tmp_path / "test_demo.py", **values)
        return load(resolve(benchmark, args), DataLocation("demo", tmp_path), **how or {})

    return loading


def texts(loaded: LoadedBenchmark, subset: str = "default") -> list[str]:
    return [sample.question for sample in loaded.subsets[subset]]


def test_samples_keep_the_files_order_and_know_their_subset(tmp_path: Path, loading: Any) -> None:
    write(tmp_path / "data/test.jsonl", ROWS)
    loaded = loading()
    assert texts(loaded) == [row["q"] for row in ROWS]
    assert {sample.subset for sample in loaded.subsets["default"]} == {"default"}


def test_a_record_keeps_its_own_id(tmp_path: Path, loading: Any) -> None:
    write(
        tmp_path / "data/test.jsonl", [{**ROWS[0], "id": 7}, {**ROWS[1], "id": "x-1"}, {**ROWS[2], "id": [1]}, ROWS[3]]
    )
    assert [sample.id for sample in loading().subsets["default"]] == ["7", "x-1", "", ""]


def test_subsets_come_in_the_requested_order(tmp_path: Path, loading: Any) -> None:
    for subset in ("a", "b", "c"):
        write(tmp_path / f"data/{subset}/test.jsonl", ROWS)
    loaded = loading(DatasetArgs(subset_list=("c", "a")), dataset=local("data", subsets=["a", "b", "c"]))
    assert list(loaded.subsets) == ["c", "a"]


def test_the_limit_holds_for_each_subset_and_the_total_for_all(tmp_path: Path, loading: Any) -> None:
    for subset in ("a", "b"):
        write(tmp_path / f"data/{subset}/test.jsonl", ROWS)
    two = local("data", subsets=["a", "b"])
    assert [len(s) for s in loading(how={"limit": 3}, dataset=two).subsets.values()] == [3, 3]
    assert [len(s) for s in loading(how={"limit": 0.5}, dataset=two).subsets.values()] == [4, 4]
    assert [len(s) for s in loading(how={"limit_total": 5}, dataset=two).subsets.values()] == [3, 2]


def test_a_total_smaller_than_the_number_of_subsets_leaves_no_empty_subset(tmp_path: Path, loading: Any) -> None:
    for subset in ("a", "b"):
        write(tmp_path / f"data/{subset}/test.jsonl", ROWS)
    assert list(loading(how={"limit_total": 1}, dataset=local("data", subsets=["a", "b"])).subsets) == ["a"]


def test_shuffling_is_reproducible_and_depends_on_the_seed(tmp_path: Path, loading: Any) -> None:
    write(tmp_path / "data/test.jsonl", ROWS)
    first, again, other = (texts(loading(DatasetArgs(shuffle=True), {"seed": seed})) for seed in (1, 1, 2))
    assert first == again
    assert first != other
    assert sorted(first) == sorted(other)


def test_a_missing_field_names_benchmark_subset_record_and_the_fields_there(tmp_path: Path, loading: Any) -> None:
    write(tmp_path / "data/test.jsonl", [*ROWS[:2], {"quest": "x", "a": "1"}])
    with pytest.raises(DatasetError, match=r"record 3 of subset 'default' of 'demo' has no field 'q'.*: quest, a\."):
        loading()


@pytest.mark.parametrize("broken", [None, 7])
def test_any_other_failure_of_to_sample_on_a_record_says_which_one(tmp_path: Path, loading: Any, broken: Any) -> None:
    write(tmp_path / "data/test.jsonl", [*ROWS[:1], {"q": broken, "a": "1"}])
    with pytest.raises(DatasetError, match=r"record 2 of subset 'default' of 'demo' cannot be read \(\w+Error:"):
        loading(to_sample=lambda record: Sample(input=record["q"].strip()))


def test_a_record_with_several_questions_is_expanded_before_limits_and_filters(tmp_path: Path, loading: Any) -> None:
    write(tmp_path / "data/test.jsonl", [{"q": ["a", "b"], "a": "1"}, {"q": [], "a": "2"}, {"q": ["c"], "a": "3"}])

    def expand(record: Any) -> Any:
        return ({**record, "q": words} for words in record["q"])

    def questions(**args: Any) -> list[str]:
        return [sample.question for sample in loading(expand=expand, **args).subsets["default"]]

    assert questions() == ["a", "b", "c"]
    assert questions(keep=lambda record, params: record["q"] != "a") == ["b", "c"]


def _fail(*_: Any) -> Any:
    raise RuntimeError("out of ideas")


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"to_sample": _fail}, "record 1 of subset 'default' of 'demo' cannot be read"),
        ({"expand": _fail}, "record 1 of subset 'default' of 'demo' cannot be read"),
        ({"keep": _fail}, "record 1 of subset 'default' of 'demo' cannot be read"),
        ({"records": _fail}, "the records of subset 'default' of 'demo' cannot be made"),
        ({"dataset": local("data", subset_by=_fail)}, "The subset of a record of .* cannot be found"),
    ],
    ids=["to_sample", "expand", "keep", "records", "subset_by"],
)
def test_whatever_an_authors_function_raises_is_said_with_its_line(
    tmp_path: Path, loading: Any, broken: dict[str, Any], said: str
) -> None:
    write(tmp_path / "data/test.jsonl", ROWS)
    line = _fail.__code__.co_firstlineno + 1
    with pytest.raises(DatasetError, match=rf"{said} \(RuntimeError: out of ideas at \S*test_load\.py:{line}\)"):
        loading(**broken)


@pytest.mark.parametrize("value", [None, float("nan")])
def test_a_null_question_is_named(tmp_path: Path, loading: Any, value: Any) -> None:
    write(tmp_path / "data/test.jsonl", [ROWS[0], {"q": value, "a": "1"}])
    with pytest.raises(DatasetError, match=r"record 2 .* input is (None|nan), neither text.* Null or NaN: 'q'\."):
        loading()


def test_an_authors_slip_keeps_its_traceback(tmp_path: Path, loading: Any) -> None:
    write(tmp_path / "data/test.jsonl", ROWS)
    with pytest.raises(DatasetError, match=r"NameError: .*'undefined'.* at \S*test_load\.py:\d+") as raised:
        loading(to_sample=lambda record: undefined(record))  # noqa: F821
    assert isinstance(raised.value.__cause__, NameError)
    assert raised.value.__cause__.__traceback__


def test_to_sample_must_return_a_sample(tmp_path: Path, loading: Any) -> None:
    write(tmp_path / "data/test.jsonl", ROWS)
    with pytest.raises(ConfigError, match="to_sample of 'demo' returned dict, not a Sample"):
        loading(to_sample=lambda record: {"input": record["q"]})


def test_to_sample_may_ask_for_the_extra_params_and_the_subset(tmp_path: Path, loading: Any) -> None:
    write(tmp_path / "data/test.jsonl", ROWS[:1])
    seen: list[Any] = []

    def asks_for_both(record: dict[str, Any], subset: str, params: Any) -> Sample:
        seen.append((subset, dict(params)))
        return to_sample(record)

    loading(DatasetArgs(extra_params={"n": 3}), to_sample=asks_for_both, extra_params={"n": 1, "m": 2})
    assert seen == [("default", {"n": 3, "m": 2})]


def test_defaults_of_to_samples_own_are_left_alone(tmp_path: Path, loading: Any) -> None:
    write(tmp_path / "data/test.jsonl", ROWS[:1])
    assert texts(loading(to_sample=lambda record, mark="!": Sample(input=record["q"] + mark))) == ["question 0!"]


def test_an_answer_that_is_not_an_option_is_an_error_before_any_request(tmp_path: Path, loading: Any) -> None:
    write(tmp_path / "data/test.jsonl", ROWS[:1])
    with pytest.raises(DatasetError, match=r"record 1 of subset 'default' of 'demo' has the answer 'C'.*A, B"):
        loading(to_sample=lambda record: Sample(input=record["q"], choices=["x", "y"], target="C"))


def test_metadata_that_is_not_json_is_an_error_that_names_the_key(tmp_path: Path, loading: Any) -> None:
    write(tmp_path / "data/test.jsonl", ROWS[:1])
    with pytest.raises(DatasetError, match=r"metadata\['when'\] of record 1 .* is not a JSON value: set"):
        loading(to_sample=lambda record: Sample(input="x", metadata={"ok": [1, {"a": None}], "when": {1}}))


def test_shuffled_choices_take_their_letters_along(tmp_path: Path, loading: Any) -> None:
    write(tmp_path / "data/test.jsonl", ROWS)
    options = ("right", "wrong", "wronger", "wrongest")
    loaded = loading(
        DatasetArgs(shuffle_choices=True),
        to_sample=lambda record: Sample(input=record["q"], choices=options, target="A"),
    )
    samples = loaded.subsets["default"]
    assert {s.choices["ABCD".index(s.targets[0])] for s in samples} == {"right"}
    assert len({s.targets for s in samples}) > 1


def test_the_first_exemplars_of_the_samples_own_subset_come_first(tmp_path: Path, loading: Any) -> None:
    for subset in ("a", "b"):
        write(tmp_path / f"data/{subset}/test.jsonl", ROWS[:1])
        write(tmp_path / f"data/{subset}/train.jsonl", [{"q": f"{subset}{n}", "a": str(n)} for n in range(5)])
    loaded = loading(
        dataset=local("data", subsets=["a", "b"]),
        few_shot=FewShot(2, split="train", shot="{question}={target}", prompt="{fewshot}"),
    )
    shown = [loaded.messages(loaded.subsets[subset][0])[0].content for subset in ("a", "b")]
    assert shown == ["a0=0\n\na1=1\nquestion 0", "b0=0\n\nb1=1\nquestion 0"]


def test_random_exemplars_depend_on_the_seed_only(tmp_path: Path, loading: Any) -> None:
    write(tmp_path / "data/test.jsonl", ROWS[:1])
    write(tmp_path / "data/train.jsonl", [{"q": f"train {n}", "a": str(n)} for n in range(50)])
    few_shot = FewShot(3, random=True)
    first, again, other = (loading(how={"seed": s}, few_shot=few_shot).shots["default"].all.text for s in (1, 1, 2))
    assert first == again
    assert first != other


def test_no_question_is_its_own_exemplar(tmp_path: Path, loading: Any) -> None:
    write(tmp_path / "data/test.jsonl", ROWS[:4])
    loaded = loading(few_shot=FewShot(2, split="test", shot="{question}={target}", prompt="{fewshot}"))
    shown = [loaded.messages(sample)[0].content.split("\n\n") for sample in loaded.subsets["default"]]
    assert shown == [
        ["question 1=1", "question 2=2\nquestion 0"],
        ["question 0=0", "question 2=2\nquestion 1"],
        ["question 0=0", "question 1=1\nquestion 2"],
        ["question 0=0", "question 1=1\nquestion 3"],
    ]


def test_as_many_exemplars_as_questions_in_the_same_split_is_an_error(tmp_path: Path, loading: Any) -> None:
    write(tmp_path / "data/test.jsonl", ROWS[:2])
    with pytest.raises(DatasetError, match=r"few_shot_num: 2 of 'demo'.*has 1 beside each question"):
        loading(few_shot=FewShot(2, split="test"))


def test_a_missing_split_of_exemplars_is_an_error_even_if_the_questions_are_there(tmp_path: Path, loading: Any) -> None:
    write(tmp_path / "data/test.jsonl", ROWS)
    with pytest.raises(DatasetError, match="train"):
        loading(few_shot=FewShot(2, split="train"))
    assert loading(DatasetArgs(few_shot_num=0), few_shot=FewShot(2, split="train")).shots == {}


def test_exemplars_can_be_a_text_of_the_release(tmp_path: Path, loading: Any) -> None:
    write(tmp_path / "data/sums/test.jsonl", ROWS[:1])
    (tmp_path / "data/cot").mkdir()
    (tmp_path / "data/cot/sums.txt").write_text("canary\n-----\nAdd.\n\nQ: 1\nA: 2\n\nQ: 2\nA: 3\n", encoding="utf-8")
    loaded = loading(
        dataset=local("data", subsets=["sums"]), few_shot=FewShot(1, file="cot/{subset}.txt", prompt="{fewshot}\n")
    )
    assert loaded.messages(loaded.subsets["sums"][0])[0].content == "Add.\n\nQ: 1\nA: 2\n\nquestion 0"


def test_a_template_field_the_metadata_lacks_is_an_error_before_any_request(tmp_path: Path, loading: Any) -> None:
    write(tmp_path / "data/test.jsonl", [*ROWS[:2], {**ROWS[2], "topic": ""}, ROWS[3]])

    def with_topic(record: dict[str, Any]) -> Sample:
        number = int(record["a"])
        return Sample(input=record["q"], metadata={"topic": "x"} if number < 3 else {"topics": "x"})

    with pytest.raises(ConfigError, match=r"unknown field \{topic\} in prompt_template of 'demo'.*'topics'"):
        loading(to_sample=with_topic, prompt="{topic}: {question}")


def test_a_template_the_user_mistyped_is_an_error_when_loading(tmp_path: Path, loading: Any) -> None:
    write(tmp_path / "data/test.jsonl", ROWS)
    with pytest.raises(ConfigError, match=r"unknown field \{questio\}.*Did you mean 'question'"):
        loading(DatasetArgs(prompt_template="{questio}"))


def test_a_template_does_not_change_a_conversation(tmp_path: Path, loading: Any) -> None:
    write(tmp_path / "data/test.jsonl", ROWS[:1])
    talks = {"to_sample": lambda record: Sample(input=[Message("user", record["q"])])}
    loaded = loading(DatasetArgs(prompt_template="Q: {question}"), **talks)
    assert loaded.messages(loaded.subsets["default"][0]) == (Message("user", "question 0"),)


def test_a_benchmark_for_ones_own_records_says_how_to_name_them(loading: Any) -> None:
    with pytest.raises(DatasetError, match=r"'demo' is for records of your own.*--eval-dataset-args.*dataset_id"):
        loading(dataset=local(""))


def test_ones_own_records_are_found_in_the_folder_of_all_datasets(tmp_path: Path) -> None:
    write(tmp_path / "all/demo/test.jsonl", ROWS)
    benchmark = Benchmark("demo", print, tmp_path / "test_demo.py", local(""), to_sample)
    loaded = load(resolve(benchmark), DataLocation("demo", tmp_path, dataset_dir=tmp_path / "all"))
    assert len(loaded.subsets["default"]) == len(ROWS)


def test_loading_and_rendering_cost_little_for_each_sample(tmp_path: Path) -> None:
    write(tmp_path / "data/test.jsonl", [{"q": f"question {n}", "a": "B", "id": n} for n in range(2000)])
    benchmark = Benchmark(
        name="big",
        body=print,
        file=tmp_path / "test_big.py",
        dataset=hub("a/b"),
        to_sample=lambda r: Sample(input=r["q"], choices=["x", "y"], target=r["a"], metadata={"id": r["id"]}),
        prompt="{letters}\n{question}\n{choices}",
    )

    def load_and_render() -> None:
        loaded = load(resolve(benchmark), DataLocation("big", tmp_path, dataset_id=str(tmp_path / "data")))
        for sample in loaded.subsets["default"]:
            loaded.messages(sample)

    assert calls(load_and_render) / 2000 < 200  # 91 when it was written, which took 24 µs


def test_a_subset_may_have_its_own_prompt_until_the_user_sets_one_for_all(tmp_path: Path, loading: Any) -> None:
    for subset in ("en", "zh"):
        write(tmp_path / f"data/{subset}/test.jsonl", ROWS[:1])
    asked = {
        "dataset": local("data", subsets=["en", "zh"]),
        "prompt": "Q: {question}",
        "prompts": {"zh": "问：{question}"},
    }

    def sent(args: DatasetArgs | None = None) -> list[str]:
        loaded = loading(args, **asked)
        return [str(loaded.messages(found[0])[0].content) for found in loaded.subsets.values()]

    assert sent() == ["Q: question 0", "问：question 0"]
    assert sent(DatasetArgs(prompt_template="{question}?")) == ["question 0?", "question 0?"]
    asked["prompts"] = {"zh": "问：{quesiton}"}
    with pytest.raises(ConfigError, match=r"unknown field \{quesiton\}"):
        sent()
    asked["prompts"] = {"zh": "问：{"}
    with pytest.raises(ConfigError, match=r"single '\{'"):
        sent()


PASSAGES = [{"q": f"question {n}", "a": str(n), "passage": f"P{n // 2}"} for n in range(6)]


def with_passage(record: dict[str, Any]) -> Sample:
    return Sample(input=record["q"], target=record["a"], metadata={"passage": record["passage"]})


def test_a_field_of_the_metadata_names_a_cluster_within_its_subset(tmp_path: Path, loading: Any) -> None:
    for subset in ("a", "b"):
        write(tmp_path / f"data/{subset}/test.jsonl", PASSAGES)
    loaded = loading(dataset=local("data", subsets=["a", "b"]), to_sample=with_passage, cluster="passage")
    assert loaded.clusters == {s: [f"{s}/P{n // 2}" for n in range(6)] for s in ("a", "b")}


def test_a_sample_names_a_cluster_across_subsets(tmp_path: Path, loading: Any) -> None:
    for subset in ("a", "b"):
        write(tmp_path / f"data/{subset}/test.jsonl", PASSAGES)

    def to_sample(record: dict[str, Any]) -> Sample:
        return Sample(record["q"], record["a"], cluster=record["passage"])

    loaded = loading(dataset=local("data", subsets=["a", "b"]), to_sample=to_sample)
    assert loaded.clusters == {s: [f"P{n // 2}" for n in range(6)] for s in ("a", "b")}


def at(record: dict[str, Any], position: int) -> Sample:
    return Sample(record["q"], record["a"], cluster=position)


@pytest.mark.parametrize("how", [{}, {"limit": 4}, {"limit": 4, "at_random": True}, {"limit_total": 5}])
@pytest.mark.parametrize("shuffle", [False, True])
def test_a_position_is_that_of_the_data_set(tmp_path: Path, loading: Any, how: Any, shuffle: bool) -> None:
    write(tmp_path / "data/test.jsonl", ROWS)
    loaded = loading(DatasetArgs(shuffle=shuffle), how=how, to_sample=at)
    assert loaded.clusters["default"] == [sample.target for sample in loaded.subsets["default"]]


def test_a_sample_names_its_own_cluster_first(tmp_path: Path, loading: Any) -> None:
    write(tmp_path / "data/test.jsonl", PASSAGES)

    def to_sample(record: dict[str, Any]) -> Sample:
        own = {"cluster": 7} if record["a"] in "01" else {}
        cluster = "mine" if record["a"] == "0" else None
        return Sample(record["q"], record["a"], metadata={"passage": record["passage"], **own}, cluster=cluster)

    assert loading(to_sample=to_sample).clusters["default"] == ["mine", "7", "", "", "", ""]
    assert loading(to_sample=to_sample, cluster="passage").clusters["default"][:3] == ["mine", "7", "default/P1"]


def test_a_record_that_shares_nothing_is_in_no_cluster(tmp_path: Path, loading: Any) -> None:
    write(tmp_path / "data/test.jsonl", [{**PASSAGES[0], "passage": None}, {**PASSAGES[1], "passage": ""}, PASSAGES[2]])
    assert loading(to_sample=with_passage, cluster="passage").clusters["default"] == ["", "", "default/P1"]


def test_a_misspelt_cluster_is_refused_with_the_right_name(tmp_path: Path, loading: Any) -> None:
    write(tmp_path / "data/test.jsonl", PASSAGES)
    with pytest.raises(ConfigError, match=r"cluster of @benchmark.'demo'. is 'pasage'.*Did you mean 'passage'"):
        loading(to_sample=with_passage, cluster="pasage")


def keys_of(loaded: LoadedBenchmark) -> list[str]:
    return [key for key, _ in identified(loaded)]


def test_what_a_prompt_names_tells_questions_apart_whatever_the_user_prompts(tmp_path: Path, loading: Any) -> None:
    write(tmp_path / "data/test.jsonl", [{**row, "q": "Who?", "a": "Ann"} for row in PASSAGES])
    plain = loading(to_sample=with_passage, body=generate, scorer=exact_match())
    assert {key.partition("#")[0] for key in keys_of(plain)} == {keys_of(plain)[0]}
    assert len({cluster for _, cluster in identified(plain)}) == 1
    told = {"to_sample": with_passage, "body": generate, "scorer": exact_match(), "prompt": "{passage}\n{question}"}
    own = keys_of(loading(**told))
    assert len({key.partition("#")[0] for key in own}) == 3
    assert keys_of(loading(DatasetArgs(prompt_template="{question} {passage}!"), **told)) == own
    assert keys_of(loading(DatasetArgs(system_prompt="Be brief."), **told)) == own


def test_a_body_may_send_any_metadata_so_that_all_of_it_tells_questions_apart(tmp_path: Path, loading: Any) -> None:
    write(tmp_path / "data/test.jsonl", [{**row, "q": "Who?", "a": "Ann"} for row in PASSAGES])
    assert len({key.partition("#")[0] for key in keys_of(loading(to_sample=with_passage))}) == 3


@pytest.mark.parametrize("args", [{"shuffle": True}, {"system_prompt": "Be brief."}])
@pytest.mark.parametrize("how", [{"limit": 5}, {"limit": 5, "at_random": True}, {"limit_total": 3}, {"seed": 7}])
def test_other_orders_and_limits_give_the_same_keys(tmp_path: Path, loading: Any, how: Any, args: Any) -> None:
    write(tmp_path / "data/test.jsonl", ROWS)
    every = loading()
    of = dict(zip(texts(every), keys_of(every), strict=True))
    assert len(set(of.values())) == len(ROWS)
    other = loading(DatasetArgs(**args), how=how)
    assert keys_of(other) == [of[text] for text in texts(other)]


def test_a_limit_at_random_takes_another_part_with_each_seed_and_the_same_with_one(
    tmp_path: Path, loading: Any
) -> None:
    write(tmp_path / "data/test.jsonl", [{"q": f"q{n}", "a": str(n)} for n in range(100)])
    drawn = [texts(loading(how={"limit": 10, "at_random": True, "seed": seed})) for seed in (1, 2, 1)]
    assert drawn[0] == drawn[2] != drawn[1]
    assert max(int(text[1:]) for text in drawn[0]) >= 10
    shuffled = loading(DatasetArgs(shuffle=True), how={"limit": 10, "seed": 1})
    assert drawn[0] == texts(shuffled)
    assert texts(loading(how={"at_random": True})) == [f"q{n}" for n in range(100)]
    total = texts(loading(how={"limit_total": 10, "at_random": True, "seed": 1}))
    assert total == drawn[0]
    share = texts(loading(how={"limit": 0.1, "at_random": True, "seed": 1}))
    assert share == drawn[0]

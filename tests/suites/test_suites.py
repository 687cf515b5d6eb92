"""Every bundled benchmark: its definition, its prompt on written records, its records of official shape."""

from __future__ import annotations

import ast
import asyncio
import io
import re
import statistics
import tokenize
from collections.abc import Iterable
from functools import cache
from inspect import isawaitable
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from evalscope_pytest import Sample, Score
from evalscope_pytest.benchmarks.bundled import bundled_dir, bundled_files, load_bundled
from evalscope_pytest.benchmarks.definition import Benchmark, generate
from evalscope_pytest.benchmarks.load import LoadedBenchmark, load
from evalscope_pytest.benchmarks.resolve import resolve
from evalscope_pytest.config.schema import DatasetArgs
from evalscope_pytest.core.content import Content, medium_of
from evalscope_pytest.core.content import Text as PartText
from evalscope_pytest.core.errors import UnreadyError, UsageError
from evalscope_pytest.datasets.base import DataLocation
from evalscope_pytest.report.semantics import meaning
from evalscope_pytest.sandbox.choice import choose
from evalscope_pytest.sandbox.engine import SandboxChoice
from evalscope_pytest.sandbox.pool import Pool, SandboxHandle

from ..golden import Text
from .written import FEW_OFFICIAL, FILES, NO_OFFICIAL, NO_PAPER, NO_REFERENCE, NOT_HERE, OFFICIAL_ARGS, SUBSETS, write

NAMES = sorted(bundled_files())
DEMOS = ["demo_math", "demo_science"]
ARENA = "general_arena"  # its samples are made of other runs' records: tests/arena
PUBLISHED = sorted(set(NAMES) - set(DEMOS) - {"general_mcq", "general_qa", "general_vmcq", "general_vqa", ARENA})
OFFICIAL = sorted(set(PUBLISHED) - NO_OFFICIAL)


def loaded_from(name: str, folder: Path | None, **args: Any) -> LoadedBenchmark:
    benchmark = load_bundled(name)
    place = DataLocation(name, benchmark.file.parent, hub="local", dataset_id=str(folder or ""))
    how = {key: args.pop(key) for key in ("limit",) if key in args}
    return load(resolve(benchmark, DatasetArgs(**args)), place, **how)


def from_written(name: str, folder: Path, **args: Any) -> LoadedBenchmark:
    if name in DEMOS:
        return loaded_from(name, None, **args)
    try:
        return loaded_from(name, write(name, folder), **{"subset_list": SUBSETS.get(name), **args})
    except UnreadyError as error:
        if "pip install" not in str(error):
            raise
        pytest.skip(str(error))  # an optional library


def golden(content: Content) -> str:
    """Return a content with a line for each medium."""
    if isinstance(content, str):
        return content
    parts = (part.text if isinstance(part, PartText) else f"[{part.kind} {medium_of(part).size}]" for part in content)
    return "\n~~~\n".join(parts)


@cache
def jails() -> SandboxHandle:
    """Return a sandbox for all tests of this process, or a skip that says why there is none."""
    try:
        return SandboxHandle(Pool(choose(SandboxChoice()), 2))
    except UsageError as error:
        pytest.skip(str(error))


def scored(benchmark: Benchmark, samples: Iterable[Sample], reply: str | None = None) -> list[Score]:
    assert benchmark.scorer is not None
    scorer = benchmark.scorer
    if scorer.needs:
        scorer = scorer.bind(sandbox=jails(), timeout_s=benchmark.timeout_s)

    async def one(sample: Sample) -> Score:
        score = scorer.score(scorer.ideal_reply(sample) if reply is None else reply, sample)
        return await score if isawaitable(score) else score

    async def all_of_them() -> list[Score]:
        return list(await asyncio.gather(*map(one, samples)))

    return asyncio.run(all_of_them())


def score_of(benchmark: Benchmark, reply: str, sample: Sample) -> Score:
    return scored(benchmark, [sample], reply)[0]


def test_every_file_holds_the_benchmark_it_is_named_after() -> None:
    for name in NAMES:
        assert load_bundled(name).name == name


@pytest.mark.parametrize("name", NAMES)
def test_a_suite_says_what_it_is_and_how_it_is_found(name: str) -> None:
    benchmark = load_bundled(name)
    assert benchmark.description.splitlines()[0].endswith(".")
    assert benchmark.tags
    assert all(tag.isidentifier() for tag in benchmark.tags)
    if name in PUBLISHED and name not in NO_PAPER:
        assert re.search(r"arXiv:\d{4}\.\d{5}", benchmark.description)


@pytest.mark.parametrize("name", sorted(set(NAMES) - {ARENA}))
def test_the_prompt_of_the_first_sample_is_the_golden_one(
    name: str, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    loaded = from_written(name, tmp_path)
    first = next(iter(loaded.subsets.values()))[0]
    assert isinstance(first.id, str)
    sent = "".join(f"--- {message.role}\n{golden(message.content)}\n" for message in loaded.messages(first))
    shown = f"{sent}--- target\n{' | '.join(first.targets)}\n"
    assert shown == snapshot(extension_class=Text), "raise the benchmark's version, then run with --snapshot-update"


@pytest.mark.parametrize("name", sorted(set(NAMES) - NO_REFERENCE - {ARENA}))
def test_the_ideal_reply_scores_full_marks_on_written_records(name: str, tmp_path: Path) -> None:
    loaded = from_written(name, tmp_path)
    benchmark = loaded.resolved.benchmark
    scores = scored(benchmark, [s for found in loaded.subsets.values() for s in found])
    assert {metric for score in scores for metric in score.values} >= set(benchmark.metrics)
    for score in scores:
        assert meaning(benchmark.metrics[0]).credit(score.values[benchmark.metrics[0]]) == pytest.approx(1.0)


def code_lines(text: str) -> int:
    """Count the lines of a file without its blank lines, comments and docstrings."""
    documented = (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef)
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT):
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, documented) and ast.get_docstring(node) is not None:
            lines.difference_update(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    return sum(1 for number, line in enumerate(text.splitlines(), 1) if number in lines and line.strip())


def prose_lines(text: str) -> int:
    """Count the lines of texts that have several lines, docstrings aside."""
    lines: set[int] = set()
    documented: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        is_text = isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))
        if is_text and node.end_lineno > node.lineno:
            lines.update(range(node.lineno, node.end_lineno + 1))
        if isinstance(node, (ast.Module, ast.FunctionDef)) and ast.get_docstring(node) is not None:
            documented.update(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    return len(lines - documented)


def test_the_lines_of_code_of_a_file_are_counted() -> None:
    text = '"""Doc."""\n\nA = """\n\none"""  # two\n# three\n\ndef f():\n    """Doc."""\n    return A\n'
    assert code_lines(text) == 4


def test_half_of_the_suites_have_at_most_fifteen_lines_of_code() -> None:
    """Prose does not count: prompts and lists of names on several lines."""
    texts = {name: file.read_text(encoding="utf-8") for name, file in bundled_files().items()}
    lines = {name: code_lines(text) - prose_lines(text) for name, text in texts.items()}
    assert statistics.median(lines.values()) <= 15, sorted(lines.items(), key=lambda item: item[1])


def test_the_decorated_function_of_a_suite_is_short() -> None:
    for name, file in bundled_files().items():
        for decorated in file.read_text(encoding="utf-8").split("\n@benchmark")[1:]:
            assert len(decorated.splitlines()) <= 24, name


@pytest.mark.parametrize("file", sorted(bundled_dir().rglob("test_*.py")), ids=lambda file: file.stem)
def test_a_suite_is_laid_out_by_the_formatter(file: Path) -> None:
    assert "fmt:" not in file.read_text(encoding="utf-8")


def test_most_suites_leave_the_body_to_the_benchmark() -> None:
    with_body = {name for name in bundled_files() if load_bundled(name).body is not generate}
    assert with_body == {
        "bfcl_v3", "bfcl_v4", "data_collection", "general_arena", "general_rerank", "general_retrieval", "general_sts",
        "mt_bench", "multi_if", "multiple_humaneval",
        "general_fc", "k2_verifier", "minimax_verifier", "kimi_verifier", "multiple_mbpp", "scicode"
    }  # fmt: skip


def test_subsets_with_categories_name_all_of_them() -> None:
    for name, count in {"mmlu": 57, "cmmlu": 67, "ceval": 52}.items():
        benchmark = load_bundled(name)
        assert len(set(benchmark.dataset.subsets)) == count
        assert set(benchmark.categories) == set(benchmark.dataset.subsets)
    assert len(load_bundled("bbh").dataset.subsets) == 27


@pytest.mark.parametrize(
    ("name", "record", "subset"),
    [
        ("cmmlu", {"Question": "天上有____个太阳。", "A": "一", "B": "二", "C": "三", "D": "四", "Answer": "A"}, ""),
        (
            "commonsense_qa",
            {
                "question": "Where is bread baked?",
                "choices": {"label": ["A", "B", "C"], "text": ["in an oven", "in a lake", "on Mars"]},
                "answerKey": "A",
            },
            "",
        ),
        ("piqa", {"goal": "dry a cup", "sol1": "use a towel", "sol2": "use a wet towel", "label": 0}, ""),
    ],
)
def test_the_authors_shape_and_the_hubs_make_the_same_sample(name: str, record: dict[str, Any], subset: str) -> None:
    (hub_record, *_), *_ = FILES[name].values()
    to_sample = load_bundled(name).to_sample
    assert to_sample(record) == to_sample(hub_record)


def test_truthful_qa_asks_for_all_right_options_on_request(tmp_path: Path) -> None:
    loaded = from_written("truthful_qa", tmp_path, extra_params={"multiple_correct": True})
    (sample,) = loaded.subsets["multiple_choice"]
    right = {sample.choices["ABC".index(letter)] for letter in sample.targets}
    assert right == {"Fish breathe in water.", "No."}
    assert "[LETTERS]" in loaded.messages(sample)[0].content
    assert scored(loaded.resolved.benchmark, [sample])[0].values["multi_choice_acc"] == 1.0


def test_general_mcq_with_several_right_options(tmp_path: Path) -> None:
    loaded = from_written("general_mcq", tmp_path, subset_list=("many",), extra_params={"multiple_correct": True})
    (sample,) = loaded.subsets["many"]
    assert sample.targets == ("A", "C")
    assert loaded.resolved.metrics == ("multi_choice_acc",)
    assert scored(loaded.resolved.benchmark, [sample])[0].values["multi_choice_acc"] == 1.0


@pytest.mark.parametrize("answer", ["AC", "A,C", "A, C", ["A", "C"], "ac", "A、C"])
def test_general_mcq_reads_answers_in_any_spelling(answer: Any) -> None:
    record = {"question": "?", "A": "1", "B": "2", "C": "3", "D": "", "answer": answer}
    sample = load_bundled("general_mcq").to_sample(record)
    assert sample.targets == ("A", "C")
    assert sample.choices == ("1", "2", "3")


@pytest.mark.parametrize(("use_cot", "word"), [(True, "逐步"), (False, "只需")])
def test_general_mcq_lets_the_model_reason_on_request(tmp_path: Path, use_cot: bool, word: str) -> None:
    loaded = from_written("general_mcq", tmp_path, extra_params={"use_cot": use_cot})
    assert word in loaded.messages(loaded.subsets["mine"][0])[0].content


def test_general_mcq_takes_exemplars_from_the_dev_file(tmp_path: Path) -> None:
    loaded = from_written("general_mcq", tmp_path, few_shot_num=1)
    assert "问题：二加一等于？\n选项：\nA) 三\nB) 四\n答案：A" in loaded.messages(loaded.subsets["mine"][0])[0].content


@pytest.mark.parametrize(
    ("record", "roles"),
    [
        ({"query": "hi", "response": "x"}, ["user"]),
        ({"question": "hi", "answer": "x"}, ["user"]),
        ({"system": "s", "query": "hi", "response": "x"}, ["system", "user"]),
        ({"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "hi"}]}, ["system", "user"]),
    ],
)
def test_general_qa_reads_every_shape(record: dict[str, Any], roles: list[str]) -> None:
    sample = load_bundled("general_qa").to_sample(record)
    assert not isinstance(sample.input, str)
    assert [message.role for message in sample.input] == roles
    assert sample.question == "hi"


@pytest.mark.parametrize("name", DEMOS)
def test_demo_records_are_some_twenty_and_lie_beside_their_suite(name: str) -> None:
    loaded = loaded_from(name, None)
    (samples,) = loaded.subsets.values()
    assert 18 <= len(samples) <= 25
    assert len({sample.question for sample in samples}) == len(samples)
    assert (bundled_dir() / "demo" / f"{name}.jsonl").exists()


@pytest.mark.real_data
@pytest.mark.parametrize("name", OFFICIAL)
def test_official_records_load_and_their_right_replies_score_full_marks(shared_data: Path, name: str) -> None:
    loaded = loaded_from(name, shared_data / name, limit=50, **OFFICIAL_ARGS.get(name, {}))
    benchmark = loaded.resolved.benchmark
    for subset, samples in loaded.subsets.items():
        assert len(samples) == 50 or name in FEW_OFFICIAL, subset
        for sample in samples:
            text = loaded.messages(sample)[-1].text
            assert sample.question in text
            assert all(choice in text for choice in sample.choices)
            assert name in NO_REFERENCE or all(sample.targets)
        known = [sample for sample in samples if sample.id not in NOT_HERE.get(name, ())]
        for score in scored(benchmark, known) if name not in NO_REFERENCE else ():
            assert score.values[benchmark.metrics[0]] == pytest.approx(1.0), subset


@pytest.mark.real_data
@pytest.mark.slow
@pytest.mark.parametrize("name", OFFICIAL)
def test_every_official_record_makes_a_sample(shared_data: Path, name: str) -> None:
    loaded = loaded_from(name, shared_data / name, **OFFICIAL_ARGS.get(name, {}))
    total = sum(map(len, loaded.subsets.values()))
    assert total == (load_bundled(name).dataset.size or total)
    assert total >= 30

"""The official records: every benchmark's folder loads, with the numbers its README gives."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from evalscope_pytest.datasets.base import DataLocation
from evalscope_pytest.datasets.load import list_subsets, load_subsets, read_release_text
from evalscope_pytest.datasets.source import Source, hub, local

pytestmark = pytest.mark.real_data
LEVELS = [f"Level {n}" for n in range(1, 6)]
GRADES = [f"Grade {n}" for n in range(1, 7)]
ALL = ("*",)


@dataclass(frozen=True)
class Case:
    """A folder, how it is declared, and how many subsets and records each split has."""

    name: str
    source: Source
    splits: dict[str, tuple[int, int]]


def one(name: str, split: str, n: int, **others: int) -> Case:
    counts = {split: (1, n), **{other: (1, m) for other, m in others.items()}}
    return Case(name, hub(f"hub/{name}", split=split), counts)


CASES = [
    Case("gsm8k", hub("h/gsm8k", subsets=["main"]), {"test": (1, 1319), "train": (1, 7473)}),
    Case("math_500", hub("h/m", subsets=LEVELS, subset_by=lambda r: f"Level {r['level']}"), {"test": (5, 500)}),
    Case("competition_math", hub("h/c", subsets=LEVELS, subset_by="level"), {"test": (5, 5000)}),
    one("aime24", "test", 30),
    Case("arc", hub("h/arc", subsets=["ARC-Easy", "ARC-Challenge"]), {"test": (2, 3548), "validation": (2, 869)}),
    Case("mmlu", hub("h/m", subsets=ALL, config="all", subset_by="subject"), {"test": (57, 14042), "dev": (57, 285)}),
    Case("cmmlu", hub("h/c", subsets=ALL, subset_by="category"), {"test": (67, 11582), "dev": (67, 335)}),
    Case("ceval", hub("h/ceval", subsets=ALL, split="val"), {"val": (52, 1346), "dev": (52, 260)}),
    one("hellaswag", "validation", 1000),
    Case("truthful_qa", hub("h/t", subsets=["multiple_choice"], split="validation"), {"validation": (1, 817)}),
    one("winogrande", "validation", 1267),
    one("commonsense_qa", "validation", 1221),
    one("piqa", "validation", 1838),
    Case("bbh", hub("h/bbh", subsets=ALL), {"test": (27, 6511)}),
    one("ifeval", "train", 541),
    Case("agieval", hub("h/agieval", subsets=ALL), {"test": (19, 6269)}),
    one("alpaca_eval", "eval", 805),
    Case("amc", hub("h/amc", subsets=["amc23"]), {"test": (1, 40)}),
    one("arc_agi_2", "test", 120),
    Case("bfcl_v4", hub("h/b", subsets=["BFCL_v4_simple_python"]), {"test": (1, 400)}),
    Case("cmath", hub("h/c", subsets=GRADES, subset_by=lambda r: f"Grade {r['grade']}"), {"test": (6, 1098)}),
    Case("cross_ner", hub("h/c", subsets=ALL), {"test": (5, 2506), "dev": (5, 2121), "train": (5, 700)}),
    one("eq_bench", "validation", 171),
    one("hallusion_bench", "test", 1129),
    Case("hipho", hub("h/hipho", subsets=ALL), {"test": (14, 417)}),
    one("humaneval", "test", 164),
    one("humaneval_plus", "test", 164),
    one("logi_qa", "test", 651, validation=651),
    one("math_vista", "testmini", 1000),
    Case("mbpp", hub("h/mbpp", subsets=["full"]), {"test": (1, 500), "prompt": (1, 10), "train": (1, 374)}),
    one("minerva_math", "train", 272),
    Case("multiple_humaneval", hub("h/m", subsets=ALL), {"test": (18, 2864)}),
    one("ncbi", "test", 940, train=5424),
    Case("olympiad_bench", hub("h/o", subsets=["OE_TO_maths_en_COMP"], split="train"), {"train": (1, 675)}),
    Case("pope", hub("h/pope", subsets=["random", "popular", "adversarial"]), {"test": (3, 9000)}),
    one("pubmedqa", "test", 1000),
    one("qasc", "validation", 926),
    one("sciq", "validation", 1000),
    one("siqa", "validation", 1954),
    Case("tau_bench", hub("h/t", subsets=["airline", "retail"], split="tasks_test"), {"tasks_test": (2, 165)}),
    one("tweebank_ner", "test", 1201, dev=710, train=1639),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_record_of_a_benchmark_is_read(shared_data: Path, case: Case, tmp_path: Path) -> None:
    place = DataLocation(case.name, tmp_path, hub="local", dataset_dir=shared_data)
    for split, (subsets, records) in case.splits.items():
        names = list_subsets(case.source, place, split) if case.source.subsets == ALL else case.source.subsets
        loaded = load_subsets(case.source, place, tuple(names), split)
        assert (len(loaded), sum(map(len, loaded.values()))) == (subsets, records), split


def custom(shared_data: Path, folder: str) -> DataLocation:
    return DataLocation("general", Path(), hub="local", dataset_id=str(shared_data / "custom_eval" / "text" / folder))


@pytest.mark.parametrize(
    ("subset", "split", "n"),
    [("example", "val", 12), ("example", "dev", 2), ("example_multi", "val", 10), ("example_multi", "dev", 2)],
)
def test_multiple_choice_of_ones_own(shared_data: Path, subset: str, split: str, n: int) -> None:
    source = local("mcq", split="val")
    assert len(load_subsets(source, custom(shared_data, "mcq"), (subset,), split)[subset]) == n
    assert list_subsets(source, custom(shared_data, "mcq"), "val") == ["example", "example_multi"]


@pytest.mark.parametrize(("subset", "n"), [("default", 6), ("test", 6), ("example", 13), ("arena", 10)])
def test_questions_of_ones_own(shared_data: Path, subset: str, n: int) -> None:
    assert len(load_subsets(local("qa"), custom(shared_data, "qa"), (subset,), "test")[subset]) == n


def test_a_benchmarks_own_folder_or_its_parent(shared_data: Path) -> None:
    source = hub("h/t", subsets=["multiple_choice"], split="validation")
    for folder in ("truthful_qa", "truthful_qa/multiple_choice", "truthful_qa/multiple_choice/validation.jsonl"):
        place = DataLocation("truthful_qa", Path(), hub="local", dataset_id=str(shared_data / folder))
        assert len(load_subsets(source, place, source.subsets, "validation")["multiple_choice"]) == 817


def test_exemplars_of_a_release_are_texts(shared_data: Path) -> None:
    place = DataLocation("bbh", Path(), hub="local", dataset_dir=shared_data)
    assert "Let's think step by step" in read_release_text(hub("h/bbh"), place, "cot-prompts/navigate.txt")

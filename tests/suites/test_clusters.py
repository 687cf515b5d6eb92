"""Bundled benchmarks name what their questions share: an interval that takes them for independent is too narrow."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evalscope_pytest import Sample
from evalscope_pytest.benchmarks.bundled import load_bundled
from evalscope_pytest.benchmarks.load import identified, load, samples_of
from evalscope_pytest.benchmarks.resolve import resolve
from evalscope_pytest.config.schema import DatasetArgs
from evalscope_pytest.datasets.base import DataLocation

from .test_suites import NAMES, from_written, loaded_from
from .written import SUBSETS, write

# Benchmarks whose questions share a text, by the field of the record that holds it.
SHARED = {
    "drop": "passage",
    "race": "article",
    "agieval": "passage",
    "musr": "narrative",
    "logi_qa": "context",
    "longbench_v2": "context",
    "bfcl_v3": "functions",
    "bfcl_v4": "function",
    "pope": "image",
    "arc_indic": "id",
}
PARALLEL = ["mgsm", "mmmlu", "indic_boolq"]
OF_METADATA = {
    "frames": "context",
    "docmath": "context",
    "finqa": "context",
    "tat_qa": "table",
    "process_bench": "problem",
    "needle_haystack": "context_length",
}


def made(name: str, records: Sequence[Any], subset: str) -> list[Sample]:
    return samples_of(resolve(load_bundled(name)).benchmark, subset, records)


def first_record(name: str, folder: Path) -> tuple[str, Any]:
    """Return the first of the written records, and its subset."""
    seen: list[tuple[str, Any]] = []

    def to_sample(record: Any, subset: str) -> Sample:
        seen.append((subset, record))
        return Sample("?")

    benchmark = replace(load_bundled(name), to_sample=to_sample, prompt="", prompts={}, few_shot=None)
    place = DataLocation(name, folder, hub="local", dataset_id=str(write(name, folder)))
    load(resolve(benchmark, DatasetArgs(subset_list=SUBSETS.get(name))), place)
    return seen[0]


@pytest.mark.parametrize(("name", "field"), SHARED.items())
def test_questions_on_one_text_are_a_cluster(name: str, field: str, tmp_path: Path) -> None:
    subset, record = first_record(name, tmp_path)
    text = json.dumps(json.loads(record[field]) * 2) if name == "bfcl_v3" else record[field] * 2
    one, two, other = (s.cluster for s in made(name, [record, record, {**record, field: text}], subset))
    assert one
    assert one == two != other


@pytest.mark.parametrize("name", PARALLEL)
def test_translations_of_a_question_are_a_cluster(name: str, tmp_path: Path) -> None:
    subset, record = first_record(name, tmp_path)
    assert [sample.cluster for sample in made(name, [record] * 3, subset)] == [0, 1, 2]  # in each language


def test_figures_and_their_edited_copies_are_a_cluster(tmp_path: Path) -> None:
    subset, record = first_record("hallusion_bench", tmp_path)
    others = {**record, "figure_id": "9"}, {**record, "set_id": "9"}
    one, copy, other = (s.cluster for s in made("hallusion_bench", [record, *others], subset))
    assert one == copy != other


def test_a_question_in_two_parts_of_a_collection_is_one_cluster() -> None:
    prompt = {"input": [{"role": "user", "content": "?"}]}
    part = {"subset_name": "s", "task_type": "t", "tags": [], "categories": [], "weight": 1.0, "prompt": prompt}
    records = [{**part, "dataset_name": name} for name in "ab"]
    records.append({**records[0], "prompt": {**prompt, "metadata": {"passage": "p"}}})
    one, two, other = (s.cluster for s in made("data_collection", records, "default"))
    assert one == two != other


@pytest.mark.parametrize(("name", "field"), OF_METADATA.items())
def test_the_metadata_that_a_benchmark_names_is_there(name: str, field: str, tmp_path: Path) -> None:
    assert load_bundled(name).cluster == field
    for subset, clusters in from_written(name, tmp_path).clusters.items():
        assert all(clusters), subset


def test_no_other_benchmark_names_metadata() -> None:
    assert {name for name in NAMES if load_bundled(name).cluster} == OF_METADATA.keys()


@pytest.mark.parametrize("name", ["needle_haystack", "process_bench", "longbench_v2", "halueval", "bfcl_v3", "mmlu"])
def test_questions_that_differ_in_their_text_alone_have_keys_of_their_own(name: str, tmp_path: Path) -> None:
    loaded = from_written(name, tmp_path)
    keys = [key for key, _ in identified(loaded)]
    assert len(set(keys)) == len(keys)
    assert not [key for key in keys if "#" in key]


def sizes(clusters: Sequence[str]) -> tuple[int, int]:
    known = [cluster for cluster in clusters if cluster]
    return len(known), len(set(known))


@pytest.mark.real_data
def test_clusters_of_official_records(shared_data: Path) -> None:
    subsets = ("lsat-rc", "sat-en", "gaokao-chinese", "math")
    loaded = loaded_from("agieval", shared_data / "agieval", subset_list=subsets)
    found = {subset: sizes(clusters) for subset, clusters in loaded.clusters.items()}
    assert found == {"lsat-rc": (269, 40), "sat-en": (206, 44), "gaokao-chinese": (220, 98), "math": (0, 0)}
    pope = loaded_from("pope", shared_data / "pope").clusters
    assert sizes([cluster for clusters in pope.values() for cluster in clusters]) == (9000, 500)
    logi_qa = loaded_from("logi_qa", shared_data / "logi_qa")
    assert sizes(logi_qa.clusters["default"]) == (651, 557)

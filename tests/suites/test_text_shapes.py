"""Text benchmarks with options, labels, tables and mathematics, in the shapes and with the options that users have."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from string import ascii_uppercase
from typing import Any

import pytest

from evalscope_pytest import Sample
from evalscope_pytest.benchmarks.load import LoadedBenchmark, load
from evalscope_pytest.benchmarks.resolve import resolve
from evalscope_pytest.config.schema import DatasetArgs
from evalscope_pytest.core.errors import ConfigError
from evalscope_pytest.datasets.base import DataLocation

from . import written_labels, written_tables
from .test_suites import from_written, load_bundled
from .written import SUBSETS

FILES: dict[str, dict[str, Any]] = {**written_labels.FILES, **written_tables.FILES}
TABULAR = {
    name: files
    for name, files in FILES.items()
    if all(path.endswith(".jsonl") and isinstance(rows, list) for path, rows in files.items())
}
LABELS = [*ascii_uppercase, *map(str, range(1, 99))]
BY_NAME = {"tablebench"}  # Its records are JSON lines under a fixed name.


def sent(loaded: LoadedBenchmark) -> list[tuple[str, str, tuple[str, ...]]]:
    found = [(s, message) for samples in loaded.subsets.values() for s in samples for message in loaded.messages(s)]
    return [(sample.subset, message.text, sample.targets) for sample, message in found]


@pytest.mark.skipif(importlib.util.find_spec("pyarrow") is None, reason="pyarrow writes the files: pip install pyarrow")
def test_parquet_files_of_a_hub_give_the_samples_of_json_lines(tmp_path: Path) -> None:
    from pyarrow import Table, parquet

    for name in sorted(set(TABULAR) - BY_NAME):
        expected = sent(from_written(name, tmp_path / name / "lines"))
        folder = tmp_path / name / "parquet"
        for path, rows in TABULAR[name].items():
            file = (folder / path).with_suffix("")
            file.parent.mkdir(parents=True, exist_ok=True)
            parquet.write_table(Table.from_pylist(rows), f"{file}-00000-of-00001.parquet")
        benchmark = load_bundled(name)
        place = DataLocation(name, benchmark.file.parent, hub="local", dataset_id=str(folder))
        found = load(resolve(benchmark, DatasetArgs(subset_list=SUBSETS.get(name))), place)
        assert sent(found) == expected, name


def test_a_limit_and_a_template_act(tmp_path: Path) -> None:
    for name in sorted(FILES):
        loaded = from_written(name, tmp_path / name, limit=1)
        assert {len(samples) for samples in loaded.subsets.values()} == {1}, name
        conversation = next(iter(loaded.subsets.values()))[0].messages  # a template for one is reported as unused
        if not (conversation or loaded.resolved.benchmark.prompts):
            own = from_written(name, tmp_path / name, prompt_template="OWN {question}")
            assert any(text.startswith("OWN ") for _, text, _ in sent(own)), name


def test_shuffled_options_keep_the_right_one(tmp_path: Path) -> None:
    moved = set()
    for name in sorted(FILES):
        plain = from_written(name, tmp_path / name)
        if not next(iter(plain.subsets.values()))[0].choices:
            with pytest.raises(ConfigError, match="no options"):
                from_written(name, tmp_path / name, shuffle_choices=True)
            continue
        shuffled = from_written(name, tmp_path / name, shuffle_choices=True)
        for subset, samples in plain.subsets.items():
            for before, after in zip(samples, shuffled.subsets[subset], strict=True):
                assert right_texts(before) == right_texts(after), name
                moved |= {name} if before.choices != after.choices else set()
    assert len(moved) > 5


def right_texts(sample: Sample) -> set[str]:
    return {sample.choices[LABELS.index(target)] for target in sample.targets}

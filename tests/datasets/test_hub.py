"""Both hubs, through their own libraries, against a server on 127.0.0.1."""

from __future__ import annotations

import io
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from evalscope_pytest.core.errors import DatasetError
from evalscope_pytest.datasets import hub as hub_module
from evalscope_pytest.datasets.base import DataLocation, Hub
from evalscope_pytest.datasets.load import list_subsets, load_subsets, read_release_text
from evalscope_pytest.datasets.source import Source, hub

from .fake_hub import FakeHub, running_hub

ARC = hub("org/arc", subsets=["easy", "hard"])
MMLU = hub("org/mmlu", subsets=["law", "art"], config="all", subset_by="subject")
README = b"""---
configs:
- config_name: easy
  data_files:
  - split: test
    path: easy/test-*
  - split: train
    path: easy/train-*
- config_name: hard
  data_files:
  - split: test
    path: hard/test-*
---
"""


def lines(*questions: str) -> bytes:
    return "".join(json.dumps({"q": q, "subject": q[:3]}) + "\n" for q in questions).encode()


def parquet(*questions: str) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet

    stream = io.BytesIO()
    pyarrow.parquet.write_table(pa.Table.from_pylist([{"q": q} for q in questions]), stream)
    return stream.getvalue()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    with running_hub() as running:
        point_at(monkeypatch, running.url)
        running.repositories["org/arc"] = {
            "README.md": README,
            "easy/test-00000-of-00002.parquet": parquet("e1"),
            "easy/test-00001-of-00002.parquet": parquet("e2"),
            "easy/train-00000-of-00001.jsonl": lines("t1"),
            "hard/test-00000-of-00001.jsonl": lines("h1"),
            "prompts/easy.txt": b"Think.\n",
        }
        yield running


def point_at(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("MODELSCOPE_ENDPOINT", url)
    monkeypatch.setenv("HF_ENDPOINT", url)
    for name in ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "EVALSCOPE_CACHE"):
        monkeypatch.delenv(name, raising=False)
    hub_module._listed.clear()
    hub_module._silent.clear()


@pytest.fixture(params=["modelscope", "huggingface"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> DataLocation:
    name: Hub = request.param
    return DataLocation("bench", tmp_path, hub=name, cache_dir=tmp_path / "cache")


def questions(
    source: Source, place: DataLocation, split: str = "test", subsets: tuple[str, ...] = ()
) -> dict[str, list]:
    loaded = load_subsets(source, place, subsets or source.subsets, split)
    return {subset: [record["q"] for record in records] for subset, records in loaded.items()}


def later(seconds: float = 1000.0) -> None:
    """Let what was learnt about the hub grow old."""
    for known in (hub_module._listed, hub_module._silent):
        for key, (when, what) in list(known.items()):
            known[key] = (when - seconds, what)  # type: ignore[index, assignment]


def test_subsets_splits_and_texts_are_loaded(server: FakeHub, place: DataLocation) -> None:
    assert questions(ARC, place) == {"easy": ["e1", "e2"], "hard": ["h1"]}
    assert questions(ARC, place, "train", ("easy",)) == {"easy": ["t1"]}
    assert list_subsets(ARC, place, "test") == ["easy", "hard"]
    assert read_release_text(ARC, place, "prompts/easy.txt") == "Think.\n"


def test_only_wanted_files_are_downloaded_and_only_once(server: FakeHub, place: DataLocation) -> None:
    questions(ARC, place, subsets=("hard",))
    assert sorted(server.downloads()) == ["README.md", "hard/test-00000-of-00001.jsonl"]
    questions(ARC, place, subsets=("hard",))
    later()
    questions(ARC, place, subsets=("hard",))
    assert len(server.downloads()) == 2


def test_the_only_split_of_a_configuration_is_its_subset(server: FakeHub, place: DataLocation) -> None:
    server.repositories["org/tongues"] = {"law/Tamil.jsonl": lines("t1")}
    source = hub("org/tongues", subsets=["Tamil", "Urdu"], config="law")
    assert questions(source, place, subsets=("Tamil",)) == {"Tamil": ["t1"]}


def test_one_configuration_that_holds_all_subsets_is_one_download(server: FakeHub, place: DataLocation) -> None:
    server.repositories["org/mmlu"] = {
        "all/test-00000-of-00001.jsonl": lines("law1", "art1", "law2"),
        "law/test-00000-of-00001.jsonl": lines("law1"),
        "art/test-00000-of-00001.jsonl": lines("art1"),
    }
    assert questions(MMLU, place) == {"law": ["law1", "law2"], "art": ["art1"]}
    assert server.downloads() == ["all/test-00000-of-00001.jsonl"]


def test_a_changed_dataset_is_downloaded_anew(server: FakeHub, place: DataLocation) -> None:
    assert questions(ARC, place)["hard"] == ["h1"]
    server.repositories["org/arc"]["hard/test-00000-of-00001.jsonl"] = lines("h2")
    later()
    assert questions(ARC, place)["hard"] == ["h2"]


def test_a_redownload_can_be_forced(server: FakeHub, place: DataLocation) -> None:
    questions(ARC, place, subsets=("hard",))
    cached = next((place.cache_dir or Path()).rglob("hard/test*"))
    cached.resolve().write_bytes(lines("xx"))  # damaged, of the same size
    assert questions(ARC, replace(place, force_redownload=True), subsets=("hard",)) == {"hard": ["h1"]}


def test_a_revision_is_asked_for(server: FakeHub, place: DataLocation) -> None:
    assert questions(ARC, replace(place, revision="v1"), subsets=("hard",)) == {"hard": ["h1"]}
    assert any("v1" in request for request in server.requests)
    with pytest.raises(DatasetError, match="No dataset 'org/arc' at revision 'v9'"):
        questions(ARC, replace(place, revision="v9"))


def test_the_users_dataset_id_replaces_the_benchmarks(server: FakeHub, place: DataLocation) -> None:
    server.repositories["me/mine"] = {"easy/test.jsonl": lines("m1"), "hard/test.jsonl": lines("m2")}
    assert questions(ARC, replace(place, dataset_id="me/mine")) == {"easy": ["m1"], "hard": ["m2"]}


def test_downloads_go_where_they_are_told(
    server: FakeHub, place: DataLocation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def where(asked: DataLocation) -> str:
        questions(ARC, asked, subsets=("hard",))
        found = {path.relative_to(tmp_path).parts[0] for path in tmp_path.rglob("test-00000-of-00001.jsonl")}
        for path in tmp_path.rglob("*-of-*"):
            path.unlink()
        return " ".join(found)

    anywhere = replace(place, cache_dir=None)
    assert where(place) == "cache"
    assert where(replace(anywhere, dataset_dir=tmp_path / "dir")) == "dir"
    monkeypatch.setenv("EVALSCOPE_CACHE", str(tmp_path / "evalscope"))
    assert where(anywhere) == "evalscope"


@pytest.mark.parametrize("name", ["modelscope", "huggingface"])
def test_the_hub_libraries_own_cache_is_the_default(server: FakeHub, tmp_path: Path, name: str) -> None:
    code = (
        "from pathlib import Path\nfrom evalscope_pytest.datasets.load import load_subsets\n"
        "from evalscope_pytest.datasets.base import DataLocation\nfrom evalscope_pytest.datasets.source import hub\n"
        f"load_subsets(hub('org/arc', subsets=['hard']), DataLocation('b', Path(), hub={name!r}), ('hard',), 'test')"
    )
    env = {**os.environ, "MODELSCOPE_CACHE": str(tmp_path / "modelscope"), "HF_HOME": str(tmp_path / "huggingface")}
    subprocess.run([sys.executable, "-c", code], env=env, check=True, capture_output=True)
    assert {p.relative_to(tmp_path).parts[0] for p in tmp_path.rglob("test-00000-of-00001.jsonl")} == {name}


def test_offline_uses_what_was_downloaded(
    server: FakeHub, place: DataLocation, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    questions(ARC, place)
    server.requests.clear()
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert questions(ARC, place) == {"easy": ["e1", "e2"], "hard": ["h1"]}
    assert "downloaded earlier" in caplog.text
    with pytest.raises(DatasetError, match=r"HF_HUB_OFFLINE forbids.*org/other is not in the cache.*dataset_id"):
        questions(hub("org/other"), place)
    assert server.requests == []


def test_a_hub_that_went_away_does_not_stop_a_second_run(server: FakeHub, place: DataLocation, monkeypatch) -> None:
    questions(ARC, place)
    monkeypatch.setattr(hub_module, "PATIENCE_S", 1.0)
    server.status = 503
    later()
    assert questions(ARC, place)["hard"] == ["h1"]


def test_a_dataset_that_is_not_there(server: FakeHub, place: DataLocation) -> None:
    with pytest.raises(DatasetError, match=r"No dataset 'org/gone' on .*--eval-dataset-hub.*--eval-dataset-dir DIR"):
        questions(hub("org/gone"), place)


def test_a_dataset_that_is_not_open(server: FakeHub, place: DataLocation) -> None:
    server.gated.add("org/arc")
    with pytest.raises(DatasetError, match=r"org/arc on .* is not open to you.*(HF_TOKEN|MODELSCOPE_API_TOKEN)"):
        questions(ARC, place)


def test_a_split_or_subset_that_is_not_there(server: FakeHub, place: DataLocation) -> None:
    with pytest.raises(DatasetError, match=r"no subset 'hart' in split 'test' of org/arc on .*Did you mean 'hard'"):
        questions(ARC, place, subsets=("hart",))
    with pytest.raises(DatasetError, match=r"no split 'dev' in org/arc on .*There is: test, train"):
        questions(ARC, place, "dev")


def test_a_script_is_never_run(server: FakeHub, place: DataLocation, tmp_path: Path) -> None:
    script = f"open({str(tmp_path / 'ran')!r}, 'w')\n".encode()
    server.repositories["org/arc"] = {"README.md": b"# Arc", "arc.py": script, "data.zip": b"PK"}
    with pytest.raises(DatasetError, match=r"its own script \(arc\.py\).*not run.*convert it once.*dataset_id"):
        questions(ARC, place)
    assert not (tmp_path / "ran").exists()
    assert server.downloads() == []


def test_hugging_faces_parquet_copy_stands_in_for_a_script(server: FakeHub, tmp_path: Path) -> None:
    server.repositories["org/arc"] = {"arc.py": b"raise SystemExit"}
    server.converted["org/arc"] = {"easy/test/0000.parquet": parquet("e1"), "hard/test/0000.parquet": parquet("h1")}
    place = DataLocation("bench", tmp_path, hub="huggingface", cache_dir=tmp_path)
    assert questions(ARC, place) == {"easy": ["e1"], "hard": ["h1"]}


def test_a_trusted_script_that_cannot_run_is_an_error_of_one_paragraph(server: FakeHub, tmp_path: Path) -> None:
    server.repositories["org/arc"] = {"arc.py": b"raise SystemExit"}
    code = (
        "from pathlib import Path\nfrom evalscope_pytest.datasets.load import load_subsets\n"
        "from evalscope_pytest.datasets.base import DataLocation\nfrom evalscope_pytest.datasets.source import hub\n"
        "place = DataLocation('b', Path(), hub='huggingface', trust_remote_code=True)\n"
        "try:\n    load_subsets(hub('org/arc', subsets=['hard']), place, ('hard',), 'test')\n"
        "except Exception as error:\n    print(type(error).__name__, error)"
    )
    env = {**os.environ, "HF_HOME": str(tmp_path)}  # the library reads the hub's address when it is imported
    done = subprocess.run([sys.executable, "-c", code], env=env, check=True, capture_output=True, text=True)
    assert done.stdout.startswith("DatasetError org/arc on Hugging Face is read by its own script (arc.py)")
    assert "could not load it" in done.stdout
    assert done.stdout.count("\n") == 1


def break_with_status(server: FakeHub) -> str:
    server.status = 500
    return server.url


def break_by_silence(server: FakeHub) -> str:
    server.delay_s = 120
    return server.url


def break_by_closing(server: FakeHub) -> str:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{unused.getsockname()[1]}"


@pytest.mark.parametrize("breakage", [break_with_status, break_by_silence, break_by_closing])
def test_an_unreachable_hub_is_given_up_soon_and_only_once(
    server: FakeHub, place: DataLocation, monkeypatch: pytest.MonkeyPatch, breakage: Callable[[FakeHub], str]
) -> None:
    assert hub_module.PATIENCE_S <= 10
    monkeypatch.setattr(hub_module, "PATIENCE_S", 1.5)
    point_at(monkeypatch, breakage(server))
    hub_module._library(place.hub).prepare()
    start = time.monotonic()
    for source in (ARC, hub("org/other")):
        with pytest.raises(
            DatasetError, match=r"could not be reached at http://127.0.0.1.*ENDPOINT.*--eval-dataset-dir"
        ):
            load_subsets(source, place, source.subsets, "test")
    assert time.monotonic() - start < 60
    assert not any("org/other" in request for request in server.requests)
    server.delay_s = 0


def test_a_download_that_breaks_off_is_an_error_that_says_so(server: FakeHub, place: DataLocation) -> None:
    class Gone(dict):
        def __contains__(self, key: object) -> bool:
            return False

    server.repositories["org/arc"] = Gone(server.repositories["org/arc"])
    with pytest.raises(DatasetError, match=r"The download of org/arc on .* failed"):
        questions(ARC, place, subsets=("hard",))


def test_keys_in_an_address_are_masked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(hub_module, "PATIENCE_S", 1.0)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    point_at(monkeypatch, f"http://someone:verysecret@127.0.0.1:{port}")
    with pytest.raises(DatasetError) as caught:
        questions(ARC, DataLocation("bench", tmp_path, hub="huggingface", cache_dir=tmp_path))
    assert "verysecret" not in str(caught.value)

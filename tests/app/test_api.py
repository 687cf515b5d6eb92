"""The API has the same facts as the pages, and its document describes it."""

from __future__ import annotations

import pytest

from evalscope_pytest.app.search import hits


def run_of(client, name="first"):
    return next(run["id"] for run in client.get("/api/runs").json()["runs"] if run["name"] == name)


def test_runs_and_scores(client):
    runs = client.get("/api/runs?model=tiny").json()["runs"]
    assert {run["name"] for run in runs} == {"first", "second"}
    assert runs[0]["scores"] == [{"benchmark": "quiz", "metric": "mean_acc", "score": 0.6111, "samples": 9}]
    one = client.get(f"/api/runs/{runs[0]['id']}").json()
    assert one["reports"][0]["execution_summary"]["requested"] == 10


def test_samples_page_by_page(client):
    base = f"/api/runs/{run_of(client)}/samples?benchmark=quiz&limit=4"
    found, after = [], ""
    for _ in range(3):
        page = client.get(f"{base}{after}").json()
        found += [(sample["subset"], sample["index"]) for sample in page["samples"]]
        after = f"&after={page['next']}"
    assert page["next"] is None
    assert found == [*(("main", index) for index in range(8)), ("second", 0)]
    wrong = client.get(f"{base}&show=wrong").json()["samples"][1]
    assert (wrong["index"], wrong["value"], wrong["answer"], wrong["tokens"], wrong["flaky"]) == (3, 0.0, "4", 7, False)


def test_a_sample_with_all_its_texts(client):
    record = client.get(f"/api/runs/{run_of(client)}/sample?benchmark=quiz&of=main&index=3").json()["record"]
    assert record["conversations"][0][0]["parts"][0]["text"] == "What is 2 + 2? (3)"
    assert record["reply"] == "The answer is 4."


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/runs/none", 404),
        ("/api/runs/{run}/samples?benchmark=none", 404),
        ("/api/runs/{run}/samples?benchmark=quiz&show=x", 400),
        ("/api/runs/{run}/sample?benchmark=quiz&of=main&index=99", 404),
        ("/api/runs/{run}/sample?benchmark=quiz&of=main&index=1e9", 400),
        ("/api/runs?from=x", 400),
    ],
)
def test_errors_are_json(client, path, status):
    answer = client.get(path.format(run=run_of(client)))
    assert answer.status_code == status
    assert answer.json()["error"]


def test_the_document_describes_every_path(client):
    document = client.get("/api/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    values = {"run": run_of(client), "benchmark": "quiz", "of": "main", "index": "1"}
    for path, described in document["paths"].items():
        needed = {p["name"]: values[p["name"]] for p in described["get"]["parameters"] if p["required"]}
        answer = client.get(path.format(**needed), params={k: v for k, v in needed.items() if k != "run"})
        assert answer.status_code == 200, path
        for one in described["get"]["parameters"]:
            assert one["description"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Needle", [1, 3]), ("日本", [2, 4]), ('say "', [5]), ("é", [6]), ("absent", []), ("xy", [])],
)
def test_search_finds_each_way_of_writing_json(tmp_path, text, expected):
    lines = ['{"a": "a NEEDLE x"}', '{"a": "日本"}', '{"a": "needle, needle"}', '{"a": "\\u65E5\\u672c"}',
             '{"a": "say \\"no\\""}', '{"a": "É"}', '{"a": "x"}', 'y']  # fmt: skip
    path, places, offset = tmp_path / "rows.jsonl", [], 0
    for number, line in enumerate(lines, 1):
        length = len(line.encode()) + 1
        places.append((number, offset, length))
        offset += length
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert sorted(hits([(str(path), places)], text)) == expected
    assert list(hits([(str(tmp_path / "gone"), places)], text)) == []


def test_search_reads_in_blocks(tmp_path, monkeypatch):
    monkeypatch.setattr("evalscope_pytest.app.search.BLOCK", 64)
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(f"{n:09d}\n" for n in range(100)))
    places = [(n, n * 10, 10) for n in range(100)]
    assert sorted(hits([(str(path), places)], "7\\n")) == []
    assert sorted(hits([(str(path), places)], "00042")) == [42]
    assert sorted(hits([(str(path), places)], "9")) == [n for n in range(100) if "9" in str(n)]

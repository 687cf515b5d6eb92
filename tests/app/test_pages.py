"""Pages show what the records hold, filter and page through it, and never run it."""

from __future__ import annotations

import json
import os
import re
import socket
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from evalscope_pytest.store.layout import WorkDir
from tests.store.results import record, scored

from .conftest import HOSTILE, answers, write_evalscope, write_run


class Seen(HTMLParser):
    """What a browser makes of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.text = ""
        self.feed(page)
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action")]

    def handle_data(self, data: str) -> None:
        self.text += data


def ids(client: Any) -> dict[str, str]:
    return {run["name"]: run["id"] for run in client.get("/api/runs").json()["runs"]}


def names(client: Any, address: str) -> list[str]:
    page = client.get(address)
    assert page.status_code == 200, page.text
    return re.findall(r'class="go" href="[^"]*">([^<]*)</a></td><td><span class="state', page.text)


def test_every_link_of_every_page_leads_to_a_page(client):
    seen, waiting = set(), ["/"]
    while waiting:
        address = waiting.pop()
        page = client.get(address)
        assert page.status_code in (200, 400), address
        assert page.status_code == 200 or address == "/compare"  # without runs
        seen.add(address)
        if page.headers["content-type"].startswith("text/html"):
            base = address.partition("?")[0]
            found = [link if link.startswith("/") else f"{base}{link}" for link in Seen(page.text).links
                     if not link.startswith(("data:", "#"))]  # fmt: skip
            waiting += [link for link in map(plain, found) if link not in seen and link not in waiting]
    assert {"/", "/app.css", "/app.js", "/compare"} <= seen
    assert sum("/sample?" in address for address in seen) > 20


def plain(link: str) -> str:
    """Return a link without its fragment, and without filters that make many lists of the same samples."""
    return re.sub(r"&?\b(?:lang|show)=[^&]*", "", link.partition("#")[0]).rstrip("?")


def test_runs_are_listed_and_filtered(client):
    text = Seen(client.get("/").text).text
    assert "Runs 3" in text
    assert "theirs" in text
    assert "0.6111" in text
    assert "theirs" not in Seen(client.get("/?model=TINY").text).text
    assert "theirs" in Seen(client.get("/?benchmark=gsm").text).text
    assert "No run fits the filter" in client.get("/?to=1999-01-01").text
    assert client.get("/?from=yesterday").status_code == 400
    assert client.get("/?gates=maybe").status_code == 400


def test_a_run_shows_scores_with_intervals_errors_and_parameters(client):
    text = Seen(client.get(f"/runs/{ids(client)['first']}").text).text
    for words in ("mean_acc", "0.6111", "95 % interval", "Latency and tokens", "TransientError: no reply <b>",
                  "seed42", "resolved_benchmarks", "9 of 10 samples scored"):  # fmt: skip
        assert words in text, words


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("", ["main-0", "main-1", "main-2", "main-3", "main-4", "main-5", "main-6", "main-7", "second-0"]),
        ("&show=wrong", ["main-0", "main-3", "main-6"]),
        ("&show=partial", ["second-0"]),
        ("&subset=second", ["second-0"]),
        ("&low=0.4&high=0.6", ["second-0"]),
        ("&show=wrong&q=(3)", ["main-3"]),
        ("&q=what IS 2", ["main-0", "main-1", "main-2", "main-3", "main-4", "main-5", "main-6", "main-7", "second-0"]),
        ("&q=assistant", []),  # a key of every record, and in no text
        ("&q=\\", []),
        ("&sort=lowest&show=right", ["main-1", "main-2", "main-4", "main-5", "main-7"]),
        ("&show=truncated", []),
    ],
)
def test_samples_are_filtered_and_searched(client, wanted, expected):
    assert names(client, f"/runs/{ids(client)['first']}/benchmark?benchmark=quiz{wanted}") == expected


@pytest.mark.parametrize("wanted", ["show=nonsense", "sort=x", "low=abc", "low=nan", "after=x"])
def test_a_wrong_filter_is_refused_with_what_is_allowed(client, wanted):
    page = client.get(f"/runs/{ids(client)['first']}/benchmark?benchmark=quiz&{wanted}")
    assert page.status_code == 400
    assert "Not allowed" in page.text


def test_evalscope_output_is_read_as_it_is(client):
    run = ids(client)["theirs"]
    base = f"/runs/{run}/benchmark?benchmark=gsm"
    assert names(client, f"{base}&sort=slowest") == ["main-2", "main-1", "main-0"]
    assert names(client, f"{base}&sort=longest") == ["main-0", "main-1", "main-2"]
    assert names(client, f"{base}&show=truncated") == ["main-2"]
    page = client.get(f"/runs/{run}/sample?benchmark=gsm&of=main&index=1").text
    assert "It is <mark>1</mark>." in page
    assert re.search(r"<details id=\"reasoning\"><summary>Reasoning</summary><pre>hmm 1</pre>", page)
    assert "Which number comes 1th?" in page
    assert "Run it again" not in page


def test_a_sample_has_its_texts_figures_and_the_command_that_sends_it_again(client):
    run = ids(client)["first"]
    page = client.get(f"/runs/{run}/sample?benchmark=quiz&of=main&index=3&show=wrong")
    text = Seen(page.text).text
    for words in ("What is 2 + 2? (3)", "The answer is 4.", "2 + 2 is 4", "accuracy 0.0", "0.250 s", "11",
                  "-k 'quiz[main-3]'", "Expected4"):  # fmt: skip
        assert words in text, words
    near = re.findall(r'id="(previous|following)" href="[^"]*index=(\d)"', page.text)
    assert near == [("previous", "0"), ("following", "6")]
    assert client.get(f"/runs/{run}/sample?benchmark=quiz&of=main&index=77").status_code == 404
    assert client.get(f"/runs/{run}/sample?benchmark=quiz&of=main&index=x").status_code == 400


def test_repeats_and_judgements_are_shown(tmp_path, client_of):
    judgement = {"judge": "gpt", "item": 0, "order": 0, "repeat": 0, "reply": "VERDICT: A", "verdict": "A",
                 "messages": [{"role": "user", "content": "Which reply is better?"}]}  # fmt: skip
    results = [scored(i, value=float(i), repeats=2, metadata={"judgements": [judgement]}) for i in range(2)]
    write_run(tmp_path / "run", results, main=1)
    client = client_of(tmp_path)
    run = ids(client)["run"]
    assert names(client, f"/runs/{run}/benchmark?benchmark=quiz&show=flaky") == ["main-0", "main-0-r2"]
    text = Seen(client.get(f"/runs/{run}/sample?benchmark=quiz&of=main&index=0").text).text
    for words in ("gpt: A", "Which reply is better?", "VERDICT: A", "Repeats main-0wrong", "main-0-r2"):
        assert words in text, words


def test_runs_are_compared_with_samples_side_by_side(client):
    found = ids(client)
    page = client.get(f"/compare?run={found['first']}&run={found['second']}")
    assert page.status_code == 200
    assert "second against first" in Seen(page.text).text
    page = client.get(f"/compare?order=time&run={found['second']}&run={found['first']}")
    assert "second against first" in Seen(page.text).text
    assert client.get("/compare").status_code == 400
    assert client.get(f"/compare?run={found['first']}&run=nothing").status_code == 404
    page = client.get(f"/compare?run={found['first']}&run={found['theirs']}")
    assert page.status_code == 400
    assert "without a benchmark in common" in page.text


def test_pages_come_in_chinese(client):
    page = client.get("/?lang=zh")
    assert '<html lang="zh">' in page.text
    assert "模型" in page.text
    assert '<html lang="zh">' in client.get("/").text  # remembered
    assert '<html lang="en">' in client.get("/?lang=en").text
    header = {"accept-language": "zh-CN,zh;q=0.9"}
    client.cookies.clear()
    assert '<html lang="zh">' in client.get("/", headers=header).text


def test_pages_follow_each_other_by_keys_without_gaps(tmp_path, client_of):
    write_evalscope(tmp_path / "run", 130)
    client = client_of(tmp_path / "run")
    address, found = f"/runs/{ids(client)['run']}/benchmark?benchmark=gsm&sort=slowest", []
    for _ in range(3):
        found += names(client, address)
        more = re.search(r'id="more" href="(\?[^"#]*)', client.get(address).text)
        address = more and f"/runs/{ids(client)['run']}/benchmark{more[1].replace('&amp;', '&')}"
    assert address is None
    assert found == [f"main-{n}" for n in range(129, -1, -1)]


def test_a_run_that_writes_is_shown_as_it_grows(tmp_path, client_of, monkeypatch):
    monkeypatch.setattr("evalscope_pytest.app.index.MIN_PAUSE_S", 0.0)
    monkeypatch.setattr("evalscope_pytest.app.index.REST", 0.0)
    workdir = WorkDir(tmp_path / "run")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / ".lock").write_text(json.dumps({"pid": os.getpid(), "host": socket.gethostname()}))
    record(workdir, [scored(i) for i in range(3)])
    client = client_of(tmp_path)
    run = ids(client)["run"]
    assert client.get(f"/api/runs/{run}/progress").json() == {
        "status": "running", "done": 3, "total": None, "errors": 0, "benchmarks": {"quiz": 3}
    }  # fmt: skip
    assert "running" in Seen(client.get("/").text).text
    record(workdir, [*answers(5), scored(1, value=0.0)], worker="gw1")  # the last one again
    progress = client.get(f"/api/runs/{run}/progress").json()
    assert (progress["done"], progress["errors"]) == (7, 1)
    assert "no reply" in Seen(client.get(f"/runs/{run}/sample?benchmark=quiz&of=main&index=5").text).text
    assert names(client, f"/runs/{run}/benchmark?benchmark=quiz&show=wrong") == ["main-0", "main-1", "main-3"]
    (tmp_path / "run" / "progress.json").write_text(
        json.dumps({"status": "running", "total_count": 20, "processed_count": 7, "updated_at": "2001-01-01T00:00:00Z"})
    )
    (tmp_path / "run" / ".lock").write_text("{}")
    assert client.get(f"/api/runs/{run}/progress").json()["status"] == "incomplete"


@pytest.mark.parametrize("damage", [b"{}\n", b"\xff\n", b"[" * 100_000 + b"\n", b'{"index": "x"}\n', b"null\n"])
def test_a_damaged_record_is_shown_as_such(tmp_path, client_of, damage):
    root = write_run(tmp_path / "run", answers(3), main=4, second=1)
    for kind in ("reviews", "predictions"):
        path = root / kind / "tiny-model" / "quiz_main.jsonl"
        path.write_bytes(damage + path.read_bytes())
    client = client_of(tmp_path)
    run = ids(client)["run"]
    assert len(names(client, f"/runs/{run}/benchmark?benchmark=quiz&show=damaged")) == 2
    assert len(names(client, f"/runs/{run}/benchmark?benchmark=quiz")) == 6
    assert client.get(f"/runs/{run}").status_code == 200
    for row in client.get(f"/api/runs/{run}/samples?benchmark=quiz").json()["samples"]:
        address = f"benchmark=quiz&of={row['subset']}&index={row['index']}"
        assert client.get(f"/runs/{run}/sample?{address}").status_code == 200
        assert client.get(f"/api/runs/{run}/sample?{address}").status_code == 200


def test_hostile_text_stays_text_on_every_page(tmp_path, client_of):
    bad = '"><script>x</script>'
    results = [*answers(3, text=HOSTILE, question=HOSTILE), scored(0, subset=bad, value=0.0, text=HOSTILE)]
    write_run(tmp_path / 'a"><img src=x onerror=1>', results, main=4, second=1, **{bad: 1})
    write_run(tmp_path / "b", answers(3), main=4, second=1)
    client = client_of(tmp_path)
    found = list(ids(client).values())
    hostile = next(id for name, id in ids(client).items() if "img" in name)
    pages = ["/", f"/runs/{hostile}", f"/runs/{hostile}/benchmark?benchmark=quiz", "/?model=" + HOSTILE[:99],
             f"/runs/{hostile}/benchmark?benchmark=quiz&q=%3Cscript%3E", f"/compare?run={found[0]}&run={found[1]}",
             f"/runs/{hostile}/sample?benchmark=quiz&of=main&index=0", f"/runs/{hostile}/benchmark?benchmark={bad}",
             f"/runs/{hostile}/sample?benchmark=quiz&of=%22%3E%3Cscript%3Ex%3C/script%3E&index=0"]  # fmt: skip
    for address in pages:
        page = client.get(address)
        seen = Seen(page.text)
        assert seen.tags.count("script") == 1, address  # the app's own
        assert not {"img", "iframe", "object", "base"} & set(seen.tags), address
        assert not {name for name in seen.attributes if name.startswith("on") or name == "style"}, address
        assert not [link for link in seen.links if link.startswith(("javascript:", "http", "//"))], address
        assert not any(c in page.text for c in "\x1b\u202e\0"), address
    assert "<script>document.title" in Seen(client.get(pages[6]).text).text
    assert json.loads(client.get(f"/api/runs/{hostile}/sample?benchmark=quiz&of=main&index=0").text)["record"]["reply"]


def test_media_of_the_run_are_served_and_nothing_else(tmp_path, client_of):
    root = write_run(tmp_path / "run", answers(3), main=4, second=1)
    name = f"{'a' * 64}.png"
    (root / "media").mkdir()
    (root / "media" / name).write_bytes(b"\x89PNG")
    (root / "media" / f"{'b' * 64}.svg").write_text("<svg/>")
    (root / "media" / f"{'c' * 64}.png").symlink_to(root / "configs" / "task_config.yaml")
    client = client_of(tmp_path)
    run = ids(client)["run"]
    assert client.get(f"/runs/{run}/media/{name}").headers["content-type"] == "image/png"
    svg = client.get(f"/runs/{run}/media/{'b' * 64}.svg")
    assert svg.headers["content-type"] == "application/octet-stream"
    assert svg.headers["content-disposition"].startswith("attachment")
    for bad in (f"{'c' * 64}.png", "..%2Fconfigs%2Ftask_config.yaml", "x.png"):
        assert client.get(f"/runs/{run}/media/{bad}").status_code == 404


def test_links_out_of_the_folders_are_not_followed(tmp_path, client_of):
    outside = write_run(tmp_path / "outside", answers(3), main=4, second=1)
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "link").symlink_to(outside)
    assert ids(client_of(tmp_path / "runs")) == {}


def test_keys_that_evalscope_saved_are_masked(tmp_path, client_of):
    root = write_evalscope(tmp_path / "run")
    (root / "configs").mkdir()
    text = "api_key: plain-text-key\njudge_model_args:\n  api_key: 'other key'\n  'token': third\n"
    text += "max_tokens: 77\nhub_token: null\n"
    (root / "configs" / "task_config_1a2b3c.yaml").write_text(text)
    client = client_of(tmp_path)
    page = client.get(f"/runs/{ids(client)['run']}").text
    assert "max_tokens: 77\nhub_token: null" in page
    assert not [key for key in ("plain-text", "other key", "third") if key in page]


def test_nothing_is_written_into_the_folders(tmp_path, client_of):
    root: Path = write_run(tmp_path / "run", answers(3), main=4, second=1)
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    client = client_of(tmp_path)
    client.get(f"/runs/{ids(client)['run']}/benchmark?benchmark=quiz&q=what")
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*")} == before

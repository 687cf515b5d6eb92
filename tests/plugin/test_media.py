"""Runs with pictures and the like: what arrives, what is recorded, what is carried on, and what is an error."""

from __future__ import annotations

import hashlib
import json
import shutil
from base64 import b64decode, b64encode

import pytest

from tests.media import HOSTILE, png, with_chunk
from tests.waiting import wait_until

from .recorded import wait_for_records

MADE = """
from evalscope_pytest import audio, image, text, video
def to_sample(record):
    return Sample([text(record["question"]), image(record["image"])], record["answer"])
"""
COUNT = 6


def arrived(server) -> list[str]:
    """Return the address of the picture in each request."""
    parts = [part for r in server.requests for part in r.body["messages"][-1]["content"] if part["type"] == "image_url"]
    return [hashlib.sha256(b64decode(p["image_url"]["url"].partition(",")[2])).hexdigest() for p in parts]


@pytest.fixture
def seen(served):
    """A project whose sums come with a picture each."""
    served.server.answer = lambda messages: "7"
    served.benchmark(before=MADE, count=1)
    rows = [{"question": f"How many? {n}", "image": f"pictures/{n}.png", "answer": "7"} for n in range(COUNT)]
    served.write("adding.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    (served.path / "pictures").mkdir()
    for n in range(COUNT):
        (served.path / "pictures" / f"{n}.png").write_bytes(png(4, 4, n))
    served.addresses = [hashlib.sha256(png(4, 4, n)).hexdigest() for n in range(COUNT)]
    return served


def test_the_bytes_arrive_and_are_recorded_once(seen):
    run = seen.run()
    assert run.counts == {"correct": COUNT}
    assert sorted(arrived(seen.server)) == sorted(seen.addresses)
    first = seen.server.requests[0].body["messages"][0]["content"]
    assert [part["type"] for part in first] == ["text", "image_url"]
    assert first[1]["image_url"]["url"].startswith("data:image/png;base64,")
    assert {file.stem for file in (run.work_dir / "media").iterdir()} == set(seen.addresses)
    assert "base64" not in "".join(json.dumps(row) for row in run.rows() + run.rows("reviews"))


def test_a_moved_checkout_is_carried_on_with_no_request(seen):
    run = seen.run()
    moved = seen.path / "elsewhere"
    moved.mkdir()
    for name in ("pictures", "adding.jsonl"):
        shutil.move(str(seen.path / name), moved / name)
    args = json.dumps({"adding": {"dataset_id": str(moved / "adding.jsonl")}})
    seen.server.forget()
    again = seen.run(f"--eval-use-cache={run.work_dir}", f"--eval-dataset-args={args}")
    assert again.counts == {"correct": COUNT}
    assert not seen.server.requests


def test_another_picture_is_another_question(seen):
    run = seen.run()
    (seen.path / "pictures" / "2.png").write_bytes(png(4, 4, 99))
    seen.server.forget()
    again = seen.run(f"--eval-use-cache={run.work_dir}")
    assert again.counts == {"correct": COUNT}
    assert arrived(seen.server) == [hashlib.sha256(png(4, 4, 99)).hexdigest()]


def test_workers_and_the_response_cache(seen):
    options = ("--eval-response-cache=replies", "--eval-generation-config=temperature=0")
    assert seen.run("-n2", *options).counts == {"correct": COUNT}
    assert sorted(arrived(seen.server)) == sorted(seen.addresses)
    seen.server.forget()
    assert seen.run(*options).counts == {"correct": COUNT}
    assert not seen.server.requests


def test_a_template_goes_around_the_text(seen):
    args = json.dumps({"adding": {"prompt_template": "Look. {question} Answer with a number."}})
    seen.run("--eval-limit=1", f"--eval-dataset-args={args}")
    content = seen.server.requests[0].body["messages"][-1]["content"]
    assert content[0] == {"type": "text", "text": "Look. How many? 0 Answer with a number."}
    assert content[1]["type"] == "image_url"


def test_hostile_media_are_errors_of_their_samples(seen):
    rows = []
    for number, (name, (data, _)) in enumerate(HOSTILE.items()):
        (seen.path / "pictures" / name).write_bytes(data)
        rows.append({"question": f"Hostile? {number}", "image": f"pictures/{name}", "answer": "7"})
    (seen.path.parent / "outside.png").write_bytes(png())
    (seen.path / "pictures" / "link.png").symlink_to(seen.path.parent / "outside.png")
    rows += [{"question": f"Outside? {p}", "image": p, "answer": "7"} for p in ("pictures/link.png", "../outside.png")]
    rows.append({"question": "How many?", "image": "pictures/1.png", "answer": "7"})
    seen.write("adding.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    run = seen.run()
    assert run.counts == {"correct": 1, "errors": len(rows) - 1}
    assert run.code == 1
    assert arrived(seen.server) == [seen.addresses[1]]
    logged = (run.work_dir / "logs" / "eval_log.log").read_text()
    assert logged.count("outside the dataset's folder") == 2
    assert all(said in logged for _, said in HOSTILE.values())
    assert {file.stem for file in (run.work_dir / "media").iterdir()} == {seen.addresses[1]}


@pytest.mark.parametrize(
    ("source", "eval_type", "said"),
    [
        ("audio(b'RIFF')", "anthropic_api", "sends no recordings. It takes text, pictures and documents."),
        ("video(b'RIFF')", "openai_responses_api", "sends no videos. It takes text, pictures and documents."),
    ],
)
def test_a_service_without_a_form_for_it_is_refused_before_anything_is_sent(served, source, eval_type, said):
    made = f"{MADE.partition('def')[0]}def to_sample(record):\n    return Sample([text('x'), {source}], '7')\n"
    served.benchmark(before=made, count=2)
    run = served.run(f"--eval-type={eval_type}")
    assert run.code == 4
    assert f"eval_type: {eval_type} {said} Use --eval-type openai_api" in " ".join(run.out.split())
    assert not served.server.requests


def test_exemplars_bring_their_pictures(seen):
    args = json.dumps({"adding": {"few_shot_num": 2, "train_split": "test"}})
    run = seen.run("--eval-limit=2", f"--eval-dataset-args={args}")
    assert run.counts == {"correct": 2}
    for own, shown in ((0, (1, 2)), (1, (0, 2))):
        request = next(
            r for r in seen.server.requests if f"How many? {own}" in r.body["messages"][-1]["content"][-2]["text"]
        )
        parts = request.body["messages"][-1]["content"]
        assert [part["type"] for part in parts] == ["text", "image_url"] * 3
        assert [part["text"].count("ANSWER: 7") for part in parts[::2]] == [0, 1, 1]
        pictures = [hashlib.sha256(b64decode(p["image_url"]["url"].partition(",")[2])).hexdigest() for p in parts[1::2]]
        assert pictures == [seen.addresses[n] for n in (*shown, own)]
    assert {file.stem for file in (run.work_dir / "media").iterdir()} == set(seen.addresses[:3])


def test_an_exemplar_whose_picture_is_damaged_is_named(seen):
    (seen.path / "pictures" / "2.png").write_bytes(png()[:-20])
    args = json.dumps({"adding": {"few_shot_num": 2, "train_split": "test"}})
    run = seen.run("--eval-limit=1", f"--eval-dataset-args={args}")
    assert run.code == 4
    assert "an exemplar of 'default' cannot be sent. 'pictures/2.png' is image/png that is damaged" in " ".join(
        run.out.split()
    )
    assert not seen.server.requests


def test_a_body_that_sends_a_picture_of_its_own(served):
    (served.path / "a.png").write_bytes(png())
    served.server.answer = lambda messages: "0"
    body = """
async def test_adding(sample, model):
    return await model.generate([text(sample.question), image("a.png")])
"""
    served.benchmark(before=MADE.partition("def")[0], count=1, body=body)
    assert served.run().counts == {"correct": 1}
    assert arrived(served.server) == [hashlib.sha256(png()).hexdigest()]


def test_the_table_the_page_and_the_report_name_what_a_benchmark_sends(seen):
    seen.benchmark("plain", count=1)
    run = seen.run("--eval-limit=1")
    (titles,) = [line for line in run.out.splitlines() if line.startswith("| ") and "Score" in line]
    width, place = titles.count("|") + 1, [cell.strip() for cell in titles.split("|")].index("Input")
    cells = [[cell.strip() for cell in line.split("|")] for line in run.out.splitlines() if line.startswith("| served")]
    assert {(row[2], row[place]) for row in cells if len(row) == width} == {("adding", "image"), ("plain", "text")}
    own = {name: report["execution_summary"]["evalscope_pytest"] for name, report in run.reports.items()}
    assert (own["adding"]["media"], "media" in own["plain"]) == (["image"], False)
    assert "input: text, image" in (run.work_dir / "reports" / "report.html").read_text()


def test_wrong_answers_name_the_picture(seen):
    seen.server.answer = lambda messages: "8"
    run = seen.run("--eval-limit=1", "--eval-show-wrong=1")
    assert f"How many? 0 [image {seen.addresses[0][:12]}.png]" in " ".join(run.out.split())
    page = (run.work_dir / "reports" / "report.html").read_text()
    assert f"[image {seen.addresses[0][:12]}.png]" in page
    assert "<script" not in page


def test_a_killed_run_sends_no_picture_again_also_from_another_folder(seen):
    seen.server.hold_from(4)
    process = seen.start("--eval-model=served", "test_adding.py", "--eval-batch-size=2")
    wait_until(lambda: len(seen.server.requests) == COUNT)
    (work_dir,) = (seen.path / "outputs").iterdir()
    wait_for_records(seen, 4)
    process.kill()
    process.communicate()
    stored = {file.stem for file in (work_dir / "media").iterdir()}
    assert len(stored) == 4
    seen.server.forget()
    seen.server.let_go()
    moved = seen.path / "elsewhere"
    moved.mkdir()
    for name in ("pictures", "adding.jsonl"):
        shutil.move(str(seen.path / name), moved / name)
    args = json.dumps({"adding": {"dataset_id": str(moved)}})
    whole = seen.run(f"--eval-use-cache={work_dir}", f"--eval-dataset-args={args}")
    assert whole.counts == {"correct": COUNT}
    assert set(arrived(seen.server)) == set(seen.addresses) - stored


def test_nothing_of_a_picture_or_its_name_gets_into_the_page_as_markup(seen):
    seen.server.answer = lambda messages: "8"
    name = "<script>document.title='owned'<!script>.png"
    script = b"Comment\0</script><script>document.title='owned'</script>"
    for file in (name, "damaged " + name):
        (seen.path / "pictures" / file).write_bytes(with_chunk(b"tEXt", script)[: None if file == name else -9])
    rows = [
        {"question": f"{name} {n}", "image": f"pictures/{file}", "answer": "7"}
        for n, file in enumerate((name, "damaged " + name))
    ]
    seen.write("adding.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    run = seen.run("--eval-show-wrong=2")
    assert run.counts == {"wrong": 1, "errors": 1}
    page = (run.work_dir / "reports" / "report.html").read_text()
    assert "owned" in page
    assert "<script" not in page.lower()
    assert all(kept not in page for kept in (b64encode(script).decode()[:40], "damaged <"))


def test_a_run_that_was_cut_is_carried_on_by_workers(seen):
    run = seen.run("--eval-limit=4")
    assert run.counts == {"correct": 4}
    seen.server.forget()
    again = seen.run(f"--eval-use-cache={run.work_dir}", "-n2")
    assert again.counts == {"correct": COUNT}
    assert sorted(arrived(seen.server)) == sorted(seen.addresses[4:])
    assert {file.stem for file in (run.work_dir / "media").iterdir()} == set(seen.addresses)


def test_a_flac_arrives_as_wav_and_is_recorded_as_it_is(served):
    made = pytest.importorskip("tests.core.test_recording", reason="it makes the FLAC with PyAV")
    flac = made.encoded("flac", "flac")
    served.server.answer = lambda messages: "7"
    served.benchmark(before=MADE.replace('image(record["image"])', 'audio(record["image"])'), count=1)
    served.write("adding.jsonl", json.dumps({"question": "What is said?", "image": "a.flac", "answer": "7"}) + "\n")
    (served.path / "a.flac").write_bytes(flac)
    run = served.run()
    assert run.counts == {"correct": 1}
    (part,) = (p for p in served.server.requests[0].body["messages"][-1]["content"] if p["type"] == "input_audio")
    assert part["input_audio"]["format"] == "wav"
    assert b64decode(part["input_audio"]["data"]) == made.wav_of(made.TONE, 48_000)
    assert [file.read_bytes() for file in (run.work_dir / "media").iterdir()] == [flac]
    served.server.forget()
    assert served.run(f"--eval-use-cache={run.work_dir}").counts == {"correct": 1}
    assert not served.server.requests

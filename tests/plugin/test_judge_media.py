"""Judges that see the pictures of the question."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode

import pytest

from tests.media import png
from tests.servers.judge import JudgeServer, verdict

BEFORE = """
from evalscope_pytest import image, text
def to_sample(record):
    return Sample([text(record["question"]), image("one.png"), image("two.png", detail="low")], record["answer"])
"""
MARKED = """
from evalscope_pytest import image
def to_sample(record):
    return Sample("Is <image 1> " + record["question"], record["answer"], media={"<image 1>": image("two.png")})
"""


@pytest.fixture
def judge_server():
    with JudgeServer(verdict("A")) as server:
        yield server


@pytest.fixture
def seen(served):
    served.server.answer = lambda messages: "no idea"
    (served.path / "one.png").write_bytes(png(5, 5))
    (served.path / "two.png").write_bytes(png(6, 6))
    return served


def judged_by(server: JudgeServer, **more: object) -> list[str]:
    args = {"model_id": "j", "api_url": server.url, **more}
    return ["--eval-judge-strategy=llm", f"--eval-judge-model-args={json.dumps(args)}"]


def digest(part: dict) -> str:
    return hashlib.sha256(b64decode(part["image_url"]["url"].partition(",")[2])).hexdigest()


ONE, TWO = (hashlib.sha256(png(side, side)).hexdigest() for side in (5, 6))


def test_a_judge_sees_the_pictures_only_if_it_is_to(seen, judge_server):
    seen.benchmark(before=BEFORE, count=2)
    assert seen.run(*judged_by(judge_server)).counts == {"correct": 2}
    assert all(isinstance(r.body["messages"][-1]["content"], str) for r in judge_server.requests)
    judge_server.forget()
    run = seen.run(*judged_by(judge_server, media=True), "--eval-judge-audit=1")
    assert run.counts == {"correct": 2}
    parts = judge_server.requests[0].body["messages"][-1]["content"]
    assert "The pictures or other media that follow belong to the question" in parts[0]["text"]
    assert "no idea" in parts[0]["text"]
    assert [digest(part) for part in parts[1:]] == [ONE, TWO]
    assert [part["image_url"]["detail"] for part in parts[1:]] == ["auto", "low"]
    (judgement,) = run.rows("reviews")[0]["sample_score"]["score"]["metadata"]["judgements"]
    assert judgement["messages"][-1]["content"][1] == {"type": "image", "image": f"media/{ONE}.png", "detail": "auto"}
    assert "base64" not in json.dumps(run.rows() + run.rows("reviews"))
    assert f"[media/{ONE}.png]" in (run.work_dir / "reports" / "judge_audit.txt").read_text()


def test_recorded_judgements_are_not_requested_again(seen, judge_server):
    seen.benchmark(before=BEFORE, count=2)
    run = seen.run(*judged_by(judge_server, media=True))
    seen.server.forget()
    judge_server.forget()
    again = seen.run(*judged_by(judge_server, media=True), f"--eval-use-cache={run.work_dir}")
    assert (again.counts, len(seen.server.requests), len(judge_server.requests)) == ({"correct": 2}, 0, 0)
    (seen.path / "two.png").write_bytes(png(7, 7))
    assert seen.run(*judged_by(judge_server, media=True), f"--eval-use-cache={run.work_dir}").counts == {"correct": 2}
    assert len(judge_server.requests) == 2


def test_the_response_cache_tells_judgements_with_pictures_from_those_without(seen, judge_server):
    seen.benchmark(before=BEFORE, count=1)
    cached = "--eval-response-cache=replies"
    for media, requests in ((False, 1), (True, 2), (True, 2), (False, 2)):
        assert seen.run(*judged_by(judge_server, media=media), cached).counts == {"correct": 1}
        assert len(judge_server.requests) == requests


def test_marks_name_the_pictures_behind_the_judges_prompt(seen, judge_server):
    seen.benchmark(before=MARKED, count=1)
    assert seen.run(*judged_by(judge_server, media="true")).counts == {"correct": 1}
    parts = judge_server.requests[0].body["messages"][-1]["content"]
    assert "Is <image 1> 0 + 0" in parts[0]["text"]
    assert parts[1] == {"type": "text", "text": "<image 1>:"}
    assert digest(parts[2]) == TWO


def test_a_judge_that_cannot_take_them_is_refused_before_anything_is_sent(seen, judge_server):
    before = BEFORE.replace('image("two.png", detail="low")', "video(b'RIFF')")
    seen.benchmark(before=before.replace("image, text", "image, text, video"), count=1)
    run = seen.run(*judged_by(judge_server, media=True, eval_type="anthropic_api"))
    assert run.code == 4
    assert "media of the judge 'j': eval_type: anthropic_api sends no videos" in " ".join(run.out.split())
    run = seen.run(*judged_by(judge_server, media="maybe"))
    assert run.code == 4
    assert "media of judge_model_args: 'maybe'. Write true or false." in " ".join(run.out.split())
    assert not seen.server.requests


def test_a_run_without_pictures_says_that_the_setting_has_no_effect(served, judge_server):
    served.benchmark(count=1)
    judge = {"strategy": "llm", "models": [{"model_id": "j", "api_url": judge_server.url}], "media": True}
    run = served.run(f"--eval-judge={json.dumps(judge)}")
    assert run.counts == {"correct": 1}
    assert "media of the judge has no effect" in " ".join(run.out.split())

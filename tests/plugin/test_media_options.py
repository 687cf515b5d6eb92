"""Options for pictures and videos: what arrives, what is recorded, what is sent again, and what has no effect."""

from __future__ import annotations

import io
import json
from base64 import b64decode
from typing import Any

import pytest

from evalscope_pytest import TaskConfig
from evalscope_pytest.core.errors import ConfigError
from tests.media import film, grey, photo

from .project import HEAD

Image = pytest.importorskip("PIL.Image", reason="needs pillow")
pytest.importorskip("av", reason="needs av")

MADE = """
from evalscope_pytest import image, text, video
def to_sample(record):
    part = video(record["file"]) if record["file"].endswith("mp4") else image(record["file"], {detail!r})
    return Sample([text(record["question"]), part], "7")
"""


def written(project: Any, files: dict[str, bytes], detail: str = "auto") -> Any:
    """Return the project with a benchmark of one question for each file."""
    project.benchmark(before=MADE.format(detail=detail), count=1)
    for name, data in files.items():
        (project.path / name).write_bytes(data)
    rows = [{"question": f"How many? {name}", "file": name, "answer": "7"} for name in files]
    project.write("adding.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    return project


PLAIN = """
@benchmark("adding", dataset=local("adding.jsonl"), scorer=exact_match())
def test_adding(record) -> Sample:
    return to_sample(record)
"""


@pytest.fixture
def seen(served: Any) -> Any:
    """A project with a small picture and a large one."""
    served.server.answer = lambda messages: "7"
    return written(served, {"small.png": photo(30, 20), "large.png": photo(300, 200)})


def sent(server: Any) -> dict[tuple[int, int], tuple[str, str, int]]:
    """Return type, detail and number of bytes of each picture that arrived, by its sides."""
    found = {}
    for received in server.requests:
        part = received.body["messages"][-1]["content"][1]["image_url"]
        head, _, data = part["url"].partition(";base64,")
        picture = Image.open(io.BytesIO(b64decode(data)))
        assert head == f"data:image/{picture.format.lower()}"  # the type is that of the bytes
        found[picture.size] = (picture.format, part["detail"], len(b64decode(data)))
    return found


def test_only_larger_pictures_are_made_smaller_and_the_records_keep_them_whole(seen: Any) -> None:
    options = ("--eval-max-image-pixels=15000", "--eval-image-detail=low")
    run = seen.run(*options)
    assert run.counts == {"correct": 2}, run.out
    arrived = sent(seen.server)
    assert {sides: kind for sides, (kind, *_) in arrived.items()} == {(30, 20): "PNG", (150, 100): "JPEG"}
    assert {detail for _, detail, _ in arrived.values()} == {"low"}
    kept = {file.read_bytes() for file in (run.work_dir / "media").iterdir()}
    assert kept == {photo(30, 20), photo(300, 200)}
    parts = [row["messages"][0]["content"][1] for row in run.rows("reviews")]
    assert [part.get("max_pixels") for part in parts] == [None, 15000]
    seen.server.forget()
    assert (
        seen.run("--eval-max-image-pixels=15000", "--eval-image-detail=low", f"--eval-use-cache={run.work_dir}").code
        == 0
    )
    assert not seen.server.requests  # what is recorded is not sent again


def test_other_bounds_are_other_requests_for_the_pictures_they_change(seen: Any) -> None:
    run = seen.run("--eval-max-image-pixels=15000", "--eval-response-cache=kept")
    for options in ("--eval-response-cache=kept",), (f"--eval-use-cache={run.work_dir}",):
        seen.server.forget()
        assert seen.run("--eval-max-image-pixels=5000", *options).counts == {"correct": 2}
        assert list(sent(seen.server)) == [(86, 57)]


def test_a_part_and_a_benchmark_go_before_the_run(served: Any) -> None:
    served.server.answer = lambda messages: "7"
    written(served, {"a.png": photo(300, 200)}, "high")
    args = json.dumps({"adding": {"max_image_pixels": 600, "image_detail": "low"}})
    served.run("--eval-image-detail=original", "--eval-max-image-pixels=15000", f"--eval-dataset-args={args}")
    assert {sides: detail for sides, (_, detail, _) in sent(served.server).items()} == {(30, 20): "high"}


def test_max_image_bytes_where_evalscope_has_it(seen: Any) -> None:
    (seen.path / "large.png").write_bytes(photo(300, 200, noise=True))
    args = json.dumps({"adding": {"max_image_bytes": 4000}})
    assert seen.run(f"--eval-dataset-args={args}").counts == {"correct": 2}
    arrived = sent(seen.server)
    assert arrived.pop((30, 20))[0] == "PNG"
    ((kind, _, size),) = arrived.values()
    assert kind == "JPEG"
    assert size <= 4000


def test_a_picture_of_a_body_and_of_an_ordinary_test_keep_the_bounds(served: Any) -> None:
    served.server.answer = lambda messages: "0"
    (served.path / "a.png").write_bytes(photo(300, 200))
    body = "async def test_adding(sample, model):\n    return await model.generate([text('x'), image('a.png')])\n"
    after = "def test_plain(model):\n    assert model.generate([text('y'), image('a.png')]).text == '0'\n"
    served.benchmark(before=MADE.partition("def")[0], count=1, body=body, after=after)
    args = json.dumps({"adding": {"max_image_pixels": 600}})
    assert served.run("--eval-max-image-pixels=15000", f"--eval-dataset-args={args}").code == 0
    assert sorted(sent(served.server)) == [(30, 20), (150, 100)]


def test_a_damaged_picture_is_an_error_of_its_sample(seen: Any) -> None:
    data = bytearray(photo(300, 200))
    data[60:100] = b"\0" * 40
    (seen.path / "large.png").write_bytes(bytes(data))
    run = seen.run("--eval-max-image-pixels=15000")
    assert run.counts == {"correct": 1, "errors": 1}
    assert list(sent(seen.server)) == [(30, 20)]
    assert "large.png' is image/png that is damaged" in " ".join(run.out.split())


# Videos --------------------------------------------------------------------------------------------------------------


def pictures(server: Any, eval_type: str) -> list[bytes]:
    """Return the pictures of the only request, in order."""
    (received,) = server.requests
    parts = received.body["input" if "responses" in eval_type else "messages"][-1]["content"]
    if eval_type == "anthropic_api":
        assert {part["source"]["media_type"] for part in parts[1:]} == {"image/jpeg"}
        return [b64decode(part["source"]["data"]) for part in parts[1:]]
    urls = [part["image_url"] if "responses" in eval_type else part["image_url"]["url"] for part in parts[1:]]
    assert all(url.startswith("data:image/jpeg;base64,") for url in urls)
    return [b64decode(url.partition(",")[2]) for url in urls]


@pytest.mark.parametrize("eval_type", ["openai_api", "openai_responses_api", "anthropic_api"])
def test_videos_arrive_as_frames_in_order(eval_type: str, project: Any, request: pytest.FixtureRequest) -> None:
    names = {"openai_responses_api": "responses_server", "anthropic_api": "anthropic_server"}
    server = request.getfixturevalue(names.get(eval_type, "openai_server"))
    server.answer = lambda messages: "7"
    project.model = "M"
    project.options = [f"--eval-api-url={server.url}", f"--eval-type={eval_type}", "--eval-api-key=k"]
    written(project, {"a.mp4": film(4)})
    run = project.run("--eval-video-frames=4", "--eval-max-image-pixels=300")
    assert run.counts == {"correct": 1}, run.out
    found = pictures(server, eval_type)
    assert [grey(picture) for picture in found] == pytest.approx([31, 95, 159, 223], abs=6)
    assert {Image.open(io.BytesIO(picture)).size for picture in found} == {(20, 15)}
    (kept,) = (run.work_dir / "media").iterdir()
    assert kept.suffix == ".mp4"
    server.forget()
    again = ["--eval-video-frames=4", "--eval-max-image-pixels=300", f"--eval-use-cache={run.work_dir}"]
    assert project.run(*again).code == 0
    assert not server.requests
    project.run(*again, "--eval-video-fps=0.5")
    assert len(pictures(server, eval_type)) == 2


def test_a_damaged_video_is_an_error_of_its_sample(served: Any) -> None:
    served.server.answer = lambda messages: "7"
    written(served, {"good.mp4": film(1), "bad.mp4": film(1).replace(b"stsd", b"zzzz")})
    run = served.run("--eval-video-frames=1")
    assert run.counts == {"correct": 1, "errors": 1}
    assert "bad.mp4 is in a codec that PyAV does not know" in " ".join(run.out.split())
    assert len(served.server.requests) == 1


def test_a_rate_alone_goes_to_the_service(served: Any) -> None:
    served.server.answer = lambda messages: "7"
    written(served, {"a.mp4": film(1)})
    served.run("--eval-video-fps=2")
    part = served.server.requests[0].body["messages"][0]["content"][1]
    assert (part["type"], part["fps"]) == ("video_url", 2)


def test_a_service_without_videos_names_the_option(project: Any, anthropic_server: Any) -> None:
    project.model, project.options = "M", [f"--eval-api-url={anthropic_server.url}", "--eval-type=anthropic_api"]
    run = written(project, {"a.mp4": film(1)}).run("--eval-video-fps=2")
    assert run.code == 4
    assert "To send a video as pictures, set video_frames." in " ".join(run.out.split())
    assert not anthropic_server.requests


def test_a_limit_of_tokens_holds_for_the_frames_of_a_video(served: Any) -> None:
    served.server.answer = lambda messages: "7"
    written(served, {"a.mp4": film(1)})
    short = "--eval-generation-config=max_tokens=10"
    run = served.run("--eval-video-frames=10", "--eval-max-tokens-total=20000", short)
    assert (run.code, served.server.requests) == (1, [])  # 10 frames of 1,049 tokens, twice as many at most
    assert served.run("--eval-video-frames=9", "--eval-max-tokens-total=20000", short).code == 0


# Refused, or without effect ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lacking", "files", "option", "extra"),
    [
        ("lacks_pillow", {"a.png": photo(300, 200)}, "--eval-max-image-pixels=100", "media"),
        ("lacks_pyav", {"a.mp4": film(1)}, "--eval-video-frames=4", "video"),
    ],
)
def test_a_library_that_is_missing_is_an_error_before_anything_is_sent(
    lacking: str, files: dict[str, bytes], option: str, extra: str, served: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"evalscope_pytest.datasets.media_form.{lacking}", lambda: True)
    run = written(served, files).run(option)
    assert run.code == 4
    assert f"pip install 'evalscope-pytest[{extra}]'" in " ".join(run.out.split())
    assert not served.server.requests


@pytest.mark.parametrize(
    ("files", "options", "said"),
    [
        ({}, ["--eval-image-detail=low"], "image_detail has no effect: no benchmark of this run sends pictures"),
        ({}, ["--eval-video-frames=3", "--eval-video-fps=1"], "video_frames, video_fps have no effect: no benchmark"),
        ({"a.png": photo()}, ["--eval-video-frames=3"], "video_frames has no effect: no benchmark of this run sends v"),
        (
            {},
            ['--eval-dataset-args={"adding": {"max_image_bytes": 4000}}'],
            "max_image_bytes of adding has no effect: it sends no pictures",
        ),
        ({"a.png": photo()}, ["--eval-image-detail=low"], ""),
        ({"a.mp4": film(1)}, ["--eval-max-image-pixels=300", "--eval-video-frames=1"], ""),
    ],
)
def test_an_option_without_effect_is_said(files: dict[str, bytes], options: list[str], said: str, served: Any) -> None:
    written(served, files or {"a.txt": b""})
    before = MADE.format(detail="auto") if files else ""
    served.write("test_adding.py", HEAD + before + PLAIN)
    served.server.answer = lambda messages: "7"
    lines = [line for line in served.run(*options).out.splitlines() if "no effect" in line]
    assert len(lines) == bool(said)
    assert all(f"eval: {said}"[:79] in line for line in lines)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"image_detail": "hgih"}, "Did you mean"),
        ({"max_image_bytes": 10}, "a whole number of at least 1024"),
        ({"video_frames": 0}, "a whole number from 1 to 1000"),
        ({"video_fps": 0}, "a number above 0"),
        ({"dataset_args": {"pope": {"max_image_pixels": "x"}}}, "a whole number of at least 1"),
    ],
)
def test_a_value_that_cannot_be_is_refused(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        TaskConfig(**settings)

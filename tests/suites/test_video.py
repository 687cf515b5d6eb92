"""Benchmarks with videos: where the files are found, what their parameters do, chains of questions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evalscope_pytest import text
from evalscope_pytest.benchmarks.bundled import load_bundled
from evalscope_pytest.benchmarks.load import LoadedBenchmark
from evalscope_pytest.core.content import Video, linked, medium_of
from evalscope_pytest.core.errors import ConfigError, DatasetError, MediaError, ScoringError
from evalscope_pytest.core.values import Sample
from evalscope_pytest.datasets.media_check import MOST_BYTES
from evalscope_pytest.scoring.aggregation import Attempt, aggregate
from evalscope_pytest.scoring.captions import shared_corpus
from evalscope_pytest.store.media import part_of, stored_file, written
from evalscope_pytest.wire.media import chat_parts
from tests.media import mp4, packed

from .test_suites import from_written, golden, loaded_from, score_of
from .written import SUBSETS, write


def first(loaded: LoadedBenchmark) -> Sample:
    return next(iter(loaded.subsets.values()))[0]


def video_of(sample: Sample) -> Video:
    (found,) = (part for part in sample.parts if isinstance(part, Video))
    return found


def evaluated(name: str, folder: Path, **params: Any) -> Sample:
    return first(from_written(name, folder, extra_params=params))


def test_a_video_is_read_in_its_archive_unless_it_was_unpacked(tmp_path: Path) -> None:
    sample = evaluated("tvbench", tmp_path)
    found = video_of(sample)
    assert medium_of(found).read() == mp4(1)
    assert (found.format, found.start, found.end, found.fps) == ("mp4", 0.5, 1.5, 2.0)
    assert "from 0.5s to 1.5s" in sample.question
    (tmp_path / "tvbench" / "video" / "jump.mp4").write_bytes(mp4(3))
    assert medium_of(video_of(first(loaded_from("tvbench", tmp_path / "tvbench")))).read() == mp4(3)


def test_of_files_of_one_name_the_tasks_own_is_meant(tmp_path: Path) -> None:
    assert medium_of(video_of(evaluated("mvbench", tmp_path))).read() == mp4(2)


@pytest.mark.parametrize("place", ["action_count/jump.mp4", "jump.mp4"])
def test_the_users_folder_of_videos_comes_first(place: str, tmp_path: Path) -> None:
    own = tmp_path / "own" / place
    own.parent.mkdir(parents=True)
    own.write_bytes(mp4(4))
    found = video_of(evaluated("tvbench", tmp_path, video_dir=str(tmp_path / "own")))
    assert medium_of(found).read() == mp4(4)


def test_a_name_does_not_lead_out_of_the_users_folder(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "secret.mp4").write_bytes(mp4())
    root = write("tvbench", tmp_path)
    records = root / "json" / "action_count.json"
    records.write_text(records.read_text().replace("jump.mp4", "../secret.mp4"))
    loaded = loaded_from("tvbench", root, extra_params={"video_dir": str(tmp_path / "own")})
    with pytest.raises(MediaError, match="outside the dataset's folder"):
        medium_of(video_of(first(loaded))).read()


@pytest.mark.parametrize(
    ("archive", "said"),
    [
        (b"PK\x03\x04 no archive", "cannot be read as a zip archive"),
        (packed(**{"other.mp4": mp4()}), "is not in action_count.zip"),
        (packed(**{"jump.mp4": b"no video"}), "not the beginning of any known format"),
        (packed(**{"jump.mp4": b""}), "holds no bytes"),
    ],
)
def test_a_video_that_cannot_be_read_is_an_error_of_its_sample(archive: bytes, said: str, tmp_path: Path) -> None:
    root = write("tvbench", tmp_path)
    (root / "video" / "action_count.zip").write_bytes(archive)
    with pytest.raises(MediaError, match=said):
        medium_of(video_of(first(loaded_from("tvbench", root)))).read()


def test_a_video_in_an_archive_is_bounded_and_may_be_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write("tvbench", tmp_path)
    found = medium_of(video_of(first(loaded_from("tvbench", root))))
    (root / "video" / "action_count.zip").write_bytes(packed(**{"jump.mp4": mp4(9), "more": b""}))
    with pytest.raises(MediaError, match="was changed while the run was under way"):
        found.read()
    assert medium_of(video_of(first(loaded_from("tvbench", root)))).read() == mp4(9)
    monkeypatch.setitem(MOST_BYTES, "video", 40)
    with pytest.raises(MediaError, match=r"holds 52 bytes\. The limit for a video is 40"):
        medium_of(video_of(first(loaded_from("tvbench", root)))).read()


def test_an_address_is_sent_as_it_is_or_replaced_by_the_file(tmp_path: Path) -> None:
    for name, seconds in (("videomme", 2), ("videomme_v2", 1)):
        by_address, file = (video_of(evaluated(name, tmp_path, video_source=s)) for s in ("url", "archive"))
        sent = chat_parts([by_address])[0]["video_url"]["url"]
        assert sent.startswith("https://www.example.org/watch?v=")
        row = written(by_address)
        assert row["video"] == sent
        assert part_of(row) == by_address
        assert stored_file(tmp_path, sent) is None
        assert by_address.identity != Video(linked("https://www.example.org/other")).identity
        assert medium_of(file).read() == mp4(seconds)
        with pytest.raises(MediaError, match="is sent as an address"):
            medium_of(by_address).read()
    with pytest.raises(TypeError, match="Write https://"):
        linked("file:///etc/passwd")


def test_subtitles_come_before_the_question_up_to_the_limit(tmp_path: Path) -> None:
    assert evaluated("videomme", tmp_path).question == "How many candles?"
    one = evaluated("videomme", tmp_path, use_subtitles=True, subtitle_word_limit=3)
    assert one.question == "Subtitles:\nHappy birthday 00:01,0\n\nHow many candles?"
    two = evaluated("videomme_v2", tmp_path, use_subtitles=True, subtitle_word_limit=0)
    assert two.question == "Subtitles:\nfirst then\n\nWhat is step 1?"
    assert two.choices == ("one", "two, or so", "three")


@pytest.mark.parametrize(
    ("name", "params", "said"),
    [
        ("tvbench", {"video_dir": "/nowhere"}, "video_dir: '/nowhere'.*existing folder"),
        ("videomme_v2", {"video_source": "archiv"}, "video_source: 'archiv'.*archive"),
        ("videomme", {"subtitle_word_limit": -1}, "subtitle_word_limit: -1"),
        ("videomme", {"use_subtitles": "yes"}, "use_subtitles: 'yes'"),
    ],
)
def test_wrong_parameters_are_refused(name: str, params: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=said):
        from_written(name, tmp_path, extra_params=params)


def test_subsets_of_videomme_v2_overlap(tmp_path: Path) -> None:
    names = ("all", "level_3", "logic", "relevance")
    loaded = from_written("videomme_v2", tmp_path, subset_list=names)
    assert {name: len(found) for name, found in loaded.subsets.items()} == dict(zip(names, (8, 4, 4, 4), strict=True))
    for name in ("videomme", "videomme_v2"):
        with pytest.raises(ConfigError, match=r"subset_list.*videomme.*(?:level_3|long)"):
            from_written(name, tmp_path, subset_list=("levle_3",))


@pytest.mark.parametrize(
    ("structure", "right", "score"),
    [
        ("[1, 2, 3, 4]", "1111", 1.0),
        ("[1, 2, 3, 4]", "1110", 9 / 16),
        ("[1, 2, 3, 4]", "0111", 0.0),
        ("[1, [2, 3], 4]", "1011", 4 / 12),
        ("[1, [2, 3], 4]", "1101", 4 / 12),
        ("[1, [2, 3], 4]", "1110", 7 / 12),
        ("[[1, 2], 3, 4]", "0111", 1 / 10),
        ("[[1, 2], 3, 4]", "1110", 5 / 10),
        ("None", "0101", 4 / 16),
        ("None", "0111", 9 / 16),
    ],
)
def test_the_score_of_four_questions_is_the_authors(structure: str, right: str, score: float, tmp_path: Path) -> None:
    root = write("videomme_v2", tmp_path)
    file = root / "test.jsonl"
    file.write_text("".join(file.read_text().replace("[1, [2, 3], 4]", structure).splitlines(keepends=True)[:4]))
    if structure == "None":
        file.write_text(file.read_text().replace('"logic"', '"relevance"'))
    loaded = loaded_from("videomme_v2", root)
    benchmark, samples = loaded.resolved.benchmark, loaded.subsets["all"]
    scores = [score_of(benchmark, "AB"[int(one)], sample) for one, sample in zip(right, samples, strict=True)]
    attempts = [Attempt(n, 0, s.values, None, s.metadata["weights"]) for n, s in enumerate(scores)]
    found = {m.name: m for m in aggregate(attempts, benchmark.metrics, benchmark.aggregation)}
    assert found["group_score"].score == pytest.approx(score)
    assert found["group_score"].num == 1
    assert found["accuracy"].score == right.count("1") / 4


def test_options_of_videos_move(tmp_path: Path) -> None:
    for name in ("tvbench", "mvbench", "videomme", "videomme_v2"):
        args = {"subset_list": SUBSETS.get(name)}
        loaded = from_written(name, tmp_path, shuffle_choices=True, **args)
        for sample in next(iter(loaded.subsets.values())):
            words = golden(loaded.messages(sample)[-1].content).split("\n~~~\n")[0]
            assert all(f"{letter}) {choice}" in words for letter, choice in zip("ABCD", sample.choices, strict=False))


GOLDS = [
    ["a man plays the guitar", "a man is playing a guitar on a stage"],
    ["a dog runs in the park", "the dog is running"],
    ["a woman cooks pasta", "someone is cooking in a kitchen"],
]
REPLIES = [
    "A man is playing the guitar.",
    "Caption: a dog is running in a park",
    '"A woman is cooking in the kitchen!"',
]


def test_captions_are_scored_as_by_the_official_code() -> None:
    # The figures are those of pycocoevalcap 1.2 (Bleu, Cider, Rouge) on the same words; METEOR is counted by hand.
    private = shared_corpus(GOLDS)
    samples = [Sample([text("?")], golds, private=private) for golds in GOLDS]
    benchmark = load_bundled("msvd")
    scores = [score_of(benchmark, reply, sample) for reply, sample in zip(REPLIES, samples, strict=True)]
    attempts = [Attempt(n, 0, s.values, None, s.metadata["weights"]) for n, s in enumerate(scores)]
    found = {m.name: m.score for m in aggregate(attempts, benchmark.metrics, benchmark.aggregation)}
    assert [found[f"Bleu_{n}"] for n in range(1, 5)] == pytest.approx(
        [0.899999999955, 0.7276068750694086, 0.5328134522815334, 0.3424389956374959], abs=1e-7
    )
    assert [s.values["CIDEr"] for s in scores] == pytest.approx(
        [3.4269101101225665, 2.7683187636603286, 2.159895190844]
    )
    assert [s.values["ROUGE_L"] for s in scores] == pytest.approx([0.8133333333333334, 0.664850136239782, 0.6240409207])
    # "a man is playing" and "guitar" of the second reference: 5 of 6 words, 5 of 9, in 2 chunks
    p, r = 5 / 6, 5 / 9
    other = 10 * p * r / (r + 9 * p) * (1 - 0.5 * (2 / 5) ** 3)
    p, r = 4 / 6, 4 / 5  # "a man" and "the guitar" of the first
    first_one = 10 * p * r / (r + 9 * p) * (1 - 0.5 * (2 / 4) ** 3)
    assert scores[0].values["METEOR"] == pytest.approx(max(first_one, other))


@pytest.mark.parametrize("reply", ["", "!!!", "guitar " * 5000, "<think>a man plays the guitar"])
def test_captions_without_words_or_end(reply: str) -> None:
    sample = Sample([text("?")], GOLDS[0], private=shared_corpus(GOLDS))
    values = score_of(load_bundled("msvd"), reply, sample).values
    assert all(0.0 <= value < 0.5 for value in values.values())


def test_a_perfect_caption_has_full_marks() -> None:
    sample = Sample([text("?")], GOLDS[0], private=shared_corpus(GOLDS))
    values = score_of(load_bundled("msvd"), GOLDS[0][1], sample).values
    assert (values["Bleu_4"], values["ROUGE_L"]) == (pytest.approx(1.0), pytest.approx(1.0))
    with pytest.raises(ScoringError, match="references of the whole split"):
        score_of(load_bundled("msvd"), "a man", Sample([text("?")], GOLDS[0]))


def test_rows_on_one_video_are_one_question(tmp_path: Path) -> None:
    loaded = from_written("msr_vtt", tmp_path)
    one, two = loaded.subsets["default"]
    assert one.targets == ("a man plays the guitar", "a man is playing a guitar on a stage")
    assert chat_parts([video_of(one)])[0]["video_url"]["url"] == "https://www.example.org/watch?v=0"
    assert (video_of(one).start, video_of(one).end) == (1.0, 2.5)
    assert medium_of(video_of(two)).read() == mp4(1)
    assert from_written("msr_vtt", tmp_path, limit=1).subsets["default"][0].private == one.private
    own = tmp_path / "own"
    own.mkdir()
    (own / "video0.mkv").write_bytes(mp4(7))
    params = {"video_dir": str(own), "video_extension": "mkv"}
    assert medium_of(video_of(evaluated("msr_vtt", tmp_path, **params))).read() == mp4(7)
    for record, said in (({"video": "a.mp4"}, "no caption"), ({"caption": "a dog"}, "no video")):
        (tmp_path / "msr_vtt" / "validation.jsonl").write_text(json.dumps(record))
        with pytest.raises(DatasetError, match=said):
            loaded_from("msr_vtt", tmp_path / "msr_vtt")

"""Videos that the service opens by their address, or files of the dataset; their subtitles; chains of questions."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Awaitable, Iterable, Mapping
from functools import partial
from pathlib import PurePosixPath
from typing import Any

from evalscope_pytest import Sample, Score, Scorer, scoring, text, video
from evalscope_pytest.core.content import Packed, Part, linked
from evalscope_pytest.core.errors import ConfigError, DatasetError, closest
from evalscope_pytest.datasets.reader import Reader
from evalscope_pytest.scoring.scorer import changed

from .clips import in_video_dir, question_of

DURATIONS = ["short", "medium", "long"]
GROUPS = ["all", "level_1", "level_2", "level_3", "logic", "relevance"]
SOURCES = ["url", "archive"]
ABOUT = ("videoID", "video_id", "domain", "sub_category", "task_type", "step", "level", "group_type", "second_head",
         "third_head")  # fmt: skip
PARAMS = {"video_source": "url", "video_dir": "", "use_subtitles": False, "subtitle_word_limit": 512}
STRUCTURES = {"[1,2,3,4]": (1, 2, 3, 4), "[1,[2,3],4]": (1, 2, 2, 3), "[[1,2],3,4]": (1, 1, 2, 3)}
_CHOICE = scoring.choice_answer()
_OPTION = re.compile(r"\s*\(?([A-Z])[.):]\s*")
_NOT_SPOKEN = re.compile(r"\d{1,6}|\d{1,3}:\d\d:\d\d[,.]\d{1,3} --> .{1,40}")
_TAG = re.compile(r"<[^<>\n]{1,60}>")


def in_source(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return what differs in a benchmark with its parameters.

    Raises:
        ConfigError: One of them is wrong.
    """
    if params["video_source"] not in SOURCES:
        raise ConfigError(
            f"video_source: {params['video_source']!r} in extra_params. {closest(params['video_source'], SOURCES)}"
        )
    if params["subtitle_word_limit"] < 0:
        raise ConfigError(
            f"subtitle_word_limit: {params['subtitle_word_limit']} in extra_params. Allowed: 0 (all words) or more. "
            "Correct the number."
        )
    return in_video_dir(params)


def of_duration(read: Reader, subset: str, params: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the records of Video-MME of a duration."""
    rows = [row for row in read.rows() if row["duration"] == subset]
    return with_subtitles(rows, read, "*.srt", params)


def of_group(read: Reader, subset: str, params: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the records of Video-MME-v2 of a level or a kind of group, or all.

    Raises:
        ConfigError: There is no such subset.
    """
    if subset not in GROUPS:
        raise ConfigError(f"subset_list of videomme_v2: {subset!r}. {closest(subset, GROUPS)}")
    named = ({**row, "video_id": f"{int(row['video_id']):03d}"} for row in read.rows())
    rows = steps({**row, "answer": str(row["answer"]).strip().upper()} for row in named)
    found = [row for row in rows if subset in ("all", f"level_{row['level']}", row["group_type"])]
    return with_subtitles(found, read, "*.jsonl", params)


def packed_film(record: Mapping[str, Any]) -> Packed:
    """Return the place of a video in the archives: 20 numbered ones in each (version 2), or any of several."""
    if "videoID" in record:
        return Packed("videos_chunked_*.zip", f"{record['videoID']}.mp4")
    name = record["video_id"]
    return Packed(f"videos/{(int(name) - 1) // 20 + 1:03d}.zip", f"{name}.mp4")


def about(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return metadata, id and cluster of a record's sample."""
    metadata = {name: record[name] for name in ABOUT if record.get(name) is not None}
    return {"metadata": metadata, "id": str(record["question_id"]), "cluster": _name_of(record)}


def _name_of(record: Mapping[str, Any]) -> str:
    return str(record.get("videoID") or record["video_id"])


def asked(record: Mapping[str, Any], params: Mapping[str, Any]) -> list[Part]:
    """Return the question of a record and its video: by its address, unless the user wants files."""
    source = packed_film(record)
    if params["video_dir"]:
        film = video(source.name)
    else:
        film = video(linked(record["url"]) if params["video_source"] == "url" else source)
    return [text(question_of(record)), film]


def with_subtitles(
    records: Iterable[Mapping[str, Any]], read: Reader, pattern: str, params: Mapping[str, Any]
) -> list[Mapping[str, Any]]:
    """Return records with the words spoken in their videos, if the user wants them.

    Args:
        pattern: Of the subtitles in their archive: SubRip, or JSON lines with a ``text``.
    """
    if not params["use_subtitles"]:
        return list(records)
    limit = params["subtitle_word_limit"]
    by_name = {PurePosixPath(path).stem: words for path, words in read.packed("subtitle.zip", pattern).items()}
    return [{**record, "subtitle": spoken(by_name.get(_name_of(record), ""), limit)} for record in records]


def spoken(subtitles: str, limit: int) -> str:
    """Return the words of subtitles, in order.

    Raises:
        DatasetError: They are not JSON lines though they begin so.
    """
    words: list[str] = []
    for line in map(str.strip, subtitles.splitlines()):
        if line.startswith("{"):
            try:
                line = str(json.loads(line).get("text") or "")
            except ValueError:
                raise DatasetError(f"subtitles: {line[:60]!r} is not JSON. Correct the line.") from None
        elif _NOT_SPOKEN.fullmatch(line):
            continue
        words += _TAG.sub("", line).split()
        if limit and len(words) >= limit:
            break
    return " ".join(words[: limit or None])


def options_of(value: Any) -> list[str]:
    """Return options without their letters, given a list or lines."""
    lines = value.splitlines() if isinstance(value, str) else [str(line) for line in value]
    found: list[str] = []
    for line in filter(None, map(str.strip, lines)):
        lettered = _OPTION.match(line)
        if found and not lettered and isinstance(value, str):
            found[-1] += f" {line}"
        else:
            found.append(line[lettered.end() :] if lettered else line)
    return found


def steps(records: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return records with their step in the chain of questions on their video; 0 if any order is as good.

    Raises:
        DatasetError: The structure of a chain is unknown.
    """
    seen: dict[str, int] = defaultdict(int)
    placed = []
    for record in records:
        place, seen[record["video_id"]] = seen[record["video_id"]], seen[record["video_id"]] + 1
        structure = str(record.get("group_structure") or "").replace(" ", "")
        step = 0
        if record["group_type"] == "logic":
            if structure not in STRUCTURES or place >= len(STRUCTURES[structure]):
                raise DatasetError(
                    f"group_structure of video {record['video_id']}: {structure!r}. {closest(structure, STRUCTURES)}"
                )
            step = STRUCTURES[structure][place]
        placed.append({**record, "step": step})
    return placed


def in_chains() -> Scorer:
    """Return the scorer of a letter. Metrics ``accuracy``, and ``group_score`` over the questions on a video."""
    averaged = {"group_score": "chains"}
    return Scorer("chained_choice", ("accuracy", "group_score"), _score, _CHOICE.ideal_reply, aggregation=averaged)


def _score(reply: str, sample: Sample) -> Score | Awaitable[Score]:
    return changed(_CHOICE.score(reply, sample), partial(_in_chain, sample))


def _in_chain(sample: Sample, found: Score) -> Score:
    right = found.values["accuracy"]
    weights = {"weights": {"group_score": {sample.metadata["video_id"]: float(sample.metadata["step"])}}}
    return Score.of({"accuracy": right, "group_score": right}, answer=found.answer, metadata=weights)

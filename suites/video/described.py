"""Videos with several captions each: rows on one video together, and the place of the video."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from evalscope_pytest import Sample, text, video
from evalscope_pytest.core.content import Part, linked
from evalscope_pytest.core.errors import RecordError
from evalscope_pytest.datasets.reader import Reader
from evalscope_pytest.scoring.captions import captions as captions
from evalscope_pytest.scoring.captions import shared_corpus

from .clips import in_video_dir as in_video_dir
from .clips import seconds

PROMPT = "Describe in one short sentence what happens in the video."
PARAMS = {"video_dir": "", "video_extension": ""}
_ADDRESSES = ("http://", "https://")


def by_video(read: Reader, subset: str, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a record for each video, with all its captions and what CIDEr needs to know of the others'."""
    videos: dict[str, dict[str, Any]] = {}
    for number, row in enumerate(read.rows()):
        name = str(row.get("video_id") or row.get("id") or number)
        found = videos.setdefault(name, {**row, "video_id": name, "references": []})
        found["references"] += [words for words in captions_of(row) if words not in found["references"]]
    corpus = shared_corpus(found["references"] for found in videos.values())
    return [{**found, "corpus": corpus} for found in videos.values()]


def captions_of(row: Mapping[str, Any]) -> list[str]:
    """Return the captions of a row: a list or a text, under any of their names."""
    value = next((row[name] for name in ("references", "caption", "captions") if row.get(name) is not None), ())
    return [words for one in ([value] if isinstance(value, str) else value) if (words := str(one).strip())]


def described(record: Mapping[str, Any], params: Mapping[str, Any]) -> Sample:
    """Return the sample of a record.

    Raises:
        RecordError: It has no caption, or no video.
    """
    if not record["references"]:
        raise RecordError("it has no caption. Give it references, captions or a caption.")
    about = {"video_id": record["video_id"], "category": str(record.get("category") or "")}
    question = [text(""), video_of(record, params)]
    return Sample(question, record["references"], metadata=about, private=record["corpus"], id=record["video_id"])


def video_of(record: Mapping[str, Any], params: Mapping[str, Any]) -> Part:
    """Return the video of a record: in the user's folder, by its address, or a file of the dataset.

    Raises:
        RecordError: It has none.
    """
    found = next((record[name] for name in ("video", "video_path") if record.get(name)), None)
    url = str(record.get("url") or "")
    start, end = (seconds({name: _first(record, name, f"{name} time")}, name) for name in ("start", "end"))
    if isinstance(found, str) and (params["video_dir"] or not url.startswith(_ADDRESSES)):
        return video(_with_extension(found, params["video_extension"]), start, end, seconds(record, "fps"))
    if url.startswith(_ADDRESSES):
        return video(linked(url), start, end, seconds(record, "fps"))
    if found is None:
        raise RecordError("it has no video. Give it a video, a video_path or a url.")
    return video(found, start, end, seconds(record, "fps"))


def _first(record: Mapping[str, Any], *names: str) -> Any:
    return next((record[name] for name in names if record.get(name) not in (None, "")), None)


def _with_extension(path: str, extension: str) -> str:
    return str(PurePosixPath(path).with_suffix(f".{extension.lstrip('.')}")) if extension else path

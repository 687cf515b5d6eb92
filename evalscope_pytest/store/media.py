"""Media in the records: each once, under its content address, in ``media/``; rows refer to it.

A row has EvalScope's parts, ``{"type": "image", "image": "media/<sha256>.png", "detail": "auto"}``, with a path in the
work_dir in place of base64.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path, PurePosixPath
from typing import Any

from ..core.content import Audio, Content, Cut, File, Image, MediaPart, Medium, Part, Text, Video, linked, medium_of
from ..core.media_type import EXTENSIONS, TYPES
from ..core.values import Call, JudgeCall
from .atomic import own_folder, storing, write_atomic
from .layout import WorkDir

FOLDER = "media"
_BOUNDS = ("max_pixels", "max_bytes")  # of the smaller copy that was sent
_HEX = frozenset("0123456789abcdef")


class MediaFolder:
    """Fills the folder with the media of a run's requests. Several processes may do so at once."""

    def __init__(self) -> None:
        self._kept: set[str] = set()

    def keep(self, calls: Iterable[Call | JudgeCall], workdir: WorkDir) -> None:
        """Store the media that requests hold, unless they are there.

        Raises:
            StoreError: One cannot be written.
            MediaError: One cannot be read any more.
        """
        for call in calls:
            for message in call.messages:
                if not isinstance(message.content, str):
                    for part in message.media:
                        self._keep(medium_of(part), workdir.media)

    def _keep(self, medium: Medium, folder: Path) -> None:
        if medium.sha256 in self._kept or not medium.sha256 or medium.open is None:
            return
        path = folder / file_name(medium)
        with storing(path):
            if not os.path.exists(path):
                own_folder(folder)
                write_atomic(path, medium.original(), durable=False)
        self._kept.add(medium.sha256)


def file_name(medium: Medium) -> str:
    """Return the name of a medium's file."""
    return f"{medium.sha256}.{EXTENSIONS.get(medium.type, 'bin')}"


def written(part: Part, text: Callable[[str], Any] = str) -> dict[str, Any]:
    """Return a part of a message as a row has it.

    Args:
        text: Writes a text.
    """
    if isinstance(part, Text):
        return {"type": "text", "text": text(part.text)}
    medium = medium_of(part)
    row: dict[str, Any] = {"type": part.kind, part.kind: medium.link or f"{FOLDER}/{file_name(medium)}"}
    if isinstance(part, Image):
        bounds = medium_of(part).bounds or (None, None)
        sent = {name: value for name, value in zip(_BOUNDS, bounds, strict=True) if value is not None}
        return {**row, "detail": part.detail, **sent}
    if isinstance(part, File):
        return {**row, "name": text(part.name)}
    row["format"] = part.format
    if isinstance(part, Video):
        row.update((name, value) for name in ("start", "end", "fps") if (value := getattr(part, name)) is not None)
        if part.cut is not None:
            row["cut"] = asdict(part.cut)
    return row


def part_of(row: Mapping[str, Any]) -> Part:
    """Return the part that `written` wrote. Its bytes are not looked for.

    Raises:
        ValueError: It is none.
        TypeError: It is a link that is not an address.
    """
    kind = row["type"]
    if kind == "text":
        return Text(row["text"])
    medium = _medium(row[kind])
    parts: Mapping[str, Callable[[], MediaPart]] = {
        "image": lambda: Image(_bounded(medium, row), row["detail"]),
        "audio": lambda: Audio(medium, row["format"]),
        "video": lambda: Video(medium, row["format"], row.get("start"), row.get("end"), row.get("fps"), _cut(row)),
        "file": lambda: File(medium, row["name"]),
    }
    if kind not in parts:
        raise ValueError(f"a part of type {kind!r}")
    return parts[kind]()


def _bounded(medium: Medium, row: Mapping[str, Any]) -> Medium:
    bounds = row.get(_BOUNDS[0]), row.get(_BOUNDS[1])
    return medium if bounds == (None, None) else replace(medium, bounds=bounds)


def _cut(row: Mapping[str, Any]) -> Cut | None:
    return Cut(**row["cut"]) if row.get("cut") else None


def content_written(content: Content) -> str | list[dict[str, Any]]:
    """Return the content of a message as a row has it."""
    return content if isinstance(content, str) else [written(part) for part in content]


def content_of(row: Any) -> Any:
    """Return the content that `content_written` wrote."""
    return tuple(part_of(part) for part in row) if isinstance(row, list) else row


def _medium(path: str) -> Medium:
    if path.startswith(("http://", "https://")):
        return linked(path)
    name = PurePosixPath(path)
    if len(name.stem) != 64 or not _HEX.issuperset(name.stem):
        raise ValueError(f"{path!r} is not the content address of a medium")
    return Medium(name.stem, TYPES.get(name.suffix[1:], ""), name=name.name)


def stored_file(root: Path, path: object) -> Path | None:
    """Return the file that a row refers to; None if it does not lie in the run's own folder of media.

    Args:
        root: The work_dir.
    """
    if not isinstance(path, str):
        return None
    try:
        medium = _medium(path)
    except (TypeError, ValueError):
        return None
    if medium.link:
        return None
    name = file_name(medium)
    file = root / FOLDER / name
    return file if file.is_file() and not file.is_symlink() else None

"""The folders that CC-OCR V2 is published as: a text for each question and answer, and the pictures of each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from evalscope_pytest.datasets.base import Tree

from .document_tracks import TRACK_OF

_DIGITS = re.compile(r"(\d+)")


def records_of(tree: Tree, subset: str) -> Iterator[dict[str, Any]]:
    """Yield the records of a sub-task; a question without an answer or a picture is left out.

    The files are ``{track}/{sub-task}/question/{scenario}/{id}.txt``, ``answer/..`` likewise, and
    ``images/{scenario}/{id}.jpg`` or, of several pages, ``images/{scenario}/{id}/{page}.jpg``.
    """
    root = f"{TRACK_OF[subset]}/{subset}/"
    names = [path.removeprefix(root).split("/") for path in tree.paths if path.startswith(root)]
    pages: dict[tuple[str, str], list[str]] = {}
    for kind, *place in names:
        if kind == "images" and len(place) in (2, 3):
            pages.setdefault((place[0], place[1].rpartition(".")[0] if len(place) == 2 else place[1]), []).append(
                f"{root}{kind}/{'/'.join(place)}"
            )
    there = set(tree.paths)
    questions = sorted(
        (place[0], place[1].removesuffix(".txt"))
        for kind, *place in names
        if kind == "question" and len(place) == 2 and place[1].endswith(".txt")
    )
    whole = [key for key in questions if key in pages and f"{root}answer/{key[0]}/{key[1]}.txt" in there]
    local = tree.fetch(
        [f"{root}{kind}/{scenario}/{own}.txt" for scenario, own in whole for kind in ("question", "answer")]
    )
    for scenario, own in whole:
        texts = {
            kind: local[f"{root}{kind}/{scenario}/{own}.txt"].read_text(encoding="utf-8", errors="replace")
            for kind in ("question", "answer")
        }
        paths = sorted(pages[scenario, own], key=_natural)
        yield {"id": own, "sub_task": subset, "scenario": scenario, "image_paths": paths, **texts}


def _natural(path: str) -> list[tuple[int, str]]:
    """Return a key that sorts page_2 before page_10."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in _DIGITS.split(path)]

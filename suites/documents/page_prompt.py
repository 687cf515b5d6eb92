"""The prompt of OmniDocBench in our words, and the annotation of a page in whatever form a record has it."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from typing import Any

from evalscope_pytest.core.errors import RecordError

MARKDOWN = (
    "Write the document page in the picture as Markdown, in its reading order and with nothing added.\n"
    "- Keep headings, paragraphs and lists, and separate blocks by an empty line.\n"
    "- Write formulas in LaTeX: \\( \\) around those within a line, \\[ \\] around those that are set apart.\n"
    "- Write tables in HTML, from <table> to </table>.\n"
    "- Leave figures out."
)


def page_of(annotation: Any) -> dict[str, Any]:
    """Return the annotation of a page, also from a text in JSON or Python.

    Raises:
        RecordError: It is none, or lacks its blocks.
    """
    if isinstance(annotation, str):
        for read in (json.loads, ast.literal_eval):
            try:
                annotation = read(annotation)
                break
            except (ValueError, SyntaxError, RecursionError, MemoryError):
                continue
    if not isinstance(annotation, Mapping) or not isinstance(annotation.get("layout_dets"), list):
        raise RecordError("its annotation has no layout_dets. OmniDocBench annotates a page as an object with them.")
    if not isinstance(annotation.get("page_info"), Mapping) or "image_path" not in annotation["page_info"]:
        raise RecordError("its annotation has no page_info with an image_path.")
    return dict(annotation)

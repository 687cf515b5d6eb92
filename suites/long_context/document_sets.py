"""AA-LCR: the documents of a question's set, in the order of their names, and the judge's prompt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from evalscope_pytest.core.errors import ConfigError, DatasetError, NoDataError
from evalscope_pytest.datasets.reader import Reader
from evalscope_pytest.judge import Labels, graded

ARCHIVE = "extracted_text/AA-LCR_extracted-text.zip"
PROMPT = (
    "\nBEGIN INPUT DOCUMENTS\n\n{documents_text}\n\nEND INPUT DOCUMENTS\n\nUse the documents above to answer this "
    "question.\n\nSTART QUESTION\n\n{question}\n\nEND QUESTION\n"
)
GRADING = """\
Decide whether a candidate's answer to a question is correct: whether it is consistent with the official answer. The \
question is there for reference; do not answer it yourself.

Question: {question}

Official answer: {gold}

Candidate's answer:
{pred}

The verdict is CORRECT or INCORRECT."""
CONSISTENT = graded("aa_lcr", GRADING, Labels({"CORRECT": {"accuracy": 1.0}, "INCORRECT": {"accuracy": 0.0}}))


def with_documents(read: Reader, subset: str, params: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the records, each with the texts of its set as ``documents_text``.

    Args:
        params: ``text_dir`` is a folder of ``CATEGORY/SET/*.txt``; None for the dataset's own texts.

    Raises:
        ConfigError: ``text_dir`` is not a folder.
        DatasetError: A set has no text.
    """
    folder = params["text_dir"]
    if folder is not None and not Path(str(folder)).is_dir():
        raise ConfigError(
            f"text_dir of aa_lcr: {folder!r} is not a folder. Give one that has the texts, or leave it out."
        )

    @cache
    def documents(category: str, name: str) -> str:
        texts = _in_folder(Path(folder, category, name)) if folder else _of_dataset(read, f"lcr/{category}/{name}/")
        if not (kept := [text.strip() for text in texts if text.strip()]):
            raise DatasetError(f"aa_lcr has no text of the document set {category}/{name}. Add it, or set text_dir.")
        return "\n\n".join(f"BEGIN DOCUMENT {n}:\n{text}\nEND DOCUMENT {n}" for n, text in enumerate(kept, 1))

    for row in read.rows(subset):
        yield {**row, "documents_text": documents(row["document_category"], row["document_set_id"])}


def _in_folder(folder: Path) -> list[str]:
    """Return the texts of a folder by the names of their files: EvalScope takes them as the file system lists them."""
    return [file.read_text(encoding="utf-8", errors="replace") for file in sorted(folder.glob("*")) if file.is_file()]


def _of_dataset(read: Reader, folder: str) -> Sequence[str]:
    """Return the texts of a set, which are files of the dataset or in its archive."""
    pattern = f"{folder.replace('[', '[[]')}*"
    try:
        return read(pattern, f"*/{pattern}")
    except NoDataError:
        found = read.packed(ARCHIVE, f"*{pattern}")
        return [found[path] for path in sorted(found) if "__MACOSX" not in path]

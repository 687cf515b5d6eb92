"""Data sets with pictures, sent as the files they are: ``flickr8k`` and ``kontext_bench``.

Flickr8k is published as tar archives of ``NAME.jpg`` and ``NAME.txt``; Kontext-Bench as a folder with
``metadata.jsonl``, whose records name a file and an instruction.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from pathlib import Path

from ...core.errors import DatasetError
from ...datasets.files import read_records
from .options import DataOptions
from .prompts import Conversation, single
from .published import Published, tree_of
from .random_pictures import image_part

FLICKR8K = Published("clip-benchmark/wds_flickr8k", "clip-benchmark/wds_flickr8k", "")
KONTEXT = Published("black-forest-labs/kontext-bench", "black-forest-labs/kontext-bench", "")
QUESTION = "Describe this picture."
LARGEST = 32 << 20
_TYPES = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp", "gif": "image/gif"}


def flickr8k(options: DataOptions) -> Iterator[Conversation]:
    """Yield photographs, each with the request to describe it: of archives, or of a folder.

    Raises:
        DatasetError: There are none.
    """
    tree = tree_of(FLICKR8K, options)
    archives = [path for path in tree.paths if path.endswith(".tar")]
    for path in sorted(archives, key=lambda path: (not path.startswith("test/"), path)):
        yield from _of_archive(tree.fetch([path])[path])
    for path in (path for path in tree.paths if not archives and _type(path)):
        yield _asked(QUESTION, tree.fetch([path])[path].read_bytes(), path)


def kontext_bench(options: DataOptions) -> Iterator[Conversation]:
    """Yield pictures, each with its instruction.

    Raises:
        DatasetError: There is no ``metadata.jsonl``, or a record of it names no file and no instruction.
    """
    tree = tree_of(KONTEXT, options)
    metadata = next((path for path in tree.paths if path.rpartition("/")[2] == "metadata.jsonl"), None)
    if metadata is None:
        raise DatasetError(f"{tree.title} has no metadata.jsonl. Give the data set's folder: --dataset-path FOLDER.")
    folder = metadata.rpartition("/")[0]
    for number, record in enumerate(read_records(tree.fetch([metadata])[metadata]), start=1):
        name, instruction = record.get("file_name"), record.get("instruction")
        path = f"{folder}/{name}" if folder else str(name)
        if path not in tree.paths or not isinstance(instruction, str):
            raise DatasetError(f"{metadata}, record {number}: no 'instruction', or no file as 'file_name' says.")
        if options.fits(instruction):
            yield _asked(instruction, tree.fetch([path])[path].read_bytes(), path)


def _of_archive(path: Path) -> Iterator[Conversation]:
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                file = archive.extractfile(member) if _type(member.name) and member.size <= LARGEST else None
                if file is not None:
                    yield _asked(QUESTION, file.read(), member.name)
    except (tarfile.TarError, OSError) as error:
        raise DatasetError(f"{path} cannot be read: {error}.") from error


def _asked(text: str, image: bytes, path: str) -> Conversation:
    return single([{"role": "user", "content": [{"type": "text", "text": text}, image_part(image, _type(path))]}])


def _type(path: str) -> str:
    return _TYPES.get(path.rpartition(".")[2].lower(), "")

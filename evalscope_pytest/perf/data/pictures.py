"""Data sets with pictures: ``flickr8k`` and ``kontext_bench``, sent as they are, and random ones (``random_vl``).

Flickr8k is published as tar archives of ``NAME.jpg`` and ``NAME.txt``; Kontext-Bench as a folder with
``metadata.jsonl``, whose records name a file and an instruction. Random pictures are PNG files of coloured blocks:
each is new to a cache, and as large as a real one.
"""

from __future__ import annotations

import random
import struct
import tarfile
import zlib
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

from ...core.errors import DatasetError
from ...datasets.files import read_records
from .options import DataOptions, Pictures
from .prompts import Conversation, single
from .published import Published, tree_of
from .synthetic import Maker

FLICKR8K = Published("clip-benchmark/wds_flickr8k", "clip-benchmark/wds_flickr8k", "")
KONTEXT = Published("black-forest-labs/kontext-bench", "black-forest-labs/kontext-bench", "")
QUESTION = "Describe this picture."
LARGEST = 32 << 20
_TYPES = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp", "gif": "image/gif"}


def flickr8k(options: DataOptions) -> Iterator[Conversation]:
    """Yield photographs, each with the request to describe it, from archives or a folder.

    Raises:
        DatasetError: An archive cannot be read.
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
        DatasetError: ``metadata.jsonl`` is missing, or a record lacks a file or an instruction.
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


# Random pictures ------------------------------------------------------------------------------------------------------

BLOCK = 8  # pixels: noise in single pixels would make unrealistically large files
_KINDS = {"L": (0, 1), "RGB": (2, 3), "RGBA": (6, 4)}  # colour type (PNG, section 11.2.2), bytes a pixel


def random_pictures(options: DataOptions) -> Iterator[Conversation]:
    """Yield messages of a text and pictures."""
    maker, pictures = Maker(options), options.pictures
    patches = -(-pictures.width // pictures.patch_size) * -(-pictures.height // pictures.patch_size)
    for _ in range(options.offset + options.wanted):
        text, length = maker.prompt()
        images = [image_part(png(pictures, maker.source), "image/png") for _ in range(pictures.count)]
        content = [{"type": "text", "text": text}, *images]
        yield single([{"role": "user", "content": content}], length + pictures.count * patches)


def image_part(image: bytes, media_type: str) -> dict[str, object]:
    """Return a picture as a part of a chat message."""
    return {"type": "image_url", "image_url": {"url": f"data:{media_type};base64,{b64encode(image).decode()}"}}


def png(pictures: Pictures, source: random.Random) -> bytes:
    """Return a random picture."""
    colour_type, depth = _KINDS[pictures.mode]
    blocks = -(-pictures.width // BLOCK)
    rows = []
    for top in range(0, pictures.height, BLOCK):
        colours = source.randbytes(blocks * depth)
        row = b"".join(colours[at : at + depth] * BLOCK for at in range(0, len(colours), depth))
        rows.append((b"\0" + row[: pictures.width * depth]) * min(BLOCK, pictures.height - top))
    header = struct.pack(">IIBBBBB", pictures.width, pictures.height, 8, colour_type, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows), 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

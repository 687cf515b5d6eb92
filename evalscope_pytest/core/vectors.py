"""Vectors as replies carry them: one line for each text, little-endian 32-bit floats in base64.

A reply is text everywhere (caches, records), and base64 keeps every bit of a service's numbers.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy

    Vector = numpy.ndarray[Any, numpy.dtype[numpy.float32]]


def packed(vectors: Iterable[Vector]) -> str:
    """Return vectors as text."""
    return "\n".join(base64.b64encode(vector.astype("<f4", copy=False).tobytes()).decode("ascii") for vector in vectors)


def unpacked(line: str) -> Vector:
    """Return the vector of one line.

    Raises:
        ValueError: It is not base64 of 32-bit floats.
    """
    import numpy

    try:
        return numpy.frombuffer(base64.b64decode(line, validate=True), dtype="<f4").astype("float32", copy=False)
    except binascii.Error as error:
        raise ValueError(f"not base64: {error}") from error


def unit(matrix: Vector) -> Vector:
    """Return rows divided by their lengths; a row of zeros stays one."""
    import numpy

    squares = numpy.einsum("ij,ij->i", matrix, matrix, dtype="float64", casting="same_kind")
    lengths = numpy.sqrt(numpy.where(squares == 0, 1.0, squares))
    found: Vector = matrix / lengths[:, None].astype("float32")
    return found


def stacked(vectors: Sequence[Vector]) -> Vector:
    """Return vectors as the rows of a matrix.

    Raises:
        ValueError: They differ in length.
    """
    import numpy

    return numpy.stack(vectors)

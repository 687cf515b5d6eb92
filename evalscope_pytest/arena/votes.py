"""People as judges: pairs written to a file to be filled in, and the verdicts read back.

The file does not tell which model wrote which reply, and which of the two is shown first is drawn for each pair.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..core.errors import ConfigError, closest
from ..store.atomic import write_atomic
from .pairing import Pair

COLUMNS = ("pair", "question", "reply_a", "reply_b", "verdict")
VALUES: Mapping[str, float] = {"A": 1.0, "B": 0.0, "tie": 0.5}
# With these a spreadsheet takes a cell for a formula, and what a model wrote would be run.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_LONGEST_CELL = 10_000_000


@dataclass(frozen=True, slots=True)
class Vote:
    """One person's verdict on one pair.

    Attributes:
        by: Who gave it: the file it stands in.
        verdict: ``A``, ``B`` or ``tie``, of the replies as they were shown.
        order: 0 where the first model's reply was shown as A, 1 where the second's was.
    """

    by: str
    verdict: str
    order: int

    @property
    def value(self) -> float:
        """What it is worth for the first model, from 0 to 1."""
        return VALUES[self.verdict] if self.order == 0 else 1 - VALUES[self.verdict]


def order_of(pair: str) -> int:
    """Return whose reply is shown first: 0 the first model's, 1 the second's. Follows from the pair alone."""
    return int(pair[-1], 16) % 2


def export(pairs: Iterable[Pair], path: Path) -> int:
    """Write pairs to a CSV file for people to fill in, and return their number.

    Raises:
        StoreError: It could not be written.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    count = 0
    for pair in pairs:
        shown = [pair.reply_1, pair.reply_2]
        a, b = reversed(shown) if order_of(pair.id) else shown
        writer.writerow([pair.id, *map(_harmless, (pair.place.question, a, b)), ""])
        count += 1
    # The mark at the beginning tells spreadsheets that it is UTF-8.
    write_atomic(path, text.getvalue().encode("utf-8-sig", "replace"))
    return count


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def read_votes(paths: Sequence[str]) -> dict[str, list[Vote]]:
    """Return the votes on each pair; a pair without a verdict has none.

    Raises:
        ConfigError: A file is not there, is another, or holds a verdict that is none.
    """
    votes: dict[str, list[Vote]] = {}
    for path in paths:
        for pair, vote in _read(Path(path).expanduser()):
            votes.setdefault(pair, []).append(vote)
    return votes


def _read(path: Path) -> Iterator[tuple[str, Vote]]:
    csv.field_size_limit(_LONGEST_CELL)
    try:
        with open(path, encoding="utf-8-sig", errors="replace", newline="") as file:
            reader = csv.DictReader(file)
            if reader.fieldnames is None or not {"pair", "verdict"}.issubset(reader.fieldnames):
                raise ConfigError(f"{path} is no file of votes: its columns have to be {', '.join(COLUMNS)}.")
            for row in reader:
                if word := (row["verdict"] or "").strip():
                    yield _vote((row["pair"] or "").strip(), word, path, reader.line_num)
    except OSError as error:
        raise ConfigError(
            f"votes cannot be read: {path} ({error.strerror}). Name the file that was filled in."
        ) from error
    except csv.Error as error:
        raise ConfigError(f"{path} is no CSV file: {error}. Save it as CSV again.") from error


def _vote(pair: str, word: str, path: Path, line: int) -> tuple[str, Vote]:
    verdict = next((known for known in VALUES if known.lower() == word.lower()), None)
    if verdict is None:
        raise ConfigError(f"line {line} of {path} has the verdict {word!r:.40}. {closest(word, VALUES)}")
    if not pair or pair[-1] not in "0123456789abcdef":
        raise ConfigError(f"line {line} of {path} has the pair {pair!r:.60}, which no export wrote. Export again.")
    return pair, Vote(str(path), verdict, order_of(pair))

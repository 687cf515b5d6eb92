"""``journal/quarantine.jsonl``: damaged lines of records, kept for whoever wants to look, and in nobody's way."""

from __future__ import annotations

import logging
from functools import cached_property

from .atomic import cannot_write, own_file, own_folder
from .layout import WorkDir

log = logging.getLogger(__name__)


class Quarantine:
    """The set-aside lines of a work_dir.

    Attributes:
        added: Lines that were not there before, and that `warn` has not spoken of yet.
    """

    def __init__(self, workdir: WorkDir) -> None:
        self.path = workdir.journal / "quarantine.jsonl"
        self.added = 0

    @cached_property
    def _known(self) -> set[bytes]:
        try:
            return set(self.path.read_bytes().splitlines(keepends=True))
        except FileNotFoundError:
            return set()

    def set_aside(self, line: bytes) -> None:
        """Keep a damaged line, unless it is kept already: records are read again each time a run is carried on.

        Raises:
            StoreError: It cannot be written.
        """
        line = line.removesuffix(b"\n") + b"\n"  # the last one of a file may have been cut
        try:
            if line in self._known:
                return
            own_folder(self.path.parent)  # a run that came to its end has removed it
            with open(self.path, "ab", opener=own_file) as file:
                file.write(line)
        except OSError as error:
            raise cannot_write(self.path, error) from error
        self._known.add(line)
        self.added += 1

    def warn(self) -> str:
        """Log what was set aside, and return it as a sentence; empty if there was nothing."""
        if not self.added:
            return ""
        many = "record was" if self.added == 1 else "records were"
        said = f"{self.added} damaged {many} set aside in {self.path}; the samples are asked again, or scored again"
        log.warning("%s", said)
        self.added = 0
        return said

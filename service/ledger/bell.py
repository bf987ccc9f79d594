"""A bell that every event rings: whether anything new is known of a person, asked without a query.

A file of times, shared by all processes of one machine through its page cache. A person's place in it is a
hash of their id, so that a ring says "perhaps something new of this one", and no ring says "surely nothing".
"""

from __future__ import annotations

import mmap
import os
import tempfile
import time
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

PLACES = 1 << 20  # of 8 bytes each; the file is sparse
MASK = PLACES - 1


class Bell:
    """Nanoseconds of the last ring of each place, 0 for none. Writing eight bytes in one go needs no lock."""

    def __init__(self, path: Path) -> None:
        """Map a file that `made` has made. Raises OSError where it cannot be written."""
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), PLACES * 8)
        self._times = memoryview(self._map).cast("Q")

    def ring(self, ids: Iterable[str]) -> None:
        """Tell whoever serves these people that there is something new."""
        now = time.time_ns()
        for each in ids:
            self._times[_place(each)] = now

    def heard(self, each: str) -> int:
        """When it rang last for whoever has this place, 0 if never: a number that changes with each ring."""
        return self._times[_place(each)]


def made(path: Path, everybody: Callable[[], Iterable[str]]) -> Bell:
    """The bell at a path; a new one is rung for everybody of whom there are events.

    To be called where nobody else writes events. Raises OSError where it cannot be made.
    """
    if not path.exists() or path.stat().st_size != PLACES * 8:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        os.ftruncate(handle, PLACES * 8)
        os.close(handle)
        Bell(Path(name)).ring(everybody())
        Path(name).replace(path)
    return Bell(path)


def _place(each: str) -> int:
    return zlib.crc32(each.encode()) & MASK

"""A gunicorn worker that leaves new connections to a worker that has fewer.

All workers wait at one socket. A shop's servers open their connections in a burst and keep them, and the
worker that happens to be awake would take them all: one core then works and the others idle. So every
worker writes down how many it has, and one that has more than another hesitates for a moment.
"""

from __future__ import annotations

import mmap
import socket
import time
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

SLOTS = 256  # workers at a time, two bytes each
ABSENT = 0xFFFF
HESITATION = 0.0002  # seconds between looks whether another worker has come
PATIENCE = 10  # looks, after which it takes the connection itself: the other may be stuck


class Connections:
    """How many connections every worker has, in memory that a master shares with what it forks."""

    def __init__(self) -> None:
        self._counts = memoryview(mmap.mmap(-1, 2 * SLOTS)).cast("H")
        for slot in range(SLOTS):
            self.forget(slot)

    def write(self, slot: int, count: int) -> None:
        """A worker's connections."""
        self._counts[slot % SLOTS] = min(count, ABSENT - 1)

    def forget(self, slot: int) -> None:
        """A worker has ended."""
        self._counts[slot % SLOTS] = ABSENT

    def fewest(self) -> int:
        """The connections of the worker with the fewest, ABSENT where there is no worker."""
        return min(self._counts)


class BalancedWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn's threaded worker; the shared counts are the `connections` of its configuration file."""

    connections: Connections

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._count = 0
        super().__init__(*args, **kwargs)

    @property
    def nr_conns(self) -> int:
        """Connections that are open; gunicorn counts them by this name."""
        return self._count

    @nr_conns.setter
    def nr_conns(self, count: int) -> None:
        self._count = count
        if self.booted:  # before that the master speaks, about a worker that is not there yet
            self.connections.write(self.age, count)

    def accept(self, listener: socket.socket) -> None:
        """Accept a connection, unless a worker with fewer is on its way to it."""
        for _ in range(PATIENCE):
            if self._count <= self.connections.fewest():
                break
            time.sleep(HESITATION)
        super().accept(listener)

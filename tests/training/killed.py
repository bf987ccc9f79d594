"""Child processes that change an artifacts directory until they are killed. Imported by the forkserver."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from tests.models.tiny import tiny_bundle
from training.publishing import prune, publish, rollback, store

# What the interpreter announces before it asks the system for a change on disk. Before a change is
# after the one before: together they are every point at which a kill can make a difference. Opening a
# file for writing and flushing are points too.
CHANGES = frozenset({"os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink", "os.truncate"})


def one_round(artifacts_dir: Path, report: Connection, die_at: int | None) -> None:
    """Store and publish `c`, go back, prune; kill oneself before change number `die_at` (0 is the first).

    Reports each step when it is done, and the number of changes at the end.
    """
    seen = 0

    def tick(*_: object) -> None:
        nonlocal seen
        if seen == die_at:
            os.kill(os.getpid(), signal.SIGKILL)
        seen += 1

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if _changes(event, arguments):
            tick()

    sys.addaudithook(watch)
    _flush_by(tick)
    store(tiny_bundle("c"), artifacts_dir)
    report.send("stored")
    publish(artifacts_dir, "c")
    report.send("published")
    rollback(artifacts_dir)
    report.send("rolled back")
    prune(artifacts_dir, 1)
    report.send("pruned")
    report.send(seen)


def for_ever(artifacts_dir: Path, report: Connection) -> None:
    """Store and publish v000000, v000001, ... Reports each version when it is published."""
    _flush_by(lambda _: None)
    for number in count():
        version = f"v{number:06}"
        store(tiny_bundle(version), artifacts_dir)
        publish(artifacts_dir, version)
        report.send(version)
        prune(artifacts_dir, 2)


def _changes(event: str, arguments: tuple[Any, ...]) -> bool:
    if event != "open":
        return event in CHANGES
    return bool(arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


def _flush_by(action: Callable[..., None]) -> None:
    """What was written survives a kill without being flushed (only a power cut needs that): save the time."""
    os.fsync = action

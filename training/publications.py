"""The record of what was published when, and the stack of versions that follows from it.

Each line of `publications.jsonl` is written before the pointer moves, and says what the pointer was
then. A kill between the two leaves a line whose move never happened; the next line's `before`, or
the pointer itself, tells, so nothing has to be repaired.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from models.errors import ArtifactError

RECORD = "publications.jsonl"

Action = Literal["publish", "rollback"]


@dataclass(frozen=True, slots=True)
class Publication:
    """One move of the pointer: to `version`, from `before` (None where nothing was current)."""

    at: str
    action: Action
    version: str
    before: str | None


def append(artifacts_dir: Path, action: Action, version: str, before: str | None) -> None:
    """Write one line and flush it to the disk. A torn line at the end, left by a kill, is cut off first."""
    line = asdict(Publication(datetime.now(UTC).isoformat(timespec="seconds"), action, version, before))
    with (artifacts_dir / RECORD).open("a+b") as file:
        file.seek(0)
        kept = file.read().rfind(b"\n") + 1
        file.truncate(kept)
        file.write(json.dumps(line).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def read(artifacts_dir: Path) -> list[Publication]:
    """All lines, oldest first; a torn one at the end is left out.

    Raises ArtifactError with reason `format`, naming the line, where another cannot be read.
    """
    path = artifacts_dir / RECORD
    try:
        whole, _, _ = path.read_bytes().rpartition(b"\n")
    except FileNotFoundError:
        return []
    lines = []
    for number, line in enumerate(whole.splitlines(), start=1):
        try:
            lines.append(Publication(**json.loads(line)))
        except (ValueError, TypeError) as error:
            raise ArtifactError(
                f"line {number} is damaged, delete it to go on: {line[:80]!r}",
                path=str(path),
                reason="format",
            ) from error
    return lines


def stack(publications: Iterable[Publication], current: str | None) -> tuple[str, ...]:
    """The versions to go back through, the current one last: publish pushes, rollback pops.

    `current` is where the pointer stands now.
    """
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    for publication in publications:
        before = _settled(before, after, publication.before)
        popped = publication.action == "rollback" and before[-2:-1] == (publication.version,)
        after = before[:-1] if popped else (*before, publication.version)
    return _settled(before, after, current)


def _settled(before: tuple[str, ...], after: tuple[str, ...], pointer: str | None) -> tuple[str, ...]:
    """Which of the two stacks around a move is true, given where the pointer stood afterwards."""
    if after[-1:] == (pointer,):
        return after
    if before[-1:] == (pointer,) or (pointer is None and not before):
        return before
    # Somebody moved or removed the pointer by hand: moving it is publishing.
    return after if pointer is None else (*after, pointer)

"""Publishing: artifacts are stored, made current, taken back and pruned, safe against a kill at any point.

    artifacts_dir/
        20261123-160000-3fa9c1/     a version: complete from the moment it has this name
        current -> 2026...          the pointer: always a complete version, moved in one rename
        publications.jsonl          what was published when (`training.publications`)
        .lock                       held while anything here is changed
        .tmp-...                    work in progress, or left by a process that was killed

Readers take no lock. Whoever holds the lock knows that no one else is at work, so every `.tmp-...`
is then a leftover and is removed. The lock is `flock`: on a network file system it needs one that
supports it (NFS 4 does).
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from models.artifact import OLDER, load_artifact, read_manifest, verify_artifact, write_artifact
from models.bundle import Bundle, Facts
from models.errors import ArtifactError, did_you_mean
from training import publications

POINTER = "current"
LOCK = ".lock"
UNFINISHED = ".tmp-"
# Storing the largest artifact measured takes seconds: whoever waits longer waits for a hung process.
LOCK_SECONDS = 120.0
VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def new_version(now: datetime | None = None) -> str:
    """A name for an artifact made now (UTC), such as `20261123-160000-3fa9c1`; names sort by time."""
    moment = (now or datetime.now(UTC)).astimezone(UTC)
    return f"{moment:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"


def store(bundle: Bundle, artifacts_dir: Path, extras: Mapping[str, bytes] | None = None) -> Path:
    """Write a bundle as the version its facts name; it is there whole or not at all. Returns its directory.

    `extras` are further files by name. Nothing becomes current. Raises ArtifactError where the
    name cannot be a version's, or is taken.
    """
    version = bundle.facts.version
    final = artifacts_dir / version
    if not VERSION.fullmatch(version) or version == POINTER:
        raise ArtifactError(
            f"{version!r} cannot name a version: letters, digits, '.', '_' and '-' only, not {POINTER!r}",
            path=str(artifacts_dir),
            reason="format",
        )
    _make(artifacts_dir)
    with exclusive(artifacts_dir):
        if final.exists():
            raise ArtifactError("this version is stored already", path=str(final), reason="format")
        unfinished = artifacts_dir / f"{UNFINISHED}store-{version}"
        unfinished.mkdir()
        try:
            write_artifact(bundle, unfinished, extras)
            unfinished.rename(final)
        except BaseException:  # a full disk, Ctrl-C: give the room back at once
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
        _flush(artifacts_dir)
    return final


def publish(artifacts_dir: Path, version: str) -> None:
    """Make a stored version the current one. Publishing the current one again changes nothing.

    It is loaded as the service would load it first. Raises ArtifactError naming what is wrong with
    it; for an unknown version, the stored ones.
    """
    with exclusive(artifacts_dir):
        _check(artifacts_dir, version)
        _move(artifacts_dir, "publish", version)


def rollback(artifacts_dir: Path) -> str:
    """Make the version published before the current one current again, and return its name.

    Called again, it goes one further back. Raises ArtifactError where there is none, or naming
    what is wrong with it; then nothing has changed.
    """
    with exclusive(artifacts_dir):
        target = rollback_target(artifacts_dir)
        if target is None:
            current = current_version(artifacts_dir)
            state = "nothing is published" if current is None else f"nothing was published before {current}"
            raise ArtifactError(
                f"cannot roll back: {state}; {_choices(artifacts_dir)}",
                path=str(artifacts_dir),
                reason="missing",
            )
        _check(artifacts_dir, target)
        _move(artifacts_dir, "rollback", target)
        return target


def prune(artifacts_dir: Path, keep: int) -> tuple[str, ...]:
    """Remove all but the newest `keep` versions, never the current one nor the rollback target.

    Returns the names of those removed, oldest first.
    """
    with exclusive(artifacts_dir):
        needed = {current_version(artifacts_dir), rollback_target(artifacts_dir)}
        versions = stored_versions(artifacts_dir)
        removed = tuple(name for name in versions[: max(len(versions) - keep, 0)] if name not in needed)
        for name in removed:
            # Renamed first: a kill half-way leaves no half version behind.
            unwanted = artifacts_dir / f"{UNFINISHED}prune-{name}"
            (artifacts_dir / name).rename(unwanted)
            shutil.rmtree(unwanted)
        _flush(artifacts_dir)
        return removed


def stored_versions(artifacts_dir: Path) -> list[str]:
    """The names of all stored versions, oldest first."""
    if not artifacts_dir.is_dir():
        return []
    return sorted(
        path.name
        for path in artifacts_dir.iterdir()
        if VERSION.fullmatch(path.name) and path.is_dir() and not path.is_symlink()
    )


def current_version(artifacts_dir: Path) -> str | None:
    """The version the pointer names, None where nothing is published.

    Raises ArtifactError where `current` is something other than a symlink.
    """
    pointer = artifacts_dir / POINTER
    if pointer.is_symlink():
        return pointer.readlink().name
    if pointer.exists():
        raise ArtifactError(
            "is not a symlink to a version; move it away, then publish", path=str(pointer), reason="format"
        )
    return None


def rollback_target(artifacts_dir: Path) -> str | None:
    """The version that `rollback` would go back to, None where there is none."""
    current = current_version(artifacts_dir)
    if current is None:
        return None
    back = publications.stack(publications.read(artifacts_dir), current)
    return back[-2] if len(back) > 1 else None


@dataclass(frozen=True, slots=True)
class StoredArtifact:
    """One line about a stored version. `facts` is None and `damage` says why where it cannot be used.

    size   bytes of all files
    older  whether that is for its format alone, of an older Shopkeeper
    """

    version: str
    is_current: bool
    is_rollback_target: bool
    size: int
    facts: Facts | None
    damage: str | None
    older: bool


def list_artifacts(artifacts_dir: Path, *, verify: bool = False) -> list[StoredArtifact]:
    """All stored versions, oldest first; those that cannot be used are named, not raised.

    Without `verify` only the manifests are checked, with it every byte.
    """
    current = current_version(artifacts_dir)
    target = rollback_target(artifacts_dir)
    check = verify_artifact if verify else read_manifest
    lines = []
    for version in stored_versions(artifacts_dir):
        directory = artifacts_dir / version
        facts, damage, size, older = None, None, 0, False
        try:
            size = sum(path.stat().st_size for path in directory.iterdir())
            facts = check(directory).facts
        except (ArtifactError, OSError) as error:
            damage, older = str(error), isinstance(error, ArtifactError) and error.reason == OLDER
        marks = version == current, version == target
        lines.append(StoredArtifact(version, *marks, size, facts, damage, older))
    return lines


@contextmanager
def exclusive(artifacts_dir: Path, seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """Hold the lock of an artifacts directory; leftovers of killed processes are removed first.

    Waits up to `seconds` for another process. Raises ArtifactError with reason `busy` after that,
    and `missing` for a directory that is not there or cannot be written.
    """
    try:
        # Opened anew each time: flock belongs to the open file, so that two threads exclude each other too.
        descriptor = os.open(artifacts_dir / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    except FileNotFoundError as error:
        raise ArtifactError(
            "no such directory, so no artifact is stored", path=str(artifacts_dir), reason="missing"
        ) from error
    except OSError as error:
        raise ArtifactError(
            f"cannot be written: {error.strerror}", path=str(artifacts_dir), reason="missing"
        ) from error
    try:
        _wait_for(descriptor, artifacts_dir / LOCK, seconds)
        _remove_leftovers(artifacts_dir)
        yield
    finally:
        os.close(descriptor)  # releases the lock; so does a kill


def _make(directory: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ArtifactError(
            f"cannot be made: {error.strerror}", path=str(directory), reason="missing"
        ) from error


def _wait_for(descriptor: int, path: Path, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise ArtifactError(
                    f"another process has been changing artifacts for over {seconds:.0f} s; wait, or end it",
                    path=str(path),
                    reason="busy",
                ) from None
            time.sleep(0.02)
        else:
            return


def _remove_leftovers(artifacts_dir: Path) -> None:
    for path in artifacts_dir.glob(f"{UNFINISHED}*"):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _check(artifacts_dir: Path, version: str) -> None:
    """Refuse a version that is not stored, or that the service would refuse."""
    if version not in stored_versions(artifacts_dir):
        raise ArtifactError(
            f"no version {version!r} is stored; {did_you_mean(version, stored_versions(artifacts_dir))}",
            path=str(artifacts_dir),
            reason="missing",
        )
    named = load_artifact(artifacts_dir / version).facts.version
    if named != version:
        raise ArtifactError(
            f"calls itself {named!r} in its manifest: the directory was renamed",
            path=str(artifacts_dir / version),
            reason="format",
        )


def _move(artifacts_dir: Path, action: publications.Action, version: str) -> None:
    """Write the move down, then make it: the pointer is replaced in one rename."""
    before = current_version(artifacts_dir)
    if before == version:
        return
    publications.append(artifacts_dir, action, version, before)
    unfinished = artifacts_dir / f"{UNFINISHED}{POINTER}"
    unfinished.symlink_to(version)
    unfinished.replace(artifacts_dir / POINTER)
    _flush(artifacts_dir)


def _choices(artifacts_dir: Path) -> str:
    return f"stored versions to publish: {', '.join(stored_versions(artifacts_dir)) or 'none'}"


def _flush(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

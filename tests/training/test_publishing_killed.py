"""kill -9 at every point of store, publish, rollback, prune: the old or the new artifact, never neither."""

from __future__ import annotations

import multiprocessing
import random
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Any

import pytest

from models.artifact import load_artifact, verify_artifact
from tests.models.tiny import tiny_bundle
from tests.training import killed
from training.publishing import (
    current_version,
    list_artifacts,
    publish,
    rollback,
    rollback_target,
    store,
    stored_versions,
)

RANDOM_KILLS = 40
PATIENCE = 60.0


@pytest.fixture(scope="module")
def server() -> ForkServerContext:
    """Children start from a process that has imported everything: one costs milliseconds."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.training.killed"])
    return context


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An old version, a and then b published, and what an earlier kill has left."""
    artifacts_dir = tmp_path_factory.mktemp("before") / "artifacts"
    store(tiny_bundle("0"), artifacts_dir)
    for version in ("a", "b"):
        store(tiny_bundle(version), artifacts_dir)
        publish(artifacts_dir, version)
    (artifacts_dir / ".tmp-store-b2").mkdir()
    (artifacts_dir / ".tmp-store-b2" / "taste.joblib").write_bytes(b"half")
    return artifacts_dir


@contextmanager
def child(
    server: ForkServerContext, work: Callable[..., None], artifacts_dir: Path, *more: object
) -> Iterator[tuple[ForkServerProcess, Connection]]:
    reports, report = server.Pipe(duplex=False)
    process = server.Process(target=work, args=(artifacts_dir, report, *more), daemon=True)
    process.start()
    report.close()
    try:
        yield process, reports
    finally:
        process.kill()
        process.join(PATIENCE)


def all_reports(reports: Connection) -> list[Any]:
    """Everything that was reported until the other end closed."""
    found = []
    try:
        while True:
            found.append(reports.recv())
    except EOFError:
        return found


def assert_whole(artifacts_dir: Path) -> None:
    """The pointer names an artifact that loads, and whatever has a version's name is complete."""
    current = current_version(artifacts_dir)
    assert load_artifact(artifacts_dir / "current").facts.version == current
    for version in stored_versions(artifacts_dir):
        assert verify_artifact(artifacts_dir / version).facts.version == version
    assert all(line.damage is None for line in list_artifacts(artifacts_dir))


def test_a_kill_before_every_change_on_disk(server: ForkServerContext, before: Path, tmp_path: Path) -> None:
    # What may be current, and where rollback would go from there, after each reported step.
    way_back = {"b": "a", "c": "b"}
    possible = {None: {"b"}, "stored": {"b", "c"}, "published": {"c", "b"}, "rolled back": {"b"}}
    seen = set()
    n_changes = count_changes(server, before, tmp_path / "counted")
    assert n_changes > 50
    for die_at in range(n_changes):
        artifacts_dir = tmp_path / f"killed-{die_at}"
        shutil.copytree(before, artifacts_dir, symlinks=True)
        with child(server, killed.one_round, artifacts_dir, die_at) as (process, reports):
            done = all_reports(reports)
            process.join(PATIENCE)
            assert process.exitcode == -signal.SIGKILL
        step = done[-1] if done else None
        assert_whole(artifacts_dir)
        current = current_version(artifacts_dir)
        assert current in possible[step]
        assert current is not None
        assert rollback_target(artifacts_dir) == way_back[current]
        seen.add((step, current))
        publish(artifacts_dir, "a")  # the next one finds a working directory and cleans up
        assert not list(artifacts_dir.glob(".tmp-*"))
        assert rollback(artifacts_dir) == current
        assert_whole(artifacts_dir)
    # Both sides of both moves were met.
    assert {("stored", "b"), ("stored", "c"), ("published", "c"), ("published", "b")} <= seen


def count_changes(server: ForkServerContext, before: Path, artifacts_dir: Path) -> int:
    shutil.copytree(before, artifacts_dir, symlinks=True)
    with child(server, killed.one_round, artifacts_dir, None) as (_, reports):
        *steps, n_changes = all_reports(reports)
    assert steps == ["stored", "published", "rolled back", "pruned"]
    return int(n_changes)


def test_kills_at_random_moments(server: ForkServerContext, tmp_path: Path) -> None:
    chance = random.Random(20261123)  # noqa: S311  # moments, not secrets
    for attempt in range(RANDOM_KILLS):
        artifacts_dir = tmp_path / f"killed-{attempt}"
        with child(server, killed.for_ever, artifacts_dir) as (process, reports):
            assert reports.poll(PATIENCE)
            time.sleep(chance.uniform(0, 0.1))
            process.kill()
            published = all_reports(reports)
            process.join(PATIENCE)
            assert process.exitcode == -signal.SIGKILL
        assert_whole(artifacts_dir)
        last = int(published[-1][1:])
        assert current_version(artifacts_dir) in (f"v{last:06}", f"v{last + 1:06}")
        store(tiny_bundle("w"), artifacts_dir)
        publish(artifacts_dir, "w")
        assert not list(artifacts_dir.glob(".tmp-*"))
        assert_whole(artifacts_dir)

"""Storing, publishing, going back, pruning and listing, one process and no accidents."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from models.artifact import load_artifact, verify_artifact
from models.errors import ArtifactError
from tests.models.tiny import tiny_bundle
from training.publishing import (
    current_version,
    exclusive,
    list_artifacts,
    new_version,
    prune,
    publish,
    rollback,
    rollback_target,
    store,
    stored_versions,
)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Three stored versions, of which a and then b were published."""
    artifacts_dir = tmp_path / "artifacts"
    for version in ("a", "b", "c"):
        store(tiny_bundle(version), artifacts_dir)
    publish(artifacts_dir, "a")
    publish(artifacts_dir, "b")
    return artifacts_dir


def damage(directory: Path) -> None:
    file = directory / "taste.joblib"
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)


def test_names_of_versions_sort_by_time() -> None:
    first = datetime(2026, 11, 23, 16, 0, 0, tzinfo=UTC)
    names = [new_version(first + timedelta(seconds=seconds)) for seconds in (0, 1, 60, 86_400 * 40)]
    assert names == sorted(names)
    assert names[0].startswith("20261123-160000-")
    assert len(names[0]) == len("20261123-160000-3fa9c1")


def test_names_of_versions_are_utc_and_differ_within_a_second() -> None:
    moment = datetime(2026, 11, 23, 17, 0, 0, tzinfo=timezone(timedelta(hours=1)))
    names = {new_version(moment) for _ in range(50)}
    assert all(name.startswith("20261123-160000-") for name in names)
    assert len(names) == 50


def test_what_was_stored_is_loaded_with_its_extras_and_nothing_is_current(tmp_path: Path) -> None:
    directory = store(tiny_bundle("a"), tmp_path / "deep" / "down", {"report.html": b"<p>fine</p>"})
    assert directory == tmp_path / "deep" / "down" / "a"
    assert load_artifact(directory).facts.version == "a"
    assert "report.html" in verify_artifact(directory).files
    assert current_version(directory.parent) is None
    assert sorted(path.name for path in directory.parent.iterdir()) == [".lock", "a"]


def test_a_version_is_stored_once(shop: Path) -> None:
    with pytest.raises(ArtifactError, match="stored already"):
        store(tiny_bundle("a"), shop)


@pytest.mark.parametrize("version", ["", "../a", "a/b", ".hidden", "current", "a b", "ä", "x" * 101])
def test_a_name_that_could_leave_the_directory_is_refused(tmp_path: Path, version: str) -> None:
    with pytest.raises(ArtifactError, match="cannot name a version"):
        store(tiny_bundle(version), tmp_path / "artifacts")
    assert not (tmp_path / "artifacts").exists()


def test_a_store_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        store(tiny_bundle("a"), tmp_path, {"no/such/folder": b""})
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def test_an_artifacts_dir_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "artifacts").write_text("")
    with pytest.raises(ArtifactError, match="artifacts: cannot be made"):
        store(tiny_bundle("a"), tmp_path / "artifacts")
    with pytest.raises(ArtifactError, match="artifacts: cannot be written"):
        publish(tmp_path / "artifacts", "a")


def test_publishing_moves_a_relative_pointer(shop: Path) -> None:
    assert (shop / "current").readlink() == Path("b")
    moved = shop.rename(shop.with_name("elsewhere"))
    assert load_artifact(moved / "current").facts.version == "b"


def test_publishing_the_current_version_again_changes_nothing(shop: Path) -> None:
    before = (shop / "publications.jsonl").read_bytes()
    publish(shop, "b")
    assert (shop / "publications.jsonl").read_bytes() == before
    assert rollback_target(shop) == "a"


def test_an_unknown_version_is_refused_with_those_there_are(shop: Path) -> None:
    with pytest.raises(ArtifactError, match=r"no version 'd' is stored; .*valid choices: a, b, c"):
        publish(shop, "d")
    assert current_version(shop) == "b"


@pytest.mark.parametrize("version", ["current", "../artifacts/a", ".", ""])
def test_only_a_stored_version_can_be_published(shop: Path, version: str) -> None:
    with pytest.raises(ArtifactError, match="is stored"):
        publish(shop, version)
    assert current_version(shop) == "b"


def test_without_a_directory_nothing_is_made(tmp_path: Path) -> None:
    action: Callable[[Path], object]
    for action in (lambda path: publish(path, "a"), rollback, lambda path: prune(path, 2)):
        with pytest.raises(ArtifactError, match="nowhere: no such directory"):
            action(tmp_path / "nowhere")
    assert list_artifacts(tmp_path / "nowhere") == []
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_version_is_not_published(shop: Path) -> None:
    damage(shop / "c")
    with pytest.raises(ArtifactError, match=r"taste\.joblib: does not match") as raised:
        publish(shop, "c")
    assert raised.value.reason == "hash"
    assert current_version(shop) == "b"
    assert rollback_target(shop) == "a"


def test_a_renamed_version_is_not_published(shop: Path) -> None:
    (shop / "c").rename(shop / "better")
    with pytest.raises(ArtifactError, match="better: calls itself 'c'"):
        publish(shop, "better")


def test_a_current_that_is_a_directory_is_named_not_replaced(shop: Path) -> None:
    (shop / "current").unlink()
    (shop / "current").mkdir()
    with pytest.raises(ArtifactError, match="current: is not a symlink"):
        publish(shop, "c")
    assert (shop / "current").is_dir()


def test_going_back(shop: Path) -> None:
    publish(shop, "c")
    assert rollback(shop) == "b"
    assert rollback(shop) == "a"
    assert current_version(shop) == "a"
    with pytest.raises(
        ArtifactError, match="nothing was published before a; stored versions to publish: a, b, c"
    ):
        rollback(shop)
    publish(shop, "c")
    assert rollback(shop) == "a"


def test_going_back_before_anything_was_published(tmp_path: Path) -> None:
    store(tiny_bundle("a"), tmp_path)
    with pytest.raises(ArtifactError, match="nothing is published; stored versions to publish: a"):
        rollback(tmp_path)


def test_going_back_to_a_damaged_version_is_refused(shop: Path) -> None:
    damage(shop / "a")
    with pytest.raises(ArtifactError, match=r"a/taste\.joblib: does not match"):
        rollback(shop)
    assert current_version(shop) == "b"
    assert rollback_target(shop) == "a"


def test_going_back_from_a_damaged_current_version(shop: Path) -> None:
    damage(shop / "b")
    assert rollback(shop) == "a"


def test_pruning_keeps_the_newest_the_current_and_the_way_back(shop: Path) -> None:
    for version in ("d", "e", "f"):
        store(tiny_bundle(version), shop)
    assert prune(shop, 2) == ("c", "d")
    assert stored_versions(shop) == ["a", "b", "e", "f"]
    assert prune(shop, 10) == ()
    assert rollback(shop) == "a"
    assert prune(shop, 0) == ("b", "e", "f")
    assert stored_versions(shop) == ["a"]


def test_pruning_leaves_what_is_not_an_artifact(shop: Path) -> None:
    (shop / "notes.txt").write_text("ours")
    prune(shop, 0)
    assert (shop / "notes.txt").read_text() == "ours"


def test_leftovers_go_with_the_next_change(shop: Path) -> None:
    (shop / ".tmp-store-d").mkdir()
    (shop / ".tmp-store-d" / "taste.joblib").write_bytes(b"half")
    (shop / ".tmp-current").symlink_to("nowhere")
    publish(shop, "c")
    assert not list(shop.glob(".tmp-*"))


def test_leftovers_that_link_elsewhere_are_removed_without_what_they_link_to(
    shop: Path, tmp_path: Path
) -> None:
    (tmp_path / "precious").mkdir()
    (shop / ".tmp-link").symlink_to(tmp_path / "precious")
    prune(shop, 5)
    assert (tmp_path / "precious").is_dir()
    assert not (shop / ".tmp-link").is_symlink()


def test_listing(shop: Path) -> None:
    lines = {line.version: line for line in list_artifacts(shop)}
    assert list(lines) == ["a", "b", "c"]
    assert [line.version for line in lines.values() if line.is_current] == ["b"]
    assert [line.version for line in lines.values() if line.is_rollback_target] == ["a"]
    assert lines["a"].size == sum(path.stat().st_size for path in (shop / "a").iterdir())
    assert all(line.damage is None for line in lines.values())
    facts = lines["c"].facts
    assert facts is not None
    assert facts.more["counts"]["orders"] == 10


def test_listing_names_damage_and_goes_on(shop: Path) -> None:
    damage(shop / "a")
    (shop / "c" / "manifest.json").unlink()
    quick = {line.version: line.damage for line in list_artifacts(shop)}
    assert quick["a"] is None  # its manifest is whole; only --verify reads the rest
    assert quick["c"] is not None
    assert "manifest.json: is missing" in quick["c"]
    thorough = {line.version: line.damage for line in list_artifacts(shop, verify=True)}
    assert thorough["a"] is not None
    assert "taste.joblib: does not match" in thorough["a"]
    assert thorough["b"] is None


def test_changes_wait_for_each_other(shop: Path) -> None:
    """While the lock is held nothing moves; afterwards every waiting one has its turn."""
    with exclusive(shop):
        waiting = [threading.Thread(target=publish, args=(shop, version)) for version in ("a", "c")]
        for thread in waiting:
            thread.start()
        waiting[0].join(timeout=0.3)
        assert all(thread.is_alive() for thread in waiting)
        assert current_version(shop) == "b"
    for thread in waiting:
        thread.join(timeout=30)
    assert current_version(shop) in ("a", "c")
    assert rollback_target(shop) in ("a", "c")


def test_a_lock_held_for_too_long_is_named(shop: Path) -> None:
    with (
        exclusive(shop),
        pytest.raises(ArtifactError, match="another process") as raised,
        exclusive(shop, 0.1),
    ):
        pass
    assert raised.value.reason == "busy"


def test_the_pointer_is_on_disk_before_publish_returns(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line is flushed before the pointer moves, and the directory after it."""
    steps: list[str] = []
    flush, replace = os.fsync, os.replace

    def recorded_flush(descriptor: int) -> None:
        steps.append(f"flush {Path(f'/proc/self/fd/{descriptor}').readlink().name}")
        flush(descriptor)

    def recorded_replace(source: os.PathLike[str], target: os.PathLike[str]) -> None:
        steps.append(f"move {Path(target).name}")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", recorded_flush)
    monkeypatch.setattr(os, "replace", recorded_replace)
    publish(shop, "c")
    assert steps == ["flush publications.jsonl", "move current", "flush artifacts"]

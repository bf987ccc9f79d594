"""The record of publications: what can be gone back to, also after a kill between line and pointer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from models.errors import ArtifactError
from training.publications import RECORD, Action, Publication, append, read, stack


def moves(*lines: tuple[Action, str, str | None]) -> list[Publication]:
    return [
        Publication("2026-11-23T16:00:00+00:00", action, version, before) for action, version, before in lines
    ]


def test_publish_pushes_and_rollback_pops() -> None:
    lines = moves(
        ("publish", "a", None), ("publish", "b", "a"), ("publish", "c", "b"), ("rollback", "b", "c")
    )
    assert stack(lines[:3], "c") == ("a", "b", "c")
    assert stack(lines, "b") == ("a", "b")


def test_going_back_twice_goes_two_back() -> None:
    lines = moves(("publish", "a", None), ("publish", "b", "a"), ("publish", "c", "b"))
    lines += moves(("rollback", "b", "c"), ("rollback", "a", "b"))
    assert stack(lines, "a") == ("a",)


def test_a_version_can_be_published_twice() -> None:
    lines = moves(("publish", "a", None), ("publish", "b", "a"), ("publish", "a", "b"))
    assert stack(lines, "a") == ("a", "b", "a")


def test_a_line_whose_move_never_happened_does_not_count() -> None:
    lines = moves(("publish", "a", None), ("publish", "b", "a"), ("publish", "c", "b"))
    assert stack(lines, "b") == ("a", "b")
    assert stack([*lines, *moves(("publish", "d", "b"))], "d") == ("a", "b", "d")


def test_an_unfinished_rollback_and_a_publication_of_the_same_version_are_told_apart() -> None:
    published = moves(("publish", "a", None), ("publish", "b", "a"), ("publish", "a", "b"))
    rolled_back = moves(("publish", "a", None), ("publish", "b", "a"), ("rollback", "a", "b"))
    assert stack(published, "a") == ("a", "b", "a")
    assert stack(rolled_back, "a") == ("a",)
    assert stack(published, "b") == stack(rolled_back, "b") == ("a", "b")


def test_the_first_publication_unfinished_leaves_nothing() -> None:
    assert stack(moves(("publish", "a", None)), None) == ()


def test_a_pointer_moved_by_hand_counts_as_published() -> None:
    lines = moves(("publish", "a", None), ("publish", "b", "a"))
    assert stack(lines, "z") == ("a", "b", "z")
    assert stack([*lines, *moves(("publish", "c", "z"))], "c") == ("a", "b", "z", "c")


def test_a_pointer_removed_by_hand_forgets_nothing() -> None:
    lines = moves(("publish", "a", None), ("publish", "b", "a"))
    assert stack(lines, None) == ("a", "b")
    assert stack([*lines, *moves(("publish", "c", None))], "c") == ("a", "b", "c")


def test_without_a_record_the_current_version_is_all_there_is() -> None:
    assert stack([], "a") == ("a",)
    assert stack([], None) == ()


def test_lines_are_read_back(tmp_path: Path) -> None:
    append(tmp_path, "publish", "a", None)
    append(tmp_path, "rollback", "b", "a")
    first, second = read(tmp_path)
    assert (first.action, first.version, first.before) == ("publish", "a", None)
    assert (second.action, second.version, second.before) == ("rollback", "b", "a")
    assert first.at.endswith("+00:00")


def test_no_record_is_an_empty_one(tmp_path: Path) -> None:
    assert read(tmp_path) == []


@pytest.mark.parametrize("length", range(1, 40, 7))
def test_a_line_torn_by_a_kill_is_left_out_and_written_over(tmp_path: Path, length: int) -> None:
    append(tmp_path, "publish", "a", None)
    whole = (tmp_path / RECORD).read_bytes()
    (tmp_path / RECORD).write_bytes(whole + whole[:length])
    assert [line.version for line in read(tmp_path)] == ["a"]
    append(tmp_path, "publish", "b", "a")
    assert [line.version for line in read(tmp_path)] == ["a", "b"]


def test_a_record_torn_in_its_first_line_is_empty(tmp_path: Path) -> None:
    (tmp_path / RECORD).write_bytes(b'{"at": "2026')
    assert read(tmp_path) == []
    append(tmp_path, "publish", "a", None)
    assert [line.version for line in read(tmp_path)] == ["a"]


@pytest.mark.parametrize("damage", ["nonsense", '{"at": 1}', json.dumps(["a"]), "\x00\x00"])
def test_a_damaged_line_is_named(tmp_path: Path, damage: str) -> None:
    append(tmp_path, "publish", "a", None)
    with (tmp_path / RECORD).open("a") as file:
        file.write(damage + "\n")
    append(tmp_path, "publish", "b", "a")
    with pytest.raises(ArtifactError, match="line 2 is damaged") as raised:
        read(tmp_path)
    assert raised.value.path.endswith(RECORD)

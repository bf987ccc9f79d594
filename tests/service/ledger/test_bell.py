"""The bell: surely nothing new, or perhaps something."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

from service.ledger.bell import Bell, made


def _ring(path: Path) -> None:
    Bell(path).ring(["ana"])


def test_silent_until_it_is_rung(tmp_path: Path) -> None:
    bell = made(tmp_path / "deep" / "bell", list)
    assert bell.heard("ana") == 0
    bell.ring(["ana"])
    first = bell.heard("ana")
    assert first > 0
    assert bell.heard("ben") == 0
    bell.ring(["ana"])
    assert bell.heard("ana") > first


def test_another_process_is_heard(tmp_path: Path) -> None:
    bell = made(tmp_path / "bell", list)
    other = multiprocessing.get_context("spawn").Process(target=_ring, args=(tmp_path / "bell",))
    other.start()
    other.join()
    assert bell.heard("ana") > 0


def test_a_new_one_is_rung_for_everybody_and_a_kept_one_is_kept(tmp_path: Path) -> None:
    assert made(tmp_path / "bell", lambda: ["ana"]).heard("ana") > 0
    again = made(tmp_path / "bell", lambda: ["ben"])
    assert again.heard("ana") > 0
    assert again.heard("ben") == 0


def test_a_file_of_another_size_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "bell").write_bytes(b"half")
    assert made(tmp_path / "bell", lambda: ["ana"]).heard("ana") > 0
    assert [path.name for path in tmp_path.iterdir()] == ["bell"]

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from training.commands.demo_store import demo_store


def test_writes_a_store_and_says_what_to_run_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = ["--out", "var/demo", "--customers", "50", "--order-lines", "2000", "--seed", "3"]
    result = CliRunner().invoke(demo_store, arguments)
    assert result.exit_code == 0, result.output
    assert (tmp_path / "var/demo/shop.toml").exists()
    assert "50 customers" in result.stdout
    assert "2,000 order lines" in result.stdout
    assert result.stdout.rstrip().endswith("shopkeeper train --config var/demo/shop.toml")


@pytest.mark.parametrize("arguments", [["--customers", "3"], ["--order-lines", "x"], ["--seed", "-1"]])
def test_wrong_sizes_end_with_code_2(tmp_path: Path, arguments: list[str]) -> None:
    result = CliRunner().invoke(demo_store, ["--out", str(tmp_path / "demo"), *arguments])
    assert result.exit_code == 2
    assert arguments[0] in result.stderr
    assert not (tmp_path / "demo").exists()

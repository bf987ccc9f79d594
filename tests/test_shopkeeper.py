"""The front door: help without imports, one line for an error, exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from shopkeeper import COMMANDS, main


def test_help_lists_every_command_and_imports_none() -> None:
    code = (
        "import sys, json; from click.testing import CliRunner; from shopkeeper import main; "
        "out = CliRunner().invoke(main, ['--help']).output; "
        "print(json.dumps([out, [m for m in sys.modules if m.split('.')[0] in "
        "('training', 'service', 'polars', 'flask', 'numpy')]]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    output, imported = json.loads(done.stdout)
    assert imported == []
    for name in COMMANDS:
        assert name in output


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help(name: str) -> None:
    result = CliRunner().invoke(main, [name, "--help"])
    assert result.exit_code == 0, result.output
    assert "Usage:" in result.output


def test_an_error_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["train", "--config", str(tmp_path / "none.toml")])
    assert result.exit_code == 2
    assert "no such file" in result.output or "does not exist" in result.output
    assert "Traceback" not in result.output


def test_an_unknown_command_is_named() -> None:
    result = CliRunner().invoke(main, ["trian"])
    assert result.exit_code == 2
    assert "trian" in result.output


def test_a_missing_openmp_says_what_to_install(tmp_path: Path) -> None:
    """implicit, which fits taste, loads libgomp.so.1: slim machines lack it."""
    code = (
        "import sys, importlib.abc\n"
        "class Slim(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'implicit':\n"
        "            raise ImportError('libgomp.so.1: cannot open shared object file')\n"
        "sys.meta_path.insert(0, Slim())\n"
        "from shopkeeper import main; main(['train', '--help'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 1
    assert "apt-get install libgomp1" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_package_says_what_to_install(tmp_path: Path) -> None:
    """The serving image has no polars: `train` there says so instead of a traceback."""
    code = "import sys; sys.modules['polars'] = None; from shopkeeper import main; main(['train', '--help'])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 1
    assert "shopkeeper[train]" in done.stderr
    assert "Traceback" not in done.stderr

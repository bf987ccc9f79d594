"""The structure holds: imports run one way, and the front door imports nothing early."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_imports_run_one_way() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_environment_is_read_in_one_place() -> None:
    readers = {
        path.relative_to(ROOT).as_posix()
        for folder in ("config", "models", "service", "training")
        for path in (ROOT / folder).rglob("*.py")
        if "os.environ" in path.read_text() or "getenv" in path.read_text()
    }
    # gunicorn.conf.py sets variables for the libraries it starts; settings.py reads them.
    assert readers <= {"config/settings.py", "config/gunicorn.conf.py"}


def test_no_registry_is_named() -> None:
    for name in ("pyproject.toml", "constraints.txt", "Makefile", "Dockerfile", "compose.yaml", ".ci/run"):
        text = (ROOT / name).read_text()
        for word in ("index-url", "find-links", "pypi.org", "pythonhosted", "deb.debian"):
            assert word not in text, f"{name} names a registry: {word}"

"""Documents: what they link to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").glob("*.md")),
]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_that_is_linked_or_shown_is_there(document: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text())
    files = [link for link in links if not re.match(r"[a-z]+:", link)]
    assert [link for link in files if not (document.parent / link).exists()] == []


def test_plan_nudges_are_shown_in_pictures() -> None:
    shown = re.findall(r"!\[[^\]]+\]\((pictures/[^)]+)\)", (ROOT / "docs" / "plan-nudges.md").read_text())
    assert sorted(shown) == [
        f"pictures/plans-{name}.svg" for name in ("calibration", "coverage", "regret", "saves")
    ]

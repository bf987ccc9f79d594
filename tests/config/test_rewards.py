"""config/rewards.toml: the one that is shipped, and errors that point at the line."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.rewards import load_rewards
from models.errors import ConfigError

TIERS = ("gold", "silver", "bronze")
SHIPPED = Path(__file__).parents[2] / "config" / "rewards.toml"


def test_the_shipped_file_shows_every_kind() -> None:
    rules = load_rewards(SHIPPED, 2, TIERS)
    assert {rule.kind for rule in rules} == {
        "visits",
        "spend",
        "tier",
        "birthday",
        "first_order",
        "win_back",
        "replenishment",
    }
    assert next(rule.every for rule in rules if rule.kind == "spend") == 10_000
    assert next(rule.every for rule in load_rewards(SHIPPED, 0, TIERS) if rule.kind == "spend") == 100


def test_no_file_is_no_rewards(tmp_path: Path) -> None:
    assert load_rewards(tmp_path / "none.toml", 2, TIERS) == ()


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ('[[rewards]]\nid = "a"\nkind = "visit"\nbenefit = "x"\n', 3, "visits"),
        ('[[rewards]]\nid = "a"\nkind = "visits"\nbenefit = "x"\n', 1, "every_visits goes with"),
        ('[[rewards]]\nid = "a"\nkind = "tier"\nbenefit = "x"\ntiers = ["glod"]\n', 5, "did you mean 'gold'"),
        ('[[rewards]]\nid = "a"\nkind = "tier"\nbenefit = "x"\n', 1, "needs tiers"),
        ('[[rewards]]\nid = "a"\nkind = "win_back"\nbenefit = "x"\nevry = 1\n', 5, "unknown key"),
        ('[[rewards]]\nid = "A b"\nkind = "win_back"\nbenefit = "x"\n', 2, "pattern"),
        ('[[rewards]]\nid = "a"\nkind = "spend"\nbenefit = "x"\nevery_spent = "0.00"\n', 1, "above 0"),
        (
            '[[rewards]]\nid = "a"\nkind = "win_back"\nbenefit = "x"\n\n[[rewards]]\nid = "a"\n'
            'kind = "win_back"\nbenefit = "x"\n',
            7,
            "there already",
        ),
    ],
)
def test_errors_name_the_line(tmp_path: Path, text: str, line: int, why: str) -> None:
    file = tmp_path / "rewards.toml"
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_rewards(file, 2, TIERS)
    assert why in str(caught.value)
    assert f"rewards.toml:{line}" in str(caught.value)


def test_what_is_no_toml_is_said(tmp_path: Path) -> None:
    file = tmp_path / "rewards.toml"
    file.write_text("[[rewards\n")
    with pytest.raises(ConfigError, match="cannot be read as TOML"):
        load_rewards(file, 2, TIERS)

"""The policies file: what it says, and how a mistake in it is answered."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

import config
from config.policies import PolicyTable, load_policies, parse_policies, policies_of_placements
from config.service import Placement, Placements, channel_of
from models.errors import ConfigError
from models.policies import Policy

EXAMPLE = Path(config.__file__).parent / "examples" / "policies.toml"


def seconds(*moment: int) -> float:
    return datetime(*moment, tzinfo=UTC).timestamp()  # type: ignore[misc]  # a date, and what more there is


def one(conditions: str) -> Policy:
    (policy,) = parse_policies(f'[[policy]]\nname = "p"\naction = "exclude"\n{conditions}\n', "p.toml")
    return policy


def test_the_example_loads_and_shows_every_action_and_key() -> None:
    policies = load_policies(EXAMPLE)
    assert {policy.action for policy in policies} == {"include", "exclude", "boost", "pin", "limit"}
    text = EXAMPLE.read_text()
    for key in PolicyTable.model_fields:
        assert key in text, key
    (advent,) = (policy for policy in policies if policy.action == "boost")
    assert advent == Policy(
        "Advent tea",
        "boost",
        categories=("Tea", "Biscuits"),
        factor=1.5,
        valid_from=seconds(2026, 11, 27),
        valid_until=seconds(2026, 12, 25),
    )


def test_no_file_is_no_policy_and_an_empty_one_too(tmp_path: Path) -> None:
    assert load_policies(tmp_path / "policies.toml") == ()
    (tmp_path / "policies.toml").write_text("# nothing yet\n")
    assert load_policies(tmp_path / "policies.toml") == ()


def test_one_or_a_list_says_the_same() -> None:
    assert one('tag = "a"') == one('tag = ["a"]')
    assert one('tag = "a"\nplacements = "cart"') == one('tag = "a"\nplacements = ["cart"]')


@pytest.mark.parametrize("price", ['"4.99"', "4.99", "4.990"])
def test_prices_are_exact_decimals(price: str) -> None:
    assert one(f"price_min = {price}").price_min == Decimal("4.99")


@pytest.mark.parametrize(
    ("given", "begins", "ends"),
    [
        ("2026-12-24", seconds(2026, 12, 24), seconds(2026, 12, 25)),
        ('"2026-12-24"', seconds(2026, 12, 24), seconds(2026, 12, 25)),
        ("2026-12-24T18:00:00", seconds(2026, 12, 24, 18), seconds(2026, 12, 24, 18)),
        ("2026-12-24T18:00:00Z", seconds(2026, 12, 24, 18), seconds(2026, 12, 24, 18)),
        ('"2026-12-24T18:00:00+01:00"', seconds(2026, 12, 24, 17), seconds(2026, 12, 24, 17)),
    ],
)
def test_a_day_lasts_until_midnight_and_times_are_utc(given: str, begins: float, ends: float) -> None:
    assert one(f'tag = "a"\nvalid_from = {given}').valid_from == begins
    assert one(f'tag = "a"\nvalid_until = {given}').valid_until == ends


TEXT = """# policies of the shop

[[policy]]
name = "first"
action = "exclude"
tag = [
    "alcohol",
    # and
    "tobacco",
]

[[policy]]
name = "second"  # the other one
action = "boost"
category = "Tea"
factor = 2.0
"""
# What is replaced by what in TEXT, the line that must be named, the key, and what is said.
MISTAKES = [
    ('action = "boost"', 'action = "bost"', 14, "policy.1.action", "did you mean 'boost'?"),
    ('action = "boost"', "", 12, "policy.1.action", "this key is needed"),
    ("factor = 2.0", "factor = 0", 16, "policy.1.factor", "greater than 0 (given: 0)"),
    ("factor = 2.0", "factr = 2.0", 16, "policy.1.factr", "did you mean 'factor'?"),
    ("factor = 2.0", "", 12, "policy.1", "the action boost needs the key factor"),
    ("factor = 2.0", "factor = 2.0\nposition = 1", 17, "policy.1.position", "belongs to the action pin"),
    ('category = "Tea"', "", 12, "policy.1", "matches every product"),
    ('category = "Tea"', "category = []", 15, "policy.1.category", "at least 1 item"),
    ('"second"', '"first"', 13, "policy.1.name", "taken by a policy above"),
    ('    "tobacco",', "    7,", 6, "policy.0.tag", "valid string (given: 7)"),
    (
        "factor = 2.0",
        'factor = 2.0\nplacements = ["kart"]',
        17,
        "policy.1.placements",
        "did you mean 'cart'?",
    ),
    ("factor = 2.0", 'factor = 2.0\nchannels = "mail"', 17, "policy.1.channels", "did you mean 'email'?"),
    ("factor = 2.0", 'factor = 2.0\nvalid_from = "soon"', 17, "policy.1.valid_from", "no ISO 8601 date"),
    ("factor = 2.0", "factor = 2.0\nvalid_from = 7", 17, "policy.1.valid_from", "(given: 7)"),
    (
        "factor = 2.0",
        "factor = 2.0\nvalid_from = 2026-05-02\nvalid_until = 2026-05-01",
        18,
        "policy.1.valid_until",
        "is not after valid_from",
    ),
    (
        "factor = 2.0",
        "factor = 2.0\nprice_min = 3\nprice_max = 2",
        18,
        "policy.1.price_max",
        "2 is below price_min",
    ),
    ("factor = 2.0", "factor = 2.0\nprice_min = -1", 17, "policy.1.price_min", "greater than or equal to 0"),
    ("factor = 2.0", "factor = = 2.0", 16, "policy", "cannot be read as TOML: Invalid value"),
    ("factor = 2.0", 'factor = """', 16, "policy", "cannot be read as TOML"),
    ("# policies of the shop", "[polices]", 1, "polices", "did you mean 'policy'?"),
    (TEXT, '[policy]\nname = "x"', 1, "policy", "begin with [[policy]]"),
    (TEXT, "policy = 7", 1, "policy", "begin with [[policy]]"),
    (TEXT, "policy = [7]", 1, "policy.0", "begin with [[policy]]"),
    (TEXT, 'policy = [{name = "x"}]', 1, "policy.0.action", "this key is needed"),
]


@pytest.mark.parametrize(("right", "wrong", "line", "key", "says"), MISTAKES)
def test_a_mistake_is_named_with_file_line_key_and_choices(
    tmp_path: Path, right: str, wrong: str, line: int, key: str, says: str
) -> None:
    path = tmp_path / "policies.toml"
    path.write_text(TEXT)
    assert len(load_policies(path)) == 2
    path.write_text(TEXT.replace(right, wrong))
    with pytest.raises(ConfigError) as caught:
        load_policies(path)
    assert caught.value.where == f"{path}:{line}"
    assert caught.value.key == key
    assert says in str(caught.value)


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "policies.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="cannot be read"):
        load_policies(path)
    with pytest.raises(ConfigError, match="cannot be read"):
        load_policies(tmp_path)


def test_the_limits_of_placements_are_policies() -> None:
    placements = Placements(home=Placement(max_per_category=3), cart=Placement(max_per_category=0))
    assert policies_of_placements(placements) == (
        Policy(
            "placements.home.max_per_category",
            "limit",
            at_most=3,
            attribute="category",
            placements=("home",),
        ),
    )
    assert policies_of_placements(Placements()) == ()


def test_the_channel_of_a_placement() -> None:
    assert [channel_of(name) for name in ("email", "sales", "home", "cart")] == [
        "email",
        "phone",
        "web",
        "web",
    ]

"""Names in messages: few enough to read, and nothing that garbles a terminal."""

from __future__ import annotations

from models.errors import did_you_mean
from training.data.listing import listed, nearest


def test_a_short_list_is_whole() -> None:
    assert listed(["b", "a"]) == "b, a"
    assert listed([]) == ""
    assert nearest("smal", ["small", "large"]) == did_you_mean("smal", ["small", "large"])
    assert nearest("smal", []) == did_you_mean("smal", [])


def test_a_long_list_is_cut() -> None:
    names = [f"plan{number:04}" for number in reversed(range(1200))]  # in the order of the source
    assert listed(names) == ", ".join(names[:10]) + " and 1,190 more"
    said = nearest("plan1199x", names)
    assert said == f"did you mean 'plan1199'? valid choices: {', '.join(names[:10])} and 1,190 more"


def test_control_characters_are_escaped() -> None:
    assert listed(["amount\rana", "größe"]) == "amount\\rana, größe"
    assert nearest("x", ["b\r1", "a"]) == "valid choices: a, b\\r1"

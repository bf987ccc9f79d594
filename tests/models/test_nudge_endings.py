"""What is said to somebody whose subscription ends: when, and of no plan after it."""

from __future__ import annotations

import pytest

from models.advice import INSUFFICIENT_DATA, STAY, TOP_UP
from tests.models.told import BOOK, pack, told

ENDS = 20_818  # 2026-12-31
SAID = "The subscription to Mid ends on 31 December 2026, so no other plan is advised."


@pytest.mark.parametrize("codes", [(), ("RUNS_OUT",), ("RECENT_JUMP",)])
def test_who_leaves_is_told_when_and_of_no_other_plan(codes: tuple[str, ...]) -> None:
    said = told(STAY, codes=("ENDING", *codes), ends_on=ENDS)
    assert said.startswith("Used 100 of 250 GB")
    assert said.endswith(SAID)


def test_what_is_booked_is_named() -> None:
    said = told(STAY, codes=("ENDING",), ends_on=ENDS, follows=BOOK.index("much"))
    assert said.endswith(
        "The subscription to Mid ends on 31 December 2026 and Much is booked to follow, so no other plan is "
        "advised."
    )


def test_a_pack_until_the_end_is_offered_as_ever() -> None:
    said = told(TOP_UP, codes=("ENDING", "RUNS_OUT"), ends_on=ENDS, **pack("gigas", 1, 300.0))
    assert "5 GB more for 1.00 GBP" in said
    assert said.endswith(SAID)


def test_who_used_nothing_until_the_end_is_told_so() -> None:
    said = told(STAY, codes=("ENDING", "NO_USE"), ends_on=ENDS, used=[0.0, 0.0])
    assert said.endswith(SAID)
    assert "until there is more to go by" not in said


@pytest.mark.parametrize("codes", [(), ("RUNS_OUT",)])
def test_who_leaves_is_not_told_to_ask_again_later(codes: tuple[str, ...]) -> None:
    said = told(INSUFFICIENT_DATA, codes=("ENDING", "FEW_DAYS", *codes), ends_on=ENDS)
    assert "too few days" in said
    assert "ask again" not in said
    assert said.endswith(SAID)
    later = told(INSUFFICIENT_DATA, codes=("FEW_DAYS", *codes))
    assert later.endswith("ask again in a few days.")


def test_an_unusual_cycle_is_said_to_be_one_though_no_plan_waits_for_the_next() -> None:
    """A bigger plan would cost less: without an end it is that which tells of the jump."""
    codes = ("RUNS_OUT", "RECENT_JUMP", "HIGHER_USE")
    at = [9000.0 if BOOK.plans.id(plan) == "mid" else 5000.0 for plan in range(len(BOOK))]
    waits = told(TOP_UP, codes=codes, cost_next=at, **pack("gigas", 1, 300.0))
    assert "A bigger plan may cost less, but this cycle is not like the ones before it" in waits
    leaves = told(TOP_UP, codes=("ENDING", *codes), cost_next=at, ends_on=ENDS, **pack("gigas", 1, 300.0))
    assert " This cycle is not like the ones before it. " in leaves
    assert leaves.endswith(SAID)

"""The holdout: stable, of the share asked for, drawn for each channel by itself."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from models.holdout import CONTROL, PERSONAL, position_of, variant_of

CUSTOMERS = [f"customer-{n}" for n in range(20_000)]


def test_the_share_is_what_was_asked_for() -> None:
    held = sum(variant_of(each, "email", "salt", 0.1) == CONTROL for each in CUSTOMERS)
    assert abs(held - 2000) < 5 * (20_000 * 0.1 * 0.9) ** 0.5


def test_channels_and_salts_draw_independently() -> None:
    for one, other in ((("email", "a"), ("web", "a")), (("email", "a"), ("email", "b"))):
        both = sum(
            variant_of(each, *one, 0.5) == variant_of(each, *other, 0.5) == CONTROL for each in CUSTOMERS
        )
        assert abs(both - 5000) < 5 * (20_000 * 0.25 * 0.75) ** 0.5


def test_it_is_the_same_in_every_process_and_release() -> None:
    assert position_of("ana", "email", "shopkeeper") == POSITION_OF_ANA


@given(st.text(max_size=20), st.floats(0, 1), st.floats(0, 1))
def test_a_larger_share_keeps_who_was_held_out(customer: str, one: float, other: float) -> None:
    small, large = sorted((one, other))
    if variant_of(customer, "web", "salt", small) == CONTROL:
        assert variant_of(customer, "web", "salt", large) == CONTROL


def test_nobody_and_everybody() -> None:
    assert {variant_of(each, "web", "salt", 0.0) for each in CUSTOMERS[:1000]} == {PERSONAL}
    assert {variant_of(each, "web", "salt", 1.0) for each in CUSTOMERS[:1000]} == {CONTROL}


def test_no_two_triples_are_one_text() -> None:
    assert position_of("1a", "b", "s") != position_of("a", "b1", "s")


POSITION_OF_ANA = 0.33070976903882887

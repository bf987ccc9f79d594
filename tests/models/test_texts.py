"""Many strings as two arrays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.texts import Texts


@given(st.lists(st.text(st.characters(codec="utf-8"))))
def test_round_trip(texts: list[str]) -> None:
    kept = Texts.of(texts)
    again = Texts.from_arrays(kept.to_arrays())
    assert len(kept) == len(again) == len(texts)
    assert [again[position] for position in range(len(again))] == texts


def test_texts_do_not_change() -> None:
    kept = Texts.of(["one", "two"])
    with pytest.raises(ValueError, match="read-only"):
        kept.data[0] = 0


def test_what_is_no_utf8_is_replaced_not_raised() -> None:
    assert Texts.of(["half \ud800"])[0] == "half ?"

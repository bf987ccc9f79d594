"""Ids: strings outside, positions inside."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.ids import MAX_ID_BYTES, UNKNOWN, IdMap, KeptPlaces
from models.scored import NOTHING, Scored
from tests.models.contract import ModelContract

valid_ids = st.text(st.characters(codec="utf-8"), min_size=1, max_size=MAX_ID_BYTES // 4).filter(
    lambda item: not item.endswith("\0")
)


class TestProductsContract(ModelContract):
    part = "products"

    def fit(self) -> IdMap:
        return IdMap.of(["b", "a", "ä", "10", "9", "a"])

    def unknown(self, model: IdMap) -> Sequence[Scored]:
        assert model.indices([]).tolist() == []
        assert model.indices(["c", "", "aa", "a\0", "x" * 1000]).tolist() == [UNKNOWN] * 5
        return [NOTHING]


class TestCustomersContract(TestProductsContract):
    part = "customers"

    def fit(self) -> IdMap:
        return IdMap.of([])


@given(st.lists(valid_ids))
def test_round_trip(ids: list[str]) -> None:
    known = IdMap.of(ids)
    assert len(known) == len(set(ids))
    for item in ids:
        assert known.id(known.index(item)) == item
    everyone = np.arange(len(known))
    assert known.take(everyone) == sorted(set(ids), key=str.encode)
    assert known.indices(known.take(everyone)).tolist() == everyone.tolist()


@given(st.sets(valid_ids), st.text())
def test_an_id_is_found_exactly_if_it_is_there(ids: set[str], wanted: str) -> None:
    known = IdMap.of(ids)
    assert (known.index(wanted) != UNKNOWN) == (wanted in ids)


@pytest.mark.parametrize("wrong", ["", "a\0", "ä" * (MAX_ID_BYTES // 2) + "a"])
def test_what_cannot_be_kept_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="is no id"):
        IdMap.of(["fine", wrong])


def test_the_longest_id_is_kept() -> None:
    longest = "x" * MAX_ID_BYTES
    assert IdMap.of([longest]).id(0) == longest


def test_half_a_surrogate_pair_is_unknown_and_no_question_mark() -> None:
    assert IdMap.of(["?"]).index("\ud800") == UNKNOWN


def test_places_are_kept_of_known_ids_alone_and_of_no_more_than_agreed() -> None:
    ids = IdMap.of(["a", "b", "c"])
    places = KeptPlaces(ids, most=2)
    asked = ["b", "x", "a", "c", "c", "", "b"]
    assert [places[item] for item in asked] == ids.indices(asked).tolist()
    assert dict(places) == {"b": 1, "a": 0}

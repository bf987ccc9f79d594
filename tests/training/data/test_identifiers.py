from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from training.data.identifiers import BAD, MISSING, Dictionary, found_in


def clean(values: list[object]) -> list[str | int]:
    """Each raw value's clean id, or MISSING or BAD."""
    dictionary = Dictionary()
    raw = pl.DataFrame({"id": values}).select(dictionary.encode(pl.col("id"))).to_series()
    ids = dictionary.clean()
    codes = [MISSING if code is None else int(ids.codes[code]) for code in raw]
    return [code if code < 0 else ids.ids[code] for code in codes]


def test_spaces_go_and_empty_is_missing() -> None:
    assert clean([" 85123A ", "85123A", "", "  ", None]) == ["85123A", "85123A", MISSING, MISSING, MISSING]


def test_whole_floats_become_integers() -> None:
    assert clean([17850.0, 1e10, 0.5]) == ["17850", "10000000000", "0.5"]
    assert clean(["17850.0", "17850", "-3.00", "v1.0"]) == ["17850", "17850", "-3", "v1.0"]
    assert clean([17850, 7]) == ["17850", "7"]


def test_control_characters_and_long_ids_are_bad() -> None:
    assert clean(["a\x00b", "a\nb", "x" * 129, "é" * 65, "x" * 128, "é" * 64]) == [BAD] * 4 + [
        "x" * 128,
        "é" * 64,
    ]


def test_codes_survive_several_batches() -> None:
    dictionary = Dictionary()
    first = pl.DataFrame({"id": ["b", "a"]}).lazy().select(dictionary.encode(pl.col("id"))).collect()
    second = pl.DataFrame({"id": ["c", "a"]}).lazy().select(dictionary.encode(pl.col("id"))).collect()
    ids = dictionary.clean()
    assert [ids.ids[int(ids.codes[code])] for code in [*first["id"], *second["id"]]] == ["b", "a", "c", "a"]


@given(st.lists(st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=20)))
def test_ids_come_in_the_order_of_their_bytes(values: list[str]) -> None:
    dictionary = Dictionary()
    pl.DataFrame({"id": values}, schema={"id": pl.String}).select(dictionary.encode(pl.col("id")))
    ids = dictionary.clean().ids.to_list()
    assert ids == sorted(set(ids), key=str.encode)


def test_patterns_are_searched_not_matched_whole() -> None:
    ids = pl.Series(["POST", "POSTER", "XPOST", "85123A", None])
    assert found_in(ids, "POST").to_list() == [True, True, True, False, False]
    assert found_in(ids, "^POST$").to_list() == [True, False, False, False, False]
    assert found_in(ids, "^(?!8)").to_list() == [
        True,
        True,
        True,
        False,
        False,
    ]  # lookahead: Python's own syntax
    assert found_in(ids, None).to_list() == [False] * 5

"""Names as vectors."""

from __future__ import annotations

import numpy as np

from training.fitting.name_words import name_vectors, words_of


def test_words_are_lower_case_distinct_and_without_sizes_and_codes() -> None:
    assert words_of("Milk, whole MILK (1 l) 2x500ml Käse-Stück") == ["milk", "whole", "l", "käse", "stück"]
    assert words_of("22423") == words_of("") == []


def test_cosines_by_hand() -> None:
    vectors = name_vectors(["red mug", "blue mug", "red bowl", "42"])
    cosines = (vectors @ vectors.T).toarray()
    # red and mug are in two of four names, blue and bowl in one
    common, rare = np.log(2), np.log(4)
    assert np.allclose(cosines[0, 1], common / np.sqrt(2) / np.sqrt(common**2 + rare**2))
    assert np.allclose(cosines.diagonal(), [1, 1, 1, 0])
    assert cosines[1, 2] == 0


def test_a_word_that_all_names_have_says_nothing() -> None:
    vectors = name_vectors(["tea", "tea"])
    assert np.array_equal((vectors @ vectors.T).toarray(), np.zeros((2, 2)))
    assert name_vectors([]).shape == (0, 0)

"""Groups of products: those that say something about the shop."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.catalogue import Catalogue
from models.texts import Texts
from tests.training.fitting.worlds import catalogue_of
from training.ranking.groups import groupings


def named(catalogue: Catalogue, names: list[str]) -> Catalogue:
    return replace(catalogue, names=Texts.of(names))


def test_categories_are_numbered_without_gaps() -> None:
    (found,) = groupings(catalogue_of([3, -1, 0, 3, 0, 0]))
    assert (found.name, found.size) == ("category", 2)
    assert found.of.tolist() == [1, -1, 0, 1, 0, 0]


def test_equal_names_are_a_group() -> None:
    (found,) = groupings(named(catalogue_of([-1] * 4), ["tea", "mug", "tea", "mug"]))
    assert (found.name, found.size, found.of.tolist()) == ("name", 2, [1, 0, 1, 0])


def test_the_first_tag_is_a_group() -> None:
    catalogue = replace(
        catalogue_of([-1] * 4),
        tags=Texts.of(["new", "vegan"]),
        tag_starts=np.array([0, 1, 3, 3, 4]),
        tag=np.array([1, 0, 1, 1], dtype=np.int32),
    )
    (found,) = groupings(catalogue)
    assert (found.name, found.size, found.of.tolist()) == ("tag", 2, [1, 0, -1, 1])


def test_what_says_nothing_is_left_out() -> None:
    assert groupings(catalogue_of([-1] * 5)) == ()  # no categories, no tags, every name its own
    assert groupings(catalogue_of([0] * 5)) == ()  # one category for all
    assert groupings(catalogue_of([0, 1, 2, 3, 4])) == ()  # one for each
    assert groupings(catalogue_of([0])) == ()

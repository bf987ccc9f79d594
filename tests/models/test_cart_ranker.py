"""The learned order of carts as a part: what is kept, nothing learned, LightGBM missing."""

from __future__ import annotations

import builtins
import logging
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.artifact import load_artifact, write_artifact
from models.bundle import Part
from models.cart_groups import CartGroups
from models.cart_proposals import by_fusion
from models.cart_ranker import CartRanker, no_cart_ranker
from models.scored import Scored
from tests.models.contract import ModelContract
from tests.models.tiny import tiny_bundle
from training.ranking.carts import grown

N_PRODUCTS, N_CUSTOMERS = 4, 3


def planted() -> CartRanker:
    """One feature decides; a product's price is not known."""
    random = np.random.default_rng(1)
    features = random.random((4_000, 1), dtype=np.float32)
    bought = (random.random(4_000) < np.where(features[:, 0] > 0.5, 0.8, 0.1)).astype(np.float32)
    products = random.random((N_PRODUCTS, 2), dtype=np.float32)
    products[1, 1] = np.nan
    ranker = CartRanker(
        trees=grown(features, bought, seed=1, threads=1),
        first=by_fusion(),
        products=products,
        customers=random.random((N_CUSTOMERS, 2), dtype=np.float32),
        negatives=np.array([0.5]),
        groups=CartGroups(
            of=np.array([[0, 0, 1, 2]], dtype=np.int32),
            starts=np.array([0, 2]),
            linked=np.array([2]),
            links=np.array([0, 0.25, 0.5, 0], dtype=np.float32),
        ),
    )
    for array in ranker.to_arrays().values():
        array.flags.writeable = False
    return ranker


class TestCartRankerContract(ModelContract):
    part = "cart_ranker"

    def fit(self) -> CartRanker:
        return planted()

    def unknown(self, model: CartRanker) -> Sequence[Scored]:
        return []  # it is asked about candidates alone: see test_no_candidates_have_no_chances

    def test_it_holds_plain_finite_numbers(self, model: Part) -> None:
        # All but the statistics: LightGBM takes NaN for what is not known.
        for name, array in model.to_arrays().items():
            assert array.dtype.kind in "iuf", name
            assert name in ("products", "customers") or np.isfinite(array).all(), name


class TestNoCartRankerContract(ModelContract):
    part = "cart_ranker"

    def fit(self) -> CartRanker:
        return no_cart_ranker(N_PRODUCTS, N_CUSTOMERS)

    def unknown(self, model: CartRanker) -> Sequence[Scored]:
        return []


def test_chances_are_those_before_negatives_were_left_out() -> None:
    # of the candidates learned from 0.8 and 0.1 were bought, but half of what was not had been left out
    rows = np.random.default_rng(2).random((2_000, 1), dtype=np.float32)
    chances, high = planted().chances(rows), rows[:, 0] > 0.5
    means = [chances[high].mean(), chances[~high].mean()]
    assert means == pytest.approx([0.8 / (0.8 + 0.2 / 0.5), 0.1 / (0.1 + 0.9 / 0.5)], abs=0.04)


def test_what_was_written_says_the_same(tmp_path: Path) -> None:
    ranker, rows = planted(), np.random.default_rng(2).random((50, 1), dtype=np.float32)
    write_artifact(replace(tiny_bundle(), cart_ranker=ranker), tmp_path)
    loaded = load_artifact(tmp_path).cart_ranker
    assert loaded.learned
    assert loaded.usable
    assert np.array_equal(loaded.chances(rows), ranker.chances(rows))


def test_no_candidates_have_no_chances() -> None:
    assert planted().chances(np.empty((0, 1), dtype=np.float32)).shape == (0,)


def test_missing_values_are_answered() -> None:
    chances = planted().chances(np.full((2, 1), np.nan, dtype=np.float32))
    assert ((chances > 0) & (chances < 1)).all()


def test_nothing_learned_is_no_order_and_asks_for_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    ranker = no_cart_ranker(N_PRODUCTS, N_CUSTOMERS)
    assert not ranker.learned
    assert not ranker.usable
    assert not caplog.records


@pytest.mark.parametrize(
    "error", [ImportError("No module named 'lightgbm'"), OSError("libgomp.so.1: no such")]
)
def test_without_lightgbm_it_is_of_no_use_and_says_so_once(
    error: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ranker, imported = planted(), builtins.__import__

    def without(name: str, *arguments: Any, **named: Any) -> Any:
        if name == "lightgbm":
            raise error
        return imported(name, *arguments, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    with caplog.at_level(logging.WARNING):
        assert [ranker.usable for _ in range(3)] == [False] * 3
    assert ranker.learned
    assert len(caplog.records) == 1
    assert "libgomp1" in caplog.text
    assert str(error) in caplog.text

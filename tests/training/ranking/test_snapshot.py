"""Snapshots: what is fitted before a cut, on whom, and what happens where a source cannot be."""

from __future__ import annotations

import logging

import numpy as np
import pytest

from tests.training.ranking.worlds import WINDOW, history_of, random_history, snapshot_of
from training.ranking import snapshot as module
from training.ranking.ridge import KernelRidge
from training.ranking.snapshot import fit_snapshot, sample_of
from training.ranking.sources import SOURCE_NAMES


def test_what_was_never_bought_is_no_column() -> None:
    history = history_of([(0, 1, (2, 5)), (1, 2, (5, 7))], 2, 9, 3)
    snapshot = snapshot_of(history)
    assert snapshot.columns.tolist() == [2, 5, 7]
    assert snapshot.column_of.tolist() == [-1, -1, 0, -1, -1, 1, -1, 2, -1]
    assert snapshot.popularity.shape == (3,)
    assert snapshot.as_of == 3


def test_columns_are_the_most_sold_lately(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_COLUMNS", 2)
    baskets = [(0, 1, (0,)), (1, 1, (0,)), (0, 150, (1,)), (0, 160, (1, 3)), (1, 170, (3,)), (0, 171, (2,))]
    assert snapshot_of(history_of(baskets, 2, 4, 200)).columns.tolist() == [1, 3]


def test_a_sample_is_of_whole_customers_drawn_with_the_seed() -> None:
    history = random_history(3)
    sample, again, other = (sample_of(history, 5, seed) for seed in (1, 1, 2))
    assert sample.n_customers == 5
    assert np.array_equal(sample.product, again.product)
    assert not np.array_equal(sample.basket_day, other.basket_day)
    sizes = np.bincount(history.customer)
    assert set(np.bincount(sample.customer)) <= set(sizes)
    everybody = sample_of(history, 100, 1)
    assert np.array_equal(everybody.product, history.product)


def test_who_never_bought_is_not_drawn() -> None:
    history = history_of([(1, 1, (0,)), (3, 1, (1,))], 5, 2, 2)
    assert sample_of(history, 10, 1).n_customers == 2


def test_sources_are_fitted_on_the_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_REFERENCE", 4)
    snapshot = snapshot_of(random_history(3))
    assert snapshot.sources["user_wise"].owned.shape[0] == 4  # type: ignore[attr-defined]  # a UserWise


def refuse(*_: object) -> None:
    raise ValueError("no such luck")


def test_a_source_that_cannot_be_fitted_is_logged_by_name_and_the_rest_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "fit_factors", refuse)
    with caplog.at_level(logging.WARNING):
        snapshot = snapshot_of(random_history(3))
    assert "candidates of taste are left out: no such luck" in caplog.text
    assert tuple(snapshot.sources) == tuple(name for name in SOURCE_NAMES if name != "taste")


def test_without_anything_before_the_last_windows_there_is_no_kernel_ridge(
    caplog: pytest.LogCaptureFixture,
) -> None:
    history = history_of([(0, 1, (0, 1)), (1, 1, (1, 2))], 2, 3, 2)
    with caplog.at_level(logging.WARNING):
        snapshot = fit_snapshot(history, (), WINDOW, seed=1, threads=1)
    assert "kernel_ridge are left out: no customer bought in the last 84 days and before" in caplog.text
    assert "kernel_ridge" not in snapshot.sources


def test_kernel_ridge_learns_from_the_last_three_windows() -> None:
    """Three customers before, of whom one, two and none bought in the windows from the last on."""
    baskets = [
        *((who, 10, (who,)) for who in range(3)),
        (0, 75, (1,)),  # 84 days are three windows: day 72 to 99 is the last
        (1, 50, (2,)),
        (2, 60, (0,)),
    ]
    source = snapshot_of(history_of(baskets, 3, 3, 100)).sources["kernel_ridge"]
    assert isinstance(source, KernelRidge)
    assert source.bought.toarray().tolist() == [[0, 1, 0], [0, 0, 1], [1, 0, 0]]
    assert (source.rows.toarray() > 0).tolist() == np.eye(3, dtype=bool).tolist()


def test_progress_is_told() -> None:
    told: list[str] = []
    fit_snapshot(random_history(3), (), WINDOW, seed=1, threads=1, progress=told.append)
    assert told == [f"candidates: {name}" for name in SOURCE_NAMES]


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_the_same_history_has_the_same_snapshot_in_any_number_of_threads(threads: int) -> None:
    def scores(threads: int) -> dict[str, np.ndarray]:
        snapshot = fit_snapshot(history, (), WINDOW, seed=1, threads=threads)
        return {name: source.scores(history) for name, source in snapshot.sources.items()}

    history = random_history(8)
    one, other = scores(1), scores(threads)
    assert list(one) == list(other) == list(SOURCE_NAMES)
    for name, values in one.items():
        assert np.array_equal(values, other[name]), name

from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from config.training import Split as SplitSettings
from tests.training.evaluation.worlds import FIRST_DAY, loyal_shop, orders_of
from training.evaluation.split import NotJudgeable, Split, split_by_time, thin


def days(first: int, last: int) -> pl.DataFrame:
    return pl.DataFrame({"day": [first, last]}, schema={"day": pl.Int32})


def test_windows_of_a_year() -> None:
    split = split_by_time(days(FIRST_DAY, FIRST_DAY + 364), SplitSettings(window_days=28))
    assert isinstance(split, Split)
    assert (split.test.at, split.test.stop) == (FIRST_DAY + 337, FIRST_DAY + 365)
    assert (split.validation.at, split.validation.stop) == (FIRST_DAY + 309, FIRST_DAY + 337)
    plain = split.to_dict()
    assert plain["train_from"] == "2024-10-04"
    assert plain["test_to"] == "2025-10-03"
    assert (plain["window_days"], plain["asked_days"]) == (28, 28)


def test_short_data_get_windows_of_a_quarter() -> None:
    split = split_by_time(days(FIRST_DAY, FIRST_DAY + 40), SplitSettings(window_days=28))
    assert isinstance(split, Split)
    assert (split.window_days, split.asked_days) == (10, 28)


def test_three_days_and_none_are_not_judged_by_name() -> None:
    short = split_by_time(days(FIRST_DAY, FIRST_DAY + 2), SplitSettings())
    assert short == NotJudgeable("not evaluated: orders span 3 days, 4 are needed for a split")
    empty = split_by_time(days(0, 0).head(0), SplitSettings())
    assert empty == NotJudgeable("not evaluated: there are no order lines")


@given(st.integers(0, 30_000), st.integers(0, 2000), st.integers(1, 400))
def test_windows_never_overlap(first: int, span: int, window: int) -> None:
    split = split_by_time(days(first, first + span), SplitSettings(window_days=window))
    if isinstance(split, NotJudgeable):
        assert span < 3
        return
    assert split.first_day == first < split.validation.at < split.validation.stop == split.test.at
    assert split.test.stop == first + span + 1
    assert split.validation.stop - split.validation.at == split.test.stop - split.test.at <= window
    assert split.validation.at - split.first_day >= 2 * split.window_days


def test_thinning_keeps_customers_whole_and_is_blind_to_time() -> None:
    orders = orders_of([*loyal_shop(), *((None, FIRST_DAY + day, ("p00", "p01")) for day in range(160))])
    lines = orders.lines
    kept = thin(lines, len(orders.customers), orders.n_orders, len(lines) // 3, seed=5)
    assert 0.15 * len(lines) < len(kept) < 0.55 * len(lines)
    for customer in kept.filter(pl.col("customer") >= 0)["customer"].unique():
        whole = lines.filter(pl.col("customer") == customer)
        assert kept.filter(pl.col("customer") == customer).equals(whole)
    guests = kept.filter(pl.col("customer") < 0)
    assert 20 < guests["order"].n_unique() < 120
    assert (guests.group_by("order").len()["len"] == 2).all()
    # The same customers are drawn whatever they buy later.
    early = thin(lines, len(orders.customers), orders.n_orders, len(lines) // 3, seed=5)
    assert early.equals(kept)
    assert thin(lines, len(orders.customers), orders.n_orders, len(lines), seed=5) is lines
    assert np.all(np.diff(kept["order"].to_numpy()) >= 0)

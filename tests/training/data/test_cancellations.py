from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from training.data.cancellations import Netting, net_cancellations

# customer, product, hour, quantity, price, is a cancellation
Row = tuple[int, int, int, float, int, bool]


def net(rows: list[Row]) -> Netting:
    columns = list(zip(*rows, strict=True))
    lines = pl.DataFrame(
        {
            "order": pl.Series(range(len(rows)), dtype=pl.Int32),
            "customer": pl.Series(columns[0], dtype=pl.Int32),
            "product": pl.Series(columns[1], dtype=pl.Int32),
            "ordered_at": pl.Series([hour * 3_600_000_000 for hour in columns[2]]).cast(pl.Datetime("us")),
            "quantity": pl.Series(columns[3], dtype=pl.Float32),
            "price": pl.Series(columns[4], dtype=pl.Int64),
        }
    )
    return net_cancellations(lines, np.array(columns[5], dtype=np.bool_))


def test_the_latest_purchase_is_taken_back_first() -> None:
    netting = net([(1, 1, 1, 5, 100, False), (1, 1, 2, 3, 100, False), (1, 1, 3, -4, 100, True)])
    assert netting.netted.tolist() == [2]
    assert netting.removed.tolist() == [1]
    assert (netting.reduced.tolist(), netting.left.tolist()) == ([0], [4.0])


def test_purchases_at_the_same_price_come_before_later_ones() -> None:
    netting = net([(1, 1, 1, 5, 100, False), (1, 1, 2, 5, 90, False), (1, 1, 3, -5, 100, True)])
    assert netting.removed.tolist() == [0]
    assert netting.reduced.size == 0


def test_later_purchases_and_other_customers_and_products_are_left_alone() -> None:
    rows: list[Row] = [
        (1, 1, 9, 5, 100, False),
        (2, 1, 1, 5, 100, False),
        (1, 2, 1, 5, 100, False),
        (1, 1, 3, -5, 100, True),
    ]
    netting = net(rows)
    assert netting.unmatched.tolist() == [3]
    assert netting.removed.size == netting.reduced.size == netting.netted.size == 0


def test_a_guest_cannot_be_matched() -> None:
    netting = net([(-1, 1, 1, 5, 100, False), (-1, 1, 2, -5, 100, True)])
    assert netting.unmatched.tolist() == [1]
    assert netting.removed.size == 0


def test_taking_back_more_than_was_bought_is_counted() -> None:
    netting = net([(1, 1, 1, 5, 100, False), (1, 1, 2, -8, 100, True), (1, 1, 3, -1, 100, True)])
    assert netting.netted.tolist() == [1]
    assert netting.exceeding == 1
    assert netting.unmatched.tolist() == [2]
    assert netting.removed.tolist() == [0]


def test_a_purchase_can_be_taken_back_in_two_steps() -> None:
    netting = net([(1, 1, 1, 5, 100, False), (1, 1, 2, -2, 100, True), (1, 1, 3, 2, 100, True)])
    assert netting.netted.tolist() == [1, 2]
    assert (netting.reduced.tolist(), netting.left.tolist()) == ([0], [1.0])


@st.composite
def histories(draw: st.DrawFn) -> list[Row]:
    size = draw(st.integers(1, 12))
    rows: list[Row] = []
    for hour in range(size):
        cancels = draw(st.booleans())
        customer, product = draw(st.integers(-1, 1)), draw(st.integers(0, 1))
        rows.append((customer, product, hour, draw(st.integers(1, 4)), draw(st.integers(1, 2)), cancels))
    return rows


@given(histories())
def test_pieces_are_conserved(rows: list[Row]) -> None:
    """Piece by piece: every piece taken back was bought earlier by the same customer, latest first."""
    pieces: list[tuple[int, int, int, int]] = []  # customer, product, price, line
    taken_back, unmatched = set(), set()
    for line, (customer, product, _, quantity, price, cancels) in enumerate(rows):
        if not cancels:
            pieces += [(customer, product, price, line)] * int(quantity)
            continue
        found = 0
        for _ in range(int(quantity) if customer >= 0 else 0):
            same = [p for p in pieces if p[:3] == (customer, product, price)]
            any_price = [p for p in pieces if p[:2] == (customer, product)]
            for candidates in (same, any_price):
                if candidates:
                    pieces.reverse()
                    pieces.remove(candidates[-1])
                    pieces.reverse()
                    found += 1
                    break
        (taken_back if found else unmatched).add(line)
    netting = net(rows)
    left = {line: sum(p[3] == line for p in pieces) for line, row in enumerate(rows) if not row[5]}
    assert set(netting.netted.tolist()) == taken_back
    assert set(netting.unmatched.tolist()) == unmatched
    assert set(netting.removed.tolist()) == {line for line, pieces_left in left.items() if pieces_left == 0}
    reduced = {
        line: float(pieces_left) for line, pieces_left in left.items() if 0 < pieces_left < rows[line][3]
    }
    assert dict(zip(netting.reduced.tolist(), netting.left.tolist(), strict=True)) == reduced

"""All of reading together: what must hold for any file, and what comes out of the real ones."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.settings import load_settings
from models.errors import DataError
from tests.training.data.shops import HEADER, orders_report, plain, read, write_csv
from training.data.shop import Shop, read_shop

PROJECT = Path(__file__).parents[3]
REAL = PROJECT / "../shared/data/online_retail_ii.parquet"
TO_COME = "2062-09-03"
MOMENTS = ["2026-03-01T12:00:00Z", "2026-03-02T12:00:00Z", "2026-03-03", TO_COME, "soon", ""]

ROWS = st.lists(
    st.tuples(
        st.sampled_from(["1", "2", "3", "C4", ""]),
        st.sampled_from(["anna", "bob", ""]),
        st.sampled_from(["tea", "milk", "POST", ""]),
        st.sampled_from(["1", "2", "5", "-1", "-3", "0", "x"]),
        st.sampled_from(["1.00", "2.00", "0", "-1", "", "x"]),
        st.sampled_from(MOMENTS),
    ),
    min_size=1,
    max_size=30,
)
SETTINGS = st.fixed_dictionaries(
    {
        "cancellation_pattern": st.sampled_from([None, "^C"]),
        "drop_exact_duplicates": st.booleans(),
        "drop_zero_price": st.booleans(),
        "non_product_pattern": st.sampled_from([None, "^POST$"]),
    }
)
# Enough good lines that no column is mostly wrong.
FILLING = [(f"f{n}", "carl", "eggs", "1", "1.00", MOMENTS[0]) for n in range(40)]


def read_rows(rows: list[tuple[str, ...]], header: tuple[str, ...] = HEADER, **settings_: Any) -> Shop:
    with tempfile.TemporaryDirectory() as folder:
        return read(write_csv(Path(folder) / "orders.csv", rows, header), **settings_)


@given(ROWS, SETTINGS)
@settings(max_examples=60, deadline=None)
def test_every_row_is_kept_rejected_or_netted(rows: list[tuple[str, ...]], how: dict[str, Any]) -> None:
    shop = read_rows([*FILLING, *rows], **how)
    report = orders_report(shop)
    lines = shop.orders.lines
    assert report.rows_read == len(rows) + len(FILLING)
    assert report.rows_read == report.rows_kept + sum(report.rejected.values()) + report.rows_netted
    assert report.rows_kept == len(lines)
    assert report.rows_netted == report.changed.get("cancellation_netted", 0) + report.changed.get(
        "cancelled_in_full", 0
    )
    assert lines["quantity"].min() > 0  # type: ignore[operator]  # polars types a minimum as anything
    assert sorted(set(lines["order"])) == list(range(shop.orders.n_orders))
    assert sorted({code for code in lines["customer"] if code >= 0}) == list(
        range(len(shop.orders.customers))
    )
    assert sorted(set(lines["product"])) == list(range(len(shop.orders.products)))
    assert lines.equals(lines.sort("ordered_at", "order", "product", maintain_order=True))


@given(ROWS, SETTINGS, st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_the_order_of_rows_does_not_matter(
    rows: list[tuple[str, ...]], how: dict[str, Any], random: Any
) -> None:
    shuffled = [*FILLING, *rows]
    random.shuffle(shuffled)
    first, second = read_rows([*FILLING, *rows], **how), read_rows(shuffled, **how)
    one, other = (orders_report(shop).to_dict() | {"seconds": 0, "source": ""} for shop in (first, second))
    assert one == other
    by_everything = ["order", "product", "customer", "quantity", "price"]
    assert first.orders.lines.sort(by_everything).equals(second.orders.lines.sort(by_everything))


@given(ROWS, SETTINGS)
@settings(max_examples=20, deadline=None)
def test_lines_of_days_to_come_change_nothing_but_their_count(
    rows: list[tuple[str, ...]], how: dict[str, Any]
) -> None:
    past = [row for row in rows if row[-1] != TO_COME]
    with_them, without = read_rows([*FILLING, *rows], **how), read_rows([*FILLING, *past], **how)
    assert plain(with_them.orders) == plain(without.orders)
    one, other = orders_report(with_them), orders_report(without)
    assert (one.first, one.last, one.counts, one.changed) == (
        other.first,
        other.last,
        other.counts,
        other.changed,
    )


@given(ROWS)
@settings(max_examples=20, deadline=None)
def test_mapped_columns_read_as_canonical_ones(rows: list[tuple[str, ...]]) -> None:
    theirs = tuple(f"their {name}" for name in HEADER)
    mapped = read_rows([*FILLING, *rows], theirs, columns=dict(zip(HEADER, theirs, strict=True)))
    assert plain(mapped.orders) == plain(read_rows([*FILLING, *rows]).orders)


def test_the_report_is_plain_json() -> None:
    report = read_rows(FILLING).report.to_dict()
    assert json.loads(json.dumps(report)) == report
    assert report["orders"]["first"] == "2026-03-01T12:00:00Z"


def test_a_path_from_the_environment_is_all_it_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPKEEPER_DATA__ORDERS__PATH", str(write_csv(tmp_path / "orders.csv", FILLING)))
    assert read_shop(load_settings().data).orders.n_orders == 40


def test_an_error_ends_the_command_with_2(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        read(tmp_path / "nowhere.csv")
    assert caught.value.exit_code == 2

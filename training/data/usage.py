"""Daily usage: how much of each meter a subscriber used, a day; what is not told is unknown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import perf_counter

import numpy as np
import polars as pl

from config.data import Data
from config.price_list import MAX_AMOUNT
from models.errors import ConfigError
from models.ids import UNKNOWN, IdMap
from models.meters import fits, unit_of
from models.plans import PlanBook
from models.subscriptions import DailyUsage
from training.data.columns import USAGE_COLUMNS
from training.data.identifiers import BAD, MISSING, CleanIds, Dictionary
from training.data.listing import listed
from training.data.money import number
from training.data.part import Part
from training.data.rejects import RejectsFile
from training.data.report import TableReport
from training.data.sources import Opened, open_source, refuse_no_rows
from training.data.times import Clock, latest_day, up_to_today
from training.data.usage_reasons import UsageReason, counted, refuse_mostly, tell_rejects

EPOCH = datetime(1970, 1, 1)  # reports keep naive UTC


@dataclass(frozen=True, slots=True, eq=False)
class _Dictionaries:
    customers: Dictionary = field(default_factory=Dictionary)
    meters: Dictionary = field(default_factory=Dictionary)
    units: Dictionary = field(default_factory=Dictionary)


def read_usage(
    data: Data,
    book: PlanBook,
    subscribers: IdMap,
    progress: Callable[[str], None] = lambda _: None,
    *,
    rejects: RejectsFile | None = None,
    now: datetime | None = None,
) -> tuple[DailyUsage, TableReport]:
    """Read `[data.usage]` of these subscribers and of the meters of `book`.

    Days are days in the shop's time zone. A row that is there twice counts once; a day with two
    different totals is unknown: none of its rows is used; nor is a day that is still to come, by `now`
    or the clock. Raises ConfigError or DataError as every reader does.
    """
    if data.usage is None:
        raise ConfigError("no usage to read: set path, or url and query", key="data.usage")
    started = perf_counter()
    clock = Clock(data.timezone, data.usage.timestamp_format, data.day_first, "usage")
    dictionaries = _Dictionaries()
    with open_source(data.usage, USAGE_COLUMNS) as opened:
        frames = []
        for part in opened.parts:
            progress(f"reading {part.name}")
            columns = _columns(opened, part, dictionaries, clock)
            frames.append(opened.collect(part, part.frame.select(columns)))
        part_rows = [len(frame) for frame in frames]
        rows = pl.concat(frames)
        refuse_no_rows(opened, len(rows))
        progress(f"cleaning {len(rows):,} days of usage")
        latest = latest_day(now)
        coded = _coded(rows, dictionaries, book, subscribers, latest)
        refuse_mostly(opened, part_rows, coded.reason, _expected(clock, book, coded, latest))
        usage = _assemble(coded)
        tell_rejects(opened, part_rows, coded.reason, rejects)
        source = opened.name
    first, last = (usage.day.min(), usage.day.max()) if len(usage) else (None, None)
    report = TableReport(
        source=source,
        rows_read=len(rows),
        rows_kept=len(usage),
        seconds=perf_counter() - started,
        rejected=counted(coded.reason),
        first=None if first is None else EPOCH + timedelta(days=int(first)),
        last=None if last is None else EPOCH + timedelta(days=int(last)),
        counts={"customers": len(np.unique(usage.customer)), "meters": len(np.unique(usage.meter))},
    )
    return usage, report


def _columns(opened: Opened, part: Part, dictionaries: _Dictionaries, clock: Clock) -> list[pl.Expr]:
    """customer, meter and unit as UInt32 raw codes, day Int32, amount Float64; null where there is none."""

    def raw(canonical: str) -> tuple[pl.Expr, pl.DataType]:
        theirs = opened.columns[canonical]
        dtype = part.columns[theirs]
        column = pl.col(theirs)
        return (column.fill_nan(None) if dtype.is_float() else column), dtype

    units = [dictionaries.units.encode(raw("unit")[0]).alias("unit")] if "unit" in opened.columns else []
    return [
        dictionaries.customers.encode(raw("customer_id")[0]).alias("customer"),
        dictionaries.meters.encode(raw("meter")[0]).alias("meter"),
        clock.day(*raw("date")).alias("day"),
        number(*raw("amount")).alias("amount"),
        *units,
    ]


@dataclass(frozen=True, slots=True, eq=False)
class _Coded:
    """Rows with positions for ids: customer int32 (of the subscribers), meter int32 (of the plan book),
    day int32, amount float64, and reason uint8 UsageReason, written to by the steps that follow."""

    customer: np.ndarray
    meter: np.ndarray
    day: np.ndarray
    amount: np.ndarray
    reason: np.ndarray


def _coded(
    rows: pl.DataFrame, dictionaries: _Dictionaries, book: PlanBook, subscribers: IdMap, latest: int
) -> _Coded:
    reason = np.zeros(len(rows), dtype=np.uint8)

    def mark(wrong: np.ndarray, why: UsageReason) -> None:
        reason[wrong & (reason == UsageReason.KEPT)] = why

    customers, meters = dictionaries.customers.clean(), dictionaries.meters.clean()
    customer, meter = _positions(rows["customer"], customers), _positions(rows["meter"], meters)
    day, amount = rows["day"].fill_null(0).to_numpy(), rows["amount"].fill_null(np.nan).to_numpy()
    mark(customer == MISSING, UsageReason.MISSING_CUSTOMER_ID)
    mark(meter == MISSING, UsageReason.MISSING_METER)
    mark((customer == BAD) | (meter == BAD), UsageReason.BAD_ID)
    mark(rows["day"].is_null().to_numpy(), UsageReason.BAD_DATE)
    mark(day > latest, UsageReason.FUTURE_DATE)
    mark(np.isnan(amount), UsageReason.BAD_AMOUNT)
    mark(amount < 0, UsageReason.NEGATIVE_AMOUNT)
    mark(amount > MAX_AMOUNT, UsageReason.AMOUNT_TOO_LARGE)
    known_customer, known_meter = _known(customers, subscribers)[customer], _known(meters, book.meters)[meter]
    mark(known_meter == UNKNOWN, UsageReason.UNKNOWN_METER)
    if "unit" in rows.columns:
        mark(_unfit(rows["unit"], dictionaries.units, meter, meters), UsageReason.UNIT_MISMATCH)
    mark(known_customer == UNKNOWN, UsageReason.WITHOUT_SUBSCRIPTION)
    return _Coded(known_customer, known_meter, day, amount, reason)


def _positions(raw: pl.Series, ids: CleanIds) -> np.ndarray:
    """Raw codes -> positions in `ids`, MISSING where the raw code is null."""
    codes: np.ndarray = np.append(ids.codes, np.int32(MISSING))
    positions: np.ndarray = codes[raw.fill_null(len(ids.codes)).to_numpy()]
    return positions


def _known(found: CleanIds, known: IdMap) -> np.ndarray:
    """int32: the position in `known` by position in `found`; MISSING and BAD index something UNKNOWN."""
    places: np.ndarray = np.append(known.indices(found.ids.to_list()), [UNKNOWN, UNKNOWN]).astype(np.int32)
    return places


def _unfit(raw: pl.Series, dictionary: Dictionary, meter: np.ndarray, meters: CleanIds) -> np.ndarray:
    """bool [n_rows]: the row says a unit, and it is not that of its meter."""
    units = dictionary.clean()
    unit = _positions(raw, units)
    wrong = np.zeros((len(units.ids) + 2, len(meters.ids) + 2), dtype=np.bool_)
    for row, said in enumerate(units.ids):
        wrong[row, : len(meters.ids)] = [not fits(said, name) for name in meters.ids]
    unfit: np.ndarray = wrong[unit, meter]
    return unfit


def _assemble(coded: _Coded) -> DailyUsage:
    """The rows that can be used, sorted; writes what became of the others into their reason."""
    kept = np.flatnonzero(coded.reason == UsageReason.KEPT)
    order = np.lexsort((coded.amount[kept], coded.day[kept], coded.meter[kept], coded.customer[kept]))
    kept = kept[order]
    columns = [array[kept] for array in (coded.customer, coded.meter, coded.day)]
    same = np.ones(max(len(kept) - 1, 0), dtype=np.bool_)  # as the row before it
    for column in columns:
        same &= column[1:] == column[:-1]
    if same.any():
        starts = np.flatnonzero(np.append(True, ~same))
        amount = coded.amount[kept]
        last = np.append(starts[1:], len(kept)) - 1
        conflict = np.repeat(amount[last] > amount[starts], np.diff(np.append(starts, len(kept))))
        coded.reason[kept[conflict]] = UsageReason.TWO_TOTALS
        coded.reason[kept[~conflict & np.append(False, same)]] = UsageReason.REPEATED
        kept = kept[coded.reason[kept] == UsageReason.KEPT]
    return DailyUsage.of(
        customer=coded.customer[kept],
        meter=coded.meter[kept],
        day=coded.day[kept],
        amount=coded.amount[kept],
    )


def _expected(clock: Clock, book: PlanBook, coded: _Coded, latest: int) -> dict[UsageReason, tuple[str, str]]:
    meters = book.meters.take(range(len(book.meters)))
    unfit = np.unique(coded.meter[coded.reason == UsageReason.UNIT_MISMATCH]).tolist()
    units = [f"{unit_of(meter)} for {meter}" for meter in book.meters.take(unfit)]
    return {
        UsageReason.BAD_DATE: ("date", clock.expected()),
        UsageReason.FUTURE_DATE: ("date", up_to_today(latest)),
        UsageReason.BAD_AMOUNT: ("amount", "plain numbers such as 12.50"),
        UsageReason.AMOUNT_TOO_LARGE: ("amount", f"amounts of a day, {MAX_AMOUNT:g} at the most"),
        UsageReason.UNKNOWN_METER: ("meter", f"a meter of [data.plans]: {listed(meters)}"),
        UsageReason.UNIT_MISMATCH: ("unit", f"the unit of their meter: {listed(units)}"),
    }

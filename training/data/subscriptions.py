"""The subscriptions: who has which plan since when, one plan of a family at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

import numpy as np
import polars as pl

from config.data import Data
from models.errors import ConfigError, DataError
from models.ids import MAX_ID_BYTES, IdMap
from models.plans import PlanBook
from models.subscriptions import DEFAULT_ANCHOR, NOT_LOCKED, OPEN_END, Subscriptions
from training.data.columns import SUBSCRIPTION_COLUMNS
from training.data.listing import nearest
from training.data.mostly_bad import refuse_mostly_bad
from training.data.rejects import RejectsFile
from training.data.report import TableReport
from training.data.row_reasons import REASON, counted, tell_rejects, with_reasons
from training.data.sources import open_source
from training.data.tables import read_texts
from training.data.times import Clock

FOREVER = "9999"  # the year that stands in many databases for no end
ENDED_BY_NEXT, RENEWED, SAME_DAY = "ended_by_next", "renewed", "replaced_on_same_day"
_DAYS = ("started_on", "ended_on", "locked_until")


@dataclass(frozen=True, slots=True, eq=False)
class Subscribed:
    """Subscriptions that can be used, and whose they are: customers are positions in `customers`."""

    subscriptions: Subscriptions
    customers: IdMap


def read_subscriptions(
    data: Data,
    book: PlanBook,
    progress: Callable[[str], None] = lambda _: None,
    *,
    rejects: RejectsFile | None = None,
) -> tuple[Subscribed, TableReport]:
    """Read `[data.subscriptions]`: every row of a plan in `book`, rejected ones counted by reason.

    Days are days in the shop's time zone. A row that runs on while the customer starts another plan of
    the same family ends the day before, and one that goes on with the same plan the day after it ends is
    a renewal: both are counted as changed. Raises ConfigError or DataError as every reader does.
    """
    if data.subscriptions is None:
        raise ConfigError("no subscriptions to read: set path, or url and query", key="data.subscriptions")
    started = perf_counter()
    clock = Clock(data.timezone, data.subscriptions.timestamp_format, data.day_first, "subscriptions")
    with open_source(data.subscriptions, SUBSCRIPTION_COLUMNS) as opened:
        table, source = read_texts(opened, progress), opened.name
    table = _judged(_typed(table, clock, book), book, clock, source)
    table = _one_at_a_time(table, book)
    tell_rejects(table, SUBSCRIPTION_COLUMNS, rejects)
    kept = table.filter(pl.col(REASON).is_null())
    if kept.is_empty():
        told = ", ".join(f"{count} {reason}" for reason, count in counted(table).items())
        raise DataError(f"nothing is left of its {len(table)} subscriptions: {told}", source=source)
    customers = IdMap.of(kept["customer_id"])
    whole = _renewed(kept)
    changed = {ENDED_BY_NEXT: int(kept["cut"].sum()), RENEWED: len(kept) - len(whole)}
    report = TableReport(
        source=source,
        rows_read=len(table),
        rows_kept=len(kept),
        seconds=perf_counter() - started,
        rejected=counted(table),
        changed={reason: rows for reason, rows in changed.items() if rows},
        counts={"subscribers": len(customers)},
    )
    return Subscribed(_as_arrays(whole, customers), customers), report


def _typed(table: pl.DataFrame, clock: Clock, book: PlanBook) -> pl.DataFrame:
    """With days, anchors and plans as numbers beside their texts, null where there is none."""
    text = pl.String()
    days = {name: clock.day(pl.col(name), text) for name in _DAYS}
    plans = pl.DataFrame({"plan_id": book.plans.take(range(len(book.plans)))}).with_row_index("plan")
    typed = table.with_columns(
        *(day.alias(f"{name}_day") for name, day in days.items()),
        pl.col("cycle_anchor_day").cast(pl.Int32, strict=False).alias("anchor"),
    )
    return typed.join(plans, on="plan_id", how="left", maintain_order="left")


def _judged(table: pl.DataFrame, book: PlanBook, clock: Clock, source: str) -> pl.DataFrame:
    no_start = pl.col("started_on_day").is_null()
    refuse_mostly_bad(table, no_start, "started_on", clock.expected(), "subscriptions", source)
    first = table.filter(pl.col("plan").is_null() & pl.col("plan_id").is_not_null())["plan_id"]
    choices = nearest(first[0], book.plans.take(range(len(book.plans)))) if len(first) else ""
    refuse_mostly_bad(
        table,
        pl.col("plan").is_null(),
        "plan_id",
        f"plans of [data.plans] ({choices})",
        "subscriptions",
        source,
    )
    locked = pl.when(_forever("locked_until")).then(OPEN_END).otherwise(pl.col("locked_until_day"))
    return with_reasons(table, reasons_by_row()).with_columns(locked.alias("locked_until_day"))


def reasons_by_row() -> dict[str, pl.Expr]:
    """Reason -> condition on a row by itself, of the columns as `_typed` leaves them."""
    customer = pl.col("customer_id")
    anchor = pl.col("anchor").is_between(1, 31).fill_null(False)
    return {
        "missing_customer_id": customer.is_null(),
        "bad_id": (customer.str.len_bytes() > MAX_ID_BYTES) | customer.str.contains(r"\p{Cc}"),
        "missing_plan_id": pl.col("plan_id").is_null(),
        "unknown_plan": pl.col("plan").is_null(),
        "bad_started_on": pl.col("started_on_day").is_null(),
        "bad_ended_on": _unreadable("ended_on"),
        "ended_before_start": pl.col("ended_on_day") < pl.col("started_on_day"),
        "bad_cycle_anchor_day": pl.col("cycle_anchor_day").is_not_null() & ~anchor,
        "bad_locked_until": _unreadable("locked_until"),
    }


def _unreadable(name: str) -> pl.Expr:
    return pl.col(name).is_not_null() & pl.col(f"{name}_day").is_null() & ~_forever(name)


def _forever(name: str) -> pl.Expr:
    return pl.col(name).str.starts_with(FOREVER).fill_null(False)


def _one_at_a_time(table: pl.DataFrame, book: PlanBook) -> pl.DataFrame:
    """Rows end, at the latest, the day before the same customer's next plan of the family starts.

    `cut` says which had to. Of rows that start on one day the last of the source is kept.
    """
    family = pl.lit(pl.Series("families", book.family)).gather(pl.col("plan"))
    ordered = table.with_columns(
        family.alias("family"),
        pl.col("ended_on_day").fill_null(OPEN_END),
        used=pl.col(REASON).is_null(),
    ).sort("used", "customer_id", "family", "started_on_day", maintain_order=True)
    next_start = pl.col("started_on_day").shift(-1).over("used", "customer_id", "family")
    cut = (pl.col("used") & (pl.col("ended_on_day") >= next_start)).fill_null(False)
    ended = pl.min_horizontal("ended_on_day", next_start - 1)
    rows = ordered.with_columns(cut.alias("cut"), pl.when("used").then(ended).alias("ended_on_day"))
    return with_reasons(rows, {SAME_DAY: pl.col("ended_on_day") < pl.col("started_on_day")})


def _renewed(kept: pl.DataFrame) -> pl.DataFrame:
    """One row of each run of rows of the same customer and plan that follow each other without a day between.

    It begins with the first and ends with the last, whose day cycles begin on; the later lock holds.
    """
    group = ("customer_id", "family")
    plan, ended = (pl.col(name).shift(1).over(group) for name in ("plan", "ended_on_day"))
    follows = (pl.col("plan") == plan) & (pl.col("started_on_day") == ended + 1)
    run = (~follows.fill_null(False)).cum_sum().alias("run")
    return kept.group_by(run, maintain_order=True).agg(
        pl.col("customer_id", "plan", "started_on_day").first(),
        pl.col("ended_on_day").last(),
        pl.col("locked_until_day").max(),
        pl.col("anchor").drop_nulls().last(),
    )


def _as_arrays(kept: pl.DataFrame, customers: IdMap) -> Subscriptions:
    ids = np.array([item.encode() for item in kept["customer_id"]], dtype=customers.ids.dtype)
    return Subscriptions.of(
        customer=customers.ids.searchsorted(ids),
        plan=kept["plan"].to_numpy(),
        started=kept["started_on_day"].to_numpy(),
        ended=kept["ended_on_day"].to_numpy(),
        locked_until=kept["locked_until_day"].fill_null(NOT_LOCKED).to_numpy(),
        anchor=kept["anchor"].fill_null(DEFAULT_ANCHOR).to_numpy(),
    )

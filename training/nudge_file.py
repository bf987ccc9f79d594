"""Advice for everyone as a file: one row a customer and meter, best nudges first."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
import polars.selectors as cs

from models.advice import CONFIDENCES, DECISIONS, NO_DAY, Advice
from models.nudge_words import sentence
from models.plan_nudges import PlanNudges
from models.plans import PlanBook
from models.running import NO_PLAN
from models.subscriptions import LAST_DAY
from training.batch_files import ending_of, put_in_place, workplace

COLUMNS = (
    "customer_id",
    "as_of",
    "decision",
    "plan_id",
    "recommended_plan_id",
    "expected_cost_current",
    "expected_cost_recommended",
    "expected_saving",
    "p_saves",
    "confidence",
    "reason_codes",
    "meter",
    "used",
    "quota",
    "p10",
    "p50",
    "p90",
    "p_exceed",
    "exhaustion_date",
    "next_mean",
    "known",
    "add_on_id",
    "packs",
    "locked_until",
    "ends_on",
    "next_plan_id",
    "sentence",
)
SEPARATOR = ";"  # of reason codes in a CSV file


def nudge_frame(nudges: PlanNudges, advice: Advice, digits: int) -> pl.DataFrame:
    """COLUMNS of the advice of `nudges.cycles`, ordered by the expected value of acting now.

    Costs are in major units of the currency (`digits` decimals), as_of and exhaustion_date dates, quota null
    where unlimited, exhaustion_date null where the quota is not expected to be reached; reason_codes a list.
    known is false where nothing is known of how much is used: the forecast is what is usual.
    add_on_id and packs are null without an add-on, locked_until where the plan may change on any day from
    as_of on, ends_on unless the subscription is known to end before the next cycle, next_plan_id unless
    another plan is booked to follow then; the sentence is the same in all rows of a subscription.
    """
    order = advice.by_value()
    place, meter = np.nonzero(advice.metered[order])
    row = order[place]
    book, offered = nudges.book, advice.offered[row]
    follows = advice.follows[row]
    plans, add_ons = (ids.take(range(len(ids))) for ids in (book.plans, book.add_ons))
    current, recommended, saving = (np.round(m / 10**digits, digits) for m in advice.told_money(row))
    codes = pl.Series([advice.reason_codes(at) for at in order.tolist()], dtype=pl.List(pl.String))
    said = pl.Series([sentence(book, advice, at, digits) for at in order.tolist()], dtype=pl.String)
    as_of, locked = nudges.cycles.as_of[row], advice.locked_until[row]
    return pl.DataFrame(
        {
            "customer_id": pl.Series(nudges.subscribers.take(nudges.cycles.customer[row]), dtype=pl.String),
            "as_of": pl.Series(as_of).cast(pl.Date),
            "decision": _named(DECISIONS, advice.decision[row]),
            "plan_id": _named(plans, advice.plan[row]),
            "recommended_plan_id": _named(plans, advice.recommended_plan[row]),
            "expected_cost_current": current,
            "expected_cost_recommended": recommended,
            "expected_saving": saving,
            "p_saves": np.round(advice.p_saves[row], 4),
            "confidence": _named(CONFIDENCES, advice.confidence[row]),
            "reason_codes": codes.gather(pl.Series(place)),
            **_measured(book, advice, row, meter),
            "add_on_id": _named([*add_ons, None], np.where(offered, advice.add_on[row], len(add_ons))),
            "packs": pl.Series(np.where(offered, advice.packs[row], 0), dtype=pl.Int64).replace(0, None),
            "locked_until": _days(np.minimum(locked, LAST_DAY), locked >= as_of),
            "ends_on": _days(advice.ends_on[row], advice.ends_on[row] != NO_DAY),
            "next_plan_id": _named([*plans, None], np.where(follows == NO_PLAN, len(plans), follows)),
            "sentence": said.gather(pl.Series(place)),
        }
    ).select(COLUMNS)


def _named(names: Sequence[str | None], positions: np.ndarray) -> pl.Series:
    return pl.Series(list(names), dtype=pl.String).gather(pl.Series(positions.astype(np.int64)))


def _days(days: np.ndarray, there: np.ndarray) -> pl.Series:
    """Dates of days since 1970-01-01, null where there is none."""
    return pl.Series(days).cast(pl.Date).set(pl.Series(~there), None)


def _measured(
    book: PlanBook, advice: Advice, row: np.ndarray, meter: np.ndarray
) -> dict[str, np.ndarray | pl.Series]:
    """The columns of these meters [m] of these rows [m]."""

    def rounded(values: np.ndarray, decimals: int = 3) -> np.ndarray:
        cells: np.ndarray = np.round(values[row, meter], decimals)
        return cells

    exhausted = advice.exhaustion_day[row, meter]
    return {
        "meter": _named(book.meters.take(range(len(book.meters))), meter),
        "used": rounded(advice.used),
        "quota": pl.Series(rounded(advice.quota)).replace(float("inf"), None),
        "p10": rounded(advice.p10),
        "p50": rounded(advice.p50),
        "p90": rounded(advice.p90),
        "p_exceed": rounded(advice.p_exceed, 4),
        "exhaustion_date": _days(exhausted, exhausted != NO_DAY),
        "next_mean": rounded(advice.next_mean),
        "known": advice.known[row, meter],
    }


def write_frame(frame: pl.DataFrame, out: Path) -> None:
    """Write the frame in the format of the ending of `out`, which appears whole or not at all.

    Raises DataError for an ending that is not known or a place that cannot be written.
    """
    ending = ending_of(out)
    with workplace(out) as folder:
        whole = folder / f"whole{ending}"
        if ending == ".parquet":
            frame.write_parquet(whole, compression="zstd")
        elif ending == ".csv":
            frame.with_columns(cs.list().list.join(SEPARATOR)).write_csv(whole)
        else:
            frame.write_ndjson(whole)
        put_in_place(whole, out)

"""Advice for everyone as a file: one row a customer and meter, best nudges first."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
import polars.selectors as cs

from models.advice import CONFIDENCES, DECISIONS, NO_DAY, Advice
from models.plan_nudges import PlanNudges
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
)
SEPARATOR = ";"  # of reason codes in a CSV file


def nudge_frame(nudges: PlanNudges, advice: Advice, digits: int) -> pl.DataFrame:
    """COLUMNS of the advice of `nudges.cycles`, ordered by the expected value of acting.

    Costs are in major units of the currency (`digits` decimals), as_of and exhaustion_date dates, quota null
    where unlimited, exhaustion_date null where the quota is not expected to be reached; reason_codes a list.
    """
    order = advice.by_value()
    place, meter = np.nonzero(advice.metered[order])
    row = order[place]

    def named(names: Sequence[str], positions: np.ndarray) -> pl.Series:
        return pl.Series(list(names), dtype=pl.String).gather(pl.Series(positions.astype(np.int64)))

    def money(minor: np.ndarray) -> np.ndarray:
        amounts: np.ndarray = np.round(minor[row] / 10**digits, digits)
        return amounts

    def measured(values: np.ndarray, decimals: int = 3) -> np.ndarray:
        cells: np.ndarray = np.round(values[row, meter], decimals)
        return cells

    plans = nudges.book.plans.take(range(len(nudges.book.plans)))
    quota = measured(advice.quota)
    exhausted = advice.exhaustion_day[row, meter]
    codes = pl.Series([advice.reason_codes(at) for at in order.tolist()], dtype=pl.List(pl.String))
    return pl.DataFrame(
        {
            "customer_id": pl.Series(nudges.subscribers.take(nudges.cycles.customer[row]), dtype=pl.String),
            "as_of": pl.Series(nudges.cycles.as_of[row]).cast(pl.Date),
            "decision": named(DECISIONS, advice.decision[row]),
            "plan_id": named(plans, advice.plan[row]),
            "recommended_plan_id": named(plans, advice.recommended_plan[row]),
            "expected_cost_current": money(advice.cost_current),
            "expected_cost_recommended": money(advice.cost_recommended),
            "expected_saving": money(advice.saving),
            "p_saves": np.round(advice.p_saves[row], 4),
            "confidence": named(CONFIDENCES, advice.confidence[row]),
            "reason_codes": codes.gather(pl.Series(place)),
            "meter": named(nudges.book.meters.take(range(len(nudges.book.meters))), meter),
            "used": measured(advice.used),
            "quota": pl.Series(quota).replace(float("inf"), None),
            "p10": measured(advice.p10),
            "p50": measured(advice.p50),
            "p90": measured(advice.p90),
            "p_exceed": measured(advice.p_exceed, 4),
            "exhaustion_date": pl.Series(exhausted).replace(NO_DAY, None).cast(pl.Date),
            "next_mean": measured(advice.next_mean),
        }
    ).select(COLUMNS)


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

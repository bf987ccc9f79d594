"""A plan study in tables: for the terminal, and as Markdown to copy."""

from __future__ import annotations

from typing import NamedTuple

from models.plan_pricing import STRATA
from training.data.money import minor_digits
from training.plans.backtest import DAYS, LEAST_MONTHS, LEAST_SEEN, MOST_MONTHS
from training.plans.figures import BINS, Bin, Figure, PlanStudy
from training.report.wording import count, things

POLICY_NAMES = {
    "advisor": "the advice",
    "stay": "staying",
    "last_cycle": "last cycle's best plan",
    "own_mean": "best plan for the own mean",
    "run_rate": "best plan for the run rate",
    "rule_80": "80 % rule",
}
METERS = (
    "day: how many days of the cycle were over, and their use known. "
    f"rows: cycles of which at least {LEAST_SEEN * 100:.0f} % of the expected use was recorded; on each day "
    "without those that began later or whose plan had changed. "
    "MAE: mean absolute error of the forecast (p50), in the meter's unit; the run rate is the use so far "
    "projected to the whole cycle, the own mean that of the customer's finished cycles. "
    "MAE over run rate's: below 1 is better than the run rate. pinball: mean error of p10, p50 and p90 as "
    "quantiles, in the meter's unit; less is better. in 80 % interval: share that ended between p10 and p90; "
    "0.8 is right, less is too sure, more too careful."
)
EXCEEDS = (
    "rows: judged cycles of meters with a quota. Brier score: mean squared difference between p_exceed and "
    "what came, 1 where the quota was exceeded and 0 where not; the run rate tells 1 or 0. Less is better. "
    "Brier over run rate's: below 1 is better than the run rate. calibration error: how far p_exceed is from "
    f"the share that came true, on average over {BINS} bands of equal width, each weighing as many rows as "
    "it has (the expected calibration error); 0 is best."
)
EVERY_DAY = f"days {', '.join(map(str, DAYS[:-1]))} and {DAYS[-1]} together"
CALIBRATION = (
    "Where p_exceed is right, as large a share came true as was told on average: of cycles told 0.2 a fifth "
    f"exceeded the quota. rows: those of {EVERY_DAY}. Bands are narrow at both ends, where most rows lie; "
    "a band with few rows says little."
)
SAVES = (
    "p_saves: probability that following the nudge costs less, a change of plan in the next cycle, a top-up "
    "in this one; [nudges] gate is the least that is shown. Where it is right, as large a share cost less as "
    "was told on average; a larger share means that it is too careful, a smaller one too sure. "
    f"It is counted in {STRATA} equally likely cases, and of a change told no surer than changes came to be. "
    f"rows: shown nudges whose cycle is known, of {EVERY_DAY}; change: upgrades and downgrades. A band with "
    "few rows says little."
)
REGRET = (
    "rows: cycles after which the next is known. regret: what the next cycle would have cost on the "
    "plan that the policy chose, less what it would have cost on the best plan in hindsight that the "
    "contract allows; the mean of all rows, less is better. regret over staying's: below 1 is better than "
    "never changing the plan."
)
NUDGES = (
    "shown: nudges whose cycle is known; all: the three kinds together. expected saving: what was told. "
    "realised saving: what following the nudge would have saved with what was then used, below 0 what it "
    "would have cost. Both are means of a nudge. expected over realised: 1 is right, above it too much was "
    "promised. share that cost more: of nudges after which the customer would have paid more; less is better."
)
NO_QUOTA = "Nothing to judge: no cycle is known of a meter with a quota."
NOT_PRICED = "Nothing to judge: of no subscriber is the next cycle known, in every meter of the plan."
NOT_SHOWN = "Nothing to judge: no nudge was shown whose cycle is known, in every meter of the plan."
Rows = list[tuple[str, ...]]


class Table(NamedTuple):
    """A table in words: `caption` says what its figures are, or why there are none."""

    title: str
    columns: tuple[str, ...]
    rows: Rows
    caption: str


def tables_of(study: PlanStudy) -> list[Table]:
    """Every table, also those that have no rows."""
    return [
        _meters(study),
        _exceeds(study),
        _calibration(study),
        _saves(study),
        _policies(study),
        _nudges(study),
    ]


def markdown(study: PlanStudy) -> str:
    """All tables, to be pasted into a document."""
    parts = [f"{walk_told(study)}\n"]
    for title, columns, rows, caption in tables_of(study):
        lines = [_line(columns), _line(("---",) * len(columns)), *map(_line, rows), ""] if rows else []
        parts.append("\n".join([f"### {title}", "", *lines, caption, ""]))
    return "\n".join(parts)


def walk_told(study: PlanStudy) -> str:
    """Which months were walked, and why these."""
    of = "" if study.finished_months is None else f"{len(study.months)} of "
    months = things(
        len(study.months) if study.finished_months is None else study.finished_months, "finished month"
    )
    return (
        f"{of}{months} walked, {study.months[0]} to {study.months[-1]}: the first {LEAST_MONTHS} are only "
        f"learned from, and at most the last {MOST_MONTHS} are walked."
    )


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def _meters(study: PlanStudy) -> Table:
    columns = (
        "meter", "day", "rows", "MAE", "run rate's MAE", "own mean's MAE", "MAE over run rate's", "pinball",
        "in 80 % interval",
    )  # fmt: skip
    rows: Rows = [
        (
            each.meter, str(each.day), count(each.rows), f"{each.mae:,.4g}", f"{each.mae_run_rate:,.4g}",
            f"{each.mae_own_mean:,.4g}", _with_interval(each.ratio), f"{each.pinball:,.4g}",
            _with_interval(each.coverage),
        )
        for each in study.meters
    ]  # fmt: skip
    return Table("Use at the end of the running cycle", columns, rows, METERS)


def _exceeds(study: PlanStudy) -> Table:
    columns = (
        "day", "rows", "Brier score", "run rate's Brier score", "Brier over run rate's", "calibration error",
    )  # fmt: skip
    rows: Rows = [
        (
            "all" if each.day is None else str(each.day), count(each.rows), f"{each.brier:.4f}",
            f"{each.brier_run_rate:.4f}", _with_interval(each.ratio), f"{each.calibration_error:.4f}",
        )
        for each in study.exceeds
        if each.rows
    ]  # fmt: skip
    return Table("Will the quota be exceeded?", columns, rows, EXCEEDS if rows else NO_QUOTA)


def _calibration(study: PlanStudy) -> Table:
    columns = ("p_exceed told", "mean told", "came true", "rows")
    rows: Rows = [_banded(each) for each in study.bins]
    return Table("Calibration of p_exceed, all days", columns, rows, CALIBRATION if rows else NO_QUOTA)


def _saves(study: PlanStudy) -> Table:
    columns = ("nudges", "p_saves told", "mean told", "cost less", "rows")
    rows: Rows = [(each.kind, *_banded(band)) for each in study.saves for band in each.bins]
    return Table("Calibration of p_saves, all days", columns, rows, SAVES if rows else NOT_SHOWN)


def _banded(band: Bin) -> tuple[str, ...]:
    return f"{band.low:g} to {band.high:g}", f"{band.told:.4f}", f"{band.came:.4f}", count(band.rows)


def _policies(study: PlanStudy) -> Table:
    columns = ("policy", "day", "rows", f"regret, {study.currency}", "regret over staying's")
    rows: Rows = [
        (
            POLICY_NAMES[each.policy], str(each.day), count(each.rows), _money(each.regret, study),
            _with_interval(each.over_stay),
        )
        for each in study.policies
    ]  # fmt: skip
    title = "Regret of the next cycle against the best plan in hindsight"
    return Table(title, columns, rows, REGRET if rows else NOT_PRICED)


def _nudges(study: PlanStudy) -> Table:
    columns = (
        "nudges",
        "day",
        "shown",
        f"expected saving, {study.currency} each",
        f"realised saving, {study.currency} each",
        "expected over realised",
        "share that cost more",
    )
    rows: Rows = [
        (
            each.kind, str(each.day), count(each.shown),
            _money(each.expected, study), _money(each.realised, study),
            _with_interval(each.ratio), _with_interval(each.worse),
        )
        for each in study.nudges
    ]  # fmt: skip
    title = "Nudges shown, and what they saved: a change of plan in the next cycle, a top-up in this"
    return Table(title, columns, rows, NUDGES if rows else NOT_SHOWN)


def _money(minor: float, study: PlanStudy) -> str:
    """An amount in minor units as one of the currency."""
    digits = minor_digits(study.currency)
    return f"{minor / 10**digits:,.{digits}f}"


def _with_interval(figure: Figure) -> str:
    return f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})"

"""A plan study in tables: for the terminal, and as Markdown to copy."""

from __future__ import annotations

from training.data.money import minor_digits
from training.plans.figures import Figure, PlanStudy
from training.report.wording import count

POLICY_NAMES = {
    "advisor": "the advice",
    "stay": "staying",
    "last_cycle": "last cycle's best plan",
    "own_mean": "best plan for the own mean",
    "run_rate": "best plan for the run rate",
    "rule_80": "80 % rule",
}
Rows = list[tuple[str, ...]]
Table = tuple[str, tuple[str, ...], Rows]


def tables_of(study: PlanStudy) -> list[Table]:
    """Title, columns and rows of each table."""
    return [_meters(study), _exceeds(study), _calibration(study), _policies(study), _nudges(study)]


def markdown(study: PlanStudy) -> str:
    """All tables, to be pasted into a document."""
    parts = []
    for title, columns, rows in tables_of(study):
        lines = [f"### {title}", "", _line(columns), _line(("---",) * len(columns)), *map(_line, rows), ""]
        parts.append("\n".join(lines))
    return "\n".join(parts)


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def _meters(study: PlanStudy) -> Table:
    columns = (
        "meter", "day", "rows", "MAE", "of the run rate", "of the own mean", "over run rate", "pinball",
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
    return "Use at the end of the running cycle", columns, rows


def _exceeds(study: PlanStudy) -> Table:
    columns = ("day", "rows", "Brier score", "of the run rate", "over run rate", "calibration error")
    rows: Rows = [
        (
            "all" if each.day is None else str(each.day), count(each.rows), f"{each.brier:.4f}",
            f"{each.brier_run_rate:.4f}", _with_interval(each.ratio), f"{each.calibration_error:.4f}",
        )
        for each in study.exceeds
    ]  # fmt: skip
    return "Will the quota be exceeded?", columns, rows


def _calibration(study: PlanStudy) -> Table:
    rows: Rows = [(f"{each.told:.3f}", f"{each.came:.3f}", count(each.rows)) for each in study.bins]
    return "Calibration of p_exceed, all days", ("told", "came true", "rows"), rows


def _policies(study: PlanStudy) -> Table:
    columns = ("policy", "day", f"regret, {study.currency}", "over staying")
    rows: Rows = [
        (POLICY_NAMES[each.policy], str(each.day), _money(each.regret, study), _with_interval(each.over_stay))
        for each in study.policies
    ]
    return "Regret of the next cycle against the best plan in hindsight", columns, rows


def _nudges(study: PlanStudy) -> Table:
    columns = (
        "nudges",
        "day",
        "shown",
        f"expected saving, {study.currency} each",
        "realised",
        "expected over realised",
        "cost more",
    )
    rows: Rows = [
        (
            each.kind, str(each.day), count(each.shown),
            _money(each.expected, study), _money(each.realised, study),
            _with_interval(each.ratio), _with_interval(each.worse),
        )
        for each in study.nudges
    ]  # fmt: skip
    return (
        "Nudges shown, and what they saved: a change of plan in the next cycle, a top-up in this",
        columns,
        rows,
    )


def _money(minor: float, study: PlanStudy) -> str:
    """An amount in minor units as one of the currency."""
    digits = minor_digits(study.currency)
    return f"{minor / 10**digits:,.{digits}f}"


def _with_interval(figure: Figure) -> str:
    return f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})"

"""The pictures of a plan study: calibration of both probabilities, coverage, and regret by policy."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from training.plans.figures import Bin, PlanStudy
from training.plans.words import POLICY_NAMES
from training.report.sheet import ACCENT, MUTED, SOFT, WARM, draw

DAY = 10  # the one that regret is drawn for, where it was walked


def study_pictures(study: PlanStudy) -> dict[str, str]:
    """SVG by name."""
    pictures = {"calibration": _exceeded(study), "coverage": _coverage(study)}
    changes = [band for each in study.saves if each.kind == "change" for band in each.bins]
    if changes:
        pictures["saves"] = _saved(changes)
    if study.policies:
        pictures["regret"] = _regret(study)
    return pictures


def _exceeded(study: PlanStudy) -> str:
    def paint(axes: Axes) -> None:
        _calibration(axes, study.bins, 0.0)
        axes.set_xlabel("p_exceed as told")
        axes.set_ylabel("share that exceeded")

    return draw("calibration", "How often the quota was exceeded, by the probability told", paint)


def _saved(changes: Sequence[Bin]) -> str:
    def paint(axes: Axes) -> None:
        _calibration(axes, changes, changes[0].low)
        axes.set_xlabel("p_saves as told")
        axes.set_ylabel("share that cost less")

    return draw("saves", "How often a change of plan cost less, by the probability told", paint)


def _calibration(axes: Axes, bands: Sequence[Bin], low: float) -> None:
    """Bands as dots, the larger the more rows; on the line from `low` to 1 what is told comes true."""
    most = max((each.rows for each in bands), default=1)
    axes.plot([low, 1], [low, 1], color=MUTED, linewidth=1)
    for each in bands:
        size = 4 + 10 * (each.rows / most) ** 0.5
        axes.plot(each.told, each.came, "o", color=ACCENT, markersize=size, alpha=0.85)


def _coverage(study: PlanStudy) -> str:
    names = sorted({each.meter for each in study.meters})

    def paint(axes: Axes) -> None:
        axes.axhspan(0.75, 0.85, color=SOFT, alpha=0.4, linewidth=0)
        for number, name in enumerate(names):
            some = [each for each in study.meters if each.meter == name]
            colour = (ACCENT, WARM, MUTED)[number % 3]
            axes.plot([e.day for e in some], [e.coverage.value for e in some], "o-", color=colour, label=name)
        axes.set_ylim(0.5, 1.0)
        axes.set_xlabel("day of the cycle")
        axes.set_ylabel("share within p10 to p90")
        axes.legend(frameon=False)

    return draw("coverage", "Share of cycles that ended within the 80 % interval", paint)


def _regret(study: PlanStudy) -> str:
    days = {each.day for each in study.policies}
    day = DAY if DAY in days else min(days)
    some = [each for each in study.policies if each.day == day]

    def paint(axes: Axes) -> None:
        for row, each in enumerate(some):
            colour = ACCENT if each.policy == "advisor" else SOFT
            axes.barh(row, each.over_stay.value, 0.7, color=colour, linewidth=0)
            axes.plot([each.over_stay.low, each.over_stay.high], [row, row], color=MUTED, linewidth=1.5)
        axes.set_yticks(range(len(some)), [POLICY_NAMES[each.policy] for each in some])
        axes.invert_yaxis()
        axes.set_xlabel(f"regret over that of staying, asked on day {day}")

    return draw(
        "regret", "Regret of the next cycle by policy, staying is 1", paint, height=70 + 26 * len(some)
    )

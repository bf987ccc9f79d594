"""The pictures of a study: every method's measures, and how sure the blend's lead is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from training.evaluation.scores import KS, Metric, Score
from training.evaluation.study import BLEND, Comparison
from training.report.sheet import ACCENT, GRID, INK, MUTED, SOFT, WARM, draw
from training.report.wording import method, percent

PERCENTS = FuncFormatter(lambda value, _: percent(value))
POINTS = FuncFormatter(lambda value, _: f"{value * 100:+.3g}")
METRIC_NAMES: dict[Metric, str] = {
    "recall": "recall",
    "ndcg": "NDCG, ideal over min(k, |T|)",
    "ndcg_truth": "NDCG, ideal over |T|",
    "hit_rate": "hit rate",
}


def recalls(name: str, label: str, lines: Sequence[Score]) -> str:
    """Recall of every method at every k, a row a method; `lines` of one part, all k."""
    at_ten = sorted((line for line in lines if line.k == KS[1]), key=lambda line: -line.recall)
    methods = [line.method for line in at_ten]

    def paint(axes: Axes) -> None:
        for row, name_ in enumerate(methods):
            values = [line.recall for line in lines if line.method == name_]
            colour = ACCENT if name_ == BLEND else MUTED
            axes.plot([min(values), max(values)], [row, row], color=SOFT, linewidth=2, zorder=1)
            for line in (line for line in lines if line.method == name_):
                axes.plot(line.recall, row, "o", color=colour, markersize=3 + KS.index(line.k) * 1.5)
        _named_rows(axes, methods)
        axes.xaxis.set_major_formatter(PERCENTS)
        axes.set_xlim(left=0)
        axes.set_xlabel("recall at " + ", ".join(map(str, KS)) + " (larger dots: longer lists)")

    return draw(name, label, paint, height=70 + 24 * len(methods))


def leads(name: str, label: str, comparisons: Sequence[Comparison]) -> str:
    """The blend minus the best single method with its 95 % interval; `comparisons` of one part."""
    rows = [f"{METRIC_NAMES[found.metric]} @{found.k}" for found in comparisons]

    def paint(axes: Axes) -> None:
        axes.axvline(0, color=MUTED, linewidth=1)
        for row, found in enumerate(comparisons):
            interval = found.interval
            colour = (ACCENT if interval.low > 0 else WARM) if interval.sure else MUTED
            axes.plot([interval.low, interval.high], [row, row], color=colour, linewidth=2.2)
            axes.plot(interval.difference, row, "o", color=colour, markersize=5)
        _named_rows(axes, rows)
        axes.xaxis.set_major_formatter(POINTS)
        axes.set_xlabel("percentage points, blend minus best single method")

    return draw(name, label, paint, height=70 + 24 * len(rows))


def spread(name: str, label: str, lines: Sequence[Score], value: Callable[[Score], float], axis: str) -> str:
    """One measure of every method, a bar each."""
    ordered = sorted(lines, key=lambda line: -value(line))

    def paint(axes: Axes) -> None:
        for row, line in enumerate(ordered):
            axes.barh(row, value(line), 0.6, color=ACCENT if line.method == BLEND else SOFT, linewidth=0)
            axes.annotate(
                percent(value(line)), (value(line), row), (5, 0), textcoords="offset points", va="center",
                fontsize=9.5, color=MUTED,
            )  # fmt: skip
        _named_rows(axes, [line.method for line in ordered])
        axes.margins(x=0.2)
        axes.xaxis.set_major_formatter(PERCENTS)
        axes.set_xlabel(axis)

    return draw(name, label, paint, height=70 + 24 * len(ordered))


def _named_rows(axes: Axes, names: Sequence[str]) -> None:
    axes.set_yticks(range(len(names)), [method(name) for name in names])
    for text, name in zip(axes.get_yticklabels(), names, strict=True):
        text.set_color(ACCENT if name == BLEND else INK)
        text.set_fontweight("bold" if name == BLEND else "normal")
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.grid(axis="x", color=GRID)
    axes.grid(visible=False, axis="y")

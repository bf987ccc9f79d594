"""One function a picture: figures in, SVG text out. Sizes are made for half a page or a phone's width."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator
from scipy.optimize import isotonic_regression

from training.report.content import (
    AccuracyRow,
    Band,
    OrderFigures,
    Pareto,
    Period,
    RuleFigure,
    Stage,
    TableFigures,
)
from training.report.sheet import ACCENT, GRID, INK, MUTED, SOFT, WARM, draw, plain
from training.report.value_content import ValueFigures
from training.report.wording import THIN, count, duration, method, percent, reason, short

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
BASELINES = ("popularity", "personal_frequency")
COUNTS = FuncFormatter(lambda value, _: count(value))
PERCENTS = FuncFormatter(lambda value, _: f"{value * 100:.3g}{THIN}%")


def orders_over_time(figures: OrderFigures, label: str, *, phone: bool = False) -> str:
    """Orders by day, week or month; guests below, periods cut off by the window lighter.

    As wide as the page, or as a phone.
    """

    def paint(axes: Axes) -> None:
        days = {"day": 1, "week": 7, "month": 30}[figures.period]
        for period in figures.periods:
            _period_bar(axes, period, days)
        axes.set_ylabel(f"orders a {figures.period}")
        axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.yaxis.set_major_formatter(COUNTS)
        _dates(axes)
        axes.margins(x=0.01)

    return draw("orders-phone", label, paint) if phone else draw("orders", label, paint, 860, 230)


def _dates(axes: Axes) -> None:
    locator = AutoDateLocator(minticks=4, maxticks=8)  # type: ignore[no-untyped-call]  # matplotlib's dates have no types
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, show_offset=False))  # type: ignore[no-untyped-call]  # the same


def _period_bar(axes: Axes, period: Period, days: int) -> None:
    alpha = 1.0 if period.whole else 0.4
    left, width = date2num(period.start) + days / 2, days * 0.82  # type: ignore[no-untyped-call]  # matplotlib's dates have no types
    axes.bar(left, period.guest_orders, width, color=WARM, alpha=alpha, linewidth=0)
    axes.bar(
        left,
        period.orders - period.guest_orders,
        width,
        bottom=period.guest_orders,
        color=ACCENT,
        alpha=alpha,
        linewidth=0,
    )


def row_reasons(table: TableFigures, label: str) -> str:
    """Rows rejected and changed by reason, most first."""
    rows = [(reason(code), number, WARM) for code, number in table.rejected.items() if number]
    rows += [(reason(code), number, SOFT) for code, number in table.changed.items() if number]
    rows.sort(key=lambda row: -row[1])
    return _named_bars(f"rows-{table.table}", label, rows, count)


def basket_sizes(figures: OrderFigures, label: str) -> str:
    """Orders by how many different products they hold."""
    return _bands("baskets", label, figures.basket_sizes, "different products in an order", "orders")


def customer_orders(figures: OrderFigures, label: str) -> str:
    """Customers by how often they ordered."""
    return _bands("customers", label, figures.customer_orders, "orders of a customer", "customers")


def _bands(name: str, label: str, bands: Sequence[Band], across: str, up: str) -> str:
    def paint(axes: Axes) -> None:
        names = [_band(band) for band in bands]
        axes.bar(range(len(bands)), [band.count for band in bands], 0.8, color=ACCENT, linewidth=0)
        axes.set_xticks(range(len(bands)), names, fontsize=9 if len(bands) > 9 else 10.5)
        axes.set_xlabel(across)
        axes.set_ylabel(up)
        axes.set_xlim(-0.6, max(len(bands), 3) - 0.4)
        axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
        axes.yaxis.set_major_formatter(COUNTS)
        axes.tick_params(axis="x", length=0)

    return draw(name, label, paint)


def _band(band: Band) -> str:
    if band.last is None:
        return f"{band.first}+"
    return str(band.first) if band.first == band.last else f"{band.first}-{band.last}"


def opening_hours(figures: OrderFigures, label: str) -> str:
    """Orders by weekday and hour; by weekday alone where there is no time of day."""
    hours = figures.hours
    if hours is None:
        return _named_bars(
            "weekdays",
            label,
            [(name, number, ACCENT) for name, number in zip(WEEKDAYS, figures.weekdays, strict=True)],
            count,
        )
    most = max(map(max, hours))

    def paint(axes: Axes) -> None:
        for weekday, row in enumerate(hours):
            for hour, number in enumerate(row):
                share = number / most
                cell = Rectangle((hour + 0.04, weekday + 0.06), 0.92, 0.88, linewidth=0)
                cell.set_facecolor(ACCENT if number else GRID)
                cell.set_alpha(0.12 + 0.88 * share if number else 0.6)
                axes.add_patch(cell)
        axes.set_xlim(0, 24)
        axes.set_ylim(7, 0)
        axes.set_xticks([0, 6, 12, 18, 24], ["0:00", "6:00", "12:00", "18:00", "24:00"])
        axes.set_yticks([at + 0.5 for at in range(7)], WEEKDAYS)
        axes.grid(visible=False)
        axes.tick_params(length=0)
        axes.spines["bottom"].set_visible(False)

    return draw("hours", label, paint)


def pareto(curve: Pareto, label: str) -> str:
    """The share of revenue (or of orders) that the best share of products brings."""
    return _concentration("pareto", curve.curve, ("products", curve.by), label)


def value(figures: ValueFigures, label: str) -> str:
    """The share of the profit that the best share of customers brings."""
    return _concentration("value", figures.curve, ("customers", "profit"), label)


def _concentration(name: str, curve: Sequence[float], words: tuple[str, str], label: str) -> str:
    """The share of something that the best share of its bringers brings; `words` name both."""
    (bringers, brought), best = words, curve[20]

    def paint(axes: Axes) -> None:
        shares = [at / 100 for at in range(101)]
        axes.fill_between(shares, curve, color=SOFT, alpha=0.35, linewidth=0)
        axes.plot(shares, curve, color=ACCENT, linewidth=2)
        axes.plot([0.2, 0.2, 0], [0, best, best], color=MUTED, lw=0.9)
        axes.plot(0.2, best, "o", color=ACCENT, markersize=6)
        axes.annotate(
            f"20{THIN}% of {bringers}: {percent(best)}",
            (0.2, best),
            (9, -13),
            textcoords="offset points",
            fontsize=11,
        )
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1.02)
        axes.xaxis.set_major_formatter(PERCENTS)
        axes.yaxis.set_major_formatter(PERCENTS)
        axes.set_xlabel(f"share of {bringers}, best first")
        axes.set_ylabel(f"share of {brought}")

    return draw(name, label, paint)


def top_rules(rules: Sequence[RuleFigure], label: str) -> str:
    """For each rule the share of all baskets with the consequent, and of those with the antecedent."""

    def paint(axes: Axes) -> None:
        for row, rule in enumerate(rules):
            names = f"{short(rule.antecedents[0], 27)} → {short(rule.consequent, 27)}"
            axes.text(0, row - 0.33, plain(names), fontsize=10.5, va="center")
            axes.plot([rule.base_rate, rule.confidence], [row, row], color=SOFT, linewidth=3)
            axes.plot(rule.base_rate, row, "o", color=MUTED, markersize=5)
            axes.plot(rule.confidence, row, "o", color=ACCENT, markersize=7)
            axes.annotate(
                percent(rule.confidence),
                (rule.confidence, row),
                (8, 0),
                textcoords="offset points",
                va="center",
                fontsize=10.5,
            )
        axes.set_ylim(len(rules) - 0.4, -0.8)
        axes.set_xlim(0, max([0.3, *(rule.confidence for rule in rules)]) * 1.14)
        axes.set_yticks([])
        axes.xaxis.set_major_formatter(PERCENTS)
        axes.xaxis.set_major_locator(MaxNLocator(5))
        axes.grid(axis="x")
        axes.grid(visible=False, axis="y")

    return draw("rules", label, paint, height=50 + 40 * len(rules))


def accuracy(rows: Sequence[AccuracyRow], part: str, label: str) -> str:
    """Recall by length of the list, a line for each method, for one part of the truth."""
    kept = [row for row in rows if row.part == part]
    methods = list(dict.fromkeys(row.method for row in kept))
    ks = sorted({row.k for row in kept})
    lines = {
        name: [next(row.recall for row in kept if row.method == name and row.k == k) for k in ks]
        for name in methods
    }

    def paint(axes: Axes) -> None:
        for name, recalls in lines.items():
            colour, width = _emphasis(name)
            dash = (0, (4, 2)) if name in BASELINES else "-"
            axes.plot(
                range(len(ks)), recalls, color=colour, linewidth=width, linestyle=dash, marker="o", ms=4
            )
        top = max(recall for recalls in lines.values() for recall in recalls) or 0.01
        ends = _apart([lines[name][-1] for name in methods], top * 1.08 * 0.085)
        for name, end in zip(methods, ends, strict=True):
            weight = "bold" if name == "served" else "normal"
            axes.text(
                len(ks) - 0.9, end, method(name), va="center", color=_emphasis(name)[0], fontweight=weight
            )
        axes.set_xticks(range(len(ks)), [str(k) for k in ks])
        axes.set_xlim(-0.15, len(ks) - 1 + 0.95)
        axes.set_ylim(
            min([0, *(end - top * 0.04 for end in ends)]),
            max([top * 1.08, *(end + top * 0.05 for end in ends)]),
        )
        axes.set_xlabel("products recommended")
        axes.set_ylabel("recall")
        axes.yaxis.set_major_locator(MaxNLocator(5))
        axes.yaxis.set_major_formatter(PERCENTS)

    return draw(f"accuracy-{part}", label, paint, height=270)


def _emphasis(name: str) -> tuple[str, float]:
    if name == "served":
        return ACCENT, 2.6
    return (WARM, 1.6) if name in BASELINES else (MUTED, 1.1)


def _apart(values: Sequence[float], gap: float) -> list[float]:
    """The values moved as little as it takes for labels there not to overlap, in the same order.

    With the gaps taken off, that is the nearest sequence that does not fall: isotonic regression.
    """
    order = np.argsort(values, kind="stable")
    gaps = gap * np.arange(len(values))
    placed = np.empty(len(values))
    placed[order] = isotonic_regression(np.asarray(values)[order] - gaps).x + gaps
    return [float(value) for value in placed]


def coverage(rows: Sequence[AccuracyRow], k: int, label: str) -> str:
    """The share of the catalogue that each method recommended to anybody."""
    kept = [row for row in rows if row.part == "all" and row.k == k]
    bars = [(method(row.method), row.coverage, ACCENT if row.method == "served" else SOFT) for row in kept]
    bars.sort(key=lambda bar: -bar[1])
    return _named_bars("coverage", label, bars, percent)


def stages(done: Sequence[Stage], label: str) -> str:
    """How long each stage of the training took."""
    return _named_bars(
        "stages", label, [(stage.name.replace("_", " "), stage.seconds, ACCENT) for stage in done], duration
    )


def _named_bars(
    name: str, label: str, bars: Sequence[tuple[str, float, str]], write: Callable[[float], str]
) -> str:
    """Horizontal bars, each with its name above it and its number at its end."""
    most = max((number for _, number, _ in bars), default=0) or 1

    def paint(axes: Axes) -> None:
        for row, (text, number, colour) in enumerate(bars):
            axes.barh(row + 0.18, number, 0.3, color=colour, linewidth=0)
            axes.text(0, row - 0.22, plain(short(text, 62)), fontsize=10.5, va="center", color=INK)
            axes.annotate(
                write(number),
                (number, row + 0.18),
                (5, 0),
                textcoords="offset points",
                va="center",
                fontsize=10.5,
                color=MUTED,
            )
        axes.set_ylim(max(len(bars), 1) - 0.4, -0.55)
        axes.set_xlim(0, most * 1.22)
        axes.set_axis_off()

    return draw(name, label, paint, height=16 + 34 * max(len(bars), 1))

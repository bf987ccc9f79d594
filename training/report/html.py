"""The report as one page: nothing to download, nothing to run, to be read, printed and kept."""

from __future__ import annotations

from collections.abc import Callable

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from training.report import pictures, readings, wording
from training.report.content import ReportContent, RuleFigure
from training.report.readings import HEADLINE_K

PARTS = ("all", "repeat", "new", "cart")
PICTURED_RULES = 8
TRIALS_SHOWN = 8


def render(content: ReportContent) -> str:
    """The page. Every figure in it is one of `content.to_dict()`, rounded for reading."""
    environment = Environment(
        loader=PackageLoader("training.report"),
        autoescape=True,  # names come from the shop's data
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        name: getattr(wording, name)
        for name in (
            "count",
            "percent",
            "change",
            "money",
            "day",
            "days",
            "things",
            "duration",
            "reason",
            "method",
        )
    }
    template = environment.get_template("report.html")
    return template.render(
        content=content,
        pictures=_pictures(content),
        read=readings,
        headline_k=HEADLINE_K,
        trials_shown=TRIALS_SHOWN,
        parts=[part for part in PARTS if _judged(content, part)],
        evidence=_evidence,
    )


def _judged(content: ReportContent, part: str) -> bool:
    evaluation = content.evaluation
    return evaluation is not None and any(row.part == part for row in evaluation.rows)


def _evidence(rule: RuleFigure) -> str:
    return f"{wording.count(rule.rule_orders)} of {wording.count(rule.orders)}"


def _pictures(content: ReportContent) -> dict[str, Markup]:
    """SVG by name; a picture of nothing is left out."""
    drawn: dict[str, str] = {}
    if content.orders is not None:
        orders = content.orders
        drawn |= {
            name: picture(orders, reading(orders))
            for name, picture, reading in _ORDER_PICTURES
            if name != "customers" or orders.customers
        }
        drawn["orders-phone"] = pictures.orders_over_time(orders, readings.data_window(orders), phone=True)
        drawn["pareto"] = pictures.pareto(orders.pareto, readings.pareto(orders))
    for table in content.tables:
        if any(table.rejected.values()) or any(table.changed.values()):
            drawn[f"rows-{table.table}"] = pictures.row_reasons(table, readings.rows(table))
    if content.rules is not None and content.rules.top_pairs:
        shown = content.rules.top_pairs[:PICTURED_RULES]
        drawn["rules"] = pictures.top_rules(shown, readings.rules(content.rules))
    if content.value is not None:
        drawn["value"] = pictures.value(content.value, readings.value(content.value))
    if content.evaluation is not None and content.evaluation.rows:
        evaluation = content.evaluation
        for part in (part for part in PARTS if _judged(content, part)):
            label = readings.accuracy(evaluation, part)
            drawn[f"accuracy-{part}"] = pictures.accuracy(evaluation.rows, part, label)
        drawn["coverage"] = pictures.coverage(evaluation.rows, HEADLINE_K, readings.coverage(evaluation))
    if content.stages:
        drawn["stages"] = pictures.stages(content.stages, readings.stages(content))
    return {name: Markup(svg) for name, svg in drawn.items()}  # noqa: S704  # matplotlib escaped the names


_ORDER_PICTURES: tuple[tuple[str, Callable[..., str], Callable[..., str]], ...] = (
    ("orders", pictures.orders_over_time, readings.data_window),
    ("baskets", pictures.basket_sizes, readings.basket_sizes),
    ("hours", pictures.opening_hours, readings.opening_hours),
    ("customers", pictures.customer_orders, readings.customer_orders),
)

"""What the training report says, as plain figures: every sentence and picture is made from these alone."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from training.report.value_content import ValueFigures


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in integer minor units; `digits` decimal places. A decimal string outside."""

    minor: int
    digits: int

    def __str__(self) -> str:
        return str(self.amount)

    @property
    def amount(self) -> Decimal:
        """The amount in major units."""
        return Decimal(self.minor).scaleb(-self.digits)


@dataclass(frozen=True, slots=True)
class TableFigures:
    """How one table of the shop was read. `rejected` and `changed` count rows by reason.

    rows_read = rows_kept + sum of rejected + rows_netted (cancellations and what they cancelled).
    `counts` are further facts about the table by name.
    """

    table: str
    source: str
    rows_read: int
    rows_kept: int
    rejected: Mapping[str, int]
    changed: Mapping[str, int]
    rows_netted: int = 0
    guest_rows: int | None = None
    first: datetime | None = None
    last: datetime | None = None
    seconds: float | None = None
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Period:
    """Orders that began in one day, week or month of the shop's own time zone.

    `whole` is False where the data begin or end within it: its orders are not comparable.
    """

    start: date
    orders: int
    guest_orders: int
    revenue: Money | None
    whole: bool


@dataclass(frozen=True, slots=True)
class Band:
    """How many have between `first` and `last` of something (both included; no `last`: or more)."""

    first: int
    last: int | None
    count: int


@dataclass(frozen=True, slots=True)
class Pareto:
    """How much of the revenue (or of the baskets) the best products bring.

    curve             share of all that the best 0 %, 1 % ... 100 % of products bring, 101 values of 0 to 1
    share_of_best_20  the value at 20 % of products
    products_for_80   share of products needed for 80 % of all
    """

    by: Literal["revenue", "orders"]
    curve: tuple[float, ...]
    share_of_best_20: float
    products_for_80: float


@dataclass(frozen=True, slots=True)
class BestSeller:
    """A product with what it brought in the whole window."""

    product_id: str
    name: str
    orders: int
    quantity: float
    revenue: Money | None


@dataclass(frozen=True, slots=True)
class OrderFigures:
    """The cleaned order lines, counted.

    Days are days of the shop's own time zone. `hours` is [7 weekdays, Monday first][24 hours] of
    orders, None where the data have dates without a time of day. Revenue is None where fewer than
    half of the lines have a price, and is the revenue of the lines that have one otherwise.
    """

    first_day: date
    last_day: date
    days: int
    timezone: str
    order_lines: int
    priced_lines: int
    orders: int
    guest_orders: int
    customers: int
    returning_customers: int
    products_sold: int
    rare_products: int
    rare_below: int
    revenue: Money | None
    median_order_value: Money | None
    mean_basket: float
    median_basket: float
    period: Literal["day", "week", "month"]
    periods: tuple[Period, ...]
    basket_sizes: tuple[Band, ...]
    customer_orders: tuple[Band, ...]
    weekdays: tuple[int, ...]
    hours: tuple[tuple[int, ...], ...] | None
    pareto: Pareto
    best_sellers: tuple[BestSeller, ...]


@dataclass(frozen=True, slots=True)
class RuleFigure:
    """One rule with the counts that prove it: what was in the basket, and what goes with it.

    base_rate is the share of all baskets with the consequent: confidence is to be compared with it.
    """

    antecedent_ids: tuple[str, ...]
    antecedents: tuple[str, ...]
    consequent_id: str
    consequent: str
    rule_orders: int
    orders: int
    consequent_orders: int
    confidence: float
    base_rate: float
    lift: float
    lift_lower_95: float
    score: float


@dataclass(frozen=True, slots=True)
class RulesFigures:
    """What was mined from the baskets, and the best of it: no product is shown twice among the pairs."""

    all_orders: int
    products: int
    products_with_rule: int
    pair_rules: int
    basket_rules: int
    top_pairs: tuple[RuleFigure, ...]
    top_basket_rules: tuple[RuleFigure, ...]


@dataclass(frozen=True, slots=True)
class CatalogueFigures:
    """What is known of the products: how many have a category, a price, a stock, a variant."""

    products: int
    categories: int
    with_category: int
    with_price: int
    with_stock: int
    out_of_stock: int
    with_variants: int


@dataclass(frozen=True, slots=True)
class AccuracyRow:
    """How one method did on one part of the truth (`all`, `repeat` or `new`) with lists of k. All 0 to 1."""

    method: str
    part: str
    k: int
    recall: float
    ndcg: float
    hit_rate: float
    coverage: float
    customers: int


@dataclass(frozen=True, slots=True)
class EvaluationFigures:
    """Accuracy on the last window of the data, or why there is none (`reason`, and no rows)."""

    rows: tuple[AccuracyRow, ...]
    reason: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def window_days(self) -> int | None:
        """The width of the window that was judged on, None where nothing was."""
        days = self.facts.get("window_days")
        return days if isinstance(days, int) else None


@dataclass(frozen=True, slots=True)
class TrialFigures:
    """One setting that was tried on validation; a higher score is better. `metric` says of what."""

    what: str
    setting: Mapping[str, float]
    metric: str
    score: float
    chosen: bool


@dataclass(frozen=True, slots=True)
class TuningFigures:
    """What was chosen on validation, from what; `reasons` say why something was left at its default."""

    trials: tuple[TrialFigures, ...]
    weights: Mapping[str, float]
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GateCheck:
    """One comparison of the gate; higher is better. `needed` is `compared` with the margin taken off."""

    metric: str
    against: str
    got: float
    compared: float
    needed: float
    customers: int
    passed: bool


@dataclass(frozen=True, slots=True)
class GateFigures:
    """The gate's verdict: the comparisons it made, and why it did not make others."""

    passed: bool
    checks: tuple[GateCheck, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CommonDays:
    """Days from the first to the last, on which everybody used so many times as much of a meter as usual."""

    family: str
    meter: str
    first: date
    last: date
    times: float


@dataclass(frozen=True, slots=True)
class LearnedUse:
    """What was learned of how a meter is used by the subscribers of a family; all but names are shares.

    growth      of use, from one cycle to the next; `pace` its standard deviation between subscribers
    unrest      how far a usual subscriber's cycles differ by nature: the coefficient of variation
    new_level   of cycles, begin one that lasts; `odd` are unusual and do not
    weekend     use of a Saturday or Sunday over that of a day from Monday to Friday
    month_end   use of the month's last day over that of a usual one
    own_week    how far subscribers' weekdays differ from everybody's, a standard deviation; `own_month_end`
                the same of the end of the month
    assumed     too little is known: cycles are as is assumed before any are
    """

    family: str
    meter: str
    growth: float
    pace: float
    unrest: float
    new_level: float
    odd: float
    weekend: float
    month_end: float
    own_week: float
    own_month_end: float
    assumed: bool


@dataclass(frozen=True, slots=True)
class PlanFigures:
    """The plans, and what subscribers are advised; `decisions` counts running subscriptions by decision.

    as_of   the day after the last one of usage
    learned  what is known of how each meter is used
    common  days on which everybody used less or more: nobody's level
    """

    plans: int
    families: int
    meters: int
    subscribers: int
    running: int
    as_of: date
    decisions: Mapping[str, int]
    learned: tuple[LearnedUse, ...] = ()
    common: tuple[CommonDays, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the training and how long it took."""

    name: str
    seconds: float


@dataclass(frozen=True, slots=True)
class SettingUsed:
    """One setting of this training; secrets never get here. `changed`: not the default."""

    key: str
    value: str
    changed: bool


@dataclass(frozen=True, slots=True)
class ReportContent:
    """The whole report. A section is None where the training had nothing to say about it."""

    version: str
    created: datetime
    currency: str
    tables: tuple[TableFigures, ...] = ()
    orders: OrderFigures | None = None
    catalogue: CatalogueFigures | None = None
    rules: RulesFigures | None = None
    evaluation: EvaluationFigures | None = None
    tuning: TuningFigures | None = None
    gate: GateFigures | None = None
    plans: PlanFigures | None = None
    value: ValueFigures | None = None
    stages: tuple[Stage, ...] = ()
    libraries: Mapping[str, str] | None = None
    settings: tuple[SettingUsed, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain values that fit JSON: money as decimal strings, times as ISO 8601, no NaN."""
        plain: dict[str, Any] = as_plain(self)
        return plain


def as_plain(value: Any) -> Any:
    """Dataclasses, mappings, tuples, dates and money as what JSON knows; NaN and infinities as None."""
    if is_dataclass(value) and not isinstance(value, type | Money):
        return {item.name: as_plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): as_plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [as_plain(item) for item in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return str(value) if isinstance(value, Money) else value

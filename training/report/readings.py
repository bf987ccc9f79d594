"""One sentence for every picture and section: what it says, for someone who has no time for it."""

from __future__ import annotations

import math

from training.report.content import (
    AccuracyRow,
    CatalogueFigures,
    EvaluationFigures,
    GateCheck,
    GateFigures,
    OrderFigures,
    PlanFigures,
    ReportContent,
    RulesFigures,
    TableFigures,
)
from training.report.pictures import WEEKDAYS
from training.report.value_content import ValueFigures
from training.report.wording import count, day, days, duration, method, percent, reason, things

HEADLINE_K = 10
DECISION_WORDS = {
    "stay": "should stay as they are",
    "upgrade": "should take a bigger plan",
    "top_up": "should take a top-up this cycle",
    "downgrade": "should take a smaller plan",
    "insufficient_data": "are too new to say",
    "suppressed": "are bound by their contract",
}
PART_TRUTH = {
    "all": "Of everything that customers bought in {window}, {served} was among the {k} recommended",
    "repeat": "Of what customers bought again in {window}, {served} was among the {k} recommended",
    "new": "Of what customers bought for the first time in {window}, {served} was among the {k} recommended",
    "cart": "Of products taken out of the baskets of {window}, {served} were among the {k} recommended "
    "for the rest of the basket",
}


def data_window(figures: OrderFigures) -> str:
    """From when to when, and the best whole period."""
    said = (
        f"{things(figures.orders, 'order')} in {days(figures.days)}, "
        f"from {day(figures.first_day)} to {day(figures.last_day)}"
    )
    whole = [period for period in figures.periods if period.whole]
    if len(whole) < 3 or len({period.orders for period in whole}) == 1:
        return f"{said}."
    best = max(whole, key=lambda period: period.orders)
    began = f"{best.start:%B %Y}" if figures.period == "month" else day(best.start)
    named = {"day": f"day was {began}", "week": f"week began on {began}", "month": f"month was {began}"}
    return f"{said}; the busiest {named[figures.period]}, with {count(best.orders)}."


def plans(figures: PlanFigures) -> str:
    """How many subscriptions run, and what is advised of them today."""
    said = f"{things(figures.running, 'running subscription')} to {things(figures.plans, 'plan')}"
    named = ", ".join(
        f"{count(number)} {DECISION_WORDS[decision]}"
        for decision, number in figures.decisions.items()
        if number
    )
    return f"{said}; on {day(figures.as_of)} {named}." if named else f"{said}."


def guests(figures: OrderFigures) -> str:
    """How many orders no customer can be named for."""
    if figures.guest_orders == 0:
        return "Every order names its customer."
    share = percent(figures.guest_orders / figures.orders)
    if figures.customers == 0:
        return "No order names its customer: rules can be learned from baskets, personal taste cannot."
    return f"{share} of orders are by guests: they count for what goes together, not for personal taste."


def rows(table: TableFigures) -> str:
    """How much of a table is used, and why the rest is not."""
    if table.rows_read == 0:
        return "The table has no rows."
    kept = f"{percent(table.rows_kept / table.rows_read)} of {things(table.rows_read, 'row')} are used"
    if not table.rejected or not sum(table.rejected.values()):
        return f"{kept}; none was rejected."
    code, number = max(table.rejected.items(), key=lambda item: item[1])
    return f"{kept}; the most frequent reason not to be was {reason(code)} ({count(number)})."


def basket_sizes(figures: OrderFigures) -> str:
    """The basket in the middle, and those that say nothing about what goes together."""
    single = figures.basket_sizes[0].count if figures.basket_sizes[0].first == 1 else 0
    return (
        f"Half of the orders hold {count(figures.median_basket)} different products or fewer; "
        f"{percent(single / figures.orders)} hold just one and say nothing about what goes together."
    )


def opening_hours(figures: OrderFigures) -> str:
    """The busiest weekday, and the busiest hour where hours are known."""
    busiest = max(range(7), key=lambda at: figures.weekdays[at])
    share = percent(figures.weekdays[busiest] / figures.orders)
    names = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
    said = f"{share} of orders come on {names[busiest]}"
    if figures.hours is None:
        return f"{said}; the data have no time of day."
    hours = figures.hours
    cells = ((row, column) for row in range(7) for column in range(24))
    weekday, hour = max(cells, key=lambda cell: hours[cell[0]][cell[1]])
    return f"{said}; the busiest hour is {WEEKDAYS[weekday]} {hour}:00 to {hour + 1}:00 ({figures.timezone})."


def customer_orders(figures: OrderFigures) -> str:
    """How many came back."""
    if figures.customers == 0:
        return "No order names its customer."
    share = percent(figures.returning_customers / figures.customers)
    return f"{share} of {things(figures.customers, 'customer')} ordered more than once."


def pareto(figures: OrderFigures) -> str:
    """What the best fifth brings. In a small shop, how many products that is."""
    curve, sold = figures.pareto, figures.products_sold
    of = "revenue" if curve.by == "revenue" else "sales, counted in orders"
    share = percent(curve.share_of_best_20)
    if sold == 1:
        return f"One product brings all {of}."
    if sold >= 50:
        return f"20\u202f% of products bring {share} of {of}."
    fifth = math.ceil(sold / 5)
    if fifth == 1:
        return f"The best of {sold} products brings {share} of {of}."
    return f"The best {fifth} of {sold} products bring {share} of {of}."


def rare_products(figures: OrderFigures) -> str:
    """The long tail that counts alone cannot speak about."""
    return (
        f"{count(figures.rare_products)} of {things(figures.products_sold, 'product')} are in fewer than "
        f"{figures.rare_below} orders: too few to say what goes with them."
    )


def catalogue(figures: CatalogueFigures) -> str:
    """What is known of the products beside their sales."""
    known = {
        "a category": figures.with_category,
        "a price": figures.with_price,
        "a known stock": figures.with_stock,
        "variants": figures.with_variants,
    }
    some = [f"{count(number)} have {what}" for what, number in known.items() if number]
    none = [what for what, number in known.items() if not number]
    said = f"Of {things(figures.products, 'product')}, {', '.join(some)}" if some else ""
    if none:
        said += f"{'; none has ' if some else 'No product has '}{' or '.join(none)}"
    return f"{said}."


def rules(figures: RulesFigures) -> str:
    """The best pair in words, with its counts."""
    if not figures.top_pairs:
        return "No two products are bought together so often that chance is ruled out."
    best = figures.top_pairs[0]
    return (
        f"{count(best.rule_orders)} of {things(best.orders, 'order')} with {best.antecedents[0]} also have "
        f"{best.consequent}: {percent(best.confidence)}, against {percent(best.base_rate)} of all orders."
    )


def rule_counts(figures: RulesFigures) -> str:
    """How many rules there are and how many products they help."""
    several = ""
    if figures.basket_rules:
        several = f" and {things(figures.basket_rules, 'rule')} with several antecedents"
    return (
        f"{things(figures.pair_rules, 'pair rule')}{several}, from {things(figures.all_orders, 'basket')}; "
        f"{count(figures.products_with_rule)} of {things(figures.products, 'product')} have at least one."
    )


def row_of(figures: EvaluationFigures, name: str, part: str, k: int = HEADLINE_K) -> AccuracyRow | None:
    """The row of one method, None where it was not judged."""
    return next((row for row in figures.rows if (row.method, row.part, row.k) == (name, part, k)), None)


def accuracy(figures: EvaluationFigures, part: str) -> str:
    """Recall at 10 of what is served, beside the better baseline."""
    served = row_of(figures, "served", part)
    rivals = [row_of(figures, name, part) for name in ("popularity", "personal_frequency")]
    known = [row for row in rivals if row is not None]
    if served is None:
        return "What is served was not judged."
    window = f"the last {days(figures.window_days)}" if figures.window_days else "the last window"
    said = PART_TRUTH[part].format(window=window, served=percent(served.recall), k=HEADLINE_K)
    if not known:
        return f"{said}."
    rival = max(known, key=lambda row: row.recall)
    return f"{said}; with {method(rival.method)} it would have been {percent(rival.recall)}."


def coverage(figures: EvaluationFigures) -> str:
    """How much of the catalogue anybody gets to see."""
    served, popular = row_of(figures, "served", "all"), row_of(figures, "popularity", "all")
    if served is None:
        return "What is served was not judged."
    said = f"{percent(served.coverage)} of the catalogue was recommended to somebody"
    return f"{said}, with popularity alone {percent(popular.coverage)}." if popular else f"{said}."


def stages(content: ReportContent) -> str:
    """How long it took, and what took longest."""
    total = sum(stage.seconds for stage in content.stages)
    longest = max(content.stages, key=lambda stage: stage.seconds)
    return (
        f"The training took {duration(total)}; the longest stage was "
        f"{longest.name.replace('_', ' ')}, with {duration(longest.seconds)}."
    )


def value(figures: ValueFigures) -> str:
    """How much the best customers bring."""
    return (
        f"The best fifth of {count(figures.customers)} customers bring {percent(figures.share_of_best_20)} "
        f"of the profit; {percent(figures.customers_for_80)} of them bring 80 %."
    )


def value_basis(figures: ValueFigures) -> str:
    """What profit and expectation rest on."""
    words = {
        "unit_cost": "unit costs",
        "category_margin": "margins of categories",
        "mean_margin": "the mean margin of the rest",
        "revenue": "revenue, for no cost is known",
    }
    parts = ", ".join(f"{percent(share)} from {words[name]}" for name, share in figures.basis.items())
    return f"Profit is taken {parts or 'from nothing'}; it fades by half in {figures.half_life_days} days."


def in_short(content: ReportContent) -> list[str]:
    """What a shop owner should take away: a handful of sentences."""
    said: list[str] = []
    if content.orders is not None:
        said.append(data_window(content.orders))
        if content.orders.customers:
            said.append(customer_orders(content.orders))
        said.append(pareto(content.orders))
    if content.value is not None:
        said.append(value(content.value))
    if content.rules is not None:
        said.append(rules(content.rules))
    if content.evaluation is not None:
        said.append(sentence(content.evaluation.reason or accuracy(content.evaluation, "all")))
    return said


def verdict(gate: GateFigures) -> str:
    """What the gate decided, in a few words."""
    if not gate.checks:
        return "Let through without a comparison."
    return "Passed the gate." if gate.passed else "Refused by the gate."


def comparison(check: GateCheck) -> str:
    """One comparison of the gate: what was reached, and how far that is from what was needed."""
    said = (
        f"{sentence(check.metric)} is {percent(check.got)}; {check.against} reaches {percent(check.compared)}"
    )
    if check.passed:
        return f"{said}."
    short = percent(1 - check.got / check.compared)
    return f"{said}: {short} worse, and at least {percent(check.needed)} is needed."


def sentence(text: str) -> str:
    """The text with a capital at its beginning."""
    return text[:1].upper() + text[1:]

"""Reasons: the sentence and the checkable numbers behind each recommendation."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from models.bundle import Bundle
from models.context import Context
from models.ids import UNKNOWN
from models.query import Reason

EPOCH = date(1970, 1, 1)


def reasons_for(bundle: Bundle, context: Context, product: int, source: str) -> tuple[Reason, ...]:
    """Why this product: the source that proposed it first, then what else speaks for it."""
    if source == "buy_again":
        return _only(_buy_again(bundle, context.customer, product))
    together = _basket_rule(bundle, context, product) or _bought_together(bundle, context, product)
    if source in ("bought_together", "basket_rules"):
        return _only(together)
    leading = {"taste": _taste, "trending": _trending}.get(source)
    first = leading(bundle, context, product) if leading else None
    return _only(first or _popular(bundle, product), together)


def _only(*reasons: Reason | None) -> tuple[Reason, ...]:
    return tuple(reason for reason in reasons if reason is not None)


def _bought_together(bundle: Bundle, context: Context, product: int) -> Reason | None:
    """The pair rule with the highest score among the products shown."""
    if not len(context.shown):
        return None
    rules, antecedents = bundle.bought_together.rows(context.shown)
    matching = np.flatnonzero(bundle.bought_together.consequents[rules] == product)
    if not len(matching):
        return None
    strongest = matching[bundle.bought_together.scores[rules[matching]].argmax()]
    return pair_reason(bundle, int(antecedents[strongest]), product)


def pair_reason(bundle: Bundle, antecedent: int, consequent: int) -> Reason | None:
    """The reason of one pair rule, None where there is no such rule."""
    counts = bundle.bought_together.evidence(antecedent, consequent)
    if counts is None:
        return None
    return Reason(
        "BOUGHT_TOGETHER",
        f"Bought with {bundle.catalogue.names[antecedent]} in {counts.pair_orders} of {counts.orders} orders",
        {
            "product_id": bundle.products.id(antecedent),
            "pair_orders": counts.pair_orders,
            "orders": counts.orders,
            "consequent_orders": counts.consequent_orders,
            "all_orders": counts.all_orders,
            "confidence": round(counts.confidence, 4),
            "lift": round(counts.lift, 2),
            "lift_lower_95": round(counts.lift_lower, 2),
        },
    )


def _basket_rule(bundle: Bundle, context: Context, product: int) -> Reason | None:
    rules = bundle.basket_rules.matching(context.shown)
    matching = rules[bundle.basket_rules.consequents[rules] == product]
    if not len(matching):
        return None
    counts = bundle.basket_rules.evidence(int(matching[bundle.basket_rules.scores[matching].argmax()]))
    names = " and ".join(bundle.catalogue.names[item] for item in counts.antecedents)
    return Reason(
        "BOUGHT_TOGETHER",
        f"Bought with {names} in {counts.rule_orders} of {counts.orders} orders",
        {
            "product_ids": [bundle.products.id(item) for item in counts.antecedents],
            "pair_orders": counts.rule_orders,
            "orders": counts.orders,
            "consequent_orders": counts.consequent_orders,
            "all_orders": counts.all_orders,
            "confidence": round(counts.rule_orders / counts.orders, 4),
            "lift": round(counts.lift, 2),
        },
    )


def _taste(bundle: Bundle, context: Context, product: int) -> Reason | None:
    """The product's nearest relation, by factors, among what the customer bought or is shown."""
    mine = bundle.buy_again.of(context.customer).products if context.customer != UNKNOWN else context.shown
    likes = bundle.similar.of(product)
    at = np.flatnonzero(np.isin(likes.products, mine))
    if not len(at):
        return Reason("TASTE", "Chosen by customers with a similar history", {})
    nearest, similarity = int(likes.products[at[0]]), float(likes.scores[at[0]])
    verb = "which you bought" if context.customer != UNKNOWN else "which is in the basket"
    return Reason(
        "TASTE",
        f"Often chosen by those who like {bundle.catalogue.names[nearest]}, {verb}",
        {"product_id": bundle.products.id(nearest), "similarity": round(similarity, 3)},
    )


def similar_reason(bundle: Bundle, product: int, similarity: float) -> Reason:
    """The reason on a page of similar products."""
    return Reason(
        "SIMILAR",
        f"Chosen by the same customers as {bundle.catalogue.names[product]}",
        {"product_id": bundle.products.id(product), "similarity": round(similarity, 3)},
    )


def _trending(bundle: Bundle, _: Context, product: int) -> Reason:
    counts = bundle.popularity.trend(product)
    return Reason(
        "TRENDING",
        f"In {counts.orders} orders of the last {counts.days} days, {counts.expected_orders:.0f} were usual",
        {"orders": counts.orders, "expected_orders": round(counts.expected_orders, 1), "days": counts.days},
    )


def _popular(bundle: Bundle, product: int) -> Reason:
    counts = bundle.popularity.evidence(product)
    return Reason(
        "POPULAR",
        f"In {counts.orders} of {counts.all_orders} orders of the last {counts.days} days",
        {"orders": counts.orders, "all_orders": counts.all_orders, "days": counts.days},
    )


def _buy_again(bundle: Bundle, customer: int, product: int) -> Reason | None:
    counts = bundle.buy_again.evidence(customer, product)
    if counts is None:
        return None
    last = (EPOCH + timedelta(days=counts.last_day)).isoformat()
    return Reason(
        "BUY_AGAIN",
        f"In {counts.orders_with} of your {counts.orders} orders, last on {last}",
        {"orders_with": counts.orders_with, "orders": counts.orders, "last_bought_on": last},
    )

"""Reasons: the sentence and the checkable numbers behind each recommendation."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cached_property
from typing import Literal

from models.basket_rules import RuleEvidence
from models.bought_together import PairEvidence
from models.bundle import Bundle
from models.context import Context
from models.ids import UNKNOWN
from models.query import Reason
from models.together import Together

EPOCH = date(1970, 1, 1)
SIMILAR_HISTORY = Reason("TASTE", "Chosen by customers with a similar history", {})


class Reasons:
    """The reasons of one answer: what all products of it share is looked up once."""

    def __init__(self, bundle: Bundle, context: Context, rules: Together) -> None:
        self._bundle = bundle
        self._context = context
        self._rules = rules

    def of(self, product: int, source: str) -> tuple[Reason, ...]:
        """Why this product: the source that proposed it first, then what else speaks for it."""
        if source == "buy_again":
            return _only(self._buy_again(product))
        together = self._together(product) if len(self._context.shown) else None
        if source in ("bought_together", "basket_rules"):
            return _only(together)
        if source == "cart_ridge":
            # Orders that can be counted say more than a weight: they come first where there are any.
            return _only(together, self._cart_ridge(product))
        if source == "item_ridge":
            return _only(self._item_ridge(product), together)
        if source == "taste":
            first = self._taste(product)
        else:
            first = self._trending(product) if source == "trending" else self._popular(product)
        return (first,) if together is None else (first, together)

    def _together(self, product: int) -> Reason | None:
        """What the basket says: several products together say more than one."""
        return self._basket_rule(product) or self._bought_together(product)

    def _basket_rule(self, product: int) -> Reason | None:
        """The rule with the highest score among those that the basket fulfils."""
        if not len(self._rules.rules):
            return None
        rules = self._bundle.basket_rules
        matching = self._rules.rules[self._rules.rule_consequents == product]
        if not len(matching):
            return None
        return _rule_reason(self._bundle, rules.evidence(int(matching[rules.scores[matching].argmax()])))

    def _bought_together(self, product: int) -> Reason | None:
        """The pair rule with the highest score among the products shown."""
        rules = self._rules
        matching = (rules.pair_consequents == product).nonzero()[0]
        if not len(matching):
            return None
        scores = self._bundle.bought_together.scores
        strongest = matching[0] if len(matching) == 1 else matching[scores[rules.pairs[matching]].argmax()]
        antecedent, rule = int(rules.antecedents[strongest]), int(rules.pairs[strongest])
        return _pair_reason(self._bundle, antecedent, self._bundle.bought_together.record(antecedent, rule))

    @cached_property
    def _purchases(self) -> dict[int, int]:
        """Position of each product among the customer's purchases."""
        products = self._bundle.buy_again.of(self._context.customer).products.tolist()
        return dict(zip(products, range(len(products)), strict=True))

    @cached_property
    def _mine(self) -> frozenset[int]:
        """What the customer bought; for a stranger, what is shown."""
        known = self._context.customer != UNKNOWN
        return frozenset(self._purchases if known else self._context.shown.tolist())

    def _taste(self, product: int) -> Reason:
        """The product's nearest relation, by factors, among what the customer bought or is shown."""
        bundle = self._bundle
        liked = bundle.similar.products[product].tolist()
        if self._mine.isdisjoint(liked):
            return SIMILAR_HISTORY
        at = next(position for position, other in enumerate(liked) if other in self._mine)
        verb = "which you bought" if self._context.customer != UNKNOWN else "which is in the basket"
        return Reason(
            "TASTE",
            f"Often chosen by those who like {bundle.catalogue.names[liked[at]]}, {verb}",
            {
                "product_id": bundle.products.id(liked[at]),
                "similarity": round(float(bundle.similar.scores[product, at]), 3),
            },
        )

    def _item_ridge(self, product: int) -> Reason | None:
        """The product among what the customer bought that speaks most for this one."""
        links = self._bundle.ridge_links.of(product)
        for other, weight in zip(links.products.tolist(), links.scores.tolist(), strict=True):
            if other in self._purchases:
                return _ridge_reason(self._bundle, other, weight, "CUSTOMERS_ALSO_BUY")
        return None

    def _cart_ridge(self, product: int) -> Reason | None:
        """The product of the basket that speaks most for this one."""
        link = self._bundle.cart_ridge.strongest(self._context.shown, product)
        if link is None:
            return None
        return _ridge_reason(self._bundle, link.antecedent, link.weight, "COMPLETES_BASKET")

    def _trending(self, product: int) -> Reason:
        counts = self._bundle.popularity.trend(product)
        return Reason(
            "TRENDING",
            f"In {counts.orders} orders of the last {counts.days} days,"
            f" {counts.expected_orders:.0f} were usual",
            {
                "orders": counts.orders,
                "expected_orders": round(counts.expected_orders, 1),
                "days": counts.days,
            },
        )

    def _popular(self, product: int) -> Reason:
        counts = self._bundle.popularity.evidence(product)
        return Reason(
            "POPULAR",
            f"In {counts.orders} of {counts.all_orders} orders of the last {counts.days} days",
            {"orders": counts.orders, "all_orders": counts.all_orders, "days": counts.days},
        )

    def _buy_again(self, product: int) -> Reason | None:
        position = self._purchases.get(product)
        if position is None:
            return None
        counts = self._bundle.buy_again.record(self._context.customer, position)
        last = (EPOCH + timedelta(days=counts.last_day)).isoformat()
        return Reason(
            "BUY_AGAIN",
            f"In {counts.orders_with} of your {counts.orders} orders, last on {last}",
            {"orders_with": counts.orders_with, "orders": counts.orders, "last_bought_on": last},
        )


def _only(*reasons: Reason | None) -> tuple[Reason, ...]:
    return tuple(reason for reason in reasons if reason is not None)


def pair_reason(bundle: Bundle, antecedent: int, consequent: int) -> Reason | None:
    """The reason of one pair rule, None where there is no such rule."""
    counts = bundle.bought_together.evidence(antecedent, consequent)
    return None if counts is None else _pair_reason(bundle, antecedent, counts)


def _pair_reason(bundle: Bundle, antecedent: int, counts: PairEvidence) -> Reason:
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


def _rule_reason(bundle: Bundle, counts: RuleEvidence) -> Reason:
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


def _ridge_reason(
    bundle: Bundle, antecedent: int, weight: float, code: Literal["CUSTOMERS_ALSO_BUY", "COMPLETES_BASKET"]
) -> Reason:
    name = bundle.catalogue.names[antecedent]
    text = {
        "CUSTOMERS_ALSO_BUY": f"Customers who buy {name} often buy this too",
        "COMPLETES_BASKET": f"Often completes baskets with {name}",
    }[code]
    return Reason(code, text, {"product_id": bundle.products.id(antecedent), "weight": round(weight, 4)})


def similar_reason(bundle: Bundle, product: int, similarity: float) -> Reason:
    """The reason on a page of similar products."""
    return Reason(
        "SIMILAR",
        f"Chosen by the same customers as {bundle.catalogue.names[product]}",
        {"product_id": bundle.products.id(product), "similarity": round(similarity, 3)},
    )

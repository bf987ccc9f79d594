"""Reasons: the sentence and the checkable numbers behind each recommendation."""

from __future__ import annotations

from collections.abc import Set
from datetime import date, timedelta
from functools import cached_property

from models.basket_rules import RuleEvidence
from models.bought_together import PairEvidence
from models.bundle import Bundle
from models.context import Context
from models.ids import UNKNOWN
from models.newcomers import SOURCE as SEGMENT
from models.query import Reason
from models.together import Together
from models.upgrades import upgrades_in

EPOCH = date(1970, 1, 1)
LOOKED_AT = 30  # of a product's relations: weaker ones explain little
SIMILAR_HISTORY = Reason("TASTE", "Chosen by customers with a similar history", {})


class Reasons:
    """The reasons of one answer: what all products of it share is looked up once."""

    def __init__(self, bundle: Bundle, context: Context, rules: Together, *, lately: bool = False) -> None:
        """`lately`: what is shown in the context is what the customer was interested in lately."""
        self._bundle = bundle
        self._lately = lately
        self._context = context
        self._rules = rules
        self._best_rules = rules.best_rules()
        self._best_pairs = rules.best_pairs()

    def of(self, product: int, source: str) -> tuple[Reason, ...]:
        """Why this product: the source that proposed it first, then what else speaks for it."""
        if source == "buy_again":
            return (self._buy_again(product),)
        if source == "trade_up":
            return (self._trade_up(product),)
        if source == SEGMENT:
            return (self._segment(product),)
        together = self._together(product)
        if source in ("bought_together", "basket_rules") and together is not None:
            return (together,)
        if source == "cart_ridge":
            # Orders that can be counted say more than a weight: they come first where there are any.
            link = self._cart_ridge(product)
            return (link,) if together is None else (together, link)
        if source == "item_ridge":
            first = self._item_ridge(product)
        elif source == "taste":
            first = self._taste(product)
        else:
            first = self._trending(product) if source == "trending" else self._popular(product)
        return (first,) if together is None else (first, together)

    def _together(self, product: int) -> Reason | None:
        """The best rule that leads to a product: several products together say more than one."""
        at = self._best_rules.get(product)
        if at is not None:
            counts = self._bundle.basket_rules.evidence(int(self._rules.rules[at]))
            return _rule_reason(self._bundle, counts)
        at = self._best_pairs.get(product)
        if at is None:
            return None
        antecedent, rule = int(self._rules.antecedents[at]), int(self._rules.pairs[at])
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

    @cached_property
    def _liked_for(self) -> tuple[frozenset[int], str]:
        """The products by which the customer's taste is known, and how they are known."""
        if self._lately:
            return frozenset(self._context.shown.tolist()), "which you looked at lately"
        known = self._context.customer != UNKNOWN
        return self._mine, "which you bought" if known else "which is in the basket"

    def _taste(self, product: int) -> Reason:
        """The product's nearest relation, by factors, among what the customer bought or is shown."""
        bundle = self._bundle
        liked = bundle.similar.products[product, :LOOKED_AT].tolist()
        mine, verb = self._liked_for
        if mine.isdisjoint(liked):
            return SIMILAR_HISTORY
        at = next(position for position, other in enumerate(liked) if other in mine)
        return Reason(
            "TASTE",
            f"Often chosen by those who like {bundle.product_name(liked[at])}, {verb}",
            {
                "product_id": bundle.product_id(liked[at]),
                "similarity": round(float(bundle.similar.scores[product, at]), 3),
            },
        )

    def _item_ridge(self, product: int) -> Reason:
        """The product among what the customer bought that speaks most for this one."""
        links = self._bundle.ridge_links
        antecedents = links.products[product, :LOOKED_AT].tolist()
        if self._mine.isdisjoint(antecedents):
            return SIMILAR_HISTORY
        at = next(position for position, other in enumerate(antecedents) if other in self._mine)
        weight, text = float(links.scores[product, at]), "Customers who buy {} often buy this too"
        return _ridge_reason(self._bundle, "CUSTOMERS_ALSO_BUY", text, antecedents[at], weight)

    def _cart_ridge(self, product: int) -> Reason:
        """The product of the basket that speaks most for this one."""
        link = self._rules.links.strongest(product)
        text = "Often completes baskets with {}"
        return _ridge_reason(self._bundle, "COMPLETES_BASKET", text, link.antecedent, link.weight)

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

    def _segment(self, product: int) -> Reason:
        newcomers = self._bundle.newcomers
        if newcomers is None:
            raise LookupError(SEGMENT)
        counts = newcomers.evidence(self._context.newcomer, product)
        text = f"Bought by {counts.buyers} of {counts.alike} customers who told us the same"
        return Reason("POPULAR_IN_SEGMENT", text, counts._asdict())

    def _popular(self, product: int) -> Reason:
        counts = self._bundle.popularity.evidence(product)
        return Reason(
            "POPULAR",
            f"In {counts.orders} of {counts.all_orders} orders of the last {counts.days} days",
            {"orders": counts.orders, "all_orders": counts.all_orders, "days": counts.days},
        )

    @cached_property
    def _upgrades(self) -> dict[int, tuple[int, int]]:
        """Base product and position in the rows of each upgrade."""
        found = upgrades_in(self._bundle, self._context)
        of = zip(found.bases.tolist(), found.positions.tolist(), strict=True)
        return dict(zip(found.products.tolist(), of, strict=True))

    def _trade_up(self, product: int) -> Reason:
        """The base product, how much dearer this one is, and how many customers took the step."""
        base, position = self._upgrades[product]
        catalogue, counts = self._bundle.catalogue, self._bundle.trade_up.record(position)
        ratio = int(catalogue.price[product]) / int(catalogue.price[base])
        name = self._bundle.product_name(base)
        text = f"A step up from {name}: {ratio:.3g} times the price"
        if counts.later_customers:
            text += (
                f", chosen later by {counts.later_customers} of {counts.customers} customers"
                f" who had bought {name} first"
            )
        return Reason(
            "TRADE_UP",
            text,
            {
                "product_id": self._bundle.product_id(base),
                "price_ratio": round(ratio, 2),
                "later_customers": counts.later_customers,
                "customers": counts.customers,
                # Which gain the order rests on; how much it is stays with the shop.
                "gain": "margin" if counts.by_margin else "price",
            },
        )

    def _buy_again(self, product: int) -> Reason:
        counts = self._bundle.buy_again.record(self._context.customer, self._purchases[product])
        last = (EPOCH + timedelta(days=counts.last_day)).isoformat()
        return Reason(
            "BUY_AGAIN",
            f"In {counts.orders_with} of your {counts.orders} orders, last on {last}",
            {"orders_with": counts.orders_with, "orders": counts.orders, "last_bought_on": last},
        )


class EitherReasons:
    """The reasons of an answer some products of which were brought up by the customer's last interests."""

    def __init__(self, usual: Reasons, lately: Reasons, brought: Set[int]) -> None:
        self._usual = usual
        self._lately = lately
        self._brought = brought

    def of(self, product: int, source: str) -> tuple[Reason, ...]:
        """Why this product, from where it was proposed."""
        return (self._lately if product in self._brought else self._usual).of(product, source)


def pair_reason(bundle: Bundle, antecedent: int, consequent: int) -> Reason | None:
    """The reason of one pair rule, None where there is no such rule."""
    counts = bundle.bought_together.evidence(antecedent, consequent)
    return None if counts is None else _pair_reason(bundle, antecedent, counts)


def _pair_reason(bundle: Bundle, antecedent: int, counts: PairEvidence) -> Reason:
    return Reason(
        "BOUGHT_TOGETHER",
        f"Bought with {bundle.product_name(antecedent)} in {counts.pair_orders} of {counts.orders} orders",
        {
            "product_id": bundle.product_id(antecedent),
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
    names = " and ".join(bundle.product_name(item) for item in counts.antecedents)
    return Reason(
        "BOUGHT_TOGETHER",
        f"Bought with {names} in {counts.rule_orders} of {counts.orders} orders",
        {
            "product_ids": [bundle.product_id(item) for item in counts.antecedents],
            "pair_orders": counts.rule_orders,
            "orders": counts.orders,
            "consequent_orders": counts.consequent_orders,
            "all_orders": counts.all_orders,
            "confidence": round(counts.rule_orders / counts.orders, 4),
            "lift": round(counts.lift, 2),
        },
    )


def _ridge_reason(bundle: Bundle, code: str, text: str, antecedent: int, weight: float) -> Reason:
    """The reason of one weight of item ridge; `text` has a place for the name of the antecedent."""
    return Reason(
        code,
        text.format(bundle.product_name(antecedent)),
        {"product_id": bundle.product_id(antecedent), "weight": round(weight, 4)},
    )


def policy_reason(policy: str) -> Reason:
    """The reason of what a merchandiser's policy put in its place."""
    return Reason("POLICY", f"Chosen by the shop: {policy}", {"policy": policy})


def similar_reason(bundle: Bundle, product: int, similarity: float) -> Reason:
    """The reason on a page of similar products."""
    return Reason(
        "SIMILAR",
        f"Chosen by the same customers as {bundle.product_name(product)}",
        {"product_id": bundle.product_id(product), "similarity": round(similarity, 3)},
    )

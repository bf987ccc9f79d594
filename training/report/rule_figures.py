"""The rules worth showing, with their names and evidence."""

from __future__ import annotations

import numpy as np

from models.basket_rules import BasketRules
from models.bought_together import BoughtTogether, lift_lower_bound
from models.bundle import Bundle
from models.catalogue import NO_CATEGORY, NO_PRICE, NO_STOCK_KNOWN, Catalogue
from training.report.content import CatalogueFigures, RuleFigure, RulesFigures

TOP_PAIRS = 12
TOP_BASKET_RULES = 8
OFTEN = 500


def rules_figures(bundle: Bundle) -> RulesFigures:
    """How many rules there are, and the best of them."""
    pairs, several = bundle.bought_together, bundle.basket_rules
    return RulesFigures(
        all_orders=int(pairs.all_orders[0]),
        products=len(bundle.products),
        products_with_rule=int((np.diff(pairs.starts) > 0).sum()),
        pair_rules=len(pairs.consequents),
        basket_rules=len(several),
        top_pairs=tuple(
            _pair(bundle, int(rule)) for rule in diverse_pairs(pairs, bundle.catalogue.family, TOP_PAIRS)
        ),
        top_basket_rules=tuple(
            _several(bundle, rule) for rule in diverse_basket_rules(several, TOP_BASKET_RULES)
        ),
    )


def catalogue_figures(catalogue: Catalogue) -> CatalogueFigures:
    """How much is known of the products."""
    variants = np.bincount(catalogue.family, minlength=1)[catalogue.family] > 1
    return CatalogueFigures(
        products=len(catalogue),
        categories=len(catalogue.categories),
        with_category=int((catalogue.category != NO_CATEGORY).sum()),
        with_price=int((catalogue.price != NO_PRICE).sum()),
        with_stock=int((catalogue.stock != NO_STOCK_KNOWN).sum()),
        out_of_stock=int((catalogue.stock == 0).sum()),
        with_variants=int(variants.sum()),
    )


def diverse_pairs(pairs: BoughtTogether, family: np.ndarray, n: int) -> np.ndarray:
    """Positions [up to n] of pair rules by score, best first, so that the list tells n different things.

    Rules seen in one of 500 baskets or more come first: what sells matters more to the shop than a
    perfect pair of products that hardly sell.
    A product (with its variants) is in one rule of the list at most, on either side: otherwise
    one cluster of products, each with rules to all the others and back, would fill it. Only rules
    whose lift is above 1 beyond chance (lower 95 % bound) are shown.
    """
    antecedents = np.repeat(np.arange(len(pairs.product_orders)), np.diff(pairs.starts))
    lower = lift_lower_bound(
        pairs.pair_orders,
        pairs.product_orders[antecedents],
        pairs.product_orders[pairs.consequents],
        int(pairs.all_orders[0]),
    )
    certain = np.flatnonzero(lower > 1)
    seldom = pairs.pair_orders[certain] * OFTEN < int(pairs.all_orders[0])
    kept: list[int] = []
    shown: set[int] = set()
    for rule in certain[np.lexsort((-pairs.scores[certain], seldom))]:
        both = {int(family[antecedents[rule]]), int(family[pairs.consequents[rule]])}
        if len(both) == 2 and not both & shown:
            kept.append(int(rule))
            shown |= both
            if len(kept) == n:
                break
    return np.array(kept, dtype=np.int64)


def diverse_basket_rules(rules: BasketRules, n: int) -> list[int]:
    """Positions [up to n] of rules with several antecedents by score, best first.

    Two rules of the list have no more than one product in common: {A, B} -> C, {A, C} -> B and
    {A, B} -> D say nearly the same.
    """
    kept: list[int] = []
    shown: list[set[int]] = []
    for rule in np.argsort(-rules.scores, kind="stable"):
        products = {int(item) for item in rules.antecedents[rule] if item >= 0} | {
            int(rules.consequents[rule])
        }
        if all(len(products & others) <= 1 for others in shown):
            kept.append(int(rule))
            shown.append(products)
            if len(kept) == n:
                break
    return kept


def _pair(bundle: Bundle, rule: int) -> RuleFigure:
    pairs = bundle.bought_together
    antecedent = int(np.searchsorted(pairs.starts, rule, side="right")) - 1
    consequent = int(pairs.consequents[rule])
    first, second = int(pairs.product_orders[antecedent]), int(pairs.product_orders[consequent])
    counts = (int(pairs.pair_orders[rule]), first, second)
    return _figure(bundle, (antecedent,), consequent, counts, float(pairs.scores[rule]))


def _several(bundle: Bundle, rule: int) -> RuleFigure:
    found = bundle.basket_rules.evidence(rule)
    counts = (found.rule_orders, found.orders, found.consequent_orders)
    consequent = int(bundle.basket_rules.consequents[rule])
    return _figure(bundle, found.antecedents, consequent, counts, float(bundle.basket_rules.scores[rule]))


def _figure(
    bundle: Bundle, antecedents: tuple[int, ...], consequent: int, counts: tuple[int, int, int], score: float
) -> RuleFigure:
    """`counts`: baskets with all of the rule, with its antecedents, with its consequent."""
    together, first, second = counts
    total = int(bundle.bought_together.all_orders[0])
    lower = lift_lower_bound(np.array([together]), np.array([first]), np.array([second]), total)
    return RuleFigure(
        antecedent_ids=tuple(bundle.products.id(item) for item in antecedents),
        antecedents=tuple(bundle.catalogue.names[item] for item in antecedents),
        consequent_id=bundle.products.id(consequent),
        consequent=bundle.catalogue.names[consequent],
        rule_orders=together,
        orders=first,
        consequent_orders=second,
        confidence=round(together / first, 4),
        base_rate=round(second / total, 6),
        lift=round(together * total / (first * second), 2),
        lift_lower_95=round(float(lower[0]), 2),
        score=round(score, 4),
    )

"""Planted combinations: products that are bought for one purpose, and what then goes with them.

The consequent follows only where every antecedent is in the basket, and each antecedent is
also bought on its own; so a rule with two antecedents says more than any pair within it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.demo_store.catalogue import Catalogue
from training.demo_store.personas import PERSONAS
from training.demo_store.visits import Visits

# antecedents -> consequent | strength | share of orders in which the antecedents are bought
# together for this | share in which each is bought by itself. An article's key may be followed
# by /n, the number of its size.
_COMBOS = """
pepperoni + cola -> garlic dip | 0.60 | 0.020 | 0.012
margherita + lemonade -> choc ice | 0.50 | 0.010 | 0.008
spaghetti + passata -> parmesan | 0.60 | 0.014 | 0.010
burgers + burger buns -> cheese slices/1 | 0.60 | 0.012 | 0.008
tortilla chips + salsa -> guacamole | 0.55 | 0.012 | 0.008
tortillas + mince -> sour cream | 0.55 | 0.012 | 0.008
sausages + rolls -> mustard | 0.50 | 0.012 | 0.008
red wine + brie -> crackers | 0.55 | 0.010 | 0.006
flour + yeast -> oregano | 0.50 | 0.010 | 0.006
crisps/1 + cola zero -> popcorn | 0.45 | 0.012 | 0.008
gin -> tonic | 0.60 | 0.014 | 0
gin + tonic -> lemons | 0.50 | 0 | 0.004
nappies -> wipes | 0.50 | 0.020 | 0
nappies + formula -> puree | 0.55 | 0.040 | 0.030
ground coffee -> filters | 0.35 | 0.006 | 0
cat food -> cat litter | 0.40 | 0.010 | 0
"""


@dataclass(frozen=True)
class Combo:
    """Product indices, and the chance that the consequent follows when all antecedents are there."""

    antecedents: tuple[int, ...]
    consequent: int
    strength: float
    together: float
    apart: float


def read_combos(catalogue: Catalogue) -> tuple[Combo, ...]:
    """The planted combinations, as product indices of the standard brand."""
    return tuple(_read(line, catalogue) for line in _COMBOS.strip().splitlines())


def _read(line: str, catalogue: Catalogue) -> Combo:
    rule, strength, together, apart = line.split("|")
    antecedents, _, consequent = rule.partition("->")
    return Combo(
        tuple(_product(part, catalogue) for part in antecedents.split("+")),
        _product(consequent, catalogue),
        float(strength),
        float(together),
        float(apart),
    )


def _product(text: str, catalogue: Catalogue) -> int:
    article, _, size = text.strip().partition("/")
    return catalogue.find(article, int(size or 0))


def purpose_lines(
    rng: np.random.Generator, combos: tuple[Combo, ...], catalogue: Catalogue, visits: Visits
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Antecedents bought for a purpose, together and apart: order index and product of each line."""
    orders, products = [], []
    for combo in combos:
        liking = _liking(combo, catalogue)[visits.persona]
        purpose = rng.random(len(visits)) < combo.together * liking
        for antecedent in combo.antecedents:
            alone = rng.random(len(visits)) < combo.apart * liking
            forgotten = rng.random(len(visits)) < 0.1
            chosen = np.flatnonzero((purpose & ~forgotten) | alone)
            orders.append(chosen)
            products.append(np.full(len(chosen), antecedent))
    return np.concatenate(orders), np.concatenate(products)


def _liking(combo: Combo, catalogue: Catalogue) -> NDArray[np.float64]:
    """How much each persona is given to the combination, against the mean persona."""
    names = [catalogue.categories[catalogue.category[product]] for product in combo.antecedents]
    likes = np.array([[each.likes.get(name, 1.0) for name in names] for each in PERSONAS])
    mean = np.exp(np.log(likes).mean(axis=1))
    return np.asarray(np.clip(mean / mean.mean(), 0.3, 3.0))


def consequent_lines(
    rng: np.random.Generator, combos: tuple[Combo, ...], order: NDArray[np.int64], product: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """What follows from the lines (order, product): order index and product of each further line.

    What follows by one combination counts for those after it.
    """
    relevant = {index for combo in combos for index in (*combo.antecedents, combo.consequent)}
    holders = {index: np.unique(order[product == index]) for index in sorted(relevant)}
    orders, products = [], []
    for combo in combos:
        with_all = holders[combo.antecedents[0]]
        for antecedent in combo.antecedents[1:]:
            with_all = np.intersect1d(with_all, holders[antecedent])
        following = with_all[rng.random(len(with_all)) < combo.strength]
        holders[combo.consequent] = np.union1d(holders[combo.consequent], following)
        orders.append(following)
        products.append(np.full(len(following), combo.consequent))
    return np.concatenate(orders), np.concatenate(products)

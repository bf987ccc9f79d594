"""The sources of cross_sell, the scale on which they speak, and what everybody is offered alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models.popularity import Popularity
from models.scored import Scored

# In the order in which ties are resolved.
PERSONAL_SOURCES = ("bought_together", "basket_rules", "cart_ridge", "item_ridge", "taste")
COMMON_SOURCES = ("trending", "popularity")
CROSS_SELL_SOURCES = PERSONAL_SOURCES + COMMON_SOURCES

# Popular products considered for one answer: enough to survive the filters, few enough to be quick.
FALLBACK_POOL = 200


@dataclass(frozen=True, slots=True, eq=False)
class Common:
    """What the sources propose that know nothing of the customer: the same for all on one kind of page.

    products  int32 [n] ascending
    shares    float64 [n_sources, n] what each source adds to a product's score, weighted
    names     [n_sources] the sources, of those in COMMON_SOURCES that have a weight
    """

    products: np.ndarray
    shares: np.ndarray
    names: tuple[str, ...]


def common(popularity: Popularity, weights: Mapping[str, float], category: int) -> Common:
    """What everybody is offered on pages of a category, NO_CATEGORY for all others."""
    proposed = {"trending": trending(popularity), "popularity": popular(popularity, category)}
    names = tuple(name for name in COMMON_SOURCES if weights.get(name, 0.0) > 0)
    if not names:
        return Common(np.empty(0, dtype=np.int32), np.empty((0, 0)), ())
    products = np.unique(np.concatenate([proposed[name].products for name in names]))
    shares = np.zeros((len(names), len(products)))
    for row, name in enumerate(names):
        at = products.searchsorted(proposed[name].products)
        np.maximum.at(shares[row], at, weights[name] * spoken(name, proposed[name].scores))
    return Common(products, shares, names)


def trending(popularity: Popularity) -> Scored:
    """The head of what is rising."""
    return _head(popularity.rising())


def popular(popularity: Popularity, category: int) -> Scored:
    """The head of what is popular, in the category first where there is one."""
    overall = _head(popularity.top())
    inside = _head(popularity.in_category(category))
    if not len(inside.products):
        return overall
    # The category first, as far as it can be: a product of it counts as if bought four times as often.
    products = np.concatenate([inside.products, overall.products])
    return best_first(products, np.concatenate([4 * inside.scores, overall.scores]))


def best_first(products: np.ndarray, scores: np.ndarray) -> Scored:
    """Products [n] by their scores [n]; equal ones keep their order."""
    order = (-scores).argsort(kind="stable")
    return Scored(products[order], scores[order])


def spoken(source: str, scores: np.ndarray) -> np.ndarray:
    """What a source says of its proposals [n], best first, on the scale on which sources are summed.

    Rules speak by their shrunk score, so that strong evidence outweighs and weak evidence does not:
    divided by the best of each context, both would count the same. Popularity speaks on the same
    scale: a rule that knows nothing of the basket has confidence p_j, so its score, with the default
    discount of 1/2, is the square root of the share p_j. Item ridge on carts speaks on its own scale too,
    the estimated presence of a product in the cart, so that carts which say little count little.
    Taste, item ridge on customers and trends have no scale that means the same in every context: they
    are divided by the best of the context.
    """
    if source in ("bought_together", "basket_rules", "cart_ridge"):
        return scores
    if source == "popularity":
        roots: np.ndarray = np.sqrt(scores)
        return roots
    top = scores[0] if len(scores) else 0.0
    return scores / top if top > 0 else np.zeros_like(scores)


def _head(scored: Scored) -> Scored:
    return Scored(scored.products[:FALLBACK_POOL], scored.scores[:FALLBACK_POOL])

"""Candidates: what each source proposes in a context, on one scale, mixed by weight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from models.bundle import Bundle
from models.context import Context
from models.ids import UNKNOWN
from models.scored import NOTHING, Scored

# The sources of cross_sell, in the order in which ties are resolved; buy_again has one of its own.
CROSS_SELL_SOURCES = ("bought_together", "basket_rules", "taste", "trending", "popularity")
BUY_AGAIN_SOURCE = "buy_again"

# Popular products considered for one answer: enough to survive the filters, few enough to be quick.
FALLBACK_POOL = 200


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Distinct products with one score each.

    products  int32 [n]
    scores    float64 [n] 0 to 1
    sources   int8 [n] the source that contributed most, as a position in `names`
    """

    products: np.ndarray
    scores: np.ndarray
    sources: np.ndarray
    names: tuple[str, ...]


def cross_sell(bundle: Bundle, context: Context) -> Candidates:
    """Products that go with what is shown, or that suit the customer, or that everybody buys.

    What the sources say (see `spoken`) is summed by `facts.weights`; the sum x, which has no upper
    limit, becomes the score x / (1 + x).
    """
    return _mix(proposals(bundle, context), bundle.facts.weights)


def proposals(bundle: Bundle, context: Context) -> Mapping[str, Scored]:
    """What each source of cross_sell proposes, on its own scale; a product may be proposed twice."""
    return {
        "bought_together": _bought_together(bundle, context.shown),
        "basket_rules": bundle.basket_rules.of(context.shown),
        "taste": _taste(bundle, context),
        "trending": _head(bundle.popularity.rising()),
        "popularity": _popularity(bundle, context),
    }


def buy_again(bundle: Bundle, context: Context) -> Candidates:
    """What the customer buys, likeliest first: the decayed share of their orders, times its weight.

    As in the mix of cross_sell, the weighted share x becomes the score x / (1 + x), so that answers of
    both kinds can be ordered by score.
    """
    products, shares = bundle.buy_again.of(context.customer)
    weighted = shares.astype(np.float64) * bundle.facts.weights.get(BUY_AGAIN_SOURCE, 1.0)
    sources = np.zeros(len(products), dtype=np.int8)
    return Candidates(products, weighted / (1 + weighted), sources, (BUY_AGAIN_SOURCE,))


def _bought_together(bundle: Bundle, shown: np.ndarray) -> Scored:
    if not len(shown):
        return NOTHING
    if len(shown) == 1:
        return bundle.bought_together.of(int(shown[0]))
    rules, _ = bundle.bought_together.rows(shown)
    return _sorted(bundle.bought_together.consequents[rules], bundle.bought_together.scores[rules])


def _taste(bundle: Bundle, context: Context) -> Scored:
    """A known customer's list from training; for a stranger with a cart, the cart folded in."""
    if context.customer != UNKNOWN:
        return bundle.taste_lists.of(context.customer)
    if not len(context.shown):
        return NOTHING
    taste = bundle.taste
    factors = taste.fold_in(context.shown, np.ones(len(context.shown)))
    return taste.top(factors, bundle.taste_lists.products.shape[1], exclude=context.shown)


def _popularity(bundle: Bundle, context: Context) -> Scored:
    """Within the category of the page where that is known, then overall."""
    overall = _head(bundle.popularity.top())
    if context.viewing == UNKNOWN:
        return overall
    category = _head(bundle.popularity.in_category(int(bundle.catalogue.category[context.viewing])))
    if not len(category.products):
        return overall
    # The category first, as far as it can be: a product of it counts as if bought four times as often.
    products = np.concatenate([category.products, overall.products])
    return _sorted(products, np.concatenate([4 * category.scores, overall.scores]))


def _sorted(products: np.ndarray, scores: np.ndarray) -> Scored:
    order = (-scores).argsort(kind="stable")
    return Scored(products[order], scores[order])


def _head(scored: Scored) -> Scored:
    return Scored(scored.products[:FALLBACK_POOL], scored.scores[:FALLBACK_POOL])


def spoken(source: str, scores: np.ndarray) -> np.ndarray:
    """What a source says of its proposals [n], on the scale on which sources are summed.

    Rules speak by their shrunk score, so that strong evidence outweighs and weak evidence does not:
    divided by the best of each context, both would count the same. Popularity speaks on the same
    scale: a rule that knows nothing of the basket has confidence p_j, so its score, with the default
    discount of 1/2, is the square root of the share p_j. Taste and trends have no scale of their own:
    they are divided by the best of the context.
    """
    if source in ("bought_together", "basket_rules"):
        return scores
    if source == "popularity":
        roots: np.ndarray = np.sqrt(scores)
        return roots
    top = scores.max() if len(scores) else 0.0
    return scores / top if top > 0 else np.zeros_like(scores)


def _mix(proposed: Mapping[str, Scored], weights: Mapping[str, float]) -> Candidates:
    """One weighted score a product: the best of a source's proposals of it, summed over sources."""
    speaking = [
        (code, name, weights.get(name, 0.0))
        for code, name in enumerate(CROSS_SELL_SOURCES)
        if len(proposed[name].products) and weights.get(name, 0.0) > 0
    ]
    if not speaking:
        nothing = np.empty(0)
        return Candidates(NOTHING.products, nothing, nothing.astype(np.int8), CROSS_SELL_SOURCES)
    products, places = _distinct([proposed[name].products for _, name, _ in speaking])
    shares = np.zeros((len(speaking), len(products)))
    for row, ((_, name, weight), at) in enumerate(zip(speaking, places, strict=True)):
        # Worst first: a product that is proposed twice keeps the better score, which is written last.
        shares[row][at[::-1]] = (weight * spoken(name, proposed[name].scores))[::-1]
    codes = np.array([code for code, _, _ in speaking], dtype=np.int8)
    total = shares.sum(axis=0)
    return Candidates(products, total / (1 + total), codes[shares.argmax(axis=0)], CROSS_SELL_SOURCES)


def _distinct(lists: Sequence[np.ndarray]) -> tuple[np.ndarray, list[np.ndarray]]:
    """The distinct products of several lists, ascending, and where each list's products are among them.

    As np.unique and a search would say, in a fifth of the time for a few hundred products.
    """
    joined = np.concatenate(lists)
    order = joined.argsort(kind="stable")
    ordered = joined[order]
    first = np.empty(len(ordered), dtype=bool)
    first[0] = True
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    places = np.empty(len(ordered), dtype=np.intp)
    places[order] = first.cumsum() - 1
    ends = list(accumulate(len(item) for item in lists))
    return ordered[first], [places[end - len(item) : end] for item, end in zip(lists, ends, strict=True)]

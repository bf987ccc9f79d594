"""Candidates: what each source proposes in a context, on one scale, mixed by weight."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from models.arrays import best
from models.bundle import Bundle
from models.catalogue import NO_CATEGORY
from models.context import Context
from models.ids import UNKNOWN
from models.page_lists import PAGE_SOURCES
from models.scored import NOTHING, Scored
from models.sources import Common, popular, spoken, trending
from models.together import Together, together
from models.upgrades import upgrades_in

BUY_AGAIN_SOURCE = "buy_again"
TRADE_UP_SOURCE = "trade_up"
BESIDE = 40  # products of a customer's own lists that are looked at on a page or for a cart
CART_POOL = 50  # products that item ridge proposes for a cart


Propose = Callable[[Bundle, Context, Together], Scored]


class Candidates(NamedTuple):
    """Distinct products with one score each.

    products  int32 [n]
    scores    floats [n] 0 to 1
    leading   integers [n] position in `names` of the source that contributed most
    names     [n_sources] the sources
    ordered   are the products best first?
    learned   are the scores chances, by an order that was learned for all kinds?
    """

    products: np.ndarray
    scores: np.ndarray
    leading: np.ndarray
    names: tuple[str, ...]
    ordered: bool = False
    learned: bool = False

    def order(self, n: int) -> np.ndarray | slice:
        """What picks the n best out of an array [n_candidates], best first."""
        return slice(n) if self.ordered else best(self.scores, n)


def alone(products: np.ndarray, scores: np.ndarray, name: str, *, ordered: bool = False) -> Candidates:
    """The candidates of one source."""
    return Candidates(products, scores, np.zeros(len(products), dtype=np.uint8), (name,), ordered)


def cross_sell(bundle: Bundle, context: Context, rules: Together) -> Candidates:
    """Products that go with what is shown, or that suit the customer, or that everybody buys.

    What the sources say (see `models.sources.spoken`) is summed by `facts.weights`; the sum x, which
    has no upper limit, becomes the score x / (1 + x).
    """
    return _mix(_asked(bundle, context, rules, PERSONAL), bundle.common(_category(bundle, context.viewing)))


def of_interests(bundle: Bundle, context: Context, rules: Together, taste: Scored) -> Candidates:
    """What goes with a customer's last interests: the mix of cross_sell, with a taste that knows them."""
    personal = {**PERSONAL, "taste": lambda _, __, ___: taste}
    return _mix(_asked(bundle, context, rules, personal, personal), bundle.common(NO_CATEGORY))


def of_page(bundle: Bundle, viewing: int) -> Candidates:
    """What goes with the product of a page whoever views it: the mix of the sources that need no customer."""
    shown, none = np.array([viewing], dtype=np.int32), np.empty(0, dtype=np.int32)
    context = Context(UNKNOWN, shown, viewing, none, (), None)
    asked = _asked(bundle, context, together(bundle, shown), PAGE_SOURCES)
    return _mix(asked, bundle.common(_category(bundle, viewing)))


def _asked(
    bundle: Bundle,
    context: Context,
    rules: Together,
    names: Iterable[str],
    personal: Mapping[str, Propose] | None = None,
) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """Name, weighted scores and products of the sources in `personal` (PERSONAL) of these names that propose
    something.
    """
    personal = PERSONAL if personal is None else personal
    found = []
    for name in names:
        weight = bundle.facts.weights.get(name, 0.0)
        if weight <= 0 or name not in personal:  # not even asked: taste has a stranger's cart folded in
            continue
        scored = personal[name](bundle, context, rules)
        if len(scored.products):
            found.append((name, weight * spoken(name, scored.scores), scored.products))
    return found


def proposals(bundle: Bundle, context: Context) -> Mapping[str, Scored]:
    """What each source of cross_sell proposes, on its own scale; a product may be proposed twice."""
    rules = together(bundle, context.shown)
    return {
        **{name: propose(bundle, context, rules) for name, propose in PERSONAL.items()},
        "trending": trending(bundle.popularity),
        "popularity": popular(bundle.popularity, _category(bundle, context.viewing)),
    }


def buy_again(bundle: Bundle, context: Context, _: Together) -> Candidates:
    """What the customer buys, likeliest first: the decayed share of their orders, times its weight.

    As in the mix of cross_sell, the weighted share x becomes the score x / (1 + x), so that answers of
    both kinds can be ordered by score.
    """
    products, shares = bundle.buy_again.of(context.customer)
    weighted = shares * bundle.facts.weights.get(BUY_AGAIN_SOURCE, 1.0)
    return alone(products, weighted / (1 + weighted), BUY_AGAIN_SOURCE, ordered=True)


def up_sell(bundle: Bundle, context: Context, _: Together) -> Candidates:
    """Better products instead of what is viewed, in the basket or usually bought.

    The strength x of an upgrade (see `models.upgrades`) is a chance, as the share of buy_again is one;
    it becomes the score x / (1 + x) as well.
    """
    found = upgrades_in(bundle, context)
    scores = found.strengths / (1 + found.strengths)
    return alone(found.products, scores, TRADE_UP_SOURCE)


def _taste(bundle: Bundle, context: Context) -> Scored:
    """A known customer's list from training; for a stranger with a cart, the cart folded in."""
    if context.customer != UNKNOWN:
        return _head(bundle.taste_lists.of(context.customer), context)
    if not len(context.shown):
        return NOTHING
    taste = bundle.taste
    factors = taste.fold_in(context.shown, np.ones(len(context.shown)))
    return taste.top(factors, bundle.taste_lists.products.shape[1], exclude=context.shown)


def _head(scored: Scored, context: Context) -> Scored:
    """Beside a page or a cart the customer's own list has less to say."""
    n = BESIDE if len(context.shown) else len(scored.products)
    return Scored(scored.products[:n], scored.scores[:n])


# The sources that know the context, in the order in which ties are resolved.
PERSONAL: Mapping[str, Propose] = {
    "bought_together": lambda _, __, rules: rules.by_pairs,
    "basket_rules": lambda _, __, rules: rules.by_rules,
    "cart_ridge": lambda _, __, rules: rules.links.proposed(CART_POOL),
    "item_ridge": lambda bundle, context, _: _head(bundle.ridge_lists.of(context.customer), context),
    "taste": lambda bundle, context, _: _taste(bundle, context),
}


def _category(bundle: Bundle, viewing: int) -> int:
    """The category of the page, where that is known."""
    return NO_CATEGORY if viewing == UNKNOWN else int(bundle.catalogue.category[viewing])


def _mix(personal: Sequence[tuple[str, np.ndarray, np.ndarray]], everybody: Common) -> Candidates:
    """One score a product: the best of a source's proposals of it, summed over sources.

    `personal` has name, weighted scores [n] and products [n] of each source, best first.
    """
    names = (*(name for name, _, _ in personal), *everybody.names)
    lists = [products for _, _, products in personal]
    products, places = _distinct([everybody.products, *lists]) if lists else (everybody.products, [])
    shares = np.zeros((len(names), len(products)))
    for row, ((_, weighted, _), at) in enumerate(zip(personal, places[1:], strict=True)):
        # Worst first: a product that is proposed twice keeps the better score, which is written last.
        shares[row][at[::-1]] = weighted[::-1]
    for row, common in enumerate(everybody.shares, start=len(personal)):
        shares[row][places[0] if places else slice(None)] = common
    if not names:  # no source has a weight
        return Candidates(products, np.zeros(0), np.zeros(0, dtype=np.intp), ())
    total = shares.sum(axis=0)
    return Candidates(products, total / (1 + total), shares.argmax(axis=0), names)


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

"""What a customer did since the model was fitted, and what it says about the next answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import compress
from typing import NamedTuple

import numpy as np

from models.arrays import best
from models.bundle import Bundle
from models.candidates import Candidates, of_interests
from models.context import Context
from models.filters import Rule
from models.ids import UNKNOWN
from models.item_ridge import Links
from models.query import Kind
from models.reasons import Reasons
from models.scored import NOTHING, Scored
from models.together import together

MOST_INTERESTS = 10  # the newest say most, and every one costs time
FUSION = 10.0  # reciprocal rank fusion: a place at rank r counts 1 / (10 + r)
ON_PAGES = 0.5  # beside the page of another product the last interests say half as much
HEAD = PROPOSED = 60  # products of a list that are fused, and that the interests propose
AT_RANK = tuple(1 / (FUSION + rank) for rank in range(HEAD))

# What a purchase, a cart and a look say about taste, as weights of the fold-in.
WEIGHTS: Mapping[str, float] = {"bought": 1.0, "cart": 0.8, "interested": 0.8, "wished": 0.6, "seen": 0.3}


class Fresh(NamedTuple):
    """What is known since the model was fitted: product ids, newest first.

    just_bought  of what was bought, what must not be offered now, however often they buy it
    resting      products that the customer declined and that must not be offered now
    preferences  subjects that they said to avoid (true) or not to avoid, see models.never_buys
    """

    bought: tuple[str, ...] = ()
    just_bought: tuple[str, ...] = ()
    cart: tuple[str, ...] = ()
    interested: tuple[str, ...] = ()
    wished: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()
    resting: tuple[str, ...] = ()
    preferences: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Recent:
    """`Fresh` looked up in a bundle, with what it proposes: made once, used until something new happens.

    cart        the ids of what is in the cart
    bought      families of what was bought
    just        families of what was bought and must not be offered now
    in_cart     families of what is in the cart
    resting     families of what was declined
    context     the customer with the newest interests as what is shown
    candidates  products that go with the interests, best first; none without interests
    reasons     why those are proposed; what they look up is kept with it
    preferences what they said of what they avoid (true) or do not, by subject (see models.never_buys)
    """

    cart: tuple[str, ...]
    bought: frozenset[int]
    just: frozenset[int]
    in_cart: frozenset[int]
    resting: frozenset[int]
    context: Context
    candidates: Candidates
    reasons: Reasons
    preferences: Mapping[str, bool] = field(default_factory=dict)

    def removes(self, family: int) -> Rule | None:
        """The rule by which a product of this family is not offered now, of whatever kind."""
        if family in self.in_cart:
            return "in_cart"
        if family in self.just:
            return "just_bought"
        return "dismissed" if family in self.resting else None

    def silenced(self) -> Recent:
        """The same for whom it may remove products, and propose none."""
        context = self.context._replace(shown=np.empty(0, dtype=np.int32))
        return replace(self, bought=frozenset(), context=context, candidates=NO_CANDIDATES)


def recent_of(bundle: Bundle, customer_id: str | None, fresh: Fresh) -> Recent:
    """Look up what happened; unknown products are left out."""
    customer = UNKNOWN if customer_id is None else bundle.customers.index(customer_id)
    weights: dict[int, float] = {}
    for name, weight in WEIGHTS.items():
        for product in _known(bundle, getattr(fresh, name)):
            weights.setdefault(product, weight)
    for product in _known(bundle, fresh.resting):
        weights.pop(product, None)
    shown = np.array(list(weights)[:MOST_INTERESTS], dtype=np.int32)
    context = Context(customer, shown, UNKNOWN, np.empty(0, dtype=np.int32), (), None)
    rules = together(bundle, shown)
    taste = _folded(bundle, customer, shown, np.array([weights[int(at)] for at in shown]))
    return Recent(
        fresh.cart,
        _families(bundle, fresh.bought),
        _families(bundle, fresh.just_bought),
        _families(bundle, fresh.cart),
        _families(bundle, fresh.resting),
        context,
        _head(of_interests(bundle, context, rules, taste), shown) if len(shown) else NO_CANDIDATES,
        # What was summed for the candidates is not kept with them: thousands of people are remembered.
        Reasons(bundle, context, rules._replace(links=Links(bundle.cart_ridge, shown)), lately=True),
        dict(reversed(fresh.preferences)),
    )


NO_CANDIDATES = Candidates(
    np.empty(0, dtype=np.int32), np.empty(0), np.empty(0, dtype=np.intp), (), ordered=True
)


def blended(head: Candidates, recent: Recent, share: float) -> tuple[Candidates, frozenset[int]]:
    """Candidates in an order fused of their own and that of the last interests, on their own scale; and the
    products that only the interests brought up, or brought up further.

    The order is reciprocal rank fusion (Cormack, Clarke, Buettcher, SIGIR 2009). Scores of different
    origin cannot be added, so the best product gets the best score that there was, and so on: beside
    products of another kind the list as a whole counts as before.
    """
    mine = head.order(len(head.products))
    own, own_led = head.products[mine].tolist(), head.leading[mine].tolist()
    scores = head.scores[mine].tolist()
    theirs = recent.candidates.products.tolist()
    first = len(head.names)
    said = dict(zip(own[:HEAD], AT_RANK, strict=False))
    led = dict(zip(own, own_led, strict=True))
    for product, at_rank, leading in zip(theirs, AT_RANK, recent.candidates.leading.tolist(), strict=False):
        alone = said.get(product, 0.0)
        said[product] = alone + share * at_rank
        if share * at_rank >= alone:  # of a product in both lists the reason is that which says more for it
            led[product] = first + leading
    # Sorting keeps equal ones as they came.
    order = sorted(said, key=said.__getitem__, reverse=True)
    order += [product for product in own[HEAD:] if product not in said]
    missing = len(order) - len(scores)
    scores += [scores[-1] if scores else 0.0] * missing
    places = [led[product] for product in order]
    found = Candidates(
        np.array(order, dtype=np.int32),
        np.array(scores[: len(order)]),
        np.array(places, dtype=np.intp),
        (*head.names, *recent.candidates.names),
        ordered=True,
        learned=head.learned,
    )
    return found, frozenset(compress(order, (place >= first for place in places)))


def with_interests(
    proposals: Mapping[Kind, Candidates], context: Context, recent: Recent, *, is_cart: bool
) -> tuple[dict[Kind, Candidates], frozenset[int]]:
    """The candidates of an answer with what the last interests propose for cross_sell among them, and the
    products that these brought up. A cart that is shown says more than what was looked at before it.
    """
    changed = dict(proposals)
    if "cross_sell" not in changed or not len(recent.candidates.products) or is_cart:
        return changed, frozenset()
    if context.customer == UNKNOWN and not len(context.shown):
        changed["cross_sell"] = recent.candidates  # popularity, which strangers get, is among them
        return changed, frozenset(recent.candidates.products.tolist())
    share = ON_PAGES if len(context.shown) else 1.0
    changed["cross_sell"], brought = blended(changed["cross_sell"], recent, share)
    return changed, brought


def _folded(bundle: Bundle, customer: int, shown: np.ndarray, weights: np.ndarray) -> Scored:
    """The list of a taste that knows the last interests as well: what was bought before, and these."""
    if not len(shown) or bundle.facts.weights.get("taste", 0.0) <= 0:
        return NOTHING
    bought = bundle.buy_again.of(customer).products
    bought = bought[~np.isin(bought, shown)]
    products = np.concatenate([shown, bought])
    factors = bundle.taste.fold_in(products, np.concatenate([weights, np.ones(len(bought))]))
    return bundle.taste.top(factors, PROPOSED, exclude=products)


def _head(candidates: Candidates, shown: np.ndarray) -> Candidates:
    at = best(candidates.scores, PROPOSED + len(shown))
    at = at[~np.isin(candidates.products[at], shown)][:PROPOSED]
    return candidates._replace(
        products=candidates.products[at],
        scores=candidates.scores[at],
        leading=candidates.leading[at],
        ordered=True,
    )


def _known(bundle: Bundle, product_ids: Sequence[str]) -> list[int]:
    found = (bundle.products.index(product_id) for product_id in product_ids)
    return [product for product in found if product != UNKNOWN]


def _families(bundle: Bundle, product_ids: Collection[str]) -> frozenset[int]:
    known = _known(bundle, tuple(product_ids))
    return frozenset(bundle.catalogue.family[known].tolist()) if known else frozenset()

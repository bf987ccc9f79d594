"""Fit every model on some orders and put them together: for validation, for test, for the artifact."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from config.training import Training
from models.bundle import Bundle, Facts
from models.cart_ranker import no_cart_ranker
from models.catalogue import Catalogue
from models.page_lists import no_page_lists
from models.ranked_lists import no_customer_lists
from models.taste import Taste
from training.bundle_parts import (
    Known,
    Skippable,
    basket_rules_of,
    buy_again_of,
    item_ridge_of,
    similar_of,
    taste_lists_of,
    taste_of,
    trade_up_of,
)
from training.choices import Choices
from training.data.orders import Orders
from training.fitting.bought_together import fit_bought_together
from training.fitting.past_baskets import fit_past_baskets
from training.fitting.popularity import fit_popularity
from training.fitting.progress import Progress, silent

Part = TypeVar("Part")

# Basket rules, which wait for a process of their own, then personal frequencies and trade-ups, of one thread.
PARTS_BESIDE = 2


@dataclass(frozen=True, slots=True, eq=False)
class Shortcuts:
    """What a fit need not do, for evaluation.

    taste  a model fitted on the same orders before, taken as it is
    skip   parts that are left empty
    """

    taste: Taste | None = None
    skip: frozenset[Skippable] = frozenset()


def fit_bundle(
    orders: Orders,
    catalogue: Catalogue,
    settings: Training,
    choices: Choices,
    facts: Facts,
    *,
    progress: Progress = silent,
    shortcuts: Shortcuts | None = None,
) -> Bundle:
    """All models of these orders, as known on `facts.last_day`.

    The facts get the weights of `choices`. Customers' lists are empty: see training.ranking.learned.apply.
    What keeps one processor busy and nobody else waiting is fitted beside the rest, unless training has
    one thread.
    """
    shortcuts = shortcuts or Shortcuts()
    lines, n_products, n_customers = orders.lines, len(orders.products), len(orders.customers)
    known = Known.of(
        orders, catalogue, settings, choices, facts.last_day, skip=shortcuts.skip, progress=progress
    )
    with _beside(settings.threads) as begun:
        rules = begun(lambda: basket_rules_of(known))
        buy_again = begun(lambda: buy_again_of(known))
        taste = shortcuts.taste
        if taste is None:
            taste = taste_of(known.purchases, settings, choices, progress)
        similar = similar_of(known, taste)
        progress("popularity and personal frequency")
        popularity = fit_popularity(lines, catalogue, settings.popularity, facts.last_day)
        trade_up = begun(lambda: trade_up_of(known, popularity, similar))
        ridge = item_ridge_of(known)
        return Bundle(
            facts=replace(facts, weights=dict(choices.weights)),
            products=orders.products,
            customers=orders.customers,
            catalogue=catalogue,
            taste=taste,
            taste_lists=taste_lists_of(known, taste),
            similar=similar,
            bought_together=fit_bought_together(
                known.baskets, settings.bought_together, settings.threads, progress
            ),
            ridge_lists=ridge.lists,
            ridge_links=ridge.links,
            cart_ridge=ridge.carts,
            popularity=popularity,
            past_baskets=fit_past_baskets(lines, n_customers, n_products, facts.last_day),
            basket_rules=rules(),
            buy_again=buy_again(),
            trade_up=trade_up(),
            customer_lists=no_customer_lists(n_customers),
            cart_ranker=no_cart_ranker(n_products, n_customers),
            page_lists=no_page_lists(n_products),
        )


class _Begin(Protocol):
    def __call__(self, fit: Callable[[], Part]) -> Callable[[], Part]: ...


@contextmanager
def _beside(threads: int) -> Iterator[_Begin]:
    """How to begin with a part beside the rest; what is returned waits for it. With one thread parts are
    fitted when they are asked for.
    """
    if threads == 1:
        yield lambda fit: fit
        return
    with ThreadPoolExecutor(PARTS_BESIDE) as pool:
        yield lambda fit: pool.submit(fit).result

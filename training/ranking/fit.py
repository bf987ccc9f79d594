"""Fit the rankers of a shop: on several cuts before its last day, in several processes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

import numpy as np

from config.training import Training
from models.catalogue import Catalogue
from training.fitting.progress import Progress, silent
from training.ranking.examples import MIN_BASKETS, TURNS, Examples, Order, examples_at
from training.ranking.groups import Grouping, groupings
from training.ranking.history import History
from training.ranking.rankers import Ranker, fit_orders, why_not
from training.ranking.snapshot import fit_snapshot, sample_of
from training.spawned import ordered_map

log = logging.getLogger(__name__)

# Customers' entries that are looked at: more make the rankers no better and everything slower.
MAX_ENTRIES = 4_000_000


@dataclass(frozen=True, slots=True)
class Cut:
    """Known is what was bought before day `at`; right is what was bought from then to `stop` - 1.

    turn  of the customers who are learned from here where there are enough, 0 or 1
    """

    at: int
    stop: int
    turn: int


@dataclass(frozen=True, slots=True, eq=False)
class Rankers:
    """One order for lists with repeats, one for products new to the customer.

    window  days in which a purchase counts as right
    """

    all: Ranker
    new: Ranker
    window: int


def fit_rankers(
    history: History, catalogue: Catalogue, settings: Training, window: int, progress: Progress = silent
) -> Rankers | str:
    """The rankers of all that is in the history; in words why there are none, where there are none.

    `window` is the number of days in which a purchase counts as right.
    """
    found = _fit(history, catalogue, settings, window, progress)
    if isinstance(found, str):
        log.warning("no order was learned, lists are mixed by weight: %s", found)
    return found


def _fit(
    history: History, catalogue: Catalogue, settings: Training, window: int, progress: Progress
) -> Rankers | str:
    cuts = cuts_of(history, window, settings.ranking.cuts)
    reason = _reason_against(history, cuts, settings, window)
    if reason is not None:
        return reason
    parts = _examples(history, cuts, catalogue, settings, window, progress)
    if not parts["all"]:
        return f"no customer with {MIN_BASKETS} baskets before any of the cuts bought after it"
    rankers = fit_orders(parts, settings.seed, settings.threads, progress)
    if rankers["all"] is None or rankers["new"] is None:
        return "customers bought too little after the cuts to learn an order from"
    return Rankers(rankers["all"], rankers["new"], window)


def _reason_against(history: History, cuts: list[Cut], settings: Training, window: int) -> str | None:
    """Why there is nothing to learn, or nothing to learn with; None where one can begin."""
    if not settings.ranking.enabled:
        return "ranking is switched off (training.ranking.enabled)"
    if not len(history.basket_day):
        return "no order names its customer"
    if not cuts:
        return f"orders span too few days: {window} to learn from and {2 * window} before them are needed"
    return why_not()


def _examples(
    history: History,
    cuts: list[Cut],
    catalogue: Catalogue,
    settings: Training,
    window: int,
    progress: Progress,
) -> dict[Order, list[Examples]]:
    most, seed = settings.ranking.max_customers, settings.seed
    parts: dict[Order, list[Examples]] = {"all": [], "new": []}
    arguments = (_thinned(history, most, seed), groupings(catalogue), window, most, seed)
    with ordered_map(_examples_of, arguments, min(settings.threads, len(cuts))) as examples:
        for done, found in enumerate(examples(cuts), start=1):
            progress(f"rankers: examples of {done} of {len(cuts)} cuts")
            for order, part in found.items():
                parts[order].append(part)
    return parts


def cuts_of(history: History, window: int, most: int) -> list[Cut]:
    """Cuts half a window apart, the latest first; before the earliest there are two windows at least."""
    if not len(history.basket_day):
        return []
    earliest = int(history.basket_day.min()) + 2 * window
    step = max(window // 2, 1)
    cuts = (
        Cut(stop - window, stop, place % TURNS)
        for place, stop in enumerate(range(history.as_of, earliest + window - 1, -step))
    )
    return list(islice(cuts, most))


def _thinned(history: History, most_customers: int, seed: int) -> History:
    per_customer = len(history.product) / max(len(np.unique(history.basket_customer)), 1)
    return sample_of(history, min(most_customers, max(int(MAX_ENTRIES / max(per_customer, 1)), 1)), seed)


def _examples_of(
    history: History, groupings: tuple[Grouping, ...], window: int, most: int, seed: int
) -> Callable[[Cut], dict[Order, Examples]]:
    def examples(cut: Cut) -> dict[Order, Examples]:
        known = history.before(cut.at)
        snapshot = fit_snapshot(known, groupings, window, seed, threads=1)
        if not snapshot.sources:
            return {}
        return examples_at(
            known, history.before(cut.stop), snapshot, cut.stop - cut.at, most, seed, turn=cut.turn
        )

    return examples

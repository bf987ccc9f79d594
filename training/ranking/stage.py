"""The stage of a training that learns orders and writes customers' lists; it may be left out, in words."""

from __future__ import annotations

import logging

import numpy as np

from config.training import Training
from models.catalogue import Catalogue
from models.ranked_lists import CustomerLists
from training.data.orders import Orders
from training.fitting.progress import Progress, silent
from training.ranking.fit import Rankers, fit_rankers
from training.ranking.groups import groupings
from training.ranking.history import History
from training.ranking.lists import write_lists

log = logging.getLogger(__name__)


def learn(
    orders: Orders,
    catalogue: Catalogue,
    settings: Training,
    *,
    window: int,
    as_of: int,
    progress: Progress = silent,
) -> Rankers | str:
    """The orders learned from what was bought before `as_of`; why there are none, where there are none."""
    if not settings.ranking.enabled:
        return "ranking is switched off (training.ranking.enabled)"
    found = fit_rankers(
        History.of_orders(orders, as_of),
        groupings(catalogue),
        window,
        settings.ranking,
        seed=settings.seed,
        threads=settings.threads,
        progress=progress,
    )
    if isinstance(found, str):
        log.warning("no order was learned, lists are mixed by weight: %s", found)
    return found


def lists(
    orders: Orders,
    catalogue: Catalogue,
    settings: Training,
    rankers: Rankers,
    *,
    as_of: int,
    customers: np.ndarray | None = None,
    progress: Progress = silent,
) -> CustomerLists:
    """The lists of these customers (all if None), known what was bought before `as_of`."""
    return write_lists(
        History.of_orders(orders, as_of),
        groupings(catalogue),
        rankers,
        settings.ranking,
        family=catalogue.family,
        seed=settings.seed,
        threads=settings.threads,
        customers=customers,
        progress=progress,
    )

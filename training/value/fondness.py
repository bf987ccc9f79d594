"""What the most valuable customers buy that others don't, and which rising products are of that kind."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix
from scipy.special import ndtri

from models.buy_again import BuyAgain
from models.catalogue import NO_CATEGORY, Catalogue
from models.popularity import Popularity
from training.value.worth import TOP

LEAST_BUYERS = 20  # among the best, for a product or category to be looked at
SHOWN = 10


class Fondness(NamedTuple):
    """A product or category, and how much more often the most valuable fifth bought it.

    best, others  share of the customers of each who bought it
    ratio         best / others, with its 95 % interval `low` to `high`
    """

    name: str
    best: float
    others: float
    ratio: float
    low: float
    high: float


class Fond(NamedTuple):
    """What is bought more by the best, surest first, and rising products among those categories."""

    categories: tuple[Fondness, ...]
    products: tuple[Fondness, ...]
    rising: tuple[str, ...]


def fondness_of(bought: BuyAgain, catalogue: Catalogue, popularity: Popularity, value: np.ndarray) -> Fond:
    """Over-indexes of the top fifth by `value`, float64 [n_customers], in what customers bought.

    They buy more of everything, so each share is compared after both groups are brought to the same
    number of products bought by a customer: the ratio is divided by that of the typical product.
    """
    best = np.zeros(len(value), dtype=np.bool_)
    best[np.argsort(-value, kind="stable")[: round(TOP * len(value))]] = True
    ones = np.ones(len(bought.products), dtype=np.float32)
    has = csr_matrix((ones, bought.products, bought.starts), shape=(len(value), len(catalogue)))
    known = catalogue.category != NO_CATEGORY
    of = csr_matrix(
        (np.ones(int(known.sum()), dtype=np.float32), (np.flatnonzero(known), catalogue.category[known])),
        shape=(len(catalogue), len(catalogue.categories)),
    )
    products, categories = _compared(has, best), _compared(has @ of, best)
    loved = {at for at, _ in categories}
    rising = [at for at in popularity.trending.tolist() if int(catalogue.category[at]) in loved]
    return Fond(
        tuple(each._replace(name=catalogue.categories[at]) for at, each in categories[:SHOWN]),
        tuple(each._replace(name=catalogue.names[at]) for at, each in products[:SHOWN]),
        tuple(catalogue.names[at] for at in rising[:SHOWN]),
    )


def _compared(has: csr_matrix, best: np.ndarray) -> list[tuple[int, Fondness]]:
    """What the best buy more, surest first: position and figures.

    has  scipy CSR [n_customers, n] above 0 where a customer bought it
    """
    n_best, n_others = int(best.sum()), int((~best).sum())
    if not n_best or not n_others or not has.nnz:
        return []
    mine = np.bincount(has[best].indices, minlength=has.shape[1])
    theirs = np.bincount(has.indices, minlength=has.shape[1]) - mine
    share, other = mine / n_best, (theirs + 0.5) / (n_others + 0.5)  # never divided by nothing
    looked = np.flatnonzero(mine >= LEAST_BUYERS)
    if not len(looked):
        return []
    typical = float(np.median(share[looked] / other[looked]))
    ratio = share[looked] / other[looked] / typical
    # Katz's logarithmic interval of a ratio of two shares (Biometrics 34, 1978).
    spread = np.sqrt((1 - share[looked]) / mine[looked] + (1 - other[looked]) / (theirs[looked] + 0.5))
    half = float(ndtri(0.975)) * spread
    low, high = ratio * np.exp(-half), ratio * np.exp(half)
    order = np.argsort(-low, kind="stable")
    return [
        (
            int(looked[at]),
            Fondness(
                "",
                *(
                    round(float(each), 4)
                    for each in (share[looked[at]], other[looked[at]], ratio[at], low[at], high[at])
                ),
            ),
        )
        for at in order.tolist()
        if low[at] > 1
    ]

"""The upgrades that a context asks for: whose they are, and how well each suits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.arrays import ranges
from models.bundle import Bundle
from models.context import Context
from models.ids import UNKNOWN

MOST_BOUGHT = 20  # products a customer buys most that are looked at where nothing is shown


@dataclass(frozen=True, slots=True, eq=False)
class Upgrades:
    """Distinct upgrades, each of the base product that it suits best.

    products   int32 [n] ascending
    bases      int32 [n] the base product of each
    positions  int64 [n] where each is in the rows of `bundle.trade_up`
    strengths  float64 [n] above 0, at most 1: the chance of the best of them, and of the others as
               much less as their score is less
    """

    products: np.ndarray
    bases: np.ndarray
    positions: np.ndarray
    strengths: np.ndarray


def upgrades_in(bundle: Bundle, context: Context) -> Upgrades:
    """The upgrades of the product viewed, else of the basket, else of what the customer buys most.

    What a customer buys most counts by how often it is bought: scores are multiplied by the decayed
    share of `buy_again`. Page and basket count fully.
    """
    bases, shares = _bases(bundle, context)
    model = bundle.trade_up
    starts, stops = model.starts[bases], model.starts[bases + 1]
    positions, lengths = ranges(starts, stops), stops - starts
    scores = model.scores[positions] * np.repeat(shares, lengths)
    owners = np.repeat(bases, lengths)
    order = np.lexsort((positions, -scores))  # a product proposed twice keeps its best score
    products, first = np.unique(model.upgrades[positions][order], return_index=True)
    best = order[first]
    positions, scores = positions[best], scores[best]
    return Upgrades(products, owners[best], positions, _strengths(bundle, positions, scores))


def _bases(bundle: Bundle, context: Context) -> tuple[np.ndarray, np.ndarray]:
    """The base products int32 [n], and what each counts float64 [n], 0 to 1."""
    if context.viewing != UNKNOWN:
        return np.array([context.viewing], dtype=np.int32), np.ones(1)
    if len(context.shown):
        return context.shown, np.ones(len(context.shown))
    bought = bundle.buy_again.of(context.customer)
    return bought.products[:MOST_BOUGHT], bought.scores[:MOST_BOUGHT].astype(np.float64)


def _strengths(bundle: Bundle, positions: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """A scale that can stand beside that of buy_again: a probability for the best, the rest in ratio."""
    if not len(scores):
        return np.empty(0)
    top = int(scores.argmax())
    strengths: np.ndarray = scores / scores[top] * float(bundle.trade_up.chances[positions[top]])
    return strengths

"""What of the candidates will be recommended."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.candidates import Candidates
from models.query import Kind


class Pick(NamedTuple):
    """A candidate that will be recommended: of which kind, which product, how well.

    `policy` names the policy that gave it its place, None where its score did.
    """

    kind: Kind
    product: int
    score: float
    source: str
    policy: str | None = None


def ranked(kind: Kind, proposed: Candidates, positions: np.ndarray) -> list[Pick]:
    """The candidates at these positions [n], in their order."""
    return [
        Pick(kind, product, score, source)
        for product, score, source in zip(
            proposed.products[positions].tolist(),
            proposed.scores[positions].tolist(),
            proposed.sources(positions),
            strict=True,
        )
    ]


def places_for_each(limit: int, kinds: int) -> int:
    """Of an answer of several kinds, the places that each has to itself: a tenth.

    The tenth is for people: a customer with strong habits would otherwise be shown nothing new.
    """
    return -(-limit // 10) if limit > kinds else 0

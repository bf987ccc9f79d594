"""What of the candidates will be recommended."""

from __future__ import annotations

from typing import NamedTuple

from models.bundle import Bundle
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


def ranked(kind: Kind, proposed: Candidates, positions: list[int]) -> list[Pick]:
    """The candidates at these positions, in their order."""
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


def once(bundle: Bundle, cross_sell: list[Pick], up_sell: list[Pick]) -> dict[Kind, list[Pick]]:
    """Both without the products that the other one has with a higher score; of equals up_sell keeps it.

    Variants of the same product count as the same. Nothing else can be in two kinds: what was bought
    before is in buy_again alone.
    """
    family = bundle.catalogue.family
    crossed = {int(family[pick.product]): pick.score for pick in cross_sell}
    stepped = {int(family[pick.product]): pick.score for pick in up_sell}
    return {
        "cross_sell": [
            pick for pick in cross_sell if pick.score > stepped.get(int(family[pick.product]), -1.0)
        ],
        "up_sell": [pick for pick in up_sell if pick.score >= crossed.get(int(family[pick.product]), -1.0)],
    }

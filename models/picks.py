"""What of the candidates will be recommended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from models.bundle import Bundle
from models.candidates import Candidates
from models.filters import Filters, judged
from models.query import Kind

SPARE = 8  # candidates looked at first beyond those that are wanted, for those that filters remove


class Pick(NamedTuple):
    """A candidate that will be recommended: of which kind, which product, how well.

    `policy` names the policy that gave it its place, None where its score did.
    """

    kind: Kind
    product: int
    score: float
    source: str
    policy: str | None = None


def kept(bundle: Bundle, kind: Kind, filters: Filters, proposed: Candidates, limit: int) -> list[Pick]:
    """The best candidates (up to limit) that no rule removes, one of each family, best first."""
    names, picks = proposed.names, list[Pick]()
    # Most answers are found among the first few; where filters remove many, all are looked at once.
    for n in (limit + SPARE, len(proposed.products)):
        families: set[int] = set()
        for product, score, source, family, rule in judged(bundle, filters, proposed, n):
            if rule is None and family not in families:
                families.add(family)
                picks.append(Pick(kind, product, score, names[source]))
                if len(picks) == limit:
                    return picks
        if n >= len(proposed.products):
            break
        picks = []
    return picks


def places_for_each(limit: int, kinds: int) -> int:
    """Of an answer of several kinds, the places that each has to itself: a tenth.

    The tenth is for people: a customer with strong habits would otherwise be shown nothing new.
    """
    return -(-limit // 10) if limit > kinds else 0


def once(bundle: Bundle, cross_sell: Sequence[Pick], up_sell: Sequence[Pick]) -> dict[Kind, list[Pick]]:
    """Both without the products that the other one has with a higher score; of equals up_sell keeps it.

    Both are given best first. Variants of the same product count as the same. Nothing else can be in two
    kinds: what was bought before is in buy_again alone.
    """
    crossed, stepped = _families(bundle, cross_sell), _families(bundle, up_sell)
    best_crossed, best_stepped = _best_scores(crossed, cross_sell), _best_scores(stepped, up_sell)
    return {
        "cross_sell": [
            pick
            for pick, family in zip(cross_sell, crossed, strict=True)
            if pick.score > best_stepped.get(family, -1.0)
        ],
        "up_sell": [
            pick
            for pick, family in zip(up_sell, stepped, strict=True)
            if pick.score >= best_crossed.get(family, -1.0)
        ],
    }


def of_best_families(bundle: Bundle, picks: Sequence[Pick], n: int) -> tuple[list[Pick], int]:
    """Of picks, best first, those that are variants of the n best products, and how many these are."""
    families = _families(bundle, picks)
    best = set(list(dict.fromkeys(families))[:n])
    return [pick for pick, family in zip(picks, families, strict=True) if family in best], len(best)


def _families(bundle: Bundle, picks: Sequence[Pick]) -> list[int]:
    found: list[int] = bundle.catalogue.family[[pick.product for pick in picks]].tolist() if picks else []
    return found


def _best_scores(families: Sequence[int], picks: Sequence[Pick]) -> dict[int, float]:
    # From the end, so that the first and best of several variants is the one that stays.
    return {family: pick.score for family, pick in zip(reversed(families), reversed(picks), strict=True)}

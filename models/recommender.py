"""The recommender: context, candidates, filters, order, reasons. The same for web, batch and sales.

A pure function of a bundle and a query: nothing is written, nothing is remembered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from models import candidates as sources
from models.bundle import Bundle
from models.candidates import Candidates
from models.context import Context, resolve
from models.filters import Filters, filters_of, judged, kept
from models.ids import UNKNOWN
from models.query import Answer, Candidate, Kind, Query, Reason, Recommendation
from models.reasons import Reasons, pair_reason, similar_reason
from models.together import Together, together

EXPLAINED = 50  # candidates listed per kind by `explain`

PROPOSE = {
    "cross_sell": sources.cross_sell,
    "up_sell": sources.up_sell,
    "buy_again": sources.buy_again,
}


class Pick(NamedTuple):
    """A candidate that will be recommended: of which kind, which product, how well."""

    kind: Kind
    product: int
    score: float
    source: str


def recommend(bundle: Bundle, query: Query) -> Answer:
    """Answer one query. Unknown ids degrade by name (`Answer.fallback`), they never raise."""
    context = resolve(query, bundle)
    rules = together(bundle, context.shown)
    proposals, filters = _considered(bundle, context, rules, query.kinds)
    picks = _pick(bundle, proposals, filters, query.limit)
    reasons = Reasons(bundle, context, rules).of
    names = bundle.catalogue.names
    ids = bundle.products.take([pick.product for pick in picks])
    recommendations = tuple(
        Recommendation(
            ids[rank - 1], names[product], kind, rank, round(score, 4), source, reasons(product, source)
        )
        for rank, (kind, product, score, source) in enumerate(picks, start=1)
    )
    return Answer(
        recommendations,
        context.fallback,
        context.unknown_ids,
        query.limit - len(recommendations),
        _explain(bundle, proposals, filters) if query.explain else (),
    )


def choose(bundle: Bundle, context: Context, kinds: Sequence[Kind], limit: int) -> list[Pick]:
    """What `recommend` answers in a context, without words and reasons: for those who only count."""
    rules = together(bundle, context.shown)
    return _pick(bundle, *_considered(bundle, context, rules, kinds), limit)


def bought_together(bundle: Bundle, product_id: str, limit: int) -> Answer:
    """What is bought with one product, strongest rule first; popular products for an unknown one."""
    product = bundle.products.index(product_id)
    found = bundle.bought_together.of(product)
    return _about(bundle, product_id, product, "bought_together", (found.products, found.scores), limit)


def similar(bundle: Bundle, product_id: str, limit: int) -> Answer:
    """Products chosen by the same customers as one product; popular ones for an unknown one."""
    product = bundle.products.index(product_id)
    found = bundle.similar.of(product)
    return _about(bundle, product_id, product, "taste", (found.products, found.scores), limit)


def _considered(
    bundle: Bundle, context: Context, rules: Together, kinds: Sequence[Kind]
) -> tuple[dict[Kind, Candidates], dict[Kind, Filters]]:
    """By kind: the candidates, and what removes some of them."""
    proposals: dict[Kind, Candidates] = {
        kind: PROPOSE[kind](bundle, context, rules) for kind in dict.fromkeys(kinds)
    }
    return proposals, filters_of(bundle, context, proposals.keys())


def _pick(
    bundle: Bundle,
    proposals: Mapping[Kind, Candidates],
    filters: Mapping[Kind, Filters],
    limit: int,
) -> list[Pick]:
    """The best by score over all kinds, with at least a tenth of the answer for each that has as many.

    The tenth is for people: a customer with strong habits would otherwise be shown nothing new.
    """
    ranked = {
        kind: _ranked(kind, proposed, kept(bundle, filters[kind], proposed, limit))
        for kind, proposed in proposals.items()
    }
    if "cross_sell" in ranked and "up_sell" in ranked:
        ranked |= _once(bundle, ranked["cross_sell"], ranked["up_sell"])
    floor = -(-limit // 10) if limit > len(ranked) else 0
    chosen = [pick for picks in ranked.values() for pick in picks[:floor]]
    rest = sorted((pick for picks in ranked.values() for pick in picks[floor:]), key=lambda pick: -pick.score)
    chosen += rest[: limit - len(chosen)]
    return sorted(chosen, key=lambda pick: -pick.score)


def _once(bundle: Bundle, cross_sell: list[Pick], up_sell: list[Pick]) -> dict[Kind, list[Pick]]:
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


def _ranked(kind: Kind, proposed: Candidates, positions: list[int]) -> list[Pick]:
    """The candidates at these positions."""
    return [
        Pick(kind, product, score, source)
        for product, score, source in zip(
            proposed.products[positions].tolist(),
            proposed.scores[positions].tolist(),
            proposed.sources(positions),
            strict=True,
        )
    ]


def _explain(
    bundle: Bundle, proposals: Mapping[Kind, Candidates], filters: Mapping[Kind, Filters]
) -> tuple[Candidate, ...]:
    lines = []
    for kind, proposed in proposals.items():
        for at, _, rule in judged(bundle, filters[kind], proposed, EXPLAINED):
            product, score = int(proposed.products[at]), round(float(proposed.scores[at]), 4)
            source = proposed.sources([at])[0]
            lines.append(Candidate(bundle.products.id(product), kind, source, score, rule))
    return tuple(lines)


def _about(
    bundle: Bundle,
    product_id: str,
    product: int,
    source: str,
    found: tuple[np.ndarray, np.ndarray],
    limit: int,
) -> Answer:
    """The answer of a page about one product: its own list, or what is popular, said so."""
    if product == UNKNOWN:
        return recommend(bundle, Query(viewing=product_id, limit=limit))
    products, scores = found
    family = bundle.catalogue.family
    offered = (bundle.catalogue.stock[products] != 0) & (family[products] != family[product])
    products, scores = products[offered], scores[offered]
    _, first = np.unique(family[products], return_index=True)  # one of several variants
    at = np.sort(first)[:limit]
    products, scores = products[at], scores[at]
    top = float(scores[0]) if len(scores) else 1.0
    recommendations = tuple(
        Recommendation(
            bundle.products.id(int(other)),
            bundle.catalogue.names[int(other)],
            "cross_sell",
            rank,
            round(float(score) / top, 4),
            source,
            _reasons_about(bundle, product, int(other), source, float(score)),
        )
        for rank, (other, score) in enumerate(zip(products, scores, strict=True), start=1)
    )
    return Answer(recommendations, None, (), limit - len(recommendations))


def _reasons_about(bundle: Bundle, product: int, other: int, source: str, score: float) -> tuple[Reason, ...]:
    if source == "taste":
        return (similar_reason(bundle, product, score),)
    reason = pair_reason(bundle, product, other)
    return (reason,) if reason else ()

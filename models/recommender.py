"""The recommender: context, candidates, filters, order, reasons. The same for web, batch and sales.

A pure function of a bundle and a query: nothing is written, nothing is remembered.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from models import candidates as sources
from models.arrays import best
from models.bundle import Bundle
from models.candidates import Candidates
from models.context import Context, resolve
from models.ids import UNKNOWN
from models.query import Answer, Candidate, Kind, Query, Reason, Recommendation
from models.reasons import pair_reason, reasons_for, similar_reason

EXPLAINED = 50  # candidates listed per kind by `explain`

PROPOSE = {"cross_sell": sources.cross_sell, "buy_again": sources.buy_again}


class Pick(NamedTuple):
    """A candidate that will be recommended: of which kind, which product, how well."""

    kind: Kind
    product: int
    score: float
    source: str


def recommend(bundle: Bundle, query: Query) -> Answer:
    """Answer one query. Unknown ids degrade by name (`Answer.fallback`), they never raise."""
    context = resolve(query, bundle)
    proposals: dict[Kind, Candidates] = {
        kind: PROPOSE[kind](bundle, context) for kind in dict.fromkeys(query.kinds)
    }
    removals = {kind: _removals(bundle, context, kind, proposed) for kind, proposed in proposals.items()}
    picks = _pick(bundle, proposals, removals, query.limit)
    recommendations = tuple(
        Recommendation(
            bundle.products.id(pick.product),
            bundle.catalogue.names[pick.product],
            pick.kind,
            rank,
            round(pick.score, 4),
            pick.source,
            reasons_for(bundle, context, pick.product, pick.source),
        )
        for rank, pick in enumerate(picks, start=1)
    )
    return Answer(
        recommendations,
        context.fallback,
        context.unknown_ids,
        query.limit - len(recommendations),
        _explain(bundle, proposals, removals) if query.explain else (),
    )


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


# Filters. Each says which candidates it removes; the first that does is named by `explain`.


def _removals(bundle: Bundle, context: Context, kind: Kind, proposed: Candidates) -> Mapping[str, np.ndarray]:
    """For each rule a boolean array [n_candidates]: True where it removes the candidate."""
    family = bundle.catalogue.family
    families = family[proposed.products]
    rules = {
        "in_context": np.isin(families, family[context.shown]),
        "excluded": np.isin(proposed.products, context.excluded),
        "out_of_stock": bundle.catalogue.stock[proposed.products] == 0,
    }
    if kind == "cross_sell" and context.customer != UNKNOWN:
        owned = bundle.buy_again.of(context.customer).products
        rules["bought_before"] = np.isin(families, family[owned])
    return rules


def _pick(
    bundle: Bundle,
    proposals: Mapping[Kind, Candidates],
    removals: Mapping[Kind, Mapping[str, np.ndarray]],
    limit: int,
) -> list[Pick]:
    """The best of every kind in equal shares, what one kind lacks filled by the others, by score."""
    ranked = {
        kind: _ranked(bundle, kind, proposed, removals[kind], limit) for kind, proposed in proposals.items()
    }
    share = limit // len(ranked)
    chosen = [pick for picks in ranked.values() for pick in picks[:share]]
    rest = sorted((pick for picks in ranked.values() for pick in picks[share:]), key=lambda pick: -pick.score)
    chosen += rest[: limit - len(chosen)]
    return sorted(chosen, key=lambda pick: -pick.score)


def _ranked(
    bundle: Bundle, kind: Kind, proposed: Candidates, rules: Mapping[str, np.ndarray], limit: int
) -> list[Pick]:
    """Up to `limit` candidates that no rule removes, best first, one of each family."""
    kept = np.flatnonzero(~np.logical_or.reduce(list(rules.values())))
    order = kept[best(proposed.scores[kept], 2 * limit)]
    _, first = np.unique(bundle.catalogue.family[proposed.products[order]], return_index=True)
    order = order[np.sort(first)][:limit]
    if len(order) < limit:  # variants crowded others out: look at all of them once
        order = kept[best(proposed.scores[kept], len(kept))]
        _, first = np.unique(bundle.catalogue.family[proposed.products[order]], return_index=True)
        order = order[np.sort(first)][:limit]
    return [
        Pick(
            kind, int(proposed.products[at]), float(proposed.scores[at]), proposed.names[proposed.sources[at]]
        )
        for at in order
    ]


def _explain(
    bundle: Bundle, proposals: Mapping[Kind, Candidates], removals: Mapping[Kind, Mapping[str, np.ndarray]]
) -> tuple[Candidate, ...]:
    lines = []
    for kind, proposed in proposals.items():
        for at in best(proposed.scores, EXPLAINED):
            removed_by = next((rule for rule, removed in removals[kind].items() if removed[at]), None)
            product, source = int(proposed.products[at]), proposed.names[proposed.sources[at]]
            score = round(float(proposed.scores[at]), 4)
            lines.append(Candidate(bundle.products.id(product), kind, source, score, removed_by))
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
    kept = (bundle.catalogue.stock[products] != 0) & (
        bundle.catalogue.family[products] != bundle.catalogue.family[product]
    )
    products, scores = products[kept][:limit], scores[kept][:limit]
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

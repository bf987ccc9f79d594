"""The recommender: context, candidates, filters, order, policies, reasons. One for web, batch and sales.

A pure function of a bundle, a query and the policies in force: nothing is written or remembered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from models import candidates as sources
from models.arrangement import Arranged, arrange
from models.bundle import Bundle
from models.candidates import Candidates
from models.carts import ranked_for_cart
from models.context import Context, resolve
from models.filters import Filters, filters_of, judged, kept
from models.ids import UNKNOWN
from models.known_customers import followed, listed
from models.picks import Pick, once, places_for_each, ranked
from models.policies import POLICY_SOURCE, Compiled
from models.query import Answer, Candidate, Kind, Query, Reason, Recommendation
from models.reasons import Reasons, pair_reason, policy_reason, similar_reason
from models.scored import Scored
from models.together import Together, together

EXPLAINED = 50  # candidates listed per kind by `explain`

PROPOSE = {
    "cross_sell": sources.cross_sell,
    "up_sell": sources.up_sell,
    "buy_again": sources.buy_again,
}


def recommend(bundle: Bundle, query: Query, policies: Sequence[Compiled] = ()) -> Answer:
    """Answer one query. Unknown ids degrade by name (`Answer.fallback`), they never raise.

    `policies` are those in force, compiled for this bundle.
    """
    context = resolve(query, bundle)
    rules = together(bundle, context.shown)
    # Policies may ask for anything: then all candidates are wanted, not only those listed in training.
    proposals, filters = _considered(bundle, context, rules, query.kinds, deep=bool(policies))
    arranged = None
    if policies:
        arranged = arrange(bundle, context.viewing, policies, proposals, filters, query.limit)
        picks = arranged.picks
    else:
        picks = _pick(bundle, proposals, filters, query.limit)
        if len(picks) < query.limit:
            proposals, _ = _considered(bundle, context, rules, query.kinds, deep=True)
            picks = _pick(bundle, proposals, filters, query.limit)
    reasons = Reasons(bundle, context, rules)
    names = bundle.catalogue.names
    ids = bundle.products.take([pick.product for pick in picks])
    recommendations = tuple(
        Recommendation(
            ids[rank - 1],
            names[product],
            kind,
            rank,
            round(score, 4),
            source,
            reasons.of(product, source) if policy is None else _placed(reasons, product, source, policy),
        )
        for rank, (kind, product, score, source, policy) in enumerate(picks, start=1)
    )
    return Answer(
        recommendations,
        context.fallback,
        context.unknown_ids,
        query.limit - len(recommendations),
        _explain(bundle, proposals, filters, arranged) if query.explain else (),
        arranged.effects(bundle) if arranged and query.explain else (),
    )


def choose(bundle: Bundle, context: Context, kinds: Sequence[Kind], limit: int) -> list[Pick]:
    """What `recommend` answers in a context, without words and reasons: for those who only count."""
    rules = together(bundle, context.shown)
    picks = _pick(bundle, *_considered(bundle, context, rules, kinds), limit)
    if len(picks) < limit:
        picks = _pick(bundle, *_considered(bundle, context, rules, kinds, deep=True), limit)
    return picks


def bought_together(bundle: Bundle, product_id: str, limit: int, policies: Sequence[Compiled] = ()) -> Answer:
    """What is bought with one product, strongest rule first; popular products for an unknown one."""
    found = bundle.bought_together.of(bundle.products.index(product_id))
    return _about(bundle, product_id, "bought_together", found, limit, policies)


def similar(bundle: Bundle, product_id: str, limit: int, policies: Sequence[Compiled] = ()) -> Answer:
    """Products chosen by the same customers as one product; popular ones for an unknown one."""
    found = bundle.similar.of(bundle.products.index(product_id))
    return _about(bundle, product_id, "taste", found, limit, policies)


def _considered(
    bundle: Bundle, context: Context, rules: Together, kinds: Sequence[Kind], *, deep: bool = False
) -> tuple[dict[Kind, Candidates], dict[Kind, Filters]]:
    """By kind: the candidates, and what removes some of them.

    What training listed for the customer, or what is ranked for a cart, is enough for most answers;
    `deep` continues it with all that the sources propose.
    """
    proposals: dict[Kind, Candidates] = {}
    of_lists = listed(bundle, context, kinds) or ranked_for_cart(bundle, context, rules, kinds)
    for kind in dict.fromkeys(kinds):
        if kind not in of_lists:
            proposals[kind] = PROPOSE[kind](bundle, context, rules)
        elif deep:
            proposals[kind] = followed(of_lists[kind], PROPOSE[kind](bundle, context, rules))
        else:
            proposals[kind] = of_lists[kind]
    return proposals, filters_of(bundle, context, proposals.keys())


def _pick(
    bundle: Bundle,
    proposals: Mapping[Kind, Candidates],
    filters: Mapping[Kind, Filters],
    limit: int,
) -> list[Pick]:
    """The best by score over all kinds, with at least a tenth of the answer for each that has as many.

    Where one learned order ranked all of them nothing is set apart: it knows how much this customer tries.
    """
    by_kind = {
        kind: ranked(kind, proposed, kept(bundle, filters[kind], proposed, limit))
        for kind, proposed in proposals.items()
    }
    if "cross_sell" in by_kind and "up_sell" in by_kind:
        by_kind |= once(bundle, by_kind["cross_sell"], by_kind["up_sell"])
    of_one_order = all(proposed.ordered for proposed in proposals.values())
    floor = 0 if of_one_order else places_for_each(limit, len(by_kind))
    chosen = [pick for picks in by_kind.values() for pick in picks[:floor]]
    rest = sorted(
        (pick for picks in by_kind.values() for pick in picks[floor:]), key=lambda pick: -pick.score
    )
    chosen += rest[: limit - len(chosen)]
    return sorted(chosen, key=lambda pick: -pick.score)


def _placed(reasons: Reasons, product: int, source: str, policy: str) -> tuple[Reason, ...]:
    """Why a product is where a policy put it: its own reasons if it has any, and the policy."""
    own = () if source == POLICY_SOURCE else reasons.of(product, source)
    return (*own, policy_reason(policy))


def _explain(
    bundle: Bundle,
    proposals: Mapping[Kind, Candidates],
    filters: Mapping[Kind, Filters],
    arranged: Arranged | None,
) -> tuple[Candidate, ...]:
    """The best candidates of each kind, and those that policies put into the answer from behind them."""
    if arranged:
        proposals = arranged.proposals
    lines: dict[tuple[Kind, int], Candidate] = {}
    for kind, proposed in proposals.items():
        for at, _, rule in judged(bundle, filters[kind], proposed, EXPLAINED):
            product, score = int(proposed.products[at]), round(float(proposed.scores[at]), 4)
            source = proposed.sources([at])[0]
            policy = arranged.removed_by.get((kind, product)) if arranged else None
            removed_by = rule or (f"policy: {policy}" if policy else None)
            lines[kind, product] = Candidate(bundle.products.id(product), kind, source, score, removed_by)
    for kind, product, score, source, _ in arranged.picks if arranged else ():
        line = Candidate(bundle.products.id(product), kind, source, round(score, 4), None)
        lines.setdefault((kind, product), line)
    return tuple(lines.values())


def _about(
    bundle: Bundle,
    product_id: str,
    source: str,
    found: Scored,
    limit: int,
    policies: Sequence[Compiled],
) -> Answer:
    """The answer of a page about one product: its own list, or what is popular, said so."""
    product = bundle.products.index(product_id)
    if product == UNKNOWN:
        return recommend(bundle, Query(viewing=product_id, limit=limit), policies)
    family = bundle.catalogue.family
    offered = (bundle.catalogue.stock[found.products] != 0) & (family[found.products] != family[product])
    products, scores = found.products[offered], found.scores[offered]
    if policies:
        picks = _arranged_about(bundle, product, source, Scored(products, scores), limit, policies)
    else:
        _, first = np.unique(family[products], return_index=True)  # one of several variants
        at = np.sort(first)[:limit]
        chosen = zip(products[at].tolist(), scores[at].tolist(), strict=True)
        picks = [Pick("cross_sell", other, score, source) for other, score in chosen]
    top = max((pick.score for pick in picks), default=0.0) or 1.0
    recommendations = tuple(
        Recommendation(
            bundle.products.id(pick.product),
            bundle.catalogue.names[pick.product],
            pick.kind,
            rank,
            round(pick.score / top, 4),
            pick.source,
            _reasons_about(bundle, product, pick, found),
        )
        for rank, pick in enumerate(picks, start=1)
    )
    return Answer(recommendations, None, (), limit - len(recommendations))


def _arranged_about(
    bundle: Bundle, product: int, source: str, offered: Scored, limit: int, policies: Sequence[Compiled]
) -> list[Pick]:
    """The list of a page about one product, arranged by policies; scores on the scale of the list."""
    raw = np.maximum(offered.scores.astype(np.float64), 0)
    scores = raw / (1 + raw)  # the form that policies boost
    proposed = Candidates(offered.products, scores, scores[np.newaxis], (source,))
    filters = Filters(frozenset([int(bundle.catalogue.family[product])]), frozenset(), frozenset())
    arranged = arrange(bundle, product, policies, {"cross_sell": proposed}, {"cross_sell": filters}, limit)
    return [pick._replace(score=pick.score / (1 - pick.score)) for pick in arranged.picks]


def _reasons_about(bundle: Bundle, product: int, pick: Pick, found: Scored) -> tuple[Reason, ...]:
    """Why a product is on the page about another: the list it is from, and the policy that placed it."""
    reason: Reason | None = None
    if pick.source == "taste":
        similarity = float(found.scores[(found.products == pick.product).argmax()])
        reason = similar_reason(bundle, product, similarity)
    elif pick.source != POLICY_SOURCE:
        reason = pair_reason(bundle, product, pick.product)
    own = () if reason is None else (reason,)
    return own if pick.policy is None else (*own, policy_reason(pick.policy))

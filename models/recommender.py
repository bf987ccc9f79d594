"""The recommender: context, candidates, filters, order, policies, reasons. One for web, batch and sales.

A pure function of a bundle, a query and the policies in force: nothing is written or remembered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from operator import attrgetter

import numpy as np

from models import candidates as sources
from models.arrangement import Arranged, arrange
from models.bundle import Bundle
from models.candidates import Candidates, alone
from models.carts import is_cart, ranked_for_cart
from models.context import Context, resolve
from models.filters import Filters, filters_of, judged
from models.ids import UNKNOWN
from models.known_customers import followed, listed, told
from models.pages import listed_for_page
from models.picks import Pick, kept, once, places_for_each
from models.policies import POLICY_SOURCE, Compiled
from models.query import Answer, Candidate, Fallback, Kind, Query, Reason, Recommendation
from models.reasons import EitherReasons, Reasons, pair_reason, policy_reason, similar_reason
from models.recent import Recent, with_interests
from models.scored import Scored
from models.together import Together, together

EXPLAINED = 50  # candidates listed per kind by `explain`
SCORE = attrgetter("score")
STRANGE: tuple[Fallback, ...] = ("unknown_customer", "new_customer", "no_context")
NO_PRODUCTS: frozenset[int] = frozenset()

PROPOSE = {
    "cross_sell": sources.cross_sell,
    "up_sell": sources.up_sell,
    "buy_again": sources.buy_again,
}


def recommend(
    bundle: Bundle, query: Query, policies: Sequence[Compiled] = (), recent: Recent | None = None
) -> Answer:
    """Answer one query. Unknown ids degrade by name (`Answer.fallback`), they never raise.

    `policies` are those in force, compiled for this bundle; `recent` is what the customer did lately.
    """
    context = resolve(query, bundle)
    if recent is not None and context.fallback in STRANGE and len(recent.context.shown):
        context = context._replace(fallback=None)  # what they did answers for who they are
    rules = together(bundle, context.shown)
    # Policies may ask for anything: with them the whole mix of a page is wanted.
    proposals, heads = _proposed(bundle, context, rules, query.kinds, whole_pages=bool(policies))
    filters = filters_of(bundle, context, query.kinds, recent)
    arranged, brought = None, NO_PRODUCTS
    if recent is not None:
        proposals, brought = with_interests(proposals, context, recent, is_cart=is_cart(context))
    if policies:
        proposals = _continued(bundle, context, rules, proposals, heads)
        arranged = arrange(bundle, context.viewing, policies, proposals, filters, query.limit)
        picks = arranged.picks
    else:
        picks = _pick(bundle, proposals, filters, query.limit)
        if heads and len(picks) < query.limit:
            proposals = _continued(bundle, context, rules, proposals, heads)
            picks = _pick(bundle, proposals, filters, query.limit)
    reasons = _reasons(bundle, context, rules, recent if brought else None, brought)
    product_id, name = bundle.product_id, bundle.product_name
    because = reasons.of
    recommendations = [
        Recommendation(
            product_id(product),
            name(product),
            kind,
            rank,
            round(score, 4),
            source,
            because(product, source) if policy is None else _placed(reasons, product, source, policy),
        )
        for rank, (kind, product, score, source, policy) in enumerate(picks, start=1)
    ]
    return Answer(
        tuple(recommendations),
        context.fallback,
        context.unknown_ids,
        query.limit - len(recommendations),
        _explain(bundle, proposals, filters, arranged) if query.explain else (),
        arranged.effects(bundle) if arranged and query.explain else (),
    )


def choose(bundle: Bundle, context: Context, kinds: Sequence[Kind], limit: int) -> list[Pick]:
    """What `recommend` answers in a context, without words and reasons: for those who only count."""
    rules = together(bundle, context.shown)
    proposals, heads = _proposed(bundle, context, rules, kinds)
    filters = filters_of(bundle, context, kinds)
    picks = _pick(bundle, proposals, filters, limit)
    if heads and len(picks) < limit:
        picks = _pick(bundle, _continued(bundle, context, rules, proposals, heads), filters, limit)
    return picks


def bought_together(bundle: Bundle, product_id: str, limit: int, policies: Sequence[Compiled] = ()) -> Answer:
    """What is bought with one product, strongest rule first; popular products for an unknown one."""
    found = bundle.bought_together.of(bundle.products.index(product_id))
    return _about(bundle, product_id, "bought_together", found, limit, policies)


def similar(bundle: Bundle, product_id: str, limit: int, policies: Sequence[Compiled] = ()) -> Answer:
    """Products chosen by the same customers as one product; popular ones for an unknown one."""
    found = bundle.similar.of(bundle.products.index(product_id))
    return _about(bundle, product_id, "taste", found, limit, policies)


def _proposed(
    bundle: Bundle, context: Context, rules: Together, kinds: Sequence[Kind], *, whole_pages: bool = False
) -> tuple[dict[Kind, Candidates], Set[Kind]]:
    """The candidates by kind, and the kinds of which they are only the head: enough for most answers.

    Heads are what training listed for the customer or the page, or what is ranked for a cart.
    """
    heads = (
        listed(bundle, context, kinds)
        or told(bundle, context, kinds)
        or ranked_for_cart(bundle, context, rules, kinds)
    )
    if not heads and not whole_pages:
        heads = listed_for_page(bundle, context, kinds)
    proposals = {
        kind: heads[kind] if kind in heads else PROPOSE[kind](bundle, context, rules)
        for kind in dict.fromkeys(kinds)
    }
    return proposals, heads.keys()


def _continued(
    bundle: Bundle,
    context: Context,
    rules: Together,
    proposals: Mapping[Kind, Candidates],
    heads: Set[Kind],
) -> dict[Kind, Candidates]:
    """The candidates, with all that the sources propose behind those that are only the head."""
    return {
        kind: followed(proposed, PROPOSE[kind](bundle, context, rules)) if kind in heads else proposed
        for kind, proposed in proposals.items()
    }


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
        kind: kept(bundle, kind, filters[kind], proposed, limit) for kind, proposed in proposals.items()
    }
    if len(by_kind) == 1:
        return next(iter(by_kind.values()))
    if "cross_sell" in by_kind and "up_sell" in by_kind:
        by_kind |= once(bundle, by_kind["cross_sell"], by_kind["up_sell"])
    of_one_order = all(proposed.learned for proposed in proposals.values())
    floor = 0 if of_one_order else places_for_each(limit, len(by_kind))
    chosen = [pick for picks in by_kind.values() for pick in picks[:floor]]
    rest = [pick for picks in by_kind.values() for pick in picks[floor:]]
    rest.sort(key=SCORE, reverse=True)
    chosen += rest[: limit - len(chosen)]
    chosen.sort(key=SCORE, reverse=True)
    return chosen


def _reasons(
    bundle: Bundle, context: Context, rules: Together, recent: Recent | None, brought: Set[int]
) -> Reasons | EitherReasons:
    usual = Reasons(bundle, context, rules)
    if recent is None:
        return usual
    return EitherReasons(usual, recent.reasons, brought)


def _placed(reasons: Reasons | EitherReasons, product: int, source: str, policy: str) -> tuple[Reason, ...]:
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
        for product, score, leading, _, rule in judged(bundle, filters[kind], proposed, EXPLAINED):
            policy = arranged.removed_by.get((kind, product)) if arranged else None
            removed_by = rule or (f"policy: {policy}" if policy else None)
            lines[kind, product] = Candidate(
                bundle.products.id(product), kind, proposed.names[leading], round(score, 4), removed_by
            )
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
    proposed = alone(offered.products, scores, source)
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

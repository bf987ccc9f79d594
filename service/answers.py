"""What the service says: requests turned into queries, answers into the fields of service.schemas."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from config.contacts import Experiments
from config.service import ChannelName, PlacementName, Placements, channel_of
from models.bundle import Bundle
from models.held_out import HOLDOUT, recommend_popular
from models.holdout import CONTROL, PERSONAL, Variant, variant_of
from models.query import Answer, Kind, Query
from models.reasons import EPOCH
from models.recommender import bought_together, recommend, similar
from service.ledger.memory import Memory
from service.policies import PolicyBook
from service.schemas import ProductRequest, RecommendationRequest
from service.signing import Signer

PRODUCT_PAGES = {"bought_together": bought_together, "similar": similar}
PRODUCT_PLACEMENT: PlacementName = "product"
PRODUCT_CHANNEL: ChannelName = channel_of(PRODUCT_PLACEMENT)
CART_PLACEMENTS: tuple[PlacementName, ...] = ("cart", "checkout")
PRODUCT_KINDS: tuple[Kind, ...] = ("cross_sell",)


class Desk:
    """Where a request is answered from a bundle: defaults and policies in, signed answers out."""

    def __init__(
        self,
        placements: Placements,
        signer: Signer,
        policies: PolicyBook,
        experiments: Experiments,
        memory: Memory | None = None,
    ) -> None:
        self._policies = policies
        self._memory = memory
        self._experiments = experiments
        self._defaults = {name: placements.of(name) for name in Placements.model_fields}  # type: ignore[arg-type]  # the fields are the names
        self._signer = signer

    def recommend(self, bundle: Bundle, request: RecommendationRequest) -> tuple[Answer, dict[str, Any]]:
        """Answer a request for recommendations."""
        channel = request.channel or channel_of(request.placement)
        held_out = self.variant(request.customer_id, channel) == CONTROL
        answer, kinds = self._answer(bundle, request, held_out=held_out)
        body = self._body(bundle, answer, request.placement, kinds)
        if request.explain:
            body["candidates"] = answer.candidates
            body["policies"] = answer.policies
        return answer, body

    def would_have_shown(self, bundle: Bundle, request: RecommendationRequest) -> tuple[str, ...]:
        """The products of the personal answer to a request, for customers who are held out as well."""
        answer, _ = self._answer(bundle, request, held_out=False)
        return tuple(each.product_id for each in answer.recommendations)

    def variant(self, customer_id: str | None, channel: ChannelName) -> Variant:
        """`control` for customers held out of a channel; guests have no name to hold out by."""
        share = self._experiments.holdout.of(channel)
        if not share or customer_id is None:
            return PERSONAL
        return variant_of(customer_id, channel, self._experiments.salt, share)

    def about(self, bundle: Bundle, page: str, request: ProductRequest) -> tuple[Answer, dict[str, Any]]:
        """Answer a page about one product; `page` is one of PRODUCT_PAGES."""
        limit = request.limit or self._defaults[PRODUCT_PLACEMENT].limit
        policies = self._policies.in_force(bundle, PRODUCT_PLACEMENT, PRODUCT_CHANNEL)
        answer = PRODUCT_PAGES[page](bundle, request.product_id, limit, policies)
        return answer, self._body(bundle, answer, PRODUCT_PLACEMENT, PRODUCT_KINDS)

    def _answer(
        self, bundle: Bundle, request: RecommendationRequest, *, held_out: bool
    ) -> tuple[Answer, tuple[Kind, ...]]:
        """The answer to a request, and the kinds that it is of."""
        default = self._defaults[request.placement]
        kinds = request.kinds or default.kinds
        recent, basket, forgotten = None, request.basket, False
        if self._memory is not None:
            forgotten = self._memory.forgot(bundle, request.customer_id)
            recent = self._memory.of(bundle, request.customer_id, request.session_id)
            if recent is not None and not basket and request.placement in CART_PLACEMENTS:
                basket = recent.cart
        query = Query(
            request.customer_id,
            basket,
            request.viewing,
            kinds,
            request.limit or default.limit,
            request.exclude,
            request.explain,
            forgotten,
        )
        channel = request.channel or channel_of(request.placement)
        policies = self._policies.in_force(bundle, request.placement, channel)
        return (recommend_popular if held_out else recommend)(bundle, query, policies, recent), kinds

    def _body(
        self, bundle: Bundle, answer: Answer, placement: PlacementName, kinds: tuple[Kind, ...]
    ) -> dict[str, Any]:
        version = bundle.facts.version
        variant = CONTROL if answer.fallback == HOLDOUT else answer.fallback or PERSONAL
        return {
            "recommendation_id": self._signer.token(version, placement, kinds, variant),
            "model_version": version,
            "placement": placement,
            "fallback": answer.fallback,
            "unknown_ids": answer.unknown_ids,
            "shortfall": answer.shortfall,
            "recommendations": answer.recommendations,
        }


def model_body(bundle: Bundle) -> dict[str, Any]:
    """What is being served, as ModelOut has it."""
    facts = bundle.facts
    return {
        "model_version": facts.version,
        "created": facts.created,
        "currency": facts.currency,
        "last_day": (EPOCH + timedelta(days=facts.last_day)).isoformat(),
        "counts": {
            "products": len(bundle.products),
            "customers": len(bundle.customers),
            "pair_rules": len(bundle.bought_together.consequents),
            "basket_rules": len(bundle.basket_rules),
        },
        "weights": dict(facts.weights),
        "more": dict(facts.more),
    }

"""The view of the profile."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from flask import Response, request
from werkzeug.exceptions import ServiceUnavailable

from models.rewards import RewardRule
from service.bundles import Bundles
from service.event_views import JSON
from service.identity.schemas import CustomerQuery
from service.ledger.memory import Memory
from service.parameters import parameters
from service.profile.profile import profile_of


class ProfileViews:
    """What the route of the profile does."""

    def __init__(self, bundles: Bundles, memory: Memory | None, rules: Sequence[RewardRule]) -> None:
        self._bundles = bundles
        self._memory = memory
        self._rules = rules

    def profile(self, customer_id: str) -> Response:
        asked = parameters(CustomerQuery, request.args, {"customer_id": customer_id})
        bundle = self._bundles.current()
        if bundle is None:
            raise ServiceUnavailable
        found = profile_of(bundle, self._memory, self._rules, asked.customer_id)
        return Response(orjson.dumps(found), content_type=JSON)

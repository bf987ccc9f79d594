"""The route of offers; part of the one table in `service.routes`."""

from __future__ import annotations

from service.offers.schemas import OffersRequest
from service.route import Route

OFFER_ROUTES: tuple[Route, ...] = (
    Route(
        "offers",
        "POST",
        "/v1/offers",
        "Offers",
        "Personal offers of a campaign: a JSON line a customer, then a line with the summary.",
        "/v1/offers",
        body=OffersRequest,
        media="application/x-ndjson",
        problems=(400, 404, 405, 413, 415, 422, 500, 503),
        sends={"campaign_id": "spring", "customers": ["ana", "ben"], "limit": 2},
        scopes=frozenset({"email"}),
    ),
)

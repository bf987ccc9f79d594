"""The route of the profile; part of the one table in `service.routes`."""

from __future__ import annotations

from service.identity.schemas import CustomerQuery
from service.profile.schemas import ProfileOut
from service.route import ASKING, SELLING, Route

PROFILE_ROUTES: tuple[Route, ...] = (
    Route(
        "profile",
        "GET",
        "/v1/customers/{customer_id}",
        "Customers",
        "What a customer is worth, how far the next tier is, and what they avoid, with the evidence.",
        "/v1/customers/C0001",
        query=CustomerQuery,
        answer=ProfileOut,
        problems=ASKING,
        example={
            "model_version": "20261124T103427Z-5f2a",
            "customer_id": "C0001",
            "known": True,
            "currency": "GBP",
            "value": "96.20",
            "percentile": 84.1,
            "tier": "silver",
            "segment": "loyal",
            "rfm": "354",
            "orders": 14,
            "revenue": "402.10",
            "expected_profit": "21.35",
            "first_order": "2025-03-02",
            "last_order": "2026-10-12",
            "usual_gap_days": 17.0,
            "overdue": False,
            "progress": {
                "tier": "gold",
                "value_to_go": "18.30",
                "visits_to_go": 2,
                "text": "2 visits from Gold",
            },
            "persona": {
                "persona_id": "p3",
                "name": "Pizza and soft drinks, in the evening",
                "customers": 612,
                "value": "54.10",
                "typical": ["Margherita pizza 32 cm", "Cola 1.5 l"],
            },
            "rewards": [
                {
                    "reward_id": "tenth-visit",
                    "kind": "visits",
                    "benefit": "A free coffee",
                    "due": False,
                    "text": "6 visits to go",
                    "evidence": {"done": 14, "every": 10, "left": 6},
                }
            ],
            "never_buys": [
                {"subject": "tag:meat", "said": False, "confidence": 0.9981, "baskets": 14, "rate": 0.5312}
            ],
            "allowed": [],
        },
        scopes=SELLING,
    ),
)

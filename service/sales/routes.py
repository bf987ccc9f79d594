"""The routes for salespeople; part of the one table in `service.routes`."""

from __future__ import annotations

from service.route import ASKING, Route
from service.sales.schemas import BriefOut, BriefQuery, WorklistOut, WorklistQuery

SALES = frozenset({"sales"})

SALES_ROUTES: tuple[Route, ...] = (
    Route(
        "brief",
        "GET",
        "/v1/customers/{customer_id}/brief",
        "Sales",
        "Who a customer is to us, what to offer and say, and what not.",
        "/v1/customers/C0001/brief",
        query=BriefQuery,
        answer=BriefOut,
        problems=ASKING,
        example={
            "model_version": "20261124T103427Z-5f2a",
            "customer_id": "C0001",
            "currency": "GBP",
            "who": {
                "known": True,
                "sentence": "Gold customer, champion: 31 orders since 2025-01-04, the last on 2026-10-12, "
                "usually every 12 days; 812.40 GBP in all. Overdue by their own rhythm.",
                "tier": "gold",
                "segment": "champion",
                "value": "201.15",
                "expected_profit": "63.70",
                "orders": 31,
                "first_order": "2025-01-04",
                "last_order": "2026-10-12",
                "usual_gap_days": 12.0,
                "overdue": True,
            },
            "contact": {"channel": "phone", "allowed": True, "suppressions": []},
            "recent": [],
            "offers": [
                {
                    "product_id": "P0042",
                    "name": "Goat's cheese",
                    "kind": "cross_sell",
                    "price": "3.20",
                    "say": "Goat's cheese. Often bought with Rocket.",
                    "reasons": [
                        {"code": "BOUGHT_TOGETHER", "text": "Often bought with Rocket", "evidence": {}}
                    ],
                }
            ],
            "not_to_offer": [
                {
                    "product_id": "P0007",
                    "plan_id": None,
                    "name": "Salami",
                    "code": "DISMISSED",
                    "text": "Declined on 2026-10-30; rests for 60 days",
                    "until": "2026-12-29T09:12:00+00:00",
                }
            ],
            "rewards": [],
            "never_buys": [
                {"subject": "tag:meat", "said": True, "confidence": None, "baskets": None, "rate": None}
            ],
            "nudges": [],
            "recommendation_id": "c2FsZXN8...",
        },
        scopes=SALES,
    ),
    Route(
        "worklist",
        "GET",
        "/v1/worklist",
        "Sales",
        "Whom to contact today, most at stake first.",
        "/v1/worklist?limit=2&channel=store",
        query=WorklistQuery,
        answer=WorklistOut,
        problems=ASKING,
        example={
            "model_version": "20261124T103427Z-5f2a",
            "currency": "GBP",
            "channel": "store",
            "work": [
                {
                    "customer_id": "C0001",
                    "reason": "OVERDUE",
                    "text": "Comes every 12 days as a rule, and was not here for 20",
                    "expected_value": "63.70",
                    "tier": "gold",
                    "product_id": None,
                    "plan_id": None,
                    "decision": None,
                }
            ],
            "left_out": 3,
            "cursor": None,
        },
        scopes=SALES,
    ),
)

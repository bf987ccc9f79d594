"""The examples of the routes about plans; tests hold them against the schemas."""

from __future__ import annotations

from typing import Any

from service.examples import VERSION

NUDGE_REQUEST_EXAMPLE: dict[str, Any] = {
    "customer_id": "17850",
    "as_of": "2024-10-11",
    "plan_id": "small",
    "cycle": {"start": "2024-10-01", "end": "2024-10-31"},
    "usage": [
        {"id": "e-1", "meter": "data_gb", "date": "2024-10-09", "amount": 1.75, "unit": "gb"},
        {"id": "e-2", "meter": "data_gb", "date": "2024-10-10", "amount": 0.5, "unit": "gb"},
    ],
    "history": [
        {"meter": "data_gb", "amount": 4.0, "cycle_start": "2024-08-01", "cycle_end": "2024-08-31"},
        {"meter": "data_gb", "amount": 3.9, "cycle_start": "2024-09-01", "cycle_end": "2024-09-30"},
    ],
}

NUDGE_EXAMPLE: dict[str, Any] = {
    "model_version": VERSION,
    "fallback": None,
    "repeated": 0,
    "nudge": {
        "customer_id": "17850",
        "as_of": "2024-10-11",
        "decision": "stay",
        "suppressions": [],
        "sentence": "How many minutes are used is not known yet: what is usual stands in. "
        "Used 2.2 of 5 GB so far; this cycle ends between 3.1 and 21.3 GB in "
        "eight cases of ten. This cycle's quota of GB is likely to run out on "
        "20 October. No other plan is expected to cost less: Small stays.",
        "plan_id": "small",
        "recommended_plan_id": "small",
        "add_on": None,
        "currency": "EUR",
        "expected_cost_current": "22.20",
        "expected_cost_recommended": "22.20",
        "expected_saving": "0.00",
        "p_saves": 0.0,
        "confidence": "low",
        "reason_codes": ["RUNS_OUT", "RECENT_JUMP", "HIGHER_USE", "DAYS_MISSING"],
        "cycle": {
            "start": "2024-10-01",
            "end": "2024-10-31",
        },
        "locked_until": None,
        "ends_on": None,
        "next_plan_id": None,
        "meters": [
            {
                "meter": "data_gb",
                "unit": "gb",
                "used": 2.25,
                "known": True,
                "quota": 5.0,
                "p10": 3.149,
                "p50": 8.034,
                "p90": 21.271,
                "p_exceed": 0.7212,
                "exhaustion_date": "2024-10-20",
                "next_mean": 5.401,
                "next_p10": 1.428,
                "next_p90": 10.518,
            },
            {
                "meter": "minutes",
                "unit": "minutes",
                "used": 0.0,
                "known": False,
                "quota": 100.0,
                "p10": 0.313,
                "p50": 37.864,
                "p90": 371.11,
                "p_exceed": 0.3309,
                "exhaustion_date": None,
                "next_mean": 118.642,
                "next_p10": 1.219,
                "next_p90": 327.764,
            },
        ],
        "plans": [
            {
                "plan_id": "small",
                "name": "Small",
                "expected_cost": "22.20",
            },
            {
                "plan_id": "large",
                "name": "Large",
                "expected_cost": "25.00",
            },
        ],
    },
}

CUSTOMER_NUDGES_EXAMPLE: dict[str, Any] = {
    "model_version": VERSION,
    "customer_id": "ana",
    "as_of": "2024-10-15",
    "fallback": None,
    "nudges": [
        {
            "customer_id": "ana",
            "as_of": "2024-10-15",
            "decision": "upgrade",
            "suppressions": [],
            "sentence": "The next cycle is expected to need about 30.3 GB (16.5 to 46), and "
            "Small includes 5 GB. This cycle's quota of GB was used up on 6 "
            "October. Large fits better: about 26.56 EUR a cycle instead of 87.54 "
            "EUR, and 98% likely to cost less. For the rest of this cycle, 4 x 3 GB"
            " more for 24.00 EUR is not expected to last for all of it, but is "
            "cheaper than paying for the extra use and expected to save 10.60 EUR.",
            "plan_id": "small",
            "recommended_plan_id": "large",
            "add_on": {
                "add_on_id": "plus",
                "name": "3 GB more",
                "packs": 4,
                "price": "24.00",
                "expected_saving": "10.60",
            },
            "currency": "EUR",
            "expected_cost_current": "87.54",
            "expected_cost_recommended": "26.56",
            "expected_saving": "60.98",
            "p_saves": 0.9844,
            "confidence": "medium",
            "reason_codes": ["RUNS_OUT", "HIGHER_USE", "CHEAPER_PLAN", "TOP_UP_CHEAPER"],
            "cycle": {
                "start": "2024-10-01",
                "end": "2024-10-31",
            },
            "locked_until": None,
            "ends_on": None,
            "next_plan_id": None,
            "meters": [
                {
                    "meter": "data_gb",
                    "unit": "gb",
                    "used": 14.0,
                    "known": True,
                    "quota": 5.0,
                    "p10": 23.525,
                    "p50": 30.456,
                    "p90": 40.152,
                    "p_exceed": 1.0,
                    "exhaustion_date": "2024-10-06",
                    "next_mean": 30.294,
                    "next_p10": 16.51,
                    "next_p90": 46.033,
                },
                {
                    "meter": "minutes",
                    "unit": "minutes",
                    "used": 28.0,
                    "known": True,
                    "quota": 100.0,
                    "p10": 48.059,
                    "p50": 62.535,
                    "p90": 82.746,
                    "p_exceed": 0.0158,
                    "exhaustion_date": None,
                    "next_mean": 64.984,
                    "next_p10": 35.504,
                    "next_p90": 98.632,
                },
            ],
            "plans": [
                {
                    "plan_id": "large",
                    "name": "Large",
                    "expected_cost": "26.56",
                },
                {
                    "plan_id": "small",
                    "name": "Small",
                    "expected_cost": "87.54",
                },
            ],
        }
    ],
}

_MISSPELT = {**NUDGE_REQUEST_EXAMPLE, "plan_id": "smal"}

BATCH_REQUEST_EXAMPLE: dict[str, Any] = {"requests": [NUDGE_REQUEST_EXAMPLE, _MISSPELT]}
BATCH_EXAMPLE: dict[str, Any] = {
    "results": [
        {"status": 200, "answer": NUDGE_EXAMPLE, "problem": None},
        {
            "status": 422,
            "answer": None,
            "problem": {
                "type": "about:blank",
                "title": "Unprocessable Entity",
                "status": 422,
                "detail": "not valid: plan_id",
                "errors": [
                    {
                        "field": "plan_id",
                        "message": "no such plan, got 'smal'; did you mean 'small'? valid choices: large, "
                        "line, old, small",
                    }
                ],
            },
        },
    ]
}

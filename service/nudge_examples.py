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
        "Used 2.2 of 5 GB so far; this cycle ends between 3.1 and 21.7 GB in eight "
        "cases of ten. This cycle's quota of GB is likely to run out on 21 October. No "
        "other plan is expected to cost less: Small stays.",
        "plan_id": "small",
        "recommended_plan_id": "small",
        "add_on": None,
        "currency": "EUR",
        "expected_cost_current": "21.17",
        "expected_cost_recommended": "21.17",
        "expected_saving": "0.00",
        "p_saves": 0.0,
        "confidence": "low",
        "reason_codes": ["RUNS_OUT", "RECENT_JUMP", "HIGHER_USE", "DAYS_MISSING"],
        "cycle": {"start": "2024-10-01", "end": "2024-10-31"},
        "locked_until": None,
        "meters": [
            {
                "meter": "data_gb",
                "unit": "gb",
                "used": 2.25,
                "known": True,
                "quota": 5.0,
                "p10": 3.057,
                "p50": 7.931,
                "p90": 21.696,
                "p_exceed": 0.7094,
                "exhaustion_date": "2024-10-21",
                "next_mean": 5.946,
                "next_p10": 0.713,
                "next_p90": 13.448,
            },
            {
                "meter": "minutes",
                "unit": "minutes",
                "used": 0.0,
                "known": False,
                "quota": 100.0,
                "p10": 10.281,
                "p50": 65.415,
                "p90": 214.097,
                "p_exceed": 0.3444,
                "exhaustion_date": None,
                "next_mean": 92.749,
                "next_p10": 12.214,
                "next_p90": 206.871,
            },
        ],
        "plans": [
            {"plan_id": "small", "name": "Small", "expected_cost": "21.17"},
            {"plan_id": "large", "name": "Large", "expected_cost": "25.00"},
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
            "sentence": "The next cycle is expected to need about 30.1 GB (15.9 to 46.5), "
            "and Small includes 5 GB. This cycle's quota of GB was used up on 6 October. Large fits "
            "better: about 26.79 EUR a cycle instead of 87.14 EUR, and 98% likely to "
            "cost less. For the rest of this cycle, 4 x 3 GB more for 24.00 EUR is not "
            "expected to last for all of it, but is cheaper than paying for the extra use "
            "and expected to save 10.34 EUR.",
            "plan_id": "small",
            "recommended_plan_id": "large",
            "add_on": {
                "add_on_id": "plus",
                "name": "3 GB more",
                "packs": 4,
                "price": "24.00",
                "expected_saving": "10.34",
            },
            "currency": "EUR",
            "expected_cost_current": "87.14",
            "expected_cost_recommended": "26.79",
            "expected_saving": "60.35",
            "p_saves": 0.9844,
            "confidence": "medium",
            "reason_codes": ["RUNS_OUT", "HIGHER_USE", "CHEAPER_PLAN", "TOP_UP_CHEAPER"],
            "cycle": {"start": "2024-10-01", "end": "2024-10-31"},
            "locked_until": None,
            "meters": [
                {
                    "meter": "data_gb",
                    "unit": "gb",
                    "used": 14.0,
                    "known": True,
                    "quota": 5.0,
                    "p10": 23.092,
                    "p50": 30.007,
                    "p90": 39.785,
                    "p_exceed": 1.0,
                    "exhaustion_date": "2024-10-06",
                    "next_mean": 30.148,
                    "next_p10": 15.887,
                    "next_p90": 46.535,
                },
                {
                    "meter": "minutes",
                    "unit": "minutes",
                    "used": 28.0,
                    "known": True,
                    "quota": 100.0,
                    "p10": 47.785,
                    "p50": 62.357,
                    "p90": 82.8,
                    "p_exceed": 0.0164,
                    "exhaustion_date": None,
                    "next_mean": 66.651,
                    "next_p10": 36.361,
                    "next_p90": 101.232,
                },
            ],
            "plans": [
                {"plan_id": "large", "name": "Large", "expected_cost": "26.79"},
                {"plan_id": "small", "name": "Small", "expected_cost": "87.14"},
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

"""The examples of /docs and the OpenAPI document; a test holds them against the schemas."""

from __future__ import annotations

from typing import Any

VERSION = "20111209T120000Z-5d41402a"

REQUEST_EXAMPLE: dict[str, Any] = {
    "customer_id": "17850",
    "basket": ["85123A"],
    "viewing": None,
    "placement": "cart",
    "kinds": ["cross_sell"],
    "limit": 1,
    "exclude": [],
    "explain": False,
}

_RULE: dict[str, Any] = {
    "code": "BOUGHT_TOGETHER",
    "text": "Bought with WHITE HANGING HEART T-LIGHT HOLDER in 466 of 5118 orders",
    "evidence": {
        "product_id": "85123A",
        "pair_orders": 466,
        "orders": 5118,
        "consequent_orders": 1988,
        "all_orders": 36594,
        "confidence": 0.0911,
        "lift": 1.68,
        "lift_lower_95": 1.54,
    },
}


def _answer(placement: str, item: dict[str, Any]) -> dict[str, Any]:
    return {
        "recommendation_id": "Y2FydHxjcm9zc19zZWxs.c2lnbmF0dXJl",
        "model_version": VERSION,
        "placement": placement,
        "fallback": None,
        "unknown_ids": [],
        "shortfall": 0,
        "recommendations": [item],
    }


def _item(kind: str, source: str, score: float, reason: dict[str, Any]) -> dict[str, Any]:
    return {
        "product_id": "22423",
        "name": "REGENCY CAKESTAND 3 TIER",
        "kind": kind,
        "rank": 1,
        "score": score,
        "source": source,
        "reasons": [reason],
    }


RECOMMENDATIONS_EXAMPLE = _answer("cart", _item("cross_sell", "bought_together", 0.83, _RULE))
BOUGHT_TOGETHER_EXAMPLE = _answer("product", _item("cross_sell", "bought_together", 1.0, _RULE))
CUSTOMER_EXAMPLE = _answer(
    "home",
    _item(
        "buy_again",
        "buy_again",
        0.71,
        {
            "code": "BUY_AGAIN",
            "text": "In 5 of your 7 orders, last on 2011-11-28",
            "evidence": {"orders_with": 5, "orders": 7, "last_bought_on": "2011-11-28"},
        },
    ),
)
SIMILAR_EXAMPLE = _answer(
    "product",
    _item(
        "cross_sell",
        "taste",
        1.0,
        {
            "code": "SIMILAR",
            "text": "Chosen by the same customers as WHITE HANGING HEART T-LIGHT HOLDER",
            "evidence": {"product_id": "85123A", "similarity": 0.912},
        },
    ),
)
MODEL_EXAMPLE: dict[str, Any] = {
    "model_version": VERSION,
    "created": "2011-12-09T12:00:00+00:00",
    "currency": "GBP",
    "last_day": "2011-12-09",
    "counts": {"products": 4631, "customers": 5878, "pair_rules": 187402, "basket_rules": 20000},
    "weights": {"bought_together": 1.0, "taste": 0.7, "popularity": 0.2},
    "more": {"metrics": {"ndcg@10": 0.12}},
}

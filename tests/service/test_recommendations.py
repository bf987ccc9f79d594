"""Recommendations over HTTP: what is answered, and that its evidence is what was counted."""

from __future__ import annotations

import itertools
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from config.service import Placements
from config.settings import Settings
from service.app import ShopkeeperApp, create_app
from service.schemas import ExplainedOut, RecommendationsOut
from service.signing import Signer
from tests.models.stepped import stepped_bundle
from tests.models.tiny import ORDERS, publish_tiny
from tests.models.tiny_names import CUSTOMERS, PRODUCTS
from tests.service.conftest import KEY, Ask, settings_for

FIELDS = [
    "recommendation_id",
    "model_version",
    "placement",
    "fallback",
    "unknown_ids",
    "shortfall",
    "recommendations",
]


def _orders_with(*products: str) -> int:
    return sum(set(products) <= set(basket) for _, basket in ORDERS)


def _ids(body: dict[str, Any]) -> list[str]:
    return [item["product_id"] for item in body["recommendations"]]


def test_fields_come_in_the_documented_order(ask: Ask) -> None:
    body = ask(customer_id="ana", basket=["cola"], placement="cart", kinds=["cross_sell"], limit=10)
    assert list(body) == FIELDS
    assert list(body["recommendations"][0]) == [
        "product_id",
        "name",
        "kind",
        "rank",
        "score",
        "source",
        "reasons",
    ]
    assert (body["model_version"], body["placement"], body["fallback"]) == ("tiny-1", "cart", None)


def test_a_cart_is_answered_with_what_goes_with_it(ask: Ask) -> None:
    # ana owns bread and butter, wine is sold out, bread-xl is a variant of bread: pizza remains.
    body = ask(customer_id="ana", basket=["cola"], placement="cart")
    assert _ids(body) == ["pizza"]
    assert body["shortfall"] == 9
    reason = body["recommendations"][0]["reasons"][0]
    assert reason["code"] == "BOUGHT_TOGETHER"
    assert reason["text"] == "Bought with Cola in 3 of 5 orders"
    assert reason["evidence"]["pair_orders"] == _orders_with("cola", "pizza") == 3
    assert reason["evidence"]["orders"] == _orders_with("cola") == 5
    assert reason["evidence"]["lift"] == 1.5  # 3/5 against 4/10


def test_a_placement_brings_its_own_kinds_and_limit(ask: Ask) -> None:
    body = ask(customer_id="ana", placement="home")
    assert {item["kind"] for item in body["recommendations"]} == {"buy_again", "cross_sell"}
    assert ask(customer_id="ana")["placement"] == "home"
    assert {item["kind"] for item in ask(customer_id="ana", placement="cart")["recommendations"]} <= {
        "cross_sell"
    }


def test_every_placement_answers_with_at_most_its_limit(ask: Ask) -> None:
    for name in Placements.model_fields:
        body = ask(customer_id="ben", placement=name)
        assert body["placement"] == name
        limit = getattr(Placements(), name).limit
        assert len(body["recommendations"]) + body["shortfall"] == limit


def test_settings_change_what_a_placement_brings(artifacts_dir: Path) -> None:
    settings = Settings(
        artifacts={"dir": artifacts_dir},
        service={"signing_key": KEY, "log_level": "error"},
        placements={"cart": {"kinds": ["buy_again"], "limit": 1}},
    )
    client = create_app(settings).test_client()
    body = client.post("/v1/recommendations", json={"customer_id": "ben", "placement": "cart"}).get_json()
    assert [item["kind"] for item in body["recommendations"]] == ["buy_again"]


def test_up_sell_tells_from_what_it_is_a_step_up(tmp_path: Path) -> None:
    publish_tiny(tmp_path, bundle=stepped_bundle())
    client = create_app(settings_for(tmp_path)).test_client()
    fields = {"viewing": "bread", "placement": "product", "kinds": ["up_sell"], "explain": True}
    body = client.post("/v1/recommendations", json=fields).get_json()
    ExplainedOut.model_validate_json(json.dumps(body))
    assert _ids(body) == ["pizza", "butter"]
    assert {item["kind"] for item in body["recommendations"]} == {"up_sell"}
    reason = body["recommendations"][0]["reasons"][0]
    assert (reason["code"], reason["evidence"]["product_id"]) == ("TRADE_UP", "bread")
    assert {line["product_id"]: line["removed_by"] for line in body["candidates"]} == {
        "pizza": None,
        "butter": None,
        "wine": "out_of_stock",
    }
    got = client.get("/v1/customers/dora/recommendations?kinds=up_sell&placement=sales").get_json()
    assert _ids(got) == ["pizza"]


def test_buy_again_tells_how_often(ask: Ask) -> None:
    body = ask(customer_id="ana", kinds=["buy_again"], limit=1)
    item = body["recommendations"][0]
    assert (item["product_id"], item["score"], item["source"]) == ("bread", 0.5, "buy_again")
    assert item["reasons"][0]["evidence"] == {
        "orders_with": 3,
        "orders": 3,
        "last_bought_on": "2024-10-07",
    }


@pytest.mark.parametrize(
    ("asked", "fallback", "unknown"),
    [
        ({"customer_id": "zoe"}, "unknown_customer", []),
        ({"basket": ["nix"]}, "unknown_products", ["nix"]),
        ({}, "no_context", []),
        ({"customer_id": "ana"}, None, []),
        ({"basket": ["cola"]}, None, []),
        ({"customer_id": "ana", "basket": ["cola", "nix"], "exclude": ["nada"]}, None, ["nix", "nada"]),
    ],
)
def test_what_is_unknown_degrades_by_name(
    ask: Ask, asked: dict[str, Any], fallback: str | None, unknown: list[str]
) -> None:
    body = ask(**asked)
    assert (body["fallback"], body["unknown_ids"]) == (fallback, unknown)
    assert body["recommendations"], "something is recommended all the same"


def test_limit_cuts_the_same_list(ask: Ask) -> None:
    everything = _ids(ask(customer_id="dora", limit=100))
    for limit in (1, 2):  # cola and pizza are all that is new to dora
        body = ask(customer_id="dora", kinds=["cross_sell"], limit=limit)
        assert len(body["recommendations"]) == limit
        assert set(_ids(body)) <= set(everything)
        assert [item["rank"] for item in body["recommendations"]] == list(range(1, limit + 1))


def test_a_whole_number_may_be_written_with_a_point(ask: Ask) -> None:
    assert len(ask(customer_id="ana", limit=2.0)["recommendations"]) == 2


def test_nothing_in_the_basket_excluded_or_sold_out_is_recommended(ask: Ask) -> None:
    for customer, basket in itertools.product((None, *CUSTOMERS), itertools.combinations(PRODUCTS, 2)):
        body = ask(customer_id=customer, basket=list(basket), exclude=["pizza"], limit=100)
        assert not {*basket, "pizza", "wine"} & set(_ids(body))


def test_every_pair_in_an_answer_was_counted(ask: Ask) -> None:
    seen = 0
    for basket in itertools.chain.from_iterable(itertools.combinations(PRODUCTS, n) for n in (1, 2, 3)):
        for item in ask(basket=list(basket), limit=100)["recommendations"]:
            for reason in item["reasons"]:
                if reason["code"] != "BOUGHT_TOGETHER":
                    continue
                evidence = reason["evidence"]
                before = evidence.get("product_ids") or [evidence["product_id"]]
                assert evidence["pair_orders"] == _orders_with(*before, item["product_id"])
                assert evidence["orders"] == _orders_with(*before)
                assert evidence["consequent_orders"] == _orders_with(item["product_id"])
                assert evidence["all_orders"] == len(ORDERS)
                seen += 1
    assert seen > 20


def test_explain_names_the_rule_that_removed_each(ask: Ask) -> None:
    assert "candidates" not in ask(customer_id="ana", basket=["cola"], placement="cart")
    body = ask(customer_id="ana", basket=["cola"], placement="cart", exclude=["pizza"], explain=True)
    assert list(body) == [*FIELDS, "candidates", "policies"]
    removed = {line["product_id"]: line["removed_by"] for line in body["candidates"]}
    assert removed == {
        "cola": "in_context",
        "pizza": "excluded",
        "wine": "out_of_stock",
        "bread": "bought_before",
        "bread-xl": "bought_before",
        "butter": "bought_before",
    }
    assert body["recommendations"] == []


def test_answers_fit_their_schema(ask: Ask, client: FlaskClient) -> None:
    for customer, basket, explain in itertools.product((None, "zoe", "ana"), ([], ["cola"]), (False, True)):
        body = ask(customer_id=customer, basket=basket, explain=explain, limit=100)
        (ExplainedOut if explain else RecommendationsOut).model_validate(body)
    for page in ("bought-together", "similar"):
        RecommendationsOut.model_validate(client.get(f"/v1/products/cola/{page}").get_json())


def test_the_id_of_an_answer_tells_what_was_answered(ask: Ask) -> None:
    signer = Signer(KEY.encode())
    token = signer.read(
        ask(customer_id="zoe", placement="email", kinds=["buy_again", "cross_sell"])["recommendation_id"]
    )
    assert (token.model_version, token.placement, token.kinds, token.variant) == (
        "tiny-1",
        "email",
        ("buy_again", "cross_sell"),
        "unknown_customer",
    )
    assert signer.read(ask(customer_id="ana")["recommendation_id"]).variant == "personal"


def test_a_get_for_a_customer_answers_as_the_post_does(client: FlaskClient, ask: Ask) -> None:
    posted = ask(
        customer_id="ben", placement="email", kinds=["buy_again", "cross_sell"], limit=3, explain=True
    )
    for kinds in ("kinds=buy_again,cross_sell", "kinds=buy_again&kinds=cross_sell"):
        got = client.get(f"/v1/customers/ben/recommendations?placement=email&{kinds}&limit=3&explain=true")
        assert {**got.get_json(), "recommendation_id": ""} == {**posted, "recommendation_id": ""}
    with_basket = client.get("/v1/customers/ana/recommendations?placement=cart&basket=cola&basket=nix")
    assert _ids(with_basket.get_json()) == ["pizza"]
    assert with_basket.get_json()["unknown_ids"] == ["nix"]


def test_bought_together_lists_the_rules_of_a_product(client: FlaskClient) -> None:
    body = client.get("/v1/products/bread/bought-together").get_json()
    assert _ids(body) == ["butter", "cola"]
    assert [item["score"] for item in body["recommendations"]] == [1.0, 0.5]
    assert body["shortfall"] == Placements().product.limit - 2
    assert _ids(client.get("/v1/products/bread/bought-together?limit=1").get_json()) == ["butter"]


def test_similar_lists_what_the_same_customers_choose(client: FlaskClient) -> None:
    body = client.get("/v1/products/cola/similar").get_json()
    assert _ids(body) == ["butter", "pizza"]  # wine would be third, and is sold out
    assert body["recommendations"][0]["reasons"] == [
        {
            "code": "SIMILAR",
            "text": "Chosen by the same customers as Cola",
            "evidence": {"product_id": "cola", "similarity": 0.96},
        }
    ]


def test_an_unknown_product_falls_back_by_name(client: FlaskClient) -> None:
    for page in ("bought-together", "similar"):
        body = client.get(f"/v1/products/nix/{page}").get_json()
        assert (body["fallback"], body["unknown_ids"]) == ("unknown_products", ["nix"])
        assert body["recommendations"]


def test_ids_may_contain_slashes_and_anything_else(client: FlaskClient) -> None:
    for written, meant in (("a%2Fb", "a/b"), ("%20", " "), ("%C3%A9", "é"), ("a%3Fb", "a?b")):
        body = client.get(f"/v1/products/{written}/similar").get_json()
        assert body["unknown_ids"] == [meant]


def test_threads_share_one_service(app: ShopkeeperApp) -> None:
    def once(number: int) -> list[str]:
        with app.test_client() as client:
            customer = CUSTOMERS[number % 4]
            return _ids(client.post("/v1/recommendations", json={"customer_id": customer}).get_json())

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(once, range(200)))
    assert all(found[number] == found[number % 4] for number in range(200))

from __future__ import annotations

import tomllib
from decimal import Decimal

import pytest

from training.demo_store.plans import PLANS, Meter, Plan, fitting_plan, plan_by_id, plans_toml


@pytest.mark.parametrize(
    ("used", "cost"), [(0, 0), (200, 0), (200.001, 500), (210, 500), (210.5, 1000), (260, 3000)]
)
def test_overage_is_billed_per_started_unit(used: float, cost: int) -> None:
    assert Meter("data_gb", 200, overage_price=500, overage_unit=10).cost(used) == cost


def test_a_throttled_meter_costs_its_penalty_once() -> None:
    meter = Meter("data_gb", 250, throttle_penalty=1800)
    assert [meter.cost(used) for used in (250, 251, 900)] == [0, 1800, 1800]


def test_an_unlimited_meter_costs_nothing() -> None:
    assert Meter("minutes").cost(10**9) == 0


def test_a_plan_adds_up_its_meters() -> None:
    plan = Plan("p", "mobile", "P", 900, (Meter("data_gb", 2, 300, 1), Meter("minutes", 300, 5, 1)))
    assert plan.cost({"data_gb": 3.2, "minutes": 310}) == 900 + 2 * 300 + 10 * 5
    assert plan.cost({"data_gb": 1}) == 900
    assert plan.quota("minutes") == 300
    with pytest.raises(KeyError):
        plan.quota("seats")


@pytest.mark.parametrize(
    ("family", "used", "plan_id"),
    [
        ("broadband", {"data_gb": 20.0}, "bb-50"),
        ("broadband", {"data_gb": 150.0}, "bb-200"),
        ("broadband", {"data_gb": 400.0}, "bb-500"),
        ("broadband", {"data_gb": 900.0}, "bb-max"),
        ("mobile", {"data_gb": 1.0, "minutes": 100.0}, "mo-talk"),
        ("mobile", {"data_gb": 20.0, "minutes": 100.0}, "mo-roam"),
    ],
)
def test_the_fitting_plan_costs_least(family: str, used: dict[str, float], plan_id: str) -> None:
    assert fitting_plan(family, used).plan_id == plan_id


def test_the_toml_says_what_the_plans_are() -> None:
    content = tomllib.loads(plans_toml())
    assert [plan["plan_id"] for plan in content["plans"]] == [plan.plan_id for plan in PLANS]
    surf = next(plan for plan in content["plans"] if plan["plan_id"] == "mo-surf")
    assert surf == {
        "plan_id": "mo-surf",
        "family": "mobile",
        "name": "Surf",
        "fee": "17.00",
        "currency": "USD",
        "meters": [
            {"meter": "data_gb", "quota": 10, "overage_price": "3.00", "overage_unit": 1},
            {"meter": "minutes", "quota": 500, "overage_price": "0.05", "overage_unit": 1},
        ],
    }
    for plan in content["plans"]:
        assert Decimal(plan["fee"]) * 100 == plan_by_id(plan["plan_id"]).fee


def test_the_kinds_of_plans_that_nudges_need_are_there() -> None:
    content = tomllib.loads(plans_toml())
    meters = [meter for plan in content["plans"] for meter in plan["meters"]]
    assert {plan["family"] for plan in content["plans"]} == {"broadband", "mobile"}
    assert any(plan.get("retired") for plan in content["plans"])
    throttled = [meter for meter in meters if meter.get("throttled")]
    assert throttled
    assert all("throttle_penalty" in meter and "overage_price" not in meter for meter in throttled)
    assert any("quota" not in meter for meter in meters)
    assert {add_on["family"] for add_on in content["add_ons"]} == {"broadband", "mobile"}

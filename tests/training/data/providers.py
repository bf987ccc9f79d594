"""A small provider for tests: its files as it would write them, read as `train` would."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from config.data import Data
from models.plans import PlanBook
from tests.training.data.shops import write_csv
from training.data.plans import read_plans

PLANS = """
[[plans]]
plan_id = "small"
family = "mobile"
name = "Small"
fee = "10.00"
currency = "USD"
meters = [{meter = "data_gb", quota = 5, overage_price = "3.00", overage_unit = 1},
          {meter = "minutes", quota = 100, overage_price = "0.10"}]

[[plans]]
plan_id = "large"
family = "mobile"
name = "Large"
fee = "25.00"
currency = "USD"
meters = [{meter = "data_gb", quota = 20, throttled = true, throttle_penalty = "12.00"},
          {meter = "minutes"}]

[[plans]]
plan_id = "line"
family = "broadband"
name = "Line"
fee = "30.00"
currency = "USD"
retired = true
meters = [{meter = "data_gb"}]

[[add_ons]]
add_on_id = "plus"
family = "mobile"
name = "3 GB more"
price = "6.00"
currency = "USD"
meter = "data_gb"
amount = 3
"""
SUBSCRIPTION_HEADER = (
    "customer_id",
    "plan_id",
    "started_on",
    "ended_on",
    "cycle_anchor_day",
    "locked_until",
)
USAGE_HEADER = ("customer_id", "meter", "date", "amount")
Rows = Sequence[Sequence[object]]


def provider(
    folder: Path,
    subscriptions: Rows = (("ana", "small", "2026-01-01", "", "", ""),),
    usage: Rows = (("ana", "data_gb", "2026-01-02", "0.5"),),
    *,
    plans: str = PLANS,
    usage_header: Sequence[str] = USAGE_HEADER,
    **general: Any,
) -> Data:
    """[data] of a provider whose files are in `folder`; keys of `general` are those of [data]."""
    (folder / "plans.toml").write_text(plans, encoding="utf-8")
    write_csv(folder / "subscriptions.csv", subscriptions, SUBSCRIPTION_HEADER)
    write_csv(folder / "usage.csv", usage, usage_header)
    tables = {
        "plans": {"path": str(folder / "plans.toml")},
        "subscriptions": {"path": str(folder / "subscriptions.csv")},
        "usage": {"path": str(folder / "usage.csv")},
    }
    return Data.model_validate({**tables, **general})


def book_of(data: Data) -> PlanBook:
    return read_plans(data)[0]

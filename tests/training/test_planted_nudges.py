"""The demo store's planted subscribers are found: who outgrew, who overpays, who has one unusual cycle."""

from __future__ import annotations

import json

import polars as pl
import pytest

from config.settings import load_settings
from models.plan_decision import NudgeLimits
from training.data.provider import read_provider
from training.demo_store.store import DemoStoreOptions, write_demo_store
from training.nudge_file import nudge_frame
from training.plan_part import fit_plan_nudges

# planted development -> the decision it was planted for; the share that must get it
PLANTED = {
    "outgrowing_households": ("upgrade", 0.9),
    "overpaying_households": ("downgrade", 0.9),
    "one_unusual_cycle": ("top_up", 0.5),
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, list[dict[str, str]]], pl.DataFrame]:
    folder = tmp_path_factory.mktemp("demo")
    write_demo_store(folder, DemoStoreOptions(customers=1200, order_lines=3000))
    provider = read_provider(load_settings(folder / "shop.toml").data)
    nudges = fit_plan_nudges(provider, provider.day_after, lambda _: None)
    frame = nudge_frame(nudges, nudges.advisor.advise(nudges.cycles, NudgeLimits()), 2)
    return json.loads((folder / "truth.json").read_text()), frame.unique("customer_id")


@pytest.mark.parametrize("development", PLANTED)
def test_most_get_what_fits(
    store: tuple[dict[str, list[dict[str, str]]], pl.DataFrame], development: str
) -> None:
    truth, frame = store
    decision, share = PLANTED[development]
    ids = [row["customer_id"] for row in truth[development]]
    found = frame.filter(pl.col("customer_id").is_in(ids))
    assert len(found) == len(ids) >= 10
    assert (found["decision"] == decision).mean() >= share


def test_an_unusual_cycle_changes_nobodys_plan(
    store: tuple[dict[str, list[dict[str, str]]], pl.DataFrame],
) -> None:
    truth, frame = store
    ids = [row["customer_id"] for row in truth["one_unusual_cycle"]]
    decisions = frame.filter(pl.col("customer_id").is_in(ids))["decision"]
    assert decisions.is_in(["upgrade", "downgrade"]).mean() <= 0.1

"""Uplift of a small shop, counted by hand; and the command that tells it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import insert

from models.holdout import CONTROL, PERSONAL
from service.attribution.schema import attributions, exposures
from service.attribution.uplift import Uplift, Window, uplift
from service.commands.uplift import command
from service.event_schemas import EventIn, microseconds
from service.identity.sessions import ids_of, link_by_events
from service.ledger.database import Database
from service.ledger.events import EventStore
from tests.models.tiny import publish_tiny, tiny_bundle

NOW = datetime.now(UTC).replace(microsecond=0)
NUMBERS = count()
CURRENCY = tiny_bundle().facts.currency


def expose(database: Database, customer: str, variant: str, days_ago: float, *products: str) -> None:
    at = microseconds(NOW - timedelta(days=days_ago))
    token = f"token-{next(NUMBERS)}"
    common = {"recommendation_id": token, "customer_id": customer, "channel": "web", "placement": "home"}
    more = {**common, "variant": variant, "at": at}
    with database.writing() as connection:
        connection.execute(insert(exposures).values(**more, would_have_shown="[]"))
        for product in products:
            row = {"event_id": f"i-{next(NUMBERS)}", "type": "impression", "product_id": product}
            connection.execute(insert(attributions).values(**more, **row, model_version="v", asked_at=at))


def buy(database: Database, product: str, days_ago: float, **more: Any) -> None:
    told = {"id": f"e-{next(NUMBERS)}", "type": "purchase", "product_id": product, **more}
    row = EventIn.model_validate({**told, "occurred_at": NOW - timedelta(days=days_ago)}).row(NOW)
    assert EventStore(database, [link_by_events], ids_of).append([row]) == [True]


def measured(database: Database, **more: Any) -> Uplift:
    since, until = microseconds(NOW - timedelta(days=90)), microseconds(NOW)
    window = Window(**{"since": since, "until": until, "days": 7, "churn_days": 30, "least": 2, **more})
    with database.reading() as connection:
        return uplift(connection, tiny_bundle(), "web", window)


@pytest.fixture
def shop(database: Database) -> Database:
    """Four personal customers and three held out."""
    priced = {"currency": CURRENCY, "unit_price": "2.50"}
    expose(database, "ana", PERSONAL, 40, "bread", "cola")
    expose(database, "ana", PERSONAL, 10, "butter")
    buy(database, "bread", 35, customer_id="ana", quantity=2, **priced)  # within 7 days: accepted
    expose(database, "ben", PERSONAL, 40, "bread")
    buy(database, "bread", 41, customer_id="ben", **priced)  # before it was shown
    buy(database, "bread", 32, customer_id="ben", **priced)  # too late to be accepted
    expose(database, "cai", PERSONAL, 40, "bread")  # gone
    expose(database, "dora", PERSONAL, 5, "bread")  # too early to tell
    buy(database, "wine", 4, session_id="visit", **priced)  # another product, merged below
    buy(database, "bread", 3, customer_id="dora", session_id="visit", unit_price="9.99", currency="XXX")
    expose(database, "eve", CONTROL, 40, "cola")
    buy(database, "cola", 39, customer_id="eve", **priced)
    expose(database, "fay", CONTROL, 40, "cola")
    expose(database, "gus", CONTROL, 40)
    buy(database, "cola", 80, customer_id="gus")
    return database


def test_the_arms_are_counted_as_by_hand(shop: Database) -> None:
    found = measured(shop)
    assert found.customers == {PERSONAL: 4, CONTROL: 3}
    acceptance, revenue = found.measures["acceptance"], found.measures["revenue"]
    assert acceptance.personal == pytest.approx(2 / 4)  # ana, and dora's bread of another currency
    assert acceptance.control == pytest.approx(1 / 3)
    assert acceptance.low is not None
    assert acceptance.low < 1 / 6 < (acceptance.high or 0)
    assert revenue.personal == pytest.approx((500 + 250 + 0 + 250) / 4)
    assert revenue.control == pytest.approx(250 / 3)
    margin = found.measures["margin"]
    bundle = tiny_bundle()
    cost = {
        each: int(bundle.catalogue.cost[bundle.products.index(each)]) for each in ("bread", "cola", "wine")
    }
    assert cost["wine"] == -1
    assert margin.personal == pytest.approx((3 * (250 - cost["bread"])) / 4)
    assert margin.control == pytest.approx((250 - cost["cola"]) / 3 if cost["cola"] >= 0 else 0)
    churn = found.measures["churn"]
    assert churn.personal == pytest.approx(1 / 3)  # of ana, ben and cai
    assert churn.control == pytest.approx(2 / 3)


def test_too_few_customers_are_said_to_be_too_few(shop: Database) -> None:
    found = measured(shop, least=100)
    for estimate in found.measures.values():
        assert estimate.difference is None
        assert "not enough data" in (estimate.not_enough or "")
    empty = measured(shop, since=microseconds(NOW))
    assert empty.customers == {PERSONAL: 0, CONTROL: 0}


def test_the_command_tells_and_writes_it(shop: Database, ledger_url: str, tmp_path: Path) -> None:
    publish_tiny(tmp_path / "artifacts")
    config, out = tmp_path / "shop.toml", tmp_path / "uplift.json"
    config.write_text(
        f'[artifacts]\ndir = "{tmp_path}/artifacts"\n[ledger]\nurl = "{ledger_url}"\n'
        "[experiments]\nleast_customers = 2\n"
    )
    since = f"{NOW - timedelta(days=90):%Y-%m-%d}"
    run = CliRunner().invoke(command, ["--config", str(config), "--since", since, "--out", str(out)])
    assert run.exit_code == 0, run.output
    assert "web: 4 personal, 3 control" in run.output
    assert "50.0 %" in run.output
    body = json.loads(out.read_text())
    assert body["channels"]["web"]["revenue"]["personal"] == "2.50"
    assert body["channels"]["email"]["customers"] == {"personal": 0, "control": 0}
    nobody = CliRunner().invoke(command, ["--config", str(config), "--since", "2099-01-01"])
    assert "Nobody was exposed" in nobody.output

"""Campaigns on both databases: who is offered what, who is left out and why, the same when asked again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select

from config.contacts import Contacts, Experiments
from config.service import Placements
from models.contact_rules import DAY, Contact, Subject
from service.answers import Desk
from service.contacts.book import Claim, ContactBook
from service.contacts.listener import ContactListener
from service.contacts.schema import campaign_offers
from service.ledger.database import Database
from service.logs import logger
from service.metrics import Metrics
from service.offers.campaigns import Campaign, Campaigns
from service.offers.mail import MailBlocks
from service.policies import PolicyBook
from service.signing import Signer
from tests.models.tiny import tiny_bundle
from tests.service.conftest import KEY
from tests.service.contacts.test_book import Event

NOW = 20_020 * DAY
SPRING, SUMMER = Campaign("spring"), Campaign("summer")
EVERYBODY = ("ana", "ben", "cai", "dora")
CONSENTS: dict[str, dict[str, bool | None]] = {
    "ana": {"email": True},
    "ben": {"email": True},
    "cai": {"email": False},
    "stranger": {"email": True},
}


class Shop:
    """A campaign desk on the tiny world."""

    def __init__(self, database: Database, folder: Path, **shares: float) -> None:
        settings = Contacts()
        policies = PolicyBook(folder / "none.toml", (), Metrics(None), logger("error"))
        experiments = Experiments.model_validate({"holdout": shares})
        self.desk = Desk(Placements(), Signer(KEY.encode()), policies, experiments)
        self.database = database
        self.book = ContactBook(database, settings.rules(), lambda _, ids: CONSENTS.get(ids[0], {}))
        self.campaigns = Campaigns(
            database, self.book, settings.rules(), self.desk, MailBlocks(settings.product_url)
        )

    def ask(self, campaign: Campaign, *customers: str, now: int = NOW) -> list[dict[str, Any]]:
        return list(self.campaigns.offers(tiny_bundle(), campaign, customers, now))

    def tell(self, *events: Event) -> None:
        with self.database.writing() as connection:
            ContactListener(self.book)(connection, events)


@pytest.fixture
def shop(database: Database, tmp_path: Path) -> Shop:
    return Shop(database, tmp_path)


def codes(row: Mapping[str, Any]) -> list[str]:
    return [each["code"] for each in row["left_out"]]


def products(row: Mapping[str, Any]) -> list[str]:
    return [each["product_id"] for each in row["recommendations"]]


def test_who_agreed_is_offered_and_the_others_are_counted(shop: Shop) -> None:
    ana, ben, cai, dora, summary = shop.ask(SPRING, *EVERYBODY)
    for row in (ana, ben):
        assert row["status"] == "offered"
        assert 0 < len(products(row)) <= 3
        assert all(each["reasons"] for each in row["recommendations"])
        assert row["html"].count("<a ") == row["text"].count("https://") == len(products(row))
    assert (codes(cai), codes(dora)) == (["NO_CONSENT"], ["NO_CONSENT"])
    assert cai["left_out"][0]["evidence"] == {"channel": "email", "refused": True}
    assert summary["summary"] == {
        "campaign_id": "spring",
        "asked": 4,
        "offered": 2,
        "repeated": 0,
        "control": 0,
        "left_out": 2,
        "left_out_by_reason": {"NO_CONSENT": 2},
    }


def test_asked_again_it_answers_the_same_even_after_a_dismissal(shop: Shop) -> None:
    first, _ = shop.ask(SPRING, "ana")
    shop.tell(Event("e-1", "dismiss", product_id=products(first)[0], occurred_at=NOW))
    again, summary = shop.ask(SPRING, "ana", now=NOW + 3 * DAY)
    assert again == {**first, "repeated": True}
    assert summary["summary"]["repeated"] == 1
    assert len(shop.book.history("ana").contacts) == 1


def test_a_customer_named_twice_is_contacted_once(shop: Shop) -> None:
    first, second, _ = shop.ask(SPRING, "ana", "ana")
    assert second == {**first, "repeated": True}


def test_another_campaign_waits_for_the_cap(shop: Shop) -> None:
    shop.ask(SPRING, "ana")
    (row, _) = shop.ask(SUMMER, "ana", now=NOW + 6 * DAY)
    assert codes(row) == ["CAP_REACHED"]
    (row, _) = shop.ask(SUMMER, "ana", now=NOW + 7 * DAY)
    assert "CAP_REACHED" not in codes(row)


def test_no_product_twice_in_fourteen_days(shop: Shop) -> None:
    first, _ = shop.ask(SPRING, "ben")
    second, _ = shop.ask(SUMMER, "ben", now=NOW + 8 * DAY)
    assert not set(products(first)) & set(products(second))
    assert {each["code"] for each in second["withheld"]} == {"OFFERED_BEFORE"}
    third, _ = shop.ask(replace(SUMMER, campaign_id="autumn"), "ben", now=NOW + 40 * DAY)
    assert products(third) == products(first)


def test_what_was_declined_elsewhere_is_not_offered_nor_its_variants(shop: Shop) -> None:
    shop.tell(Event("e-1", "dismiss", "stranger", product_id="bread", channel="store", occurred_at=NOW - DAY))
    row, _ = shop.ask(replace(SPRING, limit=10), "stranger")
    assert products(row)
    assert not {"bread", "bread-xl"} & set(products(row))
    (withheld,) = row["withheld"]
    assert (withheld["product_id"], withheld["code"]) == ("bread", "DISMISSED")
    assert withheld["text"] == "Declined by store on 2024-10-23; rests for 60 days"


def test_a_call_by_telephone_counts_against_the_mail(shop: Shop) -> None:
    call = Contact(NOW - DAY, "phone", "commercial", (Subject("wine"),))
    with shop.database.writing() as connection:
        shop.book.record(connection, [Claim("ana", call, event_id="call")])
    row, summary = shop.ask(SPRING, "ana")
    assert codes(row) == ["CAP_REACHED"]
    assert row["left_out"][0]["evidence"]["last_channel"] == "phone"
    assert summary["summary"]["left_out_by_reason"] == {"CAP_REACHED": 1}


def test_campaigns_at_once_contact_a_customer_once(shop: Shop) -> None:
    start = Barrier(8)

    def one(number: int) -> dict[str, Any]:
        start.wait()
        return shop.ask(Campaign(f"campaign-{number}"), "ana")[0]

    with ThreadPoolExecutor(8) as pool:
        rows = list(pool.map(one, range(8)))
    assert sorted(row["status"] for row in rows) == ["left_out"] * 7 + ["offered"]
    assert len(shop.book.history("ana").contacts) == 1


def test_the_same_campaign_at_once_answers_everybody_the_same(shop: Shop) -> None:
    start = Barrier(8)

    def one(_: int) -> dict[str, Any]:
        start.wait()
        return {**shop.ask(SPRING, "ana")[0], "repeated": None}

    with ThreadPoolExecutor(8) as pool:
        rows = list(pool.map(one, range(8)))
    assert all(row == rows[0] for row in rows)


def test_the_holdout_gets_popular_products_and_what_would_have_been_is_kept(
    database: Database, tmp_path: Path
) -> None:
    with_us, without = Shop(database, tmp_path), Shop(database, tmp_path, email=1.0)
    held, other, summary = without.ask(SPRING, "ana", "ben")
    assert products(held) == products(other)
    assert {held["variant"], other["variant"]} == {"control"}
    assert summary["summary"]["control"] == 2
    personal, _ = with_us.ask(Campaign("other"), "ana", now=NOW + 60 * DAY)
    assert personal["variant"] == "personal"
    kept = dict(stored(database))
    assert kept["spring", "ana"] == kept["other", "ana"] == products(personal)


def stored(database: Database) -> list[tuple[tuple[str, str], list[str]]]:
    """What would have been shown, by campaign and customer."""
    table = campaign_offers
    with database.reading() as connection:
        rows = connection.execute(select(table.c.campaign_id, table.c.customer_id, table.c.would_have_shown))
        return [((campaign, customer), json.loads(shown)) for campaign, customer, shown in rows]

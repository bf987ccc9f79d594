"""Offers of a campaign: made once for each customer whom the rules let be contacted, then only repeated."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, insert, select

from config.service import PlacementName, channel_of
from models.bundle import Bundle
from models.contact_rules import (
    Contact,
    ContactRules,
    Subject,
    Suppression,
    against_customer,
    withheld,
)
from models.held_out import HOLDOUT, variants_of
from models.holdout import CONTROL, PERSONAL
from service.answers import Desk
from service.contacts.book import Claim, ContactBook, Writable
from service.contacts.schema import campaign_offers
from service.offers.mail import MailBlocks
from service.schemas import MAX_EXCLUDE, RecommendationRequest

AT_ONCE = 50  # customers a transaction: a commit is dear, and others wait while one is written
NOTHING_TO_OFFER = "NOTHING_TO_OFFER"


@dataclass(frozen=True, slots=True)
class Campaign:
    """One campaign: its id, where its offers are shown, and how many a customer gets at most."""

    campaign_id: str
    placement: PlacementName = "email"
    limit: int = 3


class Campaigns:
    """Makes the offers of campaigns and remembers them."""

    def __init__(
        self, database: Writable, book: ContactBook, rules: ContactRules, desk: Desk, blocks: MailBlocks
    ) -> None:
        self._database = database
        self._book = book
        self._rules = rules
        self._desk = desk
        self._blocks = blocks

    def offers(
        self, bundle: Bundle, campaign: Campaign, customer_ids: Sequence[str], now: int
    ) -> Iterator[dict[str, Any]]:
        """One row a customer in the order asked, then a row with the summary; `now` in microseconds.

        What is offered counts as a contact from the moment its row is given out: the mail is about to go.
        """
        counts: Counter[str] = Counter()
        left_out: Counter[str] = Counter()
        for start in range(0, len(customer_ids), AT_ONCE):
            some = customer_ids[start : start + AT_ONCE]
            with self._database.writing() as connection:
                self._book.lock(connection, some)
                rows = [self._row(connection, bundle, campaign, one, now) for one in some]
            for row in rows:
                counts[row["status"]] += 1
                counts["repeated"] += row["repeated"]
                counts["control"] += row["variant"] == CONTROL
                left_out.update({each["code"] for each in row["left_out"]})
            yield from rows
        yield {
            "summary": {
                "campaign_id": campaign.campaign_id,
                "asked": len(customer_ids),
                "offered": counts["offered"],
                "repeated": counts["repeated"],
                "control": counts["control"],
                "left_out": counts["left_out"],
                "left_out_by_reason": dict(sorted(left_out.items())),
            }
        }

    def _row(
        self, connection: Connection, bundle: Bundle, campaign: Campaign, customer_id: str, now: int
    ) -> dict[str, Any]:
        before = _made_before(connection, campaign.campaign_id, customer_id)
        if before is not None:
            return {**before, "repeated": True}
        history = self._book.history_in(connection, customer_id)
        channel = channel_of(campaign.placement)
        against = against_customer(history, channel, now, self._rules)
        if against:
            return _left_out(customer_id, [_told(each) for each in against], [])
        found = withheld(history, now, self._rules)
        resting = {subject.product_id: why for subject, why in found.items() if subject.product_id}
        request = RecommendationRequest(
            customer_id=customer_id,
            placement=campaign.placement,
            limit=campaign.limit,
            exclude=tuple(variants_of(bundle, list(resting)))[:MAX_EXCLUDE],
        )
        answer, body = self._desk.recommend(bundle, request)
        rest = [{"product_id": product, **_told(why)} for product, why in resting.items()]
        if not answer.recommendations:
            nothing = {"code": NOTHING_TO_OFFER, "text": "No product is left to offer"}
            return _left_out(customer_id, [{**nothing, "until": None, "evidence": {}}], rest)
        block = self._blocks.block(bundle, body["recommendation_id"], answer.recommendations)
        row = {
            "customer_id": customer_id,
            "status": "offered",
            "repeated": False,
            "variant": CONTROL if answer.fallback == HOLDOUT else PERSONAL,
            "recommendation_id": body["recommendation_id"],
            "fallback": answer.fallback,
            "recommendations": [asdict(each) for each in answer.recommendations],
            "html": block.html,
            "text": block.text,
            "left_out": [],
            "withheld": rest,
        }
        shown = self._desk.would_have_shown(bundle, request)
        return self._keep(connection, campaign, row, shown, now)

    def _keep(
        self, connection: Connection, campaign: Campaign, row: dict[str, Any], shown: Sequence[str], now: int
    ) -> dict[str, Any]:
        """Write down the offers, and that the customer is contacted with them; the row as it is kept."""
        answer = json.dumps(row)
        subjects = tuple(Subject(each["product_id"]) for each in row["recommendations"])
        contact = Contact(now, channel_of(campaign.placement), "commercial", subjects)
        claim = Claim(row["customer_id"], contact, campaign.campaign_id, row["recommendation_id"])
        self._book.record(connection, [claim])
        connection.execute(
            insert(campaign_offers).values(
                campaign_id=campaign.campaign_id,
                customer_id=row["customer_id"],
                at=now,
                variant=row["variant"],
                would_have_shown=json.dumps(shown),
                answer=answer,
            )
        )
        kept: dict[str, Any] = json.loads(answer)
        return kept


def _made_before(connection: Connection, campaign_id: str, customer_id: str) -> dict[str, Any] | None:
    table = campaign_offers
    found = connection.execute(
        select(table.c.answer).where(table.c.campaign_id == campaign_id, table.c.customer_id == customer_id)
    ).scalar()
    row: dict[str, Any] | None = None if found is None else json.loads(found)
    return row


def _left_out(customer_id: str, why: list[dict[str, Any]], withheld: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "customer_id": customer_id,
        "status": "left_out",
        "repeated": False,
        "variant": None,
        "recommendation_id": None,
        "fallback": None,
        "recommendations": [],
        "html": "",
        "text": "",
        "left_out": why,
        "withheld": withheld,
    }


def _told(why: Suppression) -> dict[str, Any]:
    return why._asdict()

"""The book of contacts on both databases: what it remembers, and that a cap holds against a crowd."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from threading import Barrier
from typing import Any

import pytest

from models.contact_rules import DAY, Alert, Cap, Contact, ContactHistory, ContactRules, Subject
from service.contacts.book import Claim, ContactBook, forget
from service.contacts.listener import ContactListener
from service.ledger.database import Database

NOW = 20_000 * DAY
BREAD, CAKE, LARGE = Subject("bread"), Subject("cake"), Subject(None, "large")
THREADS = 12


@dataclass(frozen=True)
class Event:
    """An event as the ledger hands it to its listeners."""

    event_id: str
    type: str
    customer_id: str | None = "ana"
    session_id: str | None = None
    product_id: str | None = None
    plan_id: str | None = None
    meter: str | None = None
    channel: str | None = "email"
    recommendation_id: str | None = None
    campaign_id: str | None = None
    occurred_at: int = NOW
    details: Any = None


def agreed(*_: object) -> dict[str, bool | None]:
    return {"email": True, "phone": True}


def book_of(database: Database, **rules: Any) -> ContactBook:
    return ContactBook(database, replace(ContactRules(), **rules), agreed)


def claim(campaign: str, at: int = NOW, *subjects: Subject, customer: str = "ana") -> Claim:
    return Claim(customer, Contact(at, "email", "commercial", subjects or (BREAD,)), campaign)


def tell(database: Database, book: ContactBook, *events: Event) -> None:
    with database.writing() as connection:
        ContactListener(book)(connection, events)


def against(book: ContactBook, subject: Subject = CAKE, at: int = NOW, customer: str = "ana") -> list[str]:
    planned = Contact(at, "phone", "commercial", (subject,))
    return [each.code for each in book.suppressed(customer, planned)]


def test_nothing_is_known_of_somebody_new(database: Database) -> None:
    assert book_of(database).history("ana") == ContactHistory(consents=agreed())


def test_a_claim_counts_in_every_channel(database: Database) -> None:
    book = book_of(database)
    assert book.claim(claim("spring")) == []
    assert against(book) == ["CAP_REACHED"]
    assert against(book, BREAD) == ["CAP_REACHED", "OFFERED_BEFORE"]
    assert against(book, customer="ben") == []
    assert [each.code for each in book.claim(claim("summer", NOW + DAY, CAKE))] == ["CAP_REACHED"]
    assert len(book.history("ana").contacts) == 1


def test_a_claim_made_again_is_the_same_contact(database: Database) -> None:
    book = book_of(database)
    assert book.claim(claim("spring")) == book.claim(claim("spring", NOW + DAY)) == []
    assert book.history("ana").contacts == (Contact(NOW, "email", "commercial", (BREAD,)),)


@pytest.mark.parametrize("most", [1, 3])
def test_a_crowd_cannot_exceed_a_cap(database: Database, most: int) -> None:
    book = book_of(database, caps=(Cap(most, 7),), repeat_days=0)
    start = Barrier(THREADS)

    def one(number: int) -> bool:
        start.wait()
        return book.claim(claim(f"campaign-{number}")) == []

    with ThreadPoolExecutor(THREADS) as pool:
        made = list(pool.map(one, range(THREADS)))
    assert sum(made) == most
    assert len(book.history("ana").contacts) == most


def test_a_crowd_of_two_ids_of_one_person_cannot_either(database: Database) -> None:
    def both(*_: object) -> tuple[str, ...]:
        return ("ana", "session-1")

    book = ContactBook(database, ContactRules(), agreed, both)
    start = Barrier(THREADS)

    def one(number: int) -> bool:
        start.wait()
        return book.claim(claim(f"c-{number}", customer=("ana", "session-1")[number % 2])) == []

    with ThreadPoolExecutor(THREADS) as pool:
        assert sum(pool.map(one, range(THREADS))) == 1


def test_an_impression_confirms_what_was_claimed_and_is_not_counted_twice(database: Database) -> None:
    book = book_of(database, caps=(Cap(2, 7),))
    book.claim(replace(claim("spring"), recommendation_id="r-1"))
    tell(
        database,
        book,
        Event("e-1", "impression", product_id="bread", campaign_id="spring"),
        Event("e-2", "impression", product_id="cake", recommendation_id="r-1"),
    )
    (made,) = book.history("ana").contacts
    assert set(made.subjects) == {BREAD, CAKE}


def test_impressions_of_one_answer_are_one_contact(database: Database) -> None:
    book = book_of(database)
    shown = ("bread", "cake", "bread")
    tell(
        database,
        book,
        *(
            Event(f"e-{n}", "impression", product_id=product, recommendation_id="r-1")
            for n, product in enumerate(shown)
        ),
    )
    (made,) = book.history("ana").contacts
    assert made.subjects == (BREAD, CAKE)


def test_a_page_that_the_customer_opens_is_no_contact_but_a_plan_nudge_on_it_is(database: Database) -> None:
    book = book_of(database)
    tell(database, book, Event("e-1", "impression", product_id="bread", channel="web"))
    assert book.history("ana").contacts == ()
    tell(database, book, Event("e-2", "impression", plan_id="large", channel="web"))
    assert against(book, BREAD) == ["CAP_REACHED"]


def test_what_was_declined_rests_in_every_channel(database: Database) -> None:
    book = book_of(database)
    tell(
        database,
        book,
        Event("e-1", "dismiss", product_id="bread", channel="store"),
        Event("e-2", "dismiss", plan_id="large", channel="web"),
        Event("e-3", "conversation", channel="chat", details='{"not_interested": ["cake", "cake"]}'),
        Event("e-4", "dismiss", customer_id=None, session_id="s-1", product_id="bread"),
    )
    for subject in (BREAD, CAKE, LARGE):
        assert against(book, subject) == ["DISMISSED"]
        assert against(book, subject, NOW + 60 * DAY) == []
    assert against(book, BREAD, customer="s-1") == ["DISMISSED"]
    assert against(book, BREAD, customer="ben") == []


def test_a_complaint_and_a_change_of_plan(database: Database) -> None:
    book = book_of(database)
    tell(database, book, Event("e-1", "complaint", details={"state": "opened"}))
    assert against(book) == ["COMPLAINT_OPEN"]
    tell(database, book, Event("e-2", "complaint", details={"state": "closed"}, occurred_at=NOW + DAY))
    tell(database, book, Event("e-3", "plan_change", plan_id="large", occurred_at=NOW - 3 * DAY))
    assert against(book, at=NOW + 2 * DAY) == ["PLAN_CHANGED"]
    assert against(book, at=NOW + 11 * DAY) == []


def test_events_that_come_late_do_not_undo_later_ones(database: Database) -> None:
    book = book_of(database)
    tell(database, book, Event("e-2", "complaint", details={"state": "closed"}, occurred_at=NOW))
    tell(database, book, Event("e-1", "complaint", details={"state": "opened"}, occurred_at=NOW - DAY))
    assert against(book) == []


def test_an_alert_is_remembered_and_does_not_use_up_the_cap(database: Database) -> None:
    book = book_of(database)
    told = {"threshold": 0.8, "cycle": "2024-10-01"}
    tell(database, book, Event("e-1", "impression", plan_id="small", meter="data_gb", details=told))
    assert against(book) == []
    alert = Alert("data_gb", 0.8, "2024-10-01")
    (found,) = book.suppressed("ana", Contact(NOW, "web", "alert", (), alert))
    assert found.code == "ALERTED"


def test_a_person_is_forgotten_wholly(database: Database) -> None:
    book = book_of(database)
    for customer in ("ana", "ben"):
        book.claim(claim("spring", customer=customer))
        tell(
            database,
            book,
            Event(f"{customer}-1", "dismiss", customer, product_id="cake"),
            Event(f"{customer}-2", "complaint", customer),
        )
    with database.writing() as connection:
        forget(connection, ["ana"])
    assert book.history("ana") == ContactHistory(consents=agreed())
    kept = book.history("ben")
    assert (len(kept.contacts), len(kept.dismissals), kept.complaint_since) == (1, 1, NOW)
    assert kept.contacts[0].subjects == (BREAD,)

"""The rules of contact, by hand and for any history."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.contact_rules import (
    DAY,
    Alert,
    Cap,
    Contact,
    ContactHistory,
    ContactRules,
    Dismissal,
    Subject,
    allowed_by_consent,
    resting,
    suppressed,
)

NOW = 20_000 * DAY  # 2024-10-04
RULES = ContactRules()
YES: dict[str, bool | None] = {"email": True, "phone": True}
BREAD, CAKE, LARGE = Subject("bread"), Subject("cake"), Subject(None, "large")


def mail(days_ago: float = 0, *subjects: Subject, channel: str = "email") -> Contact:
    return Contact(NOW - round(days_ago * DAY), channel, "commercial", subjects)


def codes(history: ContactHistory, planned: Contact | None = None, rules: ContactRules = RULES) -> list[str]:
    return [each.code for each in suppressed(history, planned or mail(0, BREAD), rules)]


def test_nothing_stands_against_somebody_who_agreed() -> None:
    assert codes(ContactHistory(consents=YES)) == []


@pytest.mark.parametrize("channel", ["email", "phone", "chat"])
def test_who_was_not_asked_is_not_contacted(channel: str) -> None:
    planned = mail(0, BREAD, channel=channel)
    assert codes(ContactHistory(), planned) == ["NO_CONSENT"]
    assert codes(ContactHistory(consents={channel: False}), planned) == ["NO_CONSENT"]
    assert codes(ContactHistory(consents={channel: True}), planned) == []


@pytest.mark.parametrize("channel", ["web", "store"])
def test_where_customers_come_by_themselves_only_a_no_counts(channel: str) -> None:
    assert allowed_by_consent({}, channel)
    assert not allowed_by_consent({channel: False}, channel)


def test_one_contact_in_seven_days_over_all_channels() -> None:
    for channel in ("email", "phone"):
        history = ContactHistory((mail(6.99, CAKE, channel=channel),), consents=YES)
        (found,) = suppressed(history, mail(0, BREAD), RULES)
        assert found.code == "CAP_REACHED"
        assert found.evidence == {
            "contacts": 1,
            "most": 1,
            "days": 7,
            "last_at": found.evidence["last_at"],
            "last_channel": channel,
        }
    assert codes(ContactHistory((mail(7, CAKE),), consents=YES)) == []


def test_two_in_thirty_days_and_when_that_ends() -> None:
    history = ContactHistory((mail(29, CAKE), mail(10, CAKE)), consents=YES)
    (found,) = suppressed(history, mail(0, BREAD), RULES)
    assert (found.evidence["days"], found.until) == (30, "2024-10-05T00:00:00+00:00")


@pytest.mark.parametrize(
    ("days_ago", "rests"),
    [((59,), True), ((61,), False), ((179, 100), True), ((400, 179), True), ((400, 181), False)],
)
@pytest.mark.parametrize("subject", [BREAD, LARGE])
def test_what_was_dismissed_rests_for_60_days_and_twice_for_180(
    days_ago: tuple[int, ...], rests: bool, subject: Subject
) -> None:
    history = ContactHistory((), tuple(Dismissal(NOW - day * DAY, "store", subject) for day in days_ago), YES)
    assert codes(history, mail(0, subject)) == (["DISMISSED"] if rests else [])
    assert codes(history, mail(0, CAKE)) == []
    assert (resting(history, subject, NOW, RULES) is not None) == rests


def test_a_dismissal_says_where_and_how_often() -> None:
    history = ContactHistory((), (Dismissal(NOW - DAY, "phone", BREAD),) * 2, YES)
    (found,) = suppressed(history, mail(0, BREAD), RULES)
    assert found.text == "Declined by phone on 2024-10-03, 2 times in all; rests for 180 days"
    assert found.evidence["times"] == 2
    assert found.until == "2025-04-01T00:00:00+00:00"


def test_no_product_twice_in_fourteen_days() -> None:
    rules = replace(RULES, caps=())
    history = ContactHistory((mail(13, BREAD, CAKE),), consents=YES)
    assert codes(history, mail(0, BREAD), rules) == ["OFFERED_BEFORE"]
    assert codes(ContactHistory((mail(14, BREAD),), consents=YES), mail(0, BREAD), rules) == []


def test_none_after_a_change_of_plan_or_while_a_complaint_is_open() -> None:
    assert codes(ContactHistory(consents=YES, plan_changed_at=NOW - 13 * DAY)) == ["PLAN_CHANGED"]
    assert codes(ContactHistory(consents=YES, plan_changed_at=NOW - 14 * DAY)) == []
    assert codes(ContactHistory(consents=YES, complaint_since=NOW - 900 * DAY)) == ["COMPLAINT_OPEN"]


def test_alerts_are_exempt_and_told_once_for_each_threshold_and_cycle() -> None:
    eighty = Alert("data_gb", 0.8, "2024-10-01")
    history = ContactHistory((mail(1), Contact(NOW - DAY, "email", "alert", (), eighty)), complaint_since=1)
    assert codes(history, Contact(NOW, "web", "alert", (), eighty)) == ["ALERTED"]
    for other in (eighty._replace(threshold=1.0), eighty._replace(cycle="2024-11-01"), Alert("sms", 0.8, "")):
        assert codes(history, Contact(NOW, "email", "alert", (), other)) == []


def test_alerts_do_not_use_up_the_caps() -> None:
    alert = Contact(NOW - DAY, "email", "alert", (), Alert("data_gb", 0.8, "2024-10-01"))
    assert codes(ContactHistory((alert,), consents=YES)) == []


times = st.lists(st.integers(0, 40 * 24), max_size=40)


@given(times, st.integers(0, 4), st.integers(1, 30))
def test_contacts_made_under_the_rules_never_exceed_a_cap(hours: list[int], most: int, days: int) -> None:
    rules, made = replace(RULES, caps=(Cap(most, days),), repeat_days=0), ()
    for hour in sorted(hours):
        planned = Contact(NOW + hour * DAY // 24, "email", "commercial", (BREAD,))
        if not suppressed(ContactHistory(made, consents=YES), planned, rules):
            made = (*made, planned)
    for first in made:
        assert sum(first.at <= each.at < first.at + days * DAY for each in made) <= most


@given(st.lists(st.integers(1, 40 * 24), max_size=6), st.integers(1, 3), st.integers(1, 30))
def test_a_cap_holds_until_the_moment_it_names(hours: list[int], most: int, days: int) -> None:
    rules = replace(RULES, caps=(Cap(most, days),))
    history = ContactHistory(tuple(mail(hour / 24, CAKE) for hour in hours), consents=YES)
    for found in suppressed(history, mail(0, BREAD), rules):
        assert found.until is not None
        free = round(datetime.fromisoformat(found.until).timestamp() * 1_000_000)
        assert not suppressed(history, Contact(free + 1_000_000, "email", subjects=(BREAD,)), rules)
        assert suppressed(history, Contact(free - 1_000_000, "email", subjects=(BREAD,)), rules)

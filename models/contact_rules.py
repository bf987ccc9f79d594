"""When a customer may be contacted, and with what: a pure function of what was said to and by them.

Times are microseconds since 1970-01-01 UTC, as the ledger has them. Nothing here knows a channel's
technique: a rule holds over all channels, but for consent, which is given for each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, NamedTuple

DAY = 86_400_000_000  # microseconds
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

ContactKind = Literal["commercial", "alert"]
SuppressionCode = Literal[
    "NO_CONSENT", "COMPLAINT_OPEN", "PLAN_CHANGED", "CAP_REACHED", "DISMISSED", "OFFERED_BEFORE", "ALERTED"
]

# The shop comes to the customer on these, and needs to have been told that it may; the others the customer
# comes by.
ASKS_CONSENT = frozenset({"email", "phone", "chat"})


class Cap(NamedTuple):
    """At most so many commercial contacts in so many days."""

    most: int
    days: int


@dataclass(frozen=True, slots=True)
class ContactRules:
    """The numbers of the rules.

    caps               all of them hold at once
    rest_days          days a product or plan rests after it was dismissed
    twice_rest_days    days it rests after it was dismissed twice or more
    plan_change_days   days without commercial contacts after a change of plan
    repeat_days        days in which the same product is not offered again to the same customer
    """

    caps: tuple[Cap, ...] = (Cap(1, 7), Cap(2, 30))
    rest_days: int = 60
    twice_rest_days: int = 180
    plan_change_days: int = 14
    repeat_days: int = 14


class Alert(NamedTuple):
    """What makes two quota alerts the same: told once for each threshold (share of the quota) and cycle."""

    meter: str
    threshold: float
    cycle: str


class Subject(NamedTuple):
    """What a contact is about: a product, a plan, both empty for anything."""

    product_id: str | None = None
    plan_id: str | None = None


class Contact(NamedTuple):
    """The shop came to the customer, or is about to: when, how, and with what."""

    at: int
    channel: str
    kind: ContactKind = "commercial"
    subjects: tuple[Subject, ...] = ()
    alert: Alert | None = None


class Dismissal(NamedTuple):
    """The customer said no to a product or a plan."""

    at: int
    channel: str | None
    subject: Subject


@dataclass(frozen=True, slots=True)
class ContactHistory:
    """What the rules need to know about one customer, over all channels, in any order.

    consents         by channel: True given, False refused, missing or None not known
    plan_changed_at  the last change of plan
    complaint_since  when the complaint that is open was made, None where none is
    """

    contacts: tuple[Contact, ...] = ()
    dismissals: tuple[Dismissal, ...] = ()
    consents: Mapping[str, bool | None] = field(default_factory=dict)
    plan_changed_at: int | None = None
    complaint_since: int | None = None


class Suppression(NamedTuple):
    """One rule that stands against a contact, in words and with figures that can be checked.

    until   ISO 8601 UTC, from when this rule does not stand against it any more; None if that is not
            a matter of time
    """

    code: SuppressionCode
    text: str
    until: str | None
    evidence: Mapping[str, Any]


def suppressed(history: ContactHistory, planned: Contact, rules: ContactRules) -> list[Suppression]:
    """Every rule against a planned contact: none, if it may be made.

    An alert is exempt from all but being told twice. Of several subjects each is judged; use
    `against_customer` and `against_subject` to leave out one of them and keep the others.
    """
    if planned.kind == "alert":
        return _alerted(history, planned)
    found = against_customer(history, planned.channel, planned.at, rules)
    for subject in planned.subjects:
        found += against_subject(history, subject, planned.at, rules)
    return found


def against_customer(
    history: ContactHistory, channel: str, now: int, rules: ContactRules
) -> list[Suppression]:
    """The rules against any commercial contact with the customer by a channel."""
    return [
        *_no_consent(history, channel),
        *_complaint(history, now),
        *_plan_changed(history, now, rules),
        *_caps_reached(history, now, rules),
    ]


def against_subject(
    history: ContactHistory, subject: Subject, now: int, rules: ContactRules
) -> list[Suppression]:
    """The rules against offering the customer one product or plan."""
    return [*_dismissed(history, subject, now, rules), *_offered_before(history, subject, now, rules)]


def withheld(history: ContactHistory, now: int, rules: ContactRules) -> dict[Subject, Suppression]:
    """The products and plans that are not to be offered now, each with the first rule that says so."""
    spoken = [subject for contact in history.contacts for subject in contact.subjects]
    spoken += [each.subject for each in history.dismissals]
    known = sorted({each for each in spoken if any(each)}, key=lambda each: tuple(map(str, each)))
    found = {one: against_subject(history, one, now, rules) for one in known}
    return {one: against[0] for one, against in found.items() if against}


def resting(history: ContactHistory, subject: Subject, now: int, rules: ContactRules) -> Suppression | None:
    """The rest after a dismissal alone: what holds for pages that a customer comes to, too."""
    return next(iter(_dismissed(history, subject, now, rules)), None)


def allowed_by_consent(consents: Mapping[str, bool | None], channel: str) -> bool:
    """Whether a channel may be used: where the shop comes to the customer only after a yes."""
    answer = consents.get(channel)
    return answer is True if channel in ASKS_CONSENT else answer is not False


def iso(at: int) -> str:
    """Microseconds as ISO 8601 UTC, to the second."""
    return (EPOCH + timedelta(microseconds=at)).isoformat(timespec="seconds")


def _no_consent(history: ContactHistory, channel: str) -> Iterable[Suppression]:
    if allowed_by_consent(history.consents, channel):
        return
    refused = history.consents.get(channel) is False
    text = (
        f"Refused to be contacted by {channel}" if refused else f"Has not agreed to be contacted by {channel}"
    )
    yield Suppression("NO_CONSENT", text, None, {"channel": channel, "refused": refused})


def _complaint(history: ContactHistory, now: int) -> Iterable[Suppression]:
    since = history.complaint_since
    if since is not None and since <= now:
        yield Suppression(
            "COMPLAINT_OPEN", f"A complaint is open since {iso(since)[:10]}", None, {"since": iso(since)}
        )


def _plan_changed(history: ContactHistory, now: int, rules: ContactRules) -> Iterable[Suppression]:
    at = history.plan_changed_at
    if at is None or not 0 <= now - at < rules.plan_change_days * DAY:
        return
    yield Suppression(
        "PLAN_CHANGED",
        f"Changed the plan on {iso(at)[:10]}; no offers for {rules.plan_change_days} days",
        iso(at + rules.plan_change_days * DAY),
        {"changed_at": iso(at), "days": rules.plan_change_days},
    )


def _caps_reached(history: ContactHistory, now: int, rules: ContactRules) -> Iterable[Suppression]:
    # What lies ahead of `now` counts as well: clocks differ, and a contact is a contact.
    times = sorted(contact.at for contact in history.contacts if contact.kind == "commercial")
    for cap in rules.caps:
        within = [at for at in times if now - at < cap.days * DAY]
        if len(within) < cap.most:
            continue
        # Free again when all but `most - 1` of them are out of the window.
        free = iso(within[-cap.most] + cap.days * DAY) if cap.most else None
        last = next(contact for contact in history.contacts if contact.at == times[-1]) if times else None
        yield Suppression(
            "CAP_REACHED",
            f"{len(within)} contacts in the last {cap.days} days, at most {cap.most}",
            free,
            {
                "contacts": len(within),
                "most": cap.most,
                "days": cap.days,
                "last_at": iso(last.at) if last else None,
                "last_channel": last.channel if last else None,
            },
        )


def _dismissed(
    history: ContactHistory, subject: Subject, now: int, rules: ContactRules
) -> Iterable[Suppression]:
    said_no = sorted(
        (each for each in history.dismissals if _same(each.subject, subject) and each.at <= now),
        key=lambda each: each.at,
    )
    if not said_no:
        return
    last, times = said_no[-1], len(said_no)
    days = rules.rest_days if times == 1 else rules.twice_rest_days
    if now - last.at >= days * DAY:
        return
    by = f" by {last.channel}" if last.channel else ""
    often = "" if times == 1 else f", {times} times in all"
    yield Suppression(
        "DISMISSED",
        f"Declined{by} on {iso(last.at)[:10]}{often}; rests for {days} days",
        iso(last.at + days * DAY),
        {
            **_named(subject),
            "dismissed_at": iso(last.at),
            "times": times,
            "days": days,
            "channel": last.channel,
        },
    )


def _offered_before(
    history: ContactHistory, subject: Subject, now: int, rules: ContactRules
) -> Iterable[Suppression]:
    if subject.product_id is None:
        return  # plans are kept from being repeated by the caps
    when = [
        contact
        for contact in history.contacts
        if contact.kind == "commercial"
        and now - contact.at < rules.repeat_days * DAY
        and any(_same(each, subject) for each in contact.subjects)
    ]
    if not when:
        return
    last = max(when, key=lambda contact: contact.at)
    yield Suppression(
        "OFFERED_BEFORE",
        f"Offered by {last.channel} on {iso(last.at)[:10]}; not again for {rules.repeat_days} days",
        iso(last.at + rules.repeat_days * DAY),
        {**_named(subject), "offered_at": iso(last.at), "days": rules.repeat_days, "channel": last.channel},
    )


def _alerted(history: ContactHistory, planned: Contact) -> list[Suppression]:
    told = [contact for contact in history.contacts if planned.alert and contact.alert == planned.alert]
    if not told or planned.alert is None:
        return []
    first, alert = min(told, key=lambda contact: contact.at), planned.alert
    return [
        Suppression(
            "ALERTED",
            f"Told on {iso(first.at)[:10]} that {alert.threshold:.0%} of {alert.meter} are used",
            None,
            {**alert._asdict(), "alerted_at": iso(first.at)},
        )
    ]


def _same(one: Subject, other: Subject) -> bool:
    if other.product_id is not None:
        return one.product_id == other.product_id
    return other.plan_id is not None and one.plan_id == other.plan_id


def _named(subject: Subject) -> dict[str, str]:
    return {name: value for name, value in subject._asdict().items() if value is not None}

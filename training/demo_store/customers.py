"""customers.csv: the people behind the customer ids, made up down to the telephone number."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

from training.demo_store.names import AREA_CODES, FEMALE_NAMES, LAST_NAMES, MALE_NAMES, POSTCODES
from training.demo_store.people import GENDERS, SERVICES, People
from training.demo_store.personas import AGE_BANDS, PERSONAS
from training.demo_store.visits import CHANNELS
from training.demo_store.window import Window

_DOMAINS = ("example.com", "example.org", "example.net")
_OLDEST = 88
_PHONES_PER_AREA = 100


def customers_table(
    rng: np.random.Generator, people: People, categories: tuple[str, ...], window: Window
) -> pl.DataFrame:
    """One row a registered customer, in order of joining; texts as written to the file."""
    count = len(people)
    first, last = _names(rng, people)
    ids = people.customer_ids()
    interests = [*categories, *SERVICES, ""]  # index -1 is the empty one
    channels = np.array([each.channels for each in PERSONAS])[people.persona].argmax(axis=1)
    return pl.DataFrame(
        {
            "customer_id": ids,
            "name": [f"{one} {two}" for one, two in zip(first, last, strict=True)],
            "email": _emails(rng, first, last),
            "phone": _phones(rng, count),
            "consent_email": _consents(rng, count, 0.7),
            "consent_phone": _consents(rng, count, 0.4),
            "consent_web": _consents(rng, count, 0.85),
            "age_band": [AGE_BANDS[index] for index in people.age.tolist()],
            "gender": [GENDERS[index] for index in people.gender.tolist()],
            "postcode": [POSTCODES[index] for index in people.postcode.tolist()],
            "first_interest": [interests[index] for index in people.interest.tolist()],
            "referred_by": [ids[index] if index >= 0 else "" for index in people.referrer.tolist()],
            "joined_on": [window.date_of(day).isoformat() for day in people.joined.tolist()],
            "birthday": _birthdays(rng, people, window.end),
            "channel": [CHANNELS[index] for index in channels.tolist()],
        }
    )


def _names(rng: np.random.Generator, people: People) -> tuple[list[str], list[str]]:
    female, male, last = FEMALE_NAMES.split(), MALE_NAMES.split(), LAST_NAMES.split()
    is_female = (people.gender == 0) | ((people.gender > 1) & (rng.random(len(people)) < 0.5))
    draws = rng.random(len(people))
    firsts = [
        female[int(draw * len(female))] if woman else male[int(draw * len(male))]
        for draw, woman in zip(draws.tolist(), is_female.tolist(), strict=True)
    ]
    return firsts, [last[index] for index in rng.integers(0, len(last), len(people)).tolist()]


def _emails(rng: np.random.Generator, first: list[str], last: list[str]) -> list[str]:
    """One address each; a number tells namesakes apart. A few customers gave none."""
    seen: dict[str, int] = {}
    emails: list[str] = []
    for one, two in zip(first, last, strict=True):
        mailbox = f"{one}.{two}".lower()
        seen[mailbox] = seen.get(mailbox, 0) + 1
        number = seen[mailbox]
        emails.append(f"{mailbox}{number if number > 1 else ''}@{_DOMAINS[len(emails) % 3]}")
    given = rng.random(len(emails)) < 0.94
    return [email if kept else "" for email, kept in zip(emails, given.tolist(), strict=True)]


def _phones(rng: np.random.Generator, count: int) -> list[str]:
    """Numbers reserved for fiction, each used once; when they run out, customers gave none."""
    areas = AREA_CODES.split()
    numbers = rng.permutation(len(areas) * _PHONES_PER_AREA)[:count].tolist()
    given = rng.random(count) < 0.88
    phones = [f"+1{areas[number // 100]}55501{number % 100:02d}" for number in numbers]
    phones += [""] * (count - len(phones))
    return [phone if kept else "" for phone, kept in zip(phones, given.tolist(), strict=True)]


def _consents(rng: np.random.Generator, count: int, share: float) -> list[bool]:
    return [bool(given) for given in (rng.random(count) < share).tolist()]


def _birthdays(rng: np.random.Generator, people: People, today: date) -> list[str]:
    """A birthday that fits the age band on `today`; some customers keep theirs to themselves."""
    texts = []
    for band, draw, given in zip(
        people.age.tolist(), rng.random(len(people)).tolist(), rng.random(len(people)).tolist(), strict=True
    ):
        low, _, high = AGE_BANDS[band].partition("-")
        youngest = int(low.rstrip("+"))
        oldest = int(high) if high else _OLDEST
        # Between the day they turned `youngest` and the day before they turn `oldest` + 1.
        latest = _years_before(today, youngest)
        earliest = _years_before(today, oldest + 1) + timedelta(days=1)
        birthday = earliest + timedelta(days=int(draw * ((latest - earliest).days + 1)))
        texts.append(birthday.isoformat() if given < 0.8 else "")
    return texts


def _years_before(day: date, years: int) -> date:
    """The same date `years` earlier; 29 February becomes the 28th."""
    if (day.month, day.day) == (2, 29):
        day = day.replace(day=28)
    return day.replace(year=day.year - years)

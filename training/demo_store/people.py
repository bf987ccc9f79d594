"""The shop's registered customers: who they are, how they shop, what they never buy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.demo_store.catalogue import Catalogue, tag_bits
from training.demo_store.names import POSTCODES
from training.demo_store.personas import AGE_BANDS, AGE_SHARES, PERSONAS
from training.demo_store.window import Window

GENDERS = ("female", "male", "other", "")
SERVICES = ("broadband", "mobile")  # first interests that are no category of the catalogue
FIRST_CUSTOMER_ID = 100_001
NEVER = 1_000_000  # a day that does not come

_GENDER_SHARES = (0.49, 0.43, 0.03, 0.05)
_NO_ORDER_YET = 0.12
_JOINED_BEFORE_WINDOW = 0.4
_LAPSE = 0.3
_VISIT_SPREAD = 1.1  # sigma of log visits: what makes a fifth of the customers bring most of the profit
_KEENEST = 14.0  # visits of the most frequent customer against the median one
_RUNG_PRICE = (0.86, 1.0, 1.22)
_STUDENT_AREAS = (0, 1, 2)
_FAMILY_AREAS = (6, 7, 8)


@dataclass(frozen=True)
class People:
    """Registered customers, in the order in which they joined; arrays of length N.

    `age`, `gender`, `postcode` and `persona` are indices; `interest` indexes the categories, then
    SERVICES, -1 unknown. `joined` is a day of the window (negative: before it), `start` and
    `stop` bound the days on which they shop. `rung` is the quality they prefer and `trades_up_on`
    the day from which they prefer the next one. `visits` is their share of all visits, `basket`
    the size of their baskets against the mean, `spending` their planted share of turnover.
    `referrer` is the index of who brought them, or -1.
    """

    age: NDArray[np.int64]
    gender: NDArray[np.int64]
    postcode: NDArray[np.int64]
    persona: NDArray[np.int64]
    interest: NDArray[np.int64]
    barred: NDArray[np.int64]
    joined: NDArray[np.int64]
    start: NDArray[np.float64]
    stop: NDArray[np.float64]
    rung: NDArray[np.int64]
    trades_up_on: NDArray[np.int64]
    visits: NDArray[np.float64]
    basket: NDArray[np.float64]
    spending: NDArray[np.float64]
    referrer: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.age)

    def customer_ids(self) -> list[str]:
        """The customer id of every index."""
        return [str(FIRST_CUSTOMER_ID + index) for index in range(len(self))]

    def buys(self) -> NDArray[np.bool_]:
        """Who has an order in the window."""
        return self.visits > 0


def build_people(
    rng: np.random.Generator, count: int, window: Window, catalogue: Catalogue, taste: NDArray[np.float64]
) -> People:
    """`count` customers. `taste` (personas, products) gives what a persona's basket costs."""
    joined, start, stop = _tenure(rng, count, window)
    age = rng.choice(len(AGE_BANDS), count, p=AGE_SHARES)
    gender = rng.choice(len(GENDERS), count, p=_GENDER_SHARES)
    postcode = rng.choice(len(POSTCODES), count, p=_area_shares())
    persona = draw_personas(rng, age, gender, postcode)
    no_order = (rng.random(count) < _NO_ORDER_YET) | (start >= window.days - 1)
    level = np.minimum(rng.lognormal(0.0, _VISIT_SPREAD, count), _KEENEST) * ~no_order
    visits = level * (stop - start)
    visits /= visits.sum()
    basket = np.array([persona.basket for persona in PERSONAS])[persona] * np.clip(level, 0.2, 6) ** 0.15
    rung = _rungs(rng, postcode, level)
    trades_up = (rng.random(count) < 0.18) & (rung < 2)
    turning = (start + (stop - start) * rng.uniform(0.3, 0.6, count)).astype(np.int64)
    spending = visits * basket * np.array(_RUNG_PRICE)[rung] * (taste @ catalogue.price)[persona]
    barred = _barred(rng, age, persona)
    return People(
        age=age,
        gender=gender,
        postcode=postcode,
        persona=persona,
        interest=_interests(rng, catalogue, taste[persona], barred),
        barred=barred,
        joined=joined,
        start=start,
        stop=stop,
        rung=rung,
        trades_up_on=np.where(trades_up, turning, NEVER),
        visits=visits,
        basket=basket,
        spending=spending / spending.sum(),
        referrer=_referrers(rng, joined, level),
    )


def draw_personas(
    rng: np.random.Generator, age: NDArray[np.int64], gender: NDArray[np.int64], postcode: NDArray[np.int64]
) -> NDArray[np.int64]:
    """A persona index for each person: it leans on age band, gender and postcode area."""
    weights = np.array([each.ages for each in PERSONAS])[:, age].T.copy()
    names = [persona.name for persona in PERSONAS]
    pizza, family = names.index("pizza evening"), names.index("family shop")
    weights[:, pizza] *= np.where(gender == 1, 1.4, 1.0) * np.where(
        np.isin(postcode, _STUDENT_AREAS), 2.0, 0.8
    )
    weights[:, family] *= np.where(gender == 0, 1.3, 1.0) * np.where(
        np.isin(postcode, _FAMILY_AREAS), 2.0, 0.8
    )
    return draw_rows(rng, weights)


def _area_shares() -> NDArray[np.float64]:
    """The nearest areas bring the most customers."""
    weights = 1.0 / (1.0 + 0.25 * np.arange(len(POSTCODES)))
    return np.asarray(weights / weights.sum())


def _tenure(
    rng: np.random.Generator, count: int, window: Window
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Joining day, first and last day on which they shop, sorted by joining day."""
    before = rng.random(count) < _JOINED_BEFORE_WINDOW
    joined = np.where(
        before, -rng.integers(1, 1100, count), (window.days * rng.beta(1.3, 1.0, count)).astype(np.int64)
    )
    joined.sort()
    start = np.clip(joined, 0, None).astype(np.float64)
    lapse = start + 30 + rng.exponential(260.0, count)
    stop = np.where(rng.random(count) < _LAPSE, np.minimum(lapse, window.days), window.days)
    return joined, start, stop.astype(np.float64)


def _rungs(
    rng: np.random.Generator, postcode: NDArray[np.int64], level: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Preferred quality: wealthier areas and better customers lean to premium."""
    wealth = np.linspace(-0.5, 0.5, len(POSTCODES))[(postcode * 7) % len(POSTCODES)]
    leaning = wealth + rng.normal(0.0, 0.5, len(postcode)) + 0.1 * np.log(np.clip(level, 0.1, 10))
    return np.digitize(leaning, (-0.35, 0.45))


def _barred(
    rng: np.random.Generator, age: NDArray[np.int64], persona: NDArray[np.int64]
) -> NDArray[np.int64]:
    """What each customer never buys, as bits of BARRABLE_TAGS."""
    count = len(age)
    vegetarian = rng.random(count) < np.where(np.isin(age, (1, 2)), 0.105, 0.065)
    no_fish = vegetarian & (rng.random(count) < 0.7)
    no_alcohol = (age == 0) | (rng.random(count) < np.where(vegetarian, 1 / 3, 0.08))
    no_dairy = rng.random(count) < 0.03
    family = persona == [each.name for each in PERSONAS].index("family shop")
    baby = rng.random(count) < np.where(np.isin(age, (2, 3)), np.where(family, 0.55, 0.1), 0.01)
    cat = rng.random(count) < 0.18
    dog = rng.random(count) < 0.15
    holds = {
        "meat": vegetarian,
        "fish": no_fish,
        "alcohol": no_alcohol,
        "dairy": no_dairy,
        "baby": ~baby,
        "cat": ~cat,
        "dog": ~dog,
    }
    bits = sum(who.astype(np.int64) * tag_bits((tag,)) for tag, who in holds.items())
    return np.asarray(bits, dtype=np.int64)


def _interests(
    rng: np.random.Generator, catalogue: Catalogue, taste: NDArray[np.float64], barred: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The category or service a customer named on joining: something they do like."""
    pick = draw_rows(rng, taste)
    allowed = (catalogue.barred_bits[pick] & barred) == 0
    interest = np.where(allowed, catalogue.category[pick], -1)
    chance = rng.random(len(pick))
    interest = np.where(chance < 0.25, -1, interest)
    service = len(catalogue.categories) + (rng.random(len(pick)) < 0.45)
    return np.where(chance > 0.88, service, interest)


def draw_rows(rng: np.random.Generator, weights: NDArray[np.float64]) -> NDArray[np.int64]:
    """One column index for each row of `weights` (rows, columns), drawn by the row's weights."""
    shares = weights.cumsum(axis=1)
    return np.asarray((shares < rng.random(len(weights))[:, None] * shares[:, -1:]).sum(axis=1))


def _referrers(
    rng: np.random.Generator, joined: NDArray[np.int64], level: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Who was brought by whom: someone who joined on an earlier day; a few bring many."""
    count = len(joined)
    earlier = np.searchsorted(joined, joined, side="left")
    anyone = (rng.random(count) * earlier).astype(np.int64)
    talkers = np.sort(np.argsort(-level, kind="stable")[: max(count // 50, 1)])
    talkers_earlier = np.searchsorted(talkers, earlier, side="left")
    talker = talkers[(rng.random(count) * talkers_earlier).astype(np.int64)]
    by_talker = (rng.random(count) < 0.4) & (talkers_earlier > 0)
    referred = (rng.random(count) < 0.15) & (earlier > 0)
    return np.where(referred, np.where(by_talker, talker, anyone), -1)

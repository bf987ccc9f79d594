"""Requests about plans turned into cycles that the advisor takes, every contradiction named by its field."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np

from config.price_list import PriceList, faults, plan_book
from models.currencies import minor_digits
from models.errors import did_you_mean
from models.ids import UNKNOWN, KeptPlaces
from models.meters import fits, unit_of
from models.other_prices import advisor_for
from models.plan_advisor import PlanAdvisor
from models.plans import PlanBook
from models.stated_usage import StatedCycle, StatedUse, stated_cycles
from models.subscriptions import NOT_LOCKED, OPEN_END
from models.usage_cycles import UsageCycles
from service.nudge_reading import Read
from service.nudge_schemas import HistoryIn, NudgeFallback, NudgeRequest
from service.problems import MAX_ERRORS, Refused, name_given
from service.usage_columns import EPOCH, UsageColumns

LONGEST_CYCLE = 62  # days: two months; profiles and moments are of monthly cycles
MOST_PLACES = 1 << 32  # more than there are days or cycles
Fault = tuple[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A request that can be answered.

    digits    decimals of the currency's minor unit
    repeated  records that were there before
    """

    customer_id: str | None
    advisor: PlanAdvisor
    digits: int
    cycles: UsageCycles
    fallback: NudgeFallback | None
    repeated: int


def prepared(read: Read, advisor: PlanAdvisor, digits: int) -> Prepared:
    """What the advisor needs to answer; `advisor` and `digits` are those of the service's own plans.

    Raises Refused: 422 for what contradicts itself or the plans, 409 for two totals of one day or cycle.
    """
    request = read.request
    fallback: NudgeFallback | None = None
    if request.plans is not None:
        book, digits = _own_plans(request)
        fallback = None if _learned(book, advisor.book) else "plans_not_learned"
        advisor = advisor_for(book, advisor)
    elif request.add_ons:
        raise Refused(422, [("add_ons", "only with plans: the service has its own add-ons")])
    book = advisor.book
    plan = book.plans.index(request.plan_id)
    if plan == UNKNOWN:
        wrong_name = f"no such plan, got {name_given(request.plan_id)}"
        raise Refused(422, [("plan_id", f"{wrong_name}; {did_you_mean(request.plan_id, _names(book))}")])
    places = KeptPlaces(book.meters, len(book.meters))
    checks = _Checks(request, read.usage, book, plan, places)
    if wrong := list(islice(chain(checks.cycle(), checks.usage(), checks.history()), MAX_ERRORS)):
        raise Refused(422, wrong)
    days, totals = _days(read.usage, places), _totals(request, places)
    if conflicts := [*days.conflicts, *totals.conflicts]:
        raise Refused(409, conflicts)
    cycle = StatedCycle(
        plan,
        _day(request.as_of),
        _day(request.cycle.start),
        _day(request.cycle.end) + 1,
        NOT_LOCKED if request.locked_until is None else _day(request.locked_until),
        None if request.plan_since is None else _day(request.plan_since),
        OPEN_END if request.ends_on is None else _day(request.ends_on),
    )
    use = StatedUse(
        days.meter, days.place, days.amount, totals.meter, totals.place, totals.amount, totals.share
    )
    cycles = stated_cycles(advisor, cycle, use)
    return Prepared(request.customer_id, advisor, digits, cycles, fallback, days.repeated + totals.repeated)


def _own_plans(request: NudgeRequest) -> tuple[PlanBook, int]:
    """The plan book of a request's own price list, and the decimals of its currency."""
    prices = PriceList.model_construct(plans=request.plans or (), add_ons=request.add_ons)
    currency = prices.plans[0].currency
    digits = minor_digits(currency)
    wrong = [
        (".".join(map(str, location)), message) for location, message in faults(prices, currency, digits)
    ]
    if wrong:
        raise Refused(422, wrong)
    return plan_book(prices, currency, digits), digits


def _learned(book: PlanBook, known: PlanBook) -> bool:
    """Does training know every meter of the book, in the family it has there?"""
    pairs = _metered_pairs(known)
    return _metered_pairs(book) <= pairs


def _metered_pairs(book: PlanBook) -> set[tuple[str, str]]:
    plans, meters = np.nonzero(book.metered)
    families = book.families.take(book.family[plans])
    return set(zip(families, book.meters.take(meters), strict=True))


def _names(book: PlanBook) -> list[str]:
    return book.plans.take(range(len(book.plans)))


@dataclass(frozen=True, slots=True)
class _Checks:
    """What of a request contradicts the rest of it, or the plan it names; `places` are those of meters."""

    request: NudgeRequest
    use: UsageColumns
    book: PlanBook
    plan: int
    places: KeptPlaces

    def cycle(self) -> Iterator[Fault]:
        start, end, as_of = self.request.cycle.start, self.request.cycle.end, self.request.as_of
        if end < start:
            yield "cycle.end", f"{end} is before cycle.start, {start}"
        elif (end - start).days >= LONGEST_CYCLE:
            yield "cycle.end", f"a cycle has at most {LONGEST_CYCLE} days, this one {(end - start).days + 1}"
        elif not start <= as_of <= end:
            yield "as_of", f"{as_of} is not in the cycle, {start} to {end}"
        elif self.request.plan_since is not None and self.request.plan_since > as_of:
            yield "plan_since", f"{self.request.plan_since} is after as_of, {as_of}"
        elif self.request.ends_on is not None and self.request.ends_on < as_of:
            yield "ends_on", f"{self.request.ends_on} is before as_of, {as_of}: nothing runs any more"

    def usage(self) -> Iterator[Fault]:
        # Of a year of days hardly anything differs from row to row: only where something is wrong is each
        # row looked at.
        if self._usage_fits():
            return
        use, as_of = self.use, self.request.as_of
        rows = zip(use.meter, use.unit or [None] * len(use), use.day.tolist(), strict=True)
        for at, (meter, unit, day) in enumerate(rows):
            yield from self._meter(f"usage.{at}", meter)
            if unit is not None and not fits(unit, meter):
                wrong_name = f"amounts of {meter} are in {unit_of(meter)}, got {name_given(unit)}"
                yield f"usage.{at}.unit", wrong_name
            if day >= _day(as_of):
                date = EPOCH + datetime.timedelta(days=day)
                yield f"usage.{at}.date", f"{date} is not before as_of, {as_of}"

    def _usage_fits(self) -> bool:
        """Does every row fit its meter, the plan and `as_of`?"""
        kinds = self.use.kinds
        return (
            all(self._metered(meter) for meter, _ in kinds)
            and all(unit is None or fits(unit, meter) for meter, unit in kinds)
            and int(self.use.day.max(initial=-1)) < _day(self.request.as_of)
        )

    def history(self) -> Iterator[Fault]:
        start = self.request.cycle.start
        dated = {row.cycle_start is not None for row in self.request.history}
        for at, row in enumerate(self.request.history):
            name = f"history.{at}"
            yield from self._meter(name, row.meter)
            if row.cycle_start is None:
                if len(dated) > 1:
                    yield f"{name}.cycle_start", "is missing: give it for all of history or for none"
                if row.cycle_end is not None:
                    yield f"{name}.cycle_end", "only with cycle_start"
            else:
                yield from self._dates(name, row, start)

    def _dates(self, name: str, row: HistoryIn, start: datetime.date) -> Iterator[Fault]:
        if row.cycle_start is not None and row.cycle_start >= start:
            yield f"{name}.cycle_start", f"{row.cycle_start} is not before the running cycle, {start}"
        elif row.cycle_end is not None and row.cycle_end >= start:
            yield f"{name}.cycle_end", f"{row.cycle_end} is not before the running cycle, {start}"
        elif row.cycle_end is not None and row.cycle_start is not None and row.cycle_end < row.cycle_start:
            yield f"{name}.cycle_end", f"{row.cycle_end} is before cycle_start, {row.cycle_start}"

    def _meter(self, name: str, meter: str) -> Iterator[Fault]:
        if not self._metered(meter):
            choices = self.book.meters.take(np.flatnonzero(self.book.metered[self.plan]))
            wrong_name = f"not a meter of {self.request.plan_id}, got {name_given(meter)}"
            yield f"{name}.meter", f"{wrong_name}; {did_you_mean(meter, choices)}"

    def _metered(self, meter: str) -> bool:
        """Does the current plan have the meter?"""
        found = self.places[meter]
        return found != UNKNOWN and bool(self.book.metered[self.plan, found])


@dataclass(frozen=True, slots=True, eq=False)
class _Totals:
    """Amounts by meter and day, or by meter and cycle: every pair of them once.

    meter, place, amount, share  [n] the day or cycle is the place; share is how much of it is known
    repeated                     records that were there before
    conflicts                    other totals of what was there before
    """

    meter: np.ndarray
    place: np.ndarray
    amount: np.ndarray
    share: np.ndarray
    repeated: int
    conflicts: Sequence[Fault]


def _days(use: UsageColumns, places: KeptPlaces) -> _Totals:
    place = {meter: places[meter] for meter in set(use.meter)}
    meter = _whole(map(place.__getitem__, use.meter))
    return _distinct("usage", (meter, use.day, use.amount, np.ones(len(use))), use.ids)


def _totals(request: NudgeRequest, places: KeptPlaces) -> _Totals:
    rows, usual = request.history, (request.cycle.end - request.cycle.start).days + 1
    meter = _whole(places[row.meter] for row in rows)
    place = _whole(_places(request, usual))
    amount = np.array([row.amount for row in rows], dtype=np.float64)
    share = np.array([_share(row, usual) for row in rows], dtype=np.float64)
    return _distinct("history", (meter, place, amount, share), ())


def _whole(values: Iterable[int]) -> np.ndarray:
    return np.fromiter(values, dtype=np.int64)


def _distinct(name: str, columns: Sequence[np.ndarray], ids: Sequence[str | None]) -> _Totals:
    """The rows of meter, place, amount and share [n] that are new; `name` is that of the field they are in.

    The record of an id that was there before, and the same total again, are repeated. `ids` [n], or none.
    """
    meter, place, amount, share = columns
    pairs = meter * MOST_PLACES + place
    ordered = np.sort(pairs)
    own = [each for each in ids if each is not None]
    if len(set(own)) == len(own) and not (ordered[1:] == ordered[:-1]).any():
        return _Totals(meter, place, amount, share, 0, ())
    keys = pairs.tolist()
    values = list(zip(amount.tolist(), share.tolist(), strict=True))
    first: dict[int, int] = {}  # where each key was there first
    seen: set[str | None] = set()
    repeated, conflicts = 0, []
    for at, (key, each) in enumerate(zip(keys, ids or [None] * len(keys), strict=True)):
        if each in seen or (key in first and values[first[key]] == values[at]):
            repeated += 1
        elif first.setdefault(key, at) != at:
            before, now = amount[first[key]], amount[at]
            which = f"got {now} after {before}" if now != before else "of more or fewer days"
            conflicts.append((f"{name}.{at}.amount", f"another total than the one given before, {which}"))
        if each is not None:
            seen.add(each)
    rows = _whole(first.values())
    return _Totals(meter[rows], place[rows], amount[rows], share[rows], repeated, conflicts)


def _share(row: HistoryIn, usual: int) -> float:
    """How much of a finished cycle is known; `usual` is how many days one has that says nothing of them."""
    if row.days is None:
        return 1.0
    if row.cycle_start is None or row.cycle_end is None:
        return min(row.days / usual, 1.0)
    return min(row.days / ((row.cycle_end - row.cycle_start).days + 1), 1.0)


def _places(request: NudgeRequest, usual: int) -> Iterator[int]:
    """How many cycles before the running one each row of history is: 1 is the last finished one."""
    if request.history and request.history[0].cycle_start is None:
        left: dict[str, int] = {}
        for row in request.history:
            left[row.meter] = left.get(row.meter, 0) + 1
        for row in request.history:  # oldest first, by meter
            yield left[row.meter]
            left[row.meter] -= 1
        return
    for row in request.history:
        if row.cycle_start is not None:
            yield max(round((request.cycle.start - row.cycle_start).days / usual), 1)


def _day(day: datetime.date) -> int:
    return (day - EPOCH).days

"""Requests about plans turned into cycles that the advisor takes, every contradiction named by its field."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from config.price_list import PriceList, faults, plan_book
from models.currencies import minor_digits
from models.errors import did_you_mean
from models.ids import UNKNOWN
from models.meters import fits, unit_of
from models.other_prices import advisor_for
from models.plan_advisor import PlanAdvisor
from models.plans import PlanBook
from models.stated_usage import StatedCycle, StatedUse, stated_cycles
from models.usage_cycles import UsageCycles
from service.nudge_schemas import HistoryIn, NudgeFallback, NudgeRequest
from service.problems import Refused

EPOCH = datetime.date(1970, 1, 1)
LONGEST_CYCLE = 62  # days: two months; profiles and moments are of monthly cycles
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


def prepared(request: NudgeRequest, advisor: PlanAdvisor, digits: int) -> Prepared:
    """What the advisor needs to answer; `advisor` and `digits` are those of the service's own plans.

    Raises Refused: 422 for what contradicts itself or the plans, 409 for two totals of one day or cycle.
    """
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
        raise Refused(422, [("plan_id", f"no such plan; {did_you_mean(request.plan_id, _names(book))}")])
    checks = _Checks(request, book, plan)
    if wrong := [*checks.cycle(), *checks.usage(), *checks.history()]:
        raise Refused(422, wrong)
    days, totals = _Totals("usage"), _Totals("history")
    _add_usage(request, book, days)
    _add_history(request, book, totals)
    if conflicts := [*days.conflicts, *totals.conflicts]:
        raise Refused(409, conflicts)
    cycle = StatedCycle(
        plan,
        _day(request.as_of),
        _day(request.cycle.start),
        _day(request.cycle.end) + 1,
        request.locked_until is not None and request.locked_until >= request.as_of,
    )
    cycles = stated_cycles(advisor, cycle, _use(days, totals))
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
    """What of a request contradicts the rest of it, or the plan it names."""

    request: NudgeRequest
    book: PlanBook
    plan: int

    def cycle(self) -> Iterator[Fault]:
        start, end, as_of = self.request.cycle.start, self.request.cycle.end, self.request.as_of
        if end < start:
            yield "cycle.end", f"{end} is before cycle.start, {start}"
        elif (end - start).days >= LONGEST_CYCLE:
            yield "cycle.end", f"a cycle has at most {LONGEST_CYCLE} days, this one {(end - start).days + 1}"
        elif not start <= as_of <= end:
            yield "as_of", f"{as_of} is not in the cycle, {start} to {end}"

    def usage(self) -> Iterator[Fault]:
        for at, row in enumerate(self.request.usage):
            yield from self._meter(f"usage.{at}", row.meter)
            if row.unit is not None and not fits(row.unit, row.meter):
                told = f"amounts of {row.meter} are in {unit_of(row.meter)}, not in {row.unit}"
                yield f"usage.{at}.unit", told
            if row.date >= self.request.as_of:
                yield f"usage.{at}.date", f"{row.date} is not before as_of, {self.request.as_of}"

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
        found = self.book.meters.index(meter)
        if found == UNKNOWN or not self.book.metered[self.plan, found]:
            choices = self.book.meters.take(np.flatnonzero(self.book.metered[self.plan]))
            yield f"{name}.meter", f"not a meter of {self.request.plan_id}; {did_you_mean(meter, choices)}"


@dataclass(slots=True)
class _Totals:
    """Amounts by meter and day, or by meter and cycle; what was there before is counted or a conflict."""

    name: str
    amounts: dict[tuple[int, int], tuple[float, float]] = field(default_factory=dict)
    repeated: int = 0
    conflicts: list[Fault] = field(default_factory=list)

    def add(self, at: int, key: tuple[int, int], amount: float, share: float = 1.0) -> None:
        if self.amounts.setdefault(key, (amount, share)) != (amount, share):
            self.conflicts.append((f"{self.name}.{at}.amount", "another total than the one given before"))

    def columns(self) -> tuple[np.ndarray, ...]:
        """First and second of the keys, amounts and shares, each [n]."""
        keys = np.array(list(self.amounts), dtype=np.int64).reshape(-1, 2)
        values = np.array(list(self.amounts.values()), dtype=np.float64).reshape(-1, 2)
        return keys[:, 0], keys[:, 1], values[:, 0], values[:, 1]


def _add_usage(request: NudgeRequest, book: PlanBook, days: _Totals) -> None:
    ids: set[str] = set()
    for at, row in enumerate(request.usage):
        key = book.meters.index(row.meter), _day(row.date)
        if (row.id is not None and row.id in ids) or days.amounts.get(key) == (row.amount, 1.0):
            days.repeated += 1
        else:
            days.add(at, key, row.amount)
        if row.id is not None:
            ids.add(row.id)


def _add_history(request: NudgeRequest, book: PlanBook, totals: _Totals) -> None:
    usual = (request.cycle.end - request.cycle.start).days + 1
    places = list(_places(request, usual))
    for at, (row, place) in enumerate(zip(request.history, places, strict=True)):
        length = usual
        if row.cycle_start is not None and row.cycle_end is not None:
            length = (row.cycle_end - row.cycle_start).days + 1
        share = min(row.days / length, 1.0) if row.days is not None else 1.0
        key = book.meters.index(row.meter), place
        if totals.amounts.get(key) == (row.amount, share):
            totals.repeated += 1
        else:
            totals.add(at, key, row.amount, share)


def _places(request: NudgeRequest, usual: int) -> Iterable[int]:
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


def _use(days: _Totals, totals: _Totals) -> StatedUse:
    meter, day, amount, _ = days.columns()
    total_meter, place, total, share = totals.columns()
    return StatedUse(meter, day, amount, total_meter, place, total, share)


def _day(day: datetime.date) -> int:
    return (day - EPOCH).days

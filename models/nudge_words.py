"""A nudge as a sentence that a salesperson can read out: plain words, round numbers, the range said."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from models.advice import (
    DOWNGRADE,
    INSUFFICIENT_DATA,
    NO_ADD_ON,
    NO_DAY,
    SUPPRESSED,
    TOP_UP,
    UPGRADE,
    Advice,
)
from models.meters import unit_of
from models.plans import PlanBook

EPOCH = date(1970, 1, 1)


def sentence(book: PlanBook, advice: Advice, row: int, digits: int) -> str:
    """What to say about one subscriber; `digits` are the decimals of the currency's minor unit."""
    return _Speaker(book, advice, row, digits).sentence()


def amount(value: float, meter: str) -> str:
    """`153 GB`, `12 minutes`: three figures at most, units of one or two letters in capitals."""
    unit = unit_of(meter)
    digits = 0 if abs(value) >= 100 or value == round(value) else 1
    number = f"{value:,.{digits}f}".removesuffix(".0")
    return f"{number} {unit.upper() if len(unit) <= 2 else unit}"


def money(minor: float, digits: int, currency: str) -> str:
    """`12.50 USD`."""
    return f"{Decimal(round(minor)).scaleb(-digits)} {currency}"


def day_name(day: int) -> str:
    """`24 November`."""
    found = EPOCH + timedelta(days=day)
    return f"{found.day} {found:%B}"


class _Speaker:
    """The parts of the sentence for one row."""

    def __init__(self, book: PlanBook, advice: Advice, row: int, digits: int) -> None:
        self.book, self.advice, self.row, self.digits = book, advice, row, digits
        self.codes = set(advice.reason_codes(row))

    def sentence(self) -> str:
        decision = int(self.advice.decision[self.row])
        said = {
            UPGRADE: self._change,
            DOWNGRADE: self._change,
            TOP_UP: self._top_up,
            SUPPRESSED: self._suppressed,
            INSUFFICIENT_DATA: self._too_early,
        }.get(decision, self._stay)
        return said()

    def _change(self) -> str:
        bigger = int(self.advice.decision[self.row]) == UPGRADE
        offer = f"{self._plan(self.advice.recommended_plan)} {'fits better' if bigger else 'is enough'}"
        now = self._running_out() if bigger else ""
        return (
            f"{self._next_use()} {now}{offer}: about {self._money(self.advice.cost_recommended)} a cycle "
            f"instead of {self._money(self.advice.cost_current)}, and {self._chance()} to cost less."
            f"{self._meanwhile()}{self._priced()}"
        )

    def _top_up(self) -> str:
        unusual = "This cycle is not like the ones before it. " if "RECENT_JUMP" in self.codes else ""
        return (
            f"{self._this_use()} {self._running_out()}{unusual}{self._pack()} covers this cycle and is "
            f"expected to save {self._money(self.advice.saving)}; {self._plan(self.advice.plan)} stays the "
            f"plan for now.{self._priced()}"
        )

    def _suppressed(self) -> str:
        return (
            f"{self._next_use()} {self._plan(self.advice.recommended_plan)} would be expected to save "
            f"{self._money(self.advice.saving)} a cycle, but the contract does not allow a change yet."
            f"{self._meanwhile() or ' Nothing to offer today.'}"
        )

    def _too_early(self) -> str:
        return "There are too few days of use to say anything yet: ask again in a few days."

    def _stay(self) -> str:
        plan = self._plan(self.advice.plan)
        if "NO_USE" in self.codes:
            return f"Nothing was used so far; {plan} stays until there is more to go by."
        if "NO_LARGER_PLAN" in self.codes:
            return (
                f"{self._this_use()} {self._running_out()}There is no larger plan than {plan}, so it stays."
            )
        if "BELOW_GATE" in self.codes:
            return f"{self._this_use()} Another plan may cost less, but not surely enough: {plan} stays."
        if "FEW_CYCLES" in self.codes:
            return f"{self._this_use()} A smaller plan may do, but it is too early to say: {plan} stays."
        return f"{self._this_use()} {self._running_out()}{plan} is still the cheapest that fits."

    def _tightest(self) -> int:
        """The meter that is nearest to its quota, or beyond it; the first one where none has a quota."""
        metered = self.advice.metered[self.row]
        quota = np.where(metered, self.advice.quota[self.row], np.inf)
        expected = np.maximum(self.advice.p50[self.row], self.advice.next_mean[self.row])
        share = np.where(metered, expected / np.maximum(quota, 1e-9), -1.0)
        return int(share.argmax())

    def _this_use(self) -> str:
        at, advice, row = self._tightest(), self.advice, self.row
        meter, quota = self.book.meters.id(at), float(advice.quota[row, at])
        limit = f" of {amount(quota, meter)}" if np.isfinite(quota) else ""
        return (
            f"Used {amount(float(advice.used[row, at]), meter)}{limit} so far; this cycle ends between "
            f"{amount(float(advice.p10[row, at]), meter)} and {amount(float(advice.p90[row, at]), meter)} in "
            "eight cases of ten."
        )

    def _next_use(self) -> str:
        at, advice, row = self._tightest(), self.advice, self.row
        meter, quota = self.book.meters.id(at), float(advice.quota[row, at])
        included = (
            f" and {self._plan(advice.plan)} includes {amount(quota, meter)}" if np.isfinite(quota) else ""
        )
        return (
            f"The next cycle is expected to need about {amount(float(advice.next_mean[row, at]), meter)} "
            f"({amount(float(advice.next_p10[row, at]), meter)} to "
            f"{amount(float(advice.next_p90[row, at]), meter)}){included}."
        )

    def _running_out(self) -> str:
        at, advice, row = self._tightest(), self.advice, self.row
        if advice.used[row, at] >= advice.quota[row, at]:
            return "The quota of this cycle is used up. "
        day = int(advice.exhaustion_day[row, at])
        return "" if day == NO_DAY else f"The quota of this cycle is likely to run out on {day_name(day)}. "

    def _pack(self) -> str:
        pack = self.book.add_on(int(self.advice.add_on[self.row]))
        packs = int(self.advice.packs[self.row])
        named = pack.name if packs == 1 else f"{packs} x {pack.name}"
        return f"{named} for {money(pack.price * packs, self.digits, self.book.currency_code)}"

    def _meanwhile(self) -> str:
        """The top-up that pays in the running cycle beside a change of plan; empty where none does."""
        if self.advice.add_on[self.row] == NO_ADD_ON:
            return ""
        saving = self._money(self.advice.top_up_saving)
        return f" For the rest of this cycle, {self._pack()} is expected to save {saving}."

    def _chance(self) -> str:
        # Never "certain": a probability that rounds to 100 % is said as more than 99 %.
        share = float(self.advice.p_saves[self.row])
        return f"{share:.0%} likely" if share < 0.995 else "more than 99% likely"

    def _priced(self) -> str:
        if "THROTTLING_PRICED" not in self.codes:
            return ""
        return " The figures count being slowed down as if it were billed."

    def _plan(self, plans: np.ndarray) -> str:
        return self.book.plan_names[int(plans[self.row])]

    def _money(self, amounts: np.ndarray) -> str:
        return money(float(amounts[self.row]), self.digits, self.book.currency_code)

"""A nudge as a sentence that a salesperson can read out: plain words, round numbers, the range said."""

from __future__ import annotations

import numpy as np

from models.advice import DOWNGRADE, HALF, INSUFFICIENT_DATA, SUPPRESSED, TOP_UP, UPGRADE, Advice
from models.nudge_amounts import amount, dated, included, money, stated
from models.nudge_use import UseWords, beyond, shares
from models.plans import UNLIMITED, PlanBook
from models.running import NO_PLAN
from models.subscriptions import OPEN_END

SMALL = 0.05  # of the cost: a smaller saving is called small
LIKE = 0.1  # of a saving: what experience says of it is told from here on


def sentence(book: PlanBook, advice: Advice, row: int, digits: int) -> str:
    """What to say about one subscriber; `digits` are the decimals of the currency's minor unit."""
    return _Speaker(book, advice, row, digits).sentence()


class _Speaker:
    """The parts of the sentence for one row; what may follow others begins with a space, or is empty.

    That use has paused, or is not known, is said first: the rest rests on it.
    """

    def __init__(self, book: PlanBook, advice: Advice, row: int, digits: int) -> None:
        self.book, self.advice, self.row, self.digits = book, advice, row, digits
        self.codes = set(advice.reason_codes(row))
        self.plan, self.target = int(advice.plan[row]), int(advice.recommended_plan[row])
        self.pack, self.packs = int(advice.add_on[row]), int(advice.packs[row])
        self.use = UseWords(book, advice, row)
        told = advice.told_money(np.array([row]))
        self.now, self.then, self.saving = (float(each[0]) for each in told)

    def sentence(self) -> str:
        decision = int(self.advice.decision[self.row])
        unknown = "" if decision == INSUFFICIENT_DATA else self.use.unknown()
        said = {
            UPGRADE: self._change,
            DOWNGRADE: self._change,
            TOP_UP: self._top_up,
            SUPPRESSED: self._suppressed,
            INSUFFICIENT_DATA: self._too_early,
        }.get(decision, self._stay)
        return f"{self.use.silence()}{unknown}{said()}"

    def _change(self) -> str:
        return (
            f"{self._need()}{self._unlike()} {self._offer()}: {self._costs()}, and {self._chance()} to cost "
            f"less.{self._experience()}{self._slowing()}{self._meanwhile()}{self._priced()}"
        )

    def _top_up(self) -> str:
        at = int(self.book.add_on_meter[self.pack])
        unusual = "" if self._waits() else self._unlike()
        return (
            f"{self.use.this_cycle(at)}{self._running_out(at)}{unusual} {self._packs()} {self._effect(at)} "
            f"{self._save_with_pack()}.{self._priced()} {self._no_other()}"
        )

    def _unlike(self) -> str:
        """That this cycle is unusual; begins with a space, or is empty."""
        return " This cycle is not like the ones before it." if "RECENT_JUMP" in self.codes else ""

    def _suppressed(self) -> str:
        saving = self._save(self.saving, self.now)
        return (
            f"{self._need()} {self._name(self.target)} would be expected to {saving} a cycle, but the "
            f"contract does not allow a change{self._until()}.{self._slowing()}{self._priced()}"
            f"{self._meanwhile() or ' Nothing to offer today.'}"
        )

    def _until(self) -> str:
        """After which day it does, if it ever will."""
        day = int(self.advice.locked_until[self.row])
        return "" if day == OPEN_END else f" until after {dated(day)}"

    def _too_early(self) -> str:
        again = f". {self._no_other()}" if "ENDING" in self.codes else ": ask again in a few days."
        if "RUNS_OUT" not in self.codes or not self.use.known.any():
            return f"There are too few days of use to say anything yet{again}"
        at = self.use.tightest_now()
        few = f"There are too few days of use to say more yet{again}"
        return f"{self.use.so_far(at)}.{self._running_out(at)} {few}"

    def _stay(self) -> str:
        if self.codes >= {"NO_USE", "ENDING"}:
            return f"{self.use.nothing()}. {self._no_other()}"
        if "NO_USE" in self.codes:
            return f"{self.use.nothing()}; {self._name(self.plan)} stays until there is more to go by."
        at = self.use.without_more() if "NO_LARGER_PLAN" in self.codes else self.use.tightest_now()
        return f"{self.use.this_cycle(at)}{self._running_out(at)} {self._no_other()}"

    def _no_other(self) -> str:
        """Why no other plan is advised."""
        if "ENDING" not in self.codes:
            return self._why_stays()
        ends, then = dated(int(self.advice.ends_on[self.row])), int(self.advice.follows[self.row])
        booked = "" if then == NO_PLAN else f" and {self._name(then)} is booked to follow"
        plan = self._name(self.plan)
        return f"The subscription to {plan} ends on {ends}{booked}, so no other plan is advised."

    def _why_stays(self) -> str:
        plan, costs = self._name(self.plan), self.advice.cost_next[self.row]
        if self._waits():
            return (
                "A bigger plan may cost less, but this cycle is not like the ones before it: "
                f"{plan} stays for now."
            )
        if "NO_LARGER_PLAN" in self.codes:
            unit = self.use.units[self.use.without_more()]
            return f"No plan on sale includes more {unit} than {plan}, so it stays."
        if "BELOW_GATE" in self.codes:
            return f"Another plan may cost less, but not surely enough: {plan} stays."
        if "FEW_CYCLES" in self.codes:
            return f"A smaller plan may do, but it is too early to say: {plan} stays."
        if "EQUAL_COST" in self.codes:
            return f"Another plan is expected to cost just as much: {plan} stays."
        less = "much less" if np.nanmin(costs) < costs[self.plan] else "less"
        return f"No other plan is expected to cost {less}: {plan} stays."

    def _waits(self) -> bool:
        """Would a bigger plan be advised, were the running cycle like those before it?"""
        tops = int(self.advice.decision[self.row]) == TOP_UP
        if not tops or "RECENT_JUMP" not in self.codes or "ENDING" in self.codes:
            return False
        costs = self.advice.cost_next[self.row]
        bigger = (self.book.fee >= self.book.fee[self.plan]) & (costs < costs[self.plan] - HALF)
        return bool(bigger.any()) and not self.codes & {"BELOW_GATE", "FEW_CYCLES"}

    def _need(self) -> str:
        """What the next cycle needs, and what of this one runs out."""
        if "NO_USE" in self.codes:
            return f"{self.use.nothing()}."
        at = self.use.of_change
        return f"{self.use.next_cycle(at)}{self._running_out(at)}"

    def _running_out(self, at: int) -> str:
        return self.use.running_out(at) if "RUNS_OUT" in self.codes else ""

    def _offer(self) -> str:
        """What the recommended plan is: large enough, or only cheaper."""
        name, quota = self._name(self.target), self.use.quotas(self.target)
        mean, high = self.advice.next_mean[self.row], self.advice.next_p90[self.row]
        if not beyond(mean, quota).any():
            if int(self.advice.decision[self.row]) == UPGRADE:
                return f"{name} fits better"
            # Enough on average is not enough in every cycle.
            average = " for an average cycle" if beyond(high, quota).any() else ""
            known = " by what is known" if self.use.guessed(quota) else ""
            return f"{name} is enough{average}{known}"
        at = int(shares(mean, quota, beyond(mean, quota)).argmax())
        holds = self._less(at, float(quota[at]))
        billed = " even with overage" if self.book.price[self.target, at] > 0 else ""
        return f"{name} includes {holds}, but is cheaper{billed}"

    def _less(self, at: int, quota: float) -> str:
        """That the quota of the recommended plan is below what is expected."""
        unit = self.use.units[at]
        if not self.use.typical(at):
            return f"{included(quota, unit)}, which may be too little"
        if at == self.use.of_change:
            return f"{included(quota, unit)}, less than that"
        mean = float(self.advice.next_mean[self.row, at])
        return f"{stated(quota)} of the about {amount(mean, unit)} expected"

    def _costs(self) -> str:
        now, then = self._money(self.now), self._money(self.then)
        if now == then:
            return f"about {then} a cycle, all but the same as now"
        if self.saving < SMALL * self.now:
            return f"about {then} a cycle, only a little less than the {now} of now"
        return f"about {then} a cycle instead of {now}"

    def _experience(self) -> str:
        """What such changes came to save, where it is not what the two costs are apart; else empty."""
        apart = self.now - self.then
        if abs(self.saving - apart) <= LIKE * apart:
            return ""
        return f" By experience such a change saves about {self._money(self.saving)}."

    def _slowing(self) -> str:
        """That the recommended plan slows down above a quota; empty where it does not."""
        slows = self.book.throttled[self.target] & (self.book.quota[self.target] < UNLIMITED)
        if not slows.any():
            return ""
        quota = self.use.quotas(self.target)
        at = int(shares(self.advice.next_mean[self.row], quota, slows).argmax())
        unpriced = "" if self.book.penalty[self.target, at] > 0 else ", which is not counted here"
        holds = included(float(quota[at]), self.use.units[at])
        return f" Above {holds}, {self._name(self.target)} slows down{unpriced}."

    def _effect(self, at: int) -> str:
        """What the packs of this meter do to the rest of the cycle."""
        quota = self._quota_with_packs(at)
        over = beyond(self.use.p50, quota) & self.use.metered
        if not over.any() and not self.use.guessed(quota):
            return "is expected to cover the rest of this cycle and to"
        if not over[at]:
            return f"is expected to cover the {self.use.units[at]} of this cycle and to"
        return f"is not expected to last for all of this cycle, but is {self._worth(at)} and expected to"

    def _quota_with_packs(self, at: int) -> np.ndarray:
        """What the running cycle includes with the packs of this meter [n_meters]."""
        quota: np.ndarray = self.use.quota.copy()
        quota[at] += float(self.book.add_on_amount[self.pack]) * self.packs
        return quota

    def _worth(self, at: int) -> str:
        if self.book.price[self.plan, at] > 0:
            return "cheaper than paying for the extra use"
        return "worth more than it costs"

    def _packs(self) -> str:
        name = self.book.add_on_names[self.pack]
        named = name if self.packs == 1 else f"{self.packs} x {name}"
        return f"{named} for {self._money(self._price())}"

    def _price(self) -> int:
        return int(self.book.add_on_price[self.pack]) * self.packs

    def _meanwhile(self) -> str:
        """The top-up that pays in the running cycle beside a change of plan; empty where none does."""
        if not self.advice.offered[self.row]:
            return ""
        at = int(self.book.add_on_meter[self.pack])
        begin = "For" if at in self.use.told else f"{self.use.so_far(at)}: for"
        short = beyond(self.use.p50, self._quota_with_packs(at))[at]
        lasts = f"not expected to last for all of it, but is {self._worth(at)} and " if short else ""
        pays = f"{self._packs()} is {lasts}expected to {self._save_with_pack()}"
        return f" {begin} the rest of this cycle, {pays}."

    def _chance(self) -> str:
        # No change is told as certain: see `plan_certainty`.
        return f"{float(self.advice.p_saves[self.row]):.0%} likely"

    def _priced(self) -> str:
        if "THROTTLING_PRICED" not in self.codes:
            return ""
        # Of two plans only one may have a price on it.
        ends = {self.plan, self.target}
        priced = [plan for plan in ends if self.book.penalty[plan].any()]
        where = f" on {self._name(priced[0])}" if len(priced) < len(ends) else ""
        return f" The figures count being slowed down{where} as if it were billed."

    def _save_with_pack(self) -> str:
        saving, fee = float(self.advice.top_up_saving[self.row]), int(self.book.fee[self.plan])
        return self._save(saving, max(fee, self._price()))

    def _save(self, minor: float, cost: float) -> str:
        """`save 12.00 USD`, or less than that where it is small beside a cost."""
        if round(minor) <= 0:
            return "save next to nothing"
        return f"save {'only ' if minor < SMALL * cost else ''}{self._money(minor)}"

    def _name(self, plan: int) -> str:
        return self.book.plan_names[plan]

    def _money(self, minor: float) -> str:
        return money(minor, self.digits, self.book.currency_code)

"""What is said of one subscriber's use: so far, in the next cycle, and which quotas run out."""

from __future__ import annotations

import numpy as np

from models.advice import NO_DAY, Advice
from models.nudge_amounts import amount, day_name, figures, included, low_end, stated, unit_word
from models.plans import UNLIMITED, PlanBook

SUMMED = 6  # decimals of what was used
NOTHING = 1e-6  # use, or use beyond a quota, that is none


class UseWords:
    """Sentences about the meters of the current plan, for one row of advice."""

    def __init__(self, book: PlanBook, advice: Advice, row: int) -> None:
        self.book, self.advice, self.row = book, advice, row
        self.plan = int(advice.plan[row])
        self.quota, self.metered = advice.quota[row], advice.metered[row]
        # Sums of the same days taken in another order differ in their last bit.
        self.used, self.p50 = np.round(advice.used[row], SUMMED), advice.p50[row]
        self.known = advice.known[row]
        self.told: set[int] = set()  # meters that were spoken of

    def meter(self, at: int) -> str:
        """The name of the meter."""
        return self.book.meters.id(at)

    def quotas(self, plan: int) -> np.ndarray:
        """What a plan includes [n_meters], inf where that is unlimited or it has no such meter."""
        quota = self.book.quota[plan]
        return np.where(quota < UNLIMITED, quota, np.inf)

    def tightest(self, use: np.ndarray, quota: np.ndarray, among: np.ndarray) -> int:
        """The meter that is nearest to the quota [n_meters], or furthest beyond it; of known ones, if any."""
        known = among & self.known
        return int(shares(use, quota, known if known.any() else among).argmax())

    def tightest_now(self) -> int:
        """The same in the running cycle."""
        return self.tightest(self.p50, self.quota, self.metered)

    def of_change(self, target: int) -> int:
        """The meter for which the plan is too small, else the one for which the other plan is tightest."""
        coming, quota = self.advice.next_mean[self.row], self.quotas(target)
        too_small = beyond(coming, self.quota) & self.metered
        if too_small.any():
            return self.tightest(coming, self.quota, too_small)
        limited = np.isfinite(quota[self.metered]).any()
        return self.tightest(coming, quota if limited else self.quota, self.metered)

    def without_more(self) -> int:
        """The tightest meter of those of which no plan on sale includes more."""
        book, plan = self.book, self.plan
        others = (book.family == book.family[plan]) & ~book.retired
        more = ((book.quota[others] > book.quota[plan]) & book.metered[others]).any(axis=0)
        use = np.maximum(self.p50, self.advice.next_mean[self.row])
        return int(shares(use, self.quota, self.metered & ~more).argmax())

    def silence(self) -> str:
        """`Nothing has been used for 12 days: the figures allow for that to go on. `, or what of it.

        Ends with a space, or is empty.
        """
        silent = self.advice.silent[self.row]
        if not silent.any():
            return ""
        others = self.metered & (silent == 0) & (self.advice.next_mean[self.row] > NOTHING)
        units = [self._named(at) for at in np.flatnonzero(silent).tolist()]
        what = f"No {' and no '.join(units)} have" if others.any() else "Nothing has"
        days = int(silent[silent > 0].min())
        return f"{what} been used for {days} days: the figures allow for that to go on. "

    def unknown(self) -> str:
        """`How many minutes are used is not known yet: what is usual stands in. `

        Of the meters that any plan limits that may be advised. Ends with a space, or is empty.
        """
        book, plan = self.book, self.plan
        asked = (book.family == book.family[plan]) & ~book.retired
        asked[plan] = True
        limited = (book.quota[asked] < UNLIMITED).any(axis=0)
        unknown = np.flatnonzero(self.metered & ~self.known & limited).tolist()
        if not unknown:
            return ""
        units = " and ".join(self._named(at) for at in unknown)
        return f"How many {units} are used is not known yet: what is usual stands in. "

    def guessed(self, quota: np.ndarray) -> bool:
        """Is there a meter with a quota [n_meters] of which nothing is known?"""
        return bool((self.metered & ~self.known & np.isfinite(quota)).any())

    def _named(self, at: int) -> str:
        """The unit of the meter; `roaming MB` where the plan has others of that unit."""
        units = [unit_word(self.meter(other)) for other in np.flatnonzero(self.metered).tolist()]
        unit = unit_word(self.meter(at))
        if units.count(unit) == 1:
            return unit
        return self.meter(at)[: -len(unit)].replace("_", " ").replace("-", " ") + unit

    def nothing(self) -> str:
        """`Nothing was used so far`, or of which meters that is known, without a full stop."""
        known = self.metered & self.known
        if not known.any() or (known == self.metered).all():
            return "Nothing was used so far"
        units = " and no ".join(self._named(at) for at in np.flatnonzero(known).tolist())
        return f"No {units} were used so far"

    def so_far(self, at: int) -> str:
        """`Used 120 of 200 GB so far`, without a full stop; of use that is unknown, only what is included."""
        self.told.add(at)
        used, quota, meter = float(self.used[at]), float(self.quota[at]), self.meter(at)
        if not self.known[at]:
            return f"{self.book.plan_names[self.plan]} includes {self._allowed(at)}"
        if quota == 0:
            return (
                f"Used {amount(used, meter) if used else f'no {unit_word(meter)}'} so far, with none included"
            )
        if np.isfinite(quota):
            return f"Used {figures(used, beside=quota)} of {stated(quota)} {unit_word(meter)} so far"
        return f"Used {amount(used, meter)} so far"

    def _allowed(self, at: int) -> str:
        quota, meter = float(self.quota[at]), self.meter(at)
        if quota == 0:
            return f"no {unit_word(meter)}"
        return included(quota, meter) if np.isfinite(quota) else f"unlimited {unit_word(meter)}"

    def this_cycle(self, at: int) -> str:
        """`Used 151 of 200 GB so far; this cycle ends between 334 and 484 GB in eight cases of ten.`"""
        used = float(self.used[at])
        low, high = (float(each[self.row, at]) for each in (self.advice.p10, self.advice.p90))
        so_far, ends = self.so_far(at), amount(high, self.meter(at))
        if self.known[at] and figures(used) == figures(high):
            return f"{so_far}, and hardly more is expected in this cycle."
        if figures(low) == figures(high):
            return f"{so_far}; this cycle is expected to end at {ends}."
        # Never below what was used, however little.
        begins = figures(low) if used else low_end(low, high)
        return f"{so_far}; this cycle ends between {begins} and {ends} in eight cases of ten."

    def next_cycle(self, at: int) -> str:
        """`The next cycle is expected to need about 385 GB (316 to 457), and Home 200 includes 200 GB.`"""
        self.told.add(at)
        meter, quota, name = self.meter(at), float(self.quota[at]), self.book.plan_names[self.plan]
        limit = f", and {name} includes {included(quota, meter)}" if np.isfinite(quota) else ""
        return f"The next cycle is expected to need {self._needed(at)}{limit}."

    def _needed(self, at: int) -> str:
        """`about 385 GB (316 to 457)`, or the range alone where the mean would be no part of it."""
        mean, low, high = self._next(at)
        begins, ends, meter = low_end(low, high), figures(high), self.meter(at)
        if not self.typical(at):
            between = "" if begins == ends else f"{begins} to "
            return f"{between}{amount(high, meter)} in eight cases of ten"
        return f"about {amount(mean, meter)}" + ("" if begins == ends else f" ({begins} to {ends})")

    def typical(self, at: int) -> bool:
        """Does the mean of the next cycle lie in its range? Not where it is likely nothing, or else a lot."""
        mean, low, high = self._next(at)
        return low <= mean <= high or figures(mean) in (figures(low), figures(high))

    def _next(self, at: int) -> tuple[float, float, float]:
        advice, place = self.advice, (self.row, at)
        return float(advice.next_mean[place]), float(advice.next_p10[place]), float(advice.next_p90[place])

    def running_out(self, at: int) -> str:
        """Whether the quota of the meter just spoken of runs out, and that of the tightest other one.

        Begins with a space, or is empty.
        """
        coming = (self.advice.exhaustion_day[self.row] != NO_DAY) & (self.p50 > NOTHING)
        out = self.metered & (coming | ((self.used >= self.quota) & (self.used > 0)))
        said = f" The quota of this cycle {self._end(at)}." if out[at] and self.quota[at] > 0 else ""
        out[at] = False
        if out.any():
            other = int(shares(self.p50, self.quota, out).argmax())
            end = f": that quota {self._end(other)}" if self.quota[other] > 0 else ""
            said += f" {self.so_far(other)}{end}."
        return said

    def _end(self, at: int) -> str:
        day = int(self.advice.exhaustion_day[self.row, at])
        if self.used[at] < self.quota[at]:
            return f"is likely to run out on {day_name(day)}"
        return f"was used up on {day_name(day)}" if self.used[at] > self.quota[at] else "is used up"


def beyond(use: np.ndarray, quota: np.ndarray) -> np.ndarray:
    """Where use is above the quota, bool [n_meters]."""
    above: np.ndarray = use > quota + NOTHING
    return above


def shares(use: np.ndarray, quota: np.ndarray, among: np.ndarray) -> np.ndarray:
    """How much of each quota is used [n_meters]; below 0 for meters that are not looked at."""
    some = np.where(use > NOTHING, use, 0.0)
    return np.where(among, some / np.maximum(quota, NOTHING), -1.0)

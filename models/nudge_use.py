"""What is said of one subscriber's use: so far, in the next cycle, and which quotas run out."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from models.advice import HALF, NO_DAY, Advice
from models.nudge_amounts import amount, day_name, figures, full_word, included, low_end, stated, unit_word
from models.plan_overage import added_costs
from models.plans import UNLIMITED, PlanBook

NOTHING = 1e-6  # use, or use beyond a quota, that is none
# A mean from the low end, the mean and the high end of a range of 80 % (Swanson's rule).
SWANSON = np.array([0.3, 0.4, 0.3])


class UseWords:
    """Sentences about the meters of the current plan, for one row of advice."""

    def __init__(self, book: PlanBook, advice: Advice, row: int) -> None:
        self.book, self.advice, self.row = book, advice, row
        self.plan, self.target = int(advice.plan[row]), int(advice.recommended_plan[row])
        self.quota, self.metered = advice.quota[row], advice.metered[row]
        self.used, self.p50 = advice.used[row], advice.p50[row]
        self.known = advice.known[row]
        self.told: set[int] = set()  # meters that were spoken of

    @cached_property
    def units(self) -> dict[int, str]:
        """What each meter of the plan, or of the recommended one, is spoken of as, by its position.

        `GB`, `minutes`; `hotspot MB` where another one has the same unit.
        """
        spoken = (self.metered | self.book.metered[self.target]).tolist()
        meters = [at for at, is_spoken in enumerate(spoken) if is_spoken]
        names = [self.book.meters.id(at) for at in meters]
        words = [unit_word(name) for name in names]
        return {
            at: word if words.count(word) == 1 else full_word(name)
            for at, name, word in zip(meters, names, words, strict=True)
        }

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

    @cached_property
    def of_change(self) -> int:
        """The meter for which the recommended plan costs most more or less than the current one.

        Where none does, the one for which the plan is too small, else for which the other one is tightest.
        """
        coming, quota = self.advice.next_mean[self.row], self.quotas(self.target)
        apart = self._apart()
        if (most := float(apart.max())) > HALF:
            return self.tightest(coming, self.quota, apart > most - HALF)
        too_small = beyond(coming, self.quota) & self.metered
        if too_small.any():
            return self.tightest(coming, self.quota, too_small)
        limited = np.isfinite(quota[self.metered]).any()
        return self.tightest(coming, quota if limited else self.quota, self.metered)

    def _apart(self) -> np.ndarray:
        """How far the two plans are apart in what each meter adds to the next cycle's cost [n_meters]."""
        advice, book, both = self.advice, self.book, [self.plan, self.target]
        use = np.array([each[self.row] for each in (advice.next_p10, advice.next_mean, advice.next_p90)])
        terms = (each[both] for each in (book.quota, book.unit, book.price, book.penalty))
        added = SWANSON @ added_costs(use[:, None], *terms).swapaxes(0, 1)
        apart: np.ndarray = np.abs(added[0] - added[1]) * self.metered
        return apart

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
        units = [self.units[at] for at in np.flatnonzero(silent).tolist()]
        what = f"No {' and no '.join(units)} have" if others.any() else "Nothing has"
        days = int(silent[silent > 0].min())
        return f"{what} been used for {days} days: the figures allow for that to go on. "

    def unknown(self) -> str:
        """`How many minutes are used is not known yet: what is usual stands in. `

        Of the meters that any plan limits that may be advised. Ends with a space, or is empty.
        """
        unseen = self.metered & ~self.known
        if not unseen.any():
            return ""
        book, plan = self.book, self.plan
        asked = (book.family == book.family[plan]) & ~book.retired
        asked[plan] = True
        limited = (book.quota[asked] < UNLIMITED).any(axis=0)
        unknown = np.flatnonzero(unseen & limited).tolist()
        if not unknown:
            return ""
        units = " and ".join(self.units[at] for at in unknown)
        return f"How many {units} are used is not known yet: what is usual stands in. "

    def guessed(self, quota: np.ndarray) -> bool:
        """Is there a meter with a quota [n_meters] of which nothing is known?"""
        return bool((self.metered & ~self.known & np.isfinite(quota)).any())

    def nothing(self) -> str:
        """`Nothing was used so far`, or of which meters that is known, without a full stop."""
        known = self.metered & self.known
        if not known.any() or (known == self.metered).all():
            return "Nothing was used so far"
        units = " and no ".join(self.units[at] for at in np.flatnonzero(known).tolist())
        return f"No {units} were used so far"

    def so_far(self, at: int) -> str:
        """`Used 120 of 200 GB so far`, without a full stop; of use that is unknown, only what is included."""
        self.told.add(at)
        used, quota, unit = float(self.used[at]), float(self.quota[at]), self.units[at]
        if not self.known[at]:
            return f"{self.book.plan_names[self.plan]} includes {self._allowed(at)}"
        if quota == 0:
            return f"Used {amount(used, unit) if used else f'no {unit}'} so far, with none included"
        if np.isfinite(quota):
            return f"Used {figures(used, beside=quota)} of {stated(quota)} {unit} so far"
        return f"Used {amount(used, unit)} so far"

    def _allowed(self, at: int) -> str:
        quota, unit = float(self.quota[at]), self.units[at]
        if quota == 0:
            return f"no {unit}"
        return included(quota, unit) if np.isfinite(quota) else f"unlimited {unit}"

    def this_cycle(self, at: int) -> str:
        """`Used 151 of 200 GB so far; this cycle ends between 334 and 484 GB in eight cases of ten.`"""
        used = float(self.used[at])
        low, high = (float(each[self.row, at]) for each in (self.advice.p10, self.advice.p90))
        so_far, ends = self.so_far(at), amount(high, self.units[at])
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
        unit, quota, name = self.units[at], float(self.quota[at]), self.book.plan_names[self.plan]
        limit = f", and {name} includes {included(quota, unit)}" if np.isfinite(quota) else ""
        return f"The next cycle is expected to need {self._needed(at)}{limit}."

    def _needed(self, at: int) -> str:
        """`about 385 GB (316 to 457)`, or the range alone where the mean would be no part of it."""
        mean, low, high = self._next(at)
        begins, ends, unit = low_end(low, high), figures(high), self.units[at]
        if not self.typical(at):
            between = "" if begins == ends else f"{begins} to "
            return f"{between}{amount(high, unit)} in eight cases of ten"
        return f"about {amount(mean, unit)}" + ("" if begins == ends else f" ({begins} to {ends})")

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
        said = f" {self._this_quota(at)} {self._end(at)}." if out[at] and self.quota[at] > 0 else ""
        out[at] = False
        if out.any():
            other = int(shares(self.p50, self.quota, out).argmax())
            said += f" {self._out_as_well(other)}."
        return said

    def _out_as_well(self, other: int) -> str:
        """`This cycle's quota of minutes was used up on 8 October, with 474 of 300 used so far`."""
        used, quota = float(self.used[other]), float(self.quota[other])
        if quota <= 0:
            return self.so_far(other)
        self.told.add(other)
        of = f"{figures(used, beside=quota)} of {stated(quota)}"
        return f"{self._this_quota(other)} {self._end(other)}, with {of} used so far"

    def _this_quota(self, at: int) -> str:
        """Of which meter, where the plan has several: a sentence about another one may have come between."""
        if np.count_nonzero(self.metered) == 1:
            return "The quota of this cycle"
        return f"This cycle's quota of {self.units[at]}"

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

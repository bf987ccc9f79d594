"""How long pauses last: what of the days to come is used, once somebody used nothing for some days.

Of pauses, S(i) is the share that lasts more than i days. Where use has paused for s days, it is still paused
on the u-th day from now with the probability S(s + u - 1) / S(s - 1); what comes of some days to come is what
is expected of them, less the paused ones. The longer a silence, the more likely it is for good.

Of the rest of the running cycle, its own days are counted. Of the next cycle, some days at a fixed distance
are, and never more after a longer silence: what is advised must not swing back and forth while all that
happens is nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from models.arrays import frozen

LONGEST = 300  # days: longer silences are as long as this one
MOST_LEFT = 100  # days of a running cycle: longer ones are as long
AHEAD, LENGTH = 15, 31  # days from now to the next cycle, and of it
TABLE = LONGEST + MOST_LEFT + 1
# Until learned: nobody is back from one pause in FOR_GOOD; of the others a third lasts longer than 4 days, a
# sixth than 8, one in 30 than 20.
FOR_GOOD, SCALE, POWER = 0.02, 10.0, 3.0


@cache
def usual_lasting() -> np.ndarray:
    """S(0) to S(TABLE - 1) until learned."""
    ends = (1 + np.arange(TABLE) / SCALE) ** -POWER
    return frozen(FOR_GOOD + (1 - FOR_GOOD) * ends)


@dataclass(frozen=True, eq=False)
class Resumption:
    """What comes after pauses, by family and meter.

    lasting  float64 [n_families, n_meters, TABLE] S(0), S(1), ...
    """

    lasting: np.ndarray

    @cached_property
    def sums(self) -> np.ndarray:
        """Running sums of S(i) and of i S(i), [n_families, n_meters, TABLE + 1, 2]."""
        sums = np.zeros((*self.lasting.shape[:-1], TABLE + 1, 2))
        np.cumsum(self.lasting, axis=-1, out=sums[..., 1:, 0])
        np.cumsum(self.lasting * np.arange(TABLE), axis=-1, out=sums[..., 1:, 1])
        return frozen(sums)

    @cached_property
    def coming(self) -> np.ndarray:
        """What share of the next cycle is used, by days of silence: [n_families, n_meters, LONGEST, 2].

        The mean of it and of its square; the first is after one day.
        """
        begin = np.arange(1, LONGEST + 1) + AHEAD
        paused = self.sums[..., begin + LENGTH, :] - self.sums[..., begin, :]
        used = _used(paused, self.lasting[..., :LONGEST], begin, np.array(LENGTH))
        return frozen(np.minimum.accumulate(used, axis=-2))

    def moments(self, family: np.ndarray, silent: np.ndarray, left: np.ndarray) -> np.ndarray:
        """What shares of the rest of the running cycle and of the next one are used: [n, n_meters, 2, 2].

        The mean of each share and of its square, after pauses of `silent` days [n, n_meters], which are at
        least one, with so many days `left` [n] of the running cycle; `family` [n].
        """
        family, meter = family[:, None], np.arange(silent.shape[1])
        begin = np.minimum(np.maximum(silent, 1), LONGEST)
        left = np.minimum(np.maximum(left, 1), MOST_LEFT)[:, None]
        paused = self.sums[family, meter, begin + left] - self.sums[family, meter, begin]
        shares = np.empty((*silent.shape, 2, 2))
        shares[..., 0, :] = _used(paused, self.lasting[family, meter, begin - 1], begin, left)
        shares[..., 1, :] = self.coming[family, meter, begin - 1]
        return shares


def _used(paused: np.ndarray, still: np.ndarray, begin: np.ndarray, length: np.ndarray) -> np.ndarray:
    """The mean of the share of some days [...] that are used, and of its square: [..., 2].

    `paused` [..., 2] sums of S(i) and of i S(i) over days from `begin` on, `length` of them; `still` is the
    share of pauses that lasts until now.
    """
    days, dated = paused[..., 0], paused[..., 1]
    part = days / (still * length)  # of the days that are paused, on average
    square = (2 * dated - (2 * begin - 1) * days) / (still * length * length)
    used = np.empty(paused.shape)
    np.subtract(1, part, out=used[..., 0])
    np.add(1 - 2 * part, square, out=used[..., 1])
    return used

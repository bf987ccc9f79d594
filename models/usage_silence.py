"""Days without any use at the end of what is known: a pause, after which use goes on, or nothing unusual?

Who uses something nearly every day and then nothing for a week is on holiday, or gone; who often has empty
days is neither. With f the share of a subscriber's days without use before, s such days in a row come with
the chance f^s where nothing is the matter, so that the probability of a pause is

    PAUSE / (PAUSE + f^s)

with PAUSE the chance of one on any day. By as much the silent days are not heard: they say nothing of how
much is used on other days, neither by their number nor by the shape they give to all days. What comes of the
rest of the cycle, and of the next, is learned from pauses in finished cycles
(`usage_forecast.Faults.resumed`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.usage_cycles import FINISHED_CUTS
from models.usage_spans import DAYS, WEIGHT

PAUSE = 0.002
SILENT = [DAYS, WEIGHT]  # the sums to which days without use add
HEARD = 0.5  # up to this probability of a pause parts of the running cycle are compared


class Silence(NamedTuple):
    """By subscriber and meter, all [n, n_meters].

    paused  probability that the last days without use are a pause
    days    of the sums of the running cycle what is not heard: see `Recorded`
    weight  the same
    """

    paused: np.ndarray
    days: np.ndarray
    weight: np.ndarray


class Recorded(NamedTuple):
    """Days with a record that counts, by subscriber and meter, all [n, n_meters].

    ever      bool, was anything used before?
    before    how many there are up to the last one with use; `used` how many of these have use
    since     how many there are after it
    days      of those of them in the running cycle the sum of v of `usage_rate.levels_of`; `weight` theirs
    """

    ever: np.ndarray
    before: np.ndarray
    used: np.ndarray
    since: np.ndarray
    days: np.ndarray
    weight: np.ndarray


def silence_of(days: Recorded) -> Silence:
    """Whether use has paused."""
    empty = (days.before - days.used + 1) / (days.before + 2)
    usual = empty ** np.maximum(days.since, 0.0)
    paused = np.where(days.ever & (days.since > 0), PAUSE / (PAUSE + usual), 0.0)
    return Silence(paused, paused * days.days, paused * days.weight)


def unhear(sums: np.ndarray, silent: Silence) -> None:
    """Take what is not heard out of the sums [n_sums, n, n_meters] of the running cycle, in place.

    As `usage_spans` names them; of nothing used the others are 0.
    """
    sums[SILENT] -= np.stack([silent.days, silent.weight])


def heard(parts_w: np.ndarray, paused: np.ndarray) -> np.ndarray:
    """W [n, N_CUTS, n_meters, 2] of the parts at cuts: of a running cycle that paused none are compared.

    `paused` [n, n_meters].
    """
    kept = parts_w.copy()
    kept[:, len(FINISHED_CUTS) :] *= (paused <= HEARD)[:, None, :, None]
    return kept

"""Days without any use at the end of what is known: a pause, after which use goes on, or nothing unusual?

Who uses something nearly every day and then nothing for a week is on holiday, or gone; who often has empty
days is neither. With f the share of a subscriber's days without use before, s such days in a row come with
the chance f^s where nothing is the matter, so that the probability of a pause is

    PAUSE / (PAUSE + f^s)

with PAUSE the chance of one on any day. By as much the silent days are not heard: they say nothing of how
much is used on other days. What comes of the rest of the cycle, and of the next, is learned from pauses in
finished cycles (`usage_forecast.Faults.resumed`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.usage_cycles import FINISHED_CUTS

PAUSE = 0.002
HEARD = 0.5  # up to this probability of a pause parts of the running cycle are compared


class Silence(NamedTuple):
    """By subscriber and meter, all [n, n_meters].

    paused  probability that the last days without use are a pause
    kept    what of the W of the running cycle's known days is heard
    """

    paused: np.ndarray
    kept: np.ndarray


class Recorded(NamedTuple):
    """Days with a record that counts, by subscriber and meter, all [n, n_meters].

    ever      bool, was anything used before?
    before    how many there are up to the last one with use; `used` how many of these have use
    since     how many there are after it
    known_w   W of those in the running cycle; `silent_w` of those of them after the last one with use
    """

    ever: np.ndarray
    before: np.ndarray
    used: np.ndarray
    since: np.ndarray
    known_w: np.ndarray
    silent_w: np.ndarray


def silence_of(days: Recorded) -> Silence:
    """Whether use has paused."""
    empty = (days.before - days.used + 1) / (days.before + 2)
    usual = empty ** np.maximum(days.since, 0.0)
    paused = np.where(days.ever & (days.since > 0), PAUSE / (PAUSE + usual), 0.0)
    part = np.minimum(days.silent_w / np.where(days.known_w > 0, days.known_w, 1.0), 1.0)
    return Silence(paused, 1 - paused * part)


def heard(parts_w: np.ndarray, paused: np.ndarray) -> np.ndarray:
    """W [n, N_CUTS, n_meters, 2] of the parts at cuts: of a running cycle that paused none are compared.

    `paused` [n, n_meters].
    """
    kept = parts_w.copy()
    kept[:, len(FINISHED_CUTS) :] *= (paused <= HEARD)[:, None, :, None]
    return kept

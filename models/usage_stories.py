"""What the last finished and the running cycle say of the level, and when it changed, if it did.

The filter of `models.usage_level` goes from cycle to cycle. Here the last finished cycle and the running one
are heard again, from the level before both, in nine stories: as usual; the finished cycle unusual; a new
level at its beginning, or 20 or 10 days before its end; the running cycle unusual; a new level at its
beginning, or 10 or 5 days before the day asked about. In each the level and the cycle's own deviation
from it are normal (a Kalman filter of two numbers). A story with a change in the middle of a cycle hears both
of its parts, and is weighed against the usual story of the same two parts (a Bayes factor); all others hear
whole cycles.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.usage_cycles import FINISHED_CUTS, N_CUTS, RUNNING_CUTS, UsageCycles
from models.usage_dynamics import USUAL_TEMPER, Dynamics
from models.usage_level import TOGETHER, Level, Seen, seen_of, shares_of

# Runs of the filter: of the running cycle's cuts the usual story and the change at each, five stories of
# whole cycles, and of the finished cycle's cuts the change at each and the usual story.
N_FINISHED, N_RUNNING = len(FINISHED_CUTS), len(RUNNING_CUTS)
CUT, CHANGED = slice(0, 2 * N_RUNNING), slice(N_RUNNING, 2 * N_RUNNING)
WHOLE = 2 * N_RUNNING
USUAL, ODD_BEFORE, JUMP_BEFORE, ODD, JUMP = range(WHOLE, WHOLE + 5)
CUT_BEFORE = slice(WHOLE + 5, WHOLE + 5 + 2 * N_FINISHED)
CHANGED_BEFORE = slice(CUT_BEFORE.start, CUT_BEFORE.start + N_FINISHED)
RUNS = CUT_BEFORE.stop
# The stories: all runs but the usual ones of cuts; and the runs that each is weighed against.
TOLD = slice(CHANGED.start, CHANGED_BEFORE.stop)
BESIDE = np.r_[0:N_RUNNING, [USUAL] * 5, CHANGED_BEFORE.stop : RUNS]
STORIES = len(BESIDE)
FIRST = N_RUNNING  # among the stories: the usual one, then as above
NOW = np.r_[0:N_RUNNING, FIRST + 3, FIRST + 4]  # in these the running cycle is not as usual
# What is seen: the finished cycle, the running one, then the first part at each cut, and the second.
FINISHED, RUNNING, PARTS_SEEN = 0, 1, 2
_BEFORE, _NOW = PARTS_SEEN + np.arange(N_FINISHED), PARTS_SEEN + N_FINISHED + np.arange(N_RUNNING)
# What of it the runs hear: of the finished cycle, those with a cut in it again; of the running one the same.
HEARD = (
    np.r_[[FINISHED] * CUT_BEFORE.start, _BEFORE, _BEFORE],
    np.r_[_BEFORE, _BEFORE] + N_CUTS,
    np.r_[_NOW, _NOW, [RUNNING] * (RUNS - CUT.stop)],
    np.r_[_NOW, _NOW] + N_CUTS,
)
EVEN = 1.2  # use of nothing says as much of a short part as this many of its variances
LEAST_W = 0.02  # of a part, to be heard
# Of the probability of a new level in a cycle: at the beginning of the finished one, and at each of its cuts;
# at the beginning of the running one; at each of its cuts.
PARTS = (1 / 3, 1 / 3, 1 / 3, 1 / 4)


class Stories(NamedTuple):
    """The stories of the running cycle; [STORIES, n_tempers, n, n_meters] but for the last two.

    share           probability of each, and of the temper, after what is seen
    level, level_v  mean and variance of the level in each
    cycle, cycle_v  mean and variance of the running cycle's own logarithm of use in each
    gap             what is seen of the running cycle above the level, [n, n_meters]; 0 where nothing is
    unusual         probability that the running cycle is unusual or on a new level, [n, n_meters]
    """

    share: np.ndarray
    level: np.ndarray
    level_v: np.ndarray
    cycle: np.ndarray
    cycle_v: np.ndarray
    gap: np.ndarray
    unusual: np.ndarray


class _State(NamedTuple):
    """Level and the cycle's own deviation, their variances, covariance: [RUNS, n_tempers, n, n_meters]."""

    level: np.ndarray
    own: np.ndarray
    level_v: np.ndarray
    own_v: np.ndarray
    both: np.ndarray
    likelihood: np.ndarray

    def hear(self, runs: slice, log: np.ndarray, noise: np.ndarray) -> None:
        """Move some runs by what was seen of this cycle, in place."""
        level_v, own_v, both = self.level_v[runs], self.own_v[runs], self.both[runs]
        level_c, own_c = level_v + both, own_v + both
        total = level_c + own_c + noise
        gap = log - self.level[runs] - self.own[runs]
        by = 1 / total
        pull = gap * by
        self.likelihood[runs] -= 0.5 * (gap * pull + np.log(total))
        self.level[runs] += level_c * pull
        self.own[runs] += own_c * pull
        level_by = level_c * by
        level_v -= level_c * level_by
        both -= own_c * level_by
        own_v -= own_c * own_c * by


def stories(dynamics: Dynamics, level: Level, cycles: UsageCycles) -> Stories:
    """What the running cycle [n] says; `dynamics` by subscriber, `level` after the finished ones."""
    state, far, of_cycle = _started(level), dynamics.far, dynamics.cycle_by_temper()
    seen = _seen(dynamics, level, cycles)
    logs, noises = ([each.take(heard, axis=0)[:, None] for heard in HEARD] for each in (seen.log, seen.noise))
    every = slice(0, RUNS)
    state.own_v[:] = of_cycle
    state.own_v[ODD_BEFORE] += far
    state.level_v[JUMP_BEFORE] += far
    state.hear(every, logs[0], noises[0])
    state.level_v[CHANGED_BEFORE] += far
    state.hear(CUT_BEFORE, logs[1], noises[1])
    _next_cycle(state, dynamics, level, of_cycle)
    state.own_v[ODD] += far
    state.level_v[JUMP] += far
    state.hear(every, logs[2], noises[2])
    state.level_v[CHANGED] += far
    state.hear(CUT, logs[3], noises[3])
    gap = np.where(seen.known[RUNNING], seen.log[RUNNING] - level.mean, 0.0)
    chance = _chances(dynamics, seen.known[PARTS_SEEN : PARTS_SEEN + N_CUTS])
    return _weighed(state, chance[:, None], level.told, gap)


def _started(level: Level) -> _State:
    state = _State(*np.zeros((6, RUNS, *level.before.shape)))
    state.level[:], state.level_v[:] = level.before, level.before_v
    return state


def _next_cycle(state: _State, dynamics: Dynamics, level: Level, of_cycle: np.ndarray) -> None:
    """A new cycle deviates anew, around a level that has drifted."""
    begun = level.cycles > 0
    state.level[:] += begun * dynamics.growth_by_temper(level.cycles)
    state.level_v[:] += begun * dynamics.drift
    state.own[:], state.both[:], state.own_v[:] = 0.0, 0.0, of_cycle


def _seen(dynamics: Dynamics, level: Level, cycles: UsageCycles) -> Seen:
    """What was seen of both cycles and of their parts, [2 + 2 N_CUTS, n, n_meters].

    Some days without use are no proof of a level of nothing: they are believed as far as their noise goes.
    """
    used, share = np.empty((2, PARTS_SEEN + 2 * N_CUTS, *level.mean.shape))
    used[FINISHED], used[RUNNING] = cycles.finished[:, -1], cycles.exposed
    share[FINISHED], share[RUNNING] = cycles.finished_w[:, -1], cycles.exposed_w
    parts = (2, N_CUTS, *level.mean.shape)
    used[PARTS_SEEN:].reshape(parts)[:] = cycles.parts.transpose(3, 1, 0, 2)
    split = share[PARTS_SEEN:].reshape(parts)
    split[:] = cycles.parts_w.transpose(3, 1, 0, 2)
    split *= (split > LEAST_W).all(axis=0)
    seen = seen_of(dynamics.seen, dynamics.floor, used, share)
    short = seen.log[RUNNING:]
    before = level.before[USUAL_TEMPER]
    np.maximum(short, before - np.log1p(1 / (EVEN * seen.noise[RUNNING:])), out=short)
    return seen


def _chances(dynamics: Dynamics, heard: np.ndarray) -> np.ndarray:
    """Probability [STORIES, n, n_meters] of each story before anything is seen.

    `heard` bool [n_cuts, n, n_meters]: are both parts at the cut known?
    """
    chance = np.empty((STORIES, *dynamics.jump.shape))
    chance[:FIRST] = PARTS[3] * dynamics.jump * heard[N_FINISHED:]
    chance[FIRST + 1] = chance[FIRST + 3] = dynamics.odd
    chance[FIRST + 2], chance[FIRST + 4] = PARTS[0] * dynamics.jump, PARTS[2] * dynamics.jump
    chance[FIRST + 5 :] = PARTS[1] * dynamics.jump * heard[:N_FINISHED]
    chance[FIRST] = 0.0
    chance[FIRST] = 1 - chance.sum(axis=0)
    return chance


def _weighed(state: _State, chance: np.ndarray, before: np.ndarray, gap: np.ndarray) -> Stories:
    """The stories by their `chance` and how well they tell what is seen; tempers as well, and by `before`."""
    told = state.likelihood[TOLD] - state.likelihood[BESIDE]
    most = told.max(axis=0)
    told -= most
    share = np.exp(told)
    share *= chance
    each = share.sum(axis=0)
    share /= each
    # Every meter for itself, or all in one story: by how well both tell it.
    together = np.exp(told.sum(axis=-1)) * (TOGETHER * chance.mean(axis=-1))
    apart = (1 - TOGETHER) * each.prod(axis=-1)
    both = apart + together.sum(axis=0)
    temper = shares_of(before + np.log(both) + (most + state.likelihood[USUAL]).sum(axis=-1))
    both /= temper  # so that shares are of story and temper at once
    share *= (apart / both)[..., None]
    share += (together / both)[..., None]
    level, own, level_v, own_v, cov = (part[TOLD] for part in state[:5])
    unusual = share[NOW].sum(axis=(0, 1))
    return Stories(share, level, level_v, level + own, level_v + 2 * cov + own_v, gap, unusual)

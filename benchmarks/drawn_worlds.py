"""Worlds whose settings are drawn: what a provider may look like that nobody has chosen.

Settings are uniform within ranges that were written down before anything was measured: how many months are
known and how they grow, how far cycles and days differ, how many change, come late, change their plan or
lose days. Half of the worlds come from each of the two generators in `tests/training/plans`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tests.training.plans.other_worlds import OtherWorld, make_other
from tests.training.plans.worlds import Made, World, make

LAWS = {"gamma": (0.8, 4.0), "lognormal": (0.5, 1.2), "sessions": (1.0, 4.0)}  # and their scales
OTHERS_SEED = 1000  # of the second generator: this many after the first's


def drawn_worlds(number: int, seed: int) -> dict[str, Callable[[], Made]]:
    """So many worlds, the same for the same seed, by name."""
    found: dict[str, Callable[[], Made]] = {}
    for step in range(number):
        rng = np.random.default_rng([seed, step])
        found[f"drawn {step + 1}"] = _first(rng, seed + step) if step % 2 == 0 else _second(rng, seed + step)
    return found


def _first(rng: np.random.Generator, seed: int) -> Callable[[], Made]:
    world = World(
        seed=seed,
        months=int(rng.integers(7, 14)),
        meters=int(rng.integers(2, 4)),
        between=rng.uniform(0.5, 0.9),
        noise=rng.uniform(0.1, 0.3),
        noise_spread=rng.uniform(0.2, 0.5),
        burst=rng.uniform(0.7, 3.0),
        tail=rng.uniform(0, 0.05),
        growth=rng.uniform(0, 0.04),
        regime=rng.uniform(0.05, 0.2),
        weekend=rng.uniform(1.0, 1.6),
        month_end=rng.uniform(1.0, 2.0),
        missing=rng.uniform(0, 0.04),
        newcomers=rng.uniform(0, 0.25),
        changes=rng.uniform(0, 0.15),
        anchors=bool(rng.random() < 0.7),
        no_call_days=rng.choice([0.0, 0.3]),
        by_cycle=bool(rng.random() < 0.5),
    )
    return lambda: make(world)


def _second(rng: np.random.Generator, seed: int) -> Callable[[], Made]:
    law = str(rng.choice(sorted(LAWS)))
    least = rng.uniform(0.08, 0.2)
    world = OtherWorld(
        seed=seed + OTHERS_SEED,
        months=rng.uniform(7, 14),
        law=law,
        scale=rng.uniform(*LAWS[law]),
        idle=float(rng.choice([0.0, 0.2])) if law != "sessions" else 0.0,
        keep=None if rng.random() < 0.5 else rng.uniform(0.9, 0.96),
        cv=(least, least + rng.uniform(0.05, 0.2)),
        common=rng.uniform(0.2, 0.8),
        between=rng.uniform(0.6, 0.9),
        weekend=(rng.uniform(0.5, 1.0), rng.uniform(1.0, 1.6)),
        month_end=rng.uniform(1.0, 2.0),
        growth=rng.uniform(0, 0.04),
        regime=rng.uniform(0.05, 0.15),
        newcomers=rng.uniform(0, 0.25),
        changes=rng.uniform(0, 0.15),
        anchors=str(rng.choice(["any", "first", "few"])),
        missing=rng.uniform(0, 0.04),
    )
    return lambda: make_other(world)

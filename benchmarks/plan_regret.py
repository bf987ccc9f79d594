"""Where the regret of plan advice comes from, on development worlds. `python -m benchmarks.plan_regret`.

Other seeds and settings than those of `benchmarks.plan_worlds`, on which nothing may be chosen. Regret of the
next cycle on day 10, over that of staying: of the advice; of an oracle that knows the law of what is coming
and takes the plan that is cheapest on average; and of that oracle where it has to be as sure as the gate asks
for. The first oracle's is chance: nobody can have less. The second's is chance and the gate.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

import numpy as np

from benchmarks.plan_worlds import DAY
from models.advice import UPGRADE
from models.billing_days import cycle_start
from models.plan_decision import NudgeLimits
from models.plan_relations import relations_of
from tests.training.plans.oracle import Oracle
from tests.training.plans.other_worlds import OtherWorld, make_other
from tests.training.plans.worlds import Made, World, make
from training.plans.backtest import POLICIES, Walked, walk

WORLDS: dict[str, Callable[[], Made]] = {
    "lognormal, 1.2": lambda: make_other(
        OtherWorld(seed=3101, months=10, law="lognormal", scale=1.2, anchors="few")
    ),
    "lognormal, 1.4": lambda: make_other(
        OtherWorld(seed=3102, months=11, law="lognormal", scale=1.4, month_end=1.8, regime=0.1)
    ),
    "giant days": lambda: make(World(seed=3106, months=9, burst=0.5, tail=0.06, regime=0.12)),
    "few sessions": lambda: make_other(
        OtherWorld(seed=3107, months=10, law="sessions", scale=0.9, regime=0.2)
    ),
    "changes": lambda: make(World(seed=3109, months=9, noise=0.2, regime=0.3, changes=0.15)),
    "calm": lambda: make(World(seed=3110, months=11, noise=0.15, growth=0.03, newcomers=0.25)),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", nargs="*", default=list(WORLDS), choices=list(WORLDS), metavar="WORLD")
    options = parser.parse_args()
    columns = ["world", "advice", "oracle with the gate", "oracle", "last cycle's", "cost more"]
    print(f"| {' | '.join(columns)} |\n| --- {'| ---: ' * (len(columns) - 1)}|")
    limits = NudgeLimits()
    for name in options.worlds:
        made = WORLDS[name]()
        rows = _priced(walk(made.book, made.subscriptions, made.usage, limits, lambda _: None).at(DAY))
        regret = dict(zip(POLICIES, (rows.cost - rows.least[:, None]).sum(axis=0), strict=True))
        sure, free = _oracles(made, rows, limits)
        told = [regret["advisor"], sure, free, regret["last_cycle"]]
        worse = (rows.realised[rows.decision == UPGRADE] < 0).mean()
        cells = [*(f"{each / regret['stay']:.2f}" for each in told), f"{worse:.2f}"]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)
    print("\npython -m benchmarks.plan_regret", *sys.argv[1:])


def _priced(rows: Walked) -> Walked:
    return Walked(**{name: getattr(rows, name)[rows.priced] for name in Walked.__slots__})


def _oracles(made: Made, rows: Walked, limits: NudgeLimits) -> tuple[float, float]:
    """The oracle's regret with the gate and without."""
    anchor, each, book = made.truth.anchor[rows.customer], np.arange(len(rows.plan)), made.book
    begin, end, after = (cycle_start(rows.month + step, anchor) for step in (0, 1, 2))
    drawn = Oracle.of(made.truth, made.amount).next_use(rows.customer, begin + DAY, (end, after))
    costs = book.costs(drawn.swapaxes(1, 2))
    comparable = relations_of(book).comparable[rows.plan]
    expected = np.where(comparable, costs.mean(axis=1), np.inf)
    p_saves = (costs < costs[each, :, rows.plan][:, :, None] - 1e-6).mean(axis=1)
    allowed = p_saves >= limits.gate
    allowed[each, rows.plan] = True
    came = book.costs(rows.next_use)
    sure, free = (
        float((came[each, chosen] - rows.least).sum())
        for chosen in (np.where(allowed, expected, np.inf).argmin(axis=1), expected.argmin(axis=1))
    )
    return sure, free


if __name__ == "__main__":
    main()

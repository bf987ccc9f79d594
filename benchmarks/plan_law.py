"""How near forecasts are to the best that the law of a world allows. `python -m benchmarks.plan_law`.

Beside the forecasts: one who knows how the world was made and has to find the customers in it, as any advisor
has to (`tests/training/plans/law.py`); and the oracle, who knows them too. Mean absolute error of day 10 over
the run rate's, by meter. Worlds of the first generator whose law can be followed, a minute or two each;
"usual" has the settings that the generator has if none are given.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace

import numpy as np

from benchmarks.plan_worlds import DAY, FIRST_WORLDS, oracle_medians, over_run_rate
from models.plan_decision import NudgeLimits
from tests.training.plans.law import NOT_FOLLOWED, Law
from tests.training.plans.worlds import World, make
from training.plans.backtest import walk


def main() -> None:
    worlds = {"usual": World(seed=2111)} | {n: each for n, each in FIRST_WORLDS.items() if _followed(each)}
    names = list(worlds)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", nargs="*", default=names, choices=names, metavar="WORLD")
    parser.add_argument("--customers", type=int, default=400)
    options = parser.parse_args()
    print("| world | forecasts | who knows the law | and the customers |\n| --- | ---: | ---: | ---: |")
    for name in options.worlds:
        world = replace(worlds[name], customers=options.customers)
        made = make(world)
        walked = walk(made.book, made.subscriptions, made.usage, NudgeLimits(), lambda _: None)
        rows = walked.at(DAY)
        law, judged = np.zeros(rows.p50.shape), rows.judged.any(axis=1)
        law[judged] = Law.of(world, made).medians(rows.customer[judged], rows.month[judged], DAY)
        told = [over_run_rate(rows, each) for each in (rows.p50, law, oracle_medians(made, rows))]
        cells = [" ".join(f"{ratio:.3f}" for ratio in each) for each in told]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)
    print("\npython -m benchmarks.plan_law", *sys.argv[1:])


def _followed(world: World) -> bool:
    return world.by_cycle and not any(getattr(world, name) for name in NOT_FOLLOWED)


if __name__ == "__main__":
    main()

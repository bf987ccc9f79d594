"""What the level filter is worth beside plain maths. `python -m benchmarks.plan_plain`.

The worlds of `benchmarks.plan_worlds` (the same options), each walked twice: by the advisor, and by that of
`benchmarks.plain_maths`, which prices and decides alike and only forecasts by moments. In bold what misses
its limit. At the end, in how many worlds each holds all limits, and where only the plain one does; if there
is such a world the exit status is 1.
"""

from __future__ import annotations

import sys

from benchmarks.plain_maths import fit_plain
from benchmarks.plan_worlds import BOLD, COLUMNS, asked_for, row_of
from models.plan_decision import NudgeLimits
from training.plans.backtest import walk
from training.plans.figures import figures_of
from training.plans.fit import fit_plan_advisor

ADVISORS = {"ours": fit_plan_advisor, "plain": fit_plain}


def main() -> None:
    worlds = asked_for(sys.argv[1:], "python -m benchmarks.plan_plain")
    columns = [COLUMNS[0], "forecasts", *COLUMNS[1:]]
    print(f"| {' | '.join(columns)} |\n| --- | --- {'| ---: ' * (len(columns) - 2)}|")
    held: dict[str, set[str]] = {who: set() for who in ADVISORS}
    for name, make_world in worlds.items():
        made = make_world()
        meters = made.book.meters.take(range(len(made.book.meters)))
        for who, fit in ADVISORS.items():
            walked = walk(made.book, made.subscriptions, made.usage, NudgeLimits(), lambda _: None, fit)
            row = row_of(made, walked, figures_of(walked, meters, "USD"))
            print(f"| {name} | {who} | {' | '.join(row)} |", flush=True)
            if not any(BOLD in cell for cell in row):
                held[who].add(name)
    print("\npython -m benchmarks.plan_plain", *sys.argv[1:])
    told = ", ".join(f"{who} in {len(names)}" for who, names in held.items())
    print(f"all limits hold: {told} of {len(worlds)}")
    if held["plain"] - held["ours"]:
        sys.exit(f"only plain maths hold all limits in: {', '.join(sorted(held['plain'] - held['ours']))}")


if __name__ == "__main__":
    main()

"""Milliseconds that the service takes for one call about plans, by its own clock as it logs them.

    python -m benchmarks.nudge_calls [--calls 600] [--artifacts DIR]

Under gunicorn with two workers, one call after the other, each of another customer or with other use. Of
generated subscribers of five plans and three meters; with --artifacts of those of a shop that is trained.
"""

from __future__ import annotations

import argparse
import datetime
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import orjson
import requests

from benchmarks.plan_nudges import TODAY, five_plans, random_cycles
from models.arrays import frozen
from models.artifact import load_artifact
from models.ids import IdMap
from models.plan_advisor import untrained
from models.plan_decision import NudgeLimits
from models.plan_nudges import PlanNudges
from models.plans import UNLIMITED
from tests.models.tiny import publish_tiny, tiny_bundle
from tests.service.servers import Server, serving, wait_until

LIMIT = 5.0  # milliseconds at p99
WARM_UP = 50  # calls before those that are counted
SUBSCRIBERS = 2_000
DAYS = (10, 90, 365)  # of each meter in a request
EPOCH = datetime.date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Call:
    """One request: a POST if it has a body."""

    path: str
    body: bytes | None = None


def main() -> None:
    """Measure, print the table, and say whether the limit holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=600, help="of each kind")
    parser.add_argument("--artifacts", type=Path, help="where the models of a shop with plans are")
    options = parser.parse_args()
    print("| call | rows | p50 ms | p99 ms | within the limit | limit at p99 |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    slowest = 0.0
    with tempfile.TemporaryDirectory(prefix="sk") as folder:
        nudges = _subscribers(Path(folder), options.artifacts)
        variables = {
            "SHOPKEEPER_SERVICE__LOG_REQUESTS": "yes",
            "SHOPKEEPER_KEYS__REQUIRED": "no",
            "SHOPKEEPER_LEDGER__URL": f"sqlite:///{Path(folder) / 'ledger.sqlite3'}",
        }
        with serving(Path(folder), **variables) as server:
            for name, rows, calls in _kinds(nudges, options.calls + WARM_UP):
                times = _milliseconds(server, calls)[WARM_UP:]
                low, high = np.percentile(times, (50, 99))
                within = f"{np.mean(np.array(times) <= LIMIT):.1%}"
                print(f"| {name} | {rows} | {low:.2f} | {high:.2f} | {within} | {LIMIT:.0f} |", flush=True)
                slowest = max(slowest, float(high))
    print("\npython -m benchmarks.nudge_calls", *sys.argv[1:])
    if slowest > LIMIT:
        sys.exit("slower than the limit")


def _subscribers(folder: Path, artifacts: Path | None) -> PlanNudges:
    """The subscribers of the model that `folder` has afterwards."""
    there = folder / "artifacts"
    if artifacts is not None:
        there.symlink_to(artifacts.resolve())
    else:
        names = IdMap.of(f"c{number:06}" for number in range(SUBSCRIBERS))
        made = PlanNudges(
            untrained(five_plans()),
            names,
            random_cycles(SUBSCRIBERS),
            frozen(np.array([TODAY], dtype=np.int32)),
        ).with_advice(NudgeLimits())
        publish_tiny(there, bundle=replace(tiny_bundle(), plan_nudges=made))
    nudges = load_artifact(there / "current").plan_nudges
    if nudges is None:
        sys.exit("the model knows no plans")
    return nudges


def _kinds(nudges: PlanNudges, calls: int) -> Iterator[tuple[str, int, list[Call]]]:
    """What is asked: its name, how many rows a request has, and the requests."""
    rng = np.random.default_rng(4)
    customers = nudges.subscribers.take(rng.permutation(nudges.cycles.customer))
    known = [Call(f"/v1/customers/{customers[at % len(customers)]}/plan-nudge") for at in range(calls)]
    yield "GET of a known customer", 0, known
    for days in DAYS:
        bodies = [_body(nudges, days, rng) for _ in range(calls)]
        rows = len(bodies[0]["usage"])  # type: ignore[arg-type]  # the list of them
        yield "POST of use", rows, [Call("/v1/plan-nudges", orjson.dumps(body)) for body in bodies]


def _body(nudges: PlanNudges, days: int, rng: np.random.Generator) -> dict[str, object]:
    """A request on day 10 of a cycle, with so many days of use of every meter of the largest family."""
    book = nudges.book
    family = np.bincount(book.family).argmax()
    plan = int(rng.choice(np.flatnonzero((book.family == family) & ~book.retired)))
    as_of = datetime.date(2026, 5, 11)
    usage = [
        {
            "meter": book.meters.id(int(meter)),
            "date": (as_of - datetime.timedelta(days=back)).isoformat(),
            "amount": round(float(rng.gamma(1.5, _usual(book.quota[plan, meter]) / 1.5)), 3),
        }
        for meter in np.flatnonzero(book.metered[plan])
        for back in range(days, 0, -1)
    ]
    cycle = {"start": "2026-05-01", "end": "2026-05-31"}
    return {"as_of": as_of.isoformat(), "plan_id": book.plans.id(plan), "cycle": cycle, "usage": usage}


def _usual(quota: float) -> float:
    """Use of a day at which the quota of a month just does."""
    return float(quota) / 30 if quota < UNLIMITED else 100.0


def _milliseconds(server: Server, calls: Sequence[Call]) -> list[float]:
    """How long the service took for each call."""
    headers = {"Content-Type": "application/json"}
    before = len(_logged(server))
    with requests.Session() as session:
        for call in calls:
            method = "GET" if call.body is None else "POST"
            answer = session.request(method, server.url + call.path, data=call.body, headers=headers)
            answer.raise_for_status()
    wait_until(lambda: len(_logged(server)) == before + len(calls), "every call is logged")
    return _logged(server)[before:]


def _logged(server: Server) -> list[float]:
    lines = [line for line in server.log.read_bytes().splitlines() if b'"milliseconds"' in line]
    return [float(orjson.loads(line)["milliseconds"]) for line in lines]


if __name__ == "__main__":
    main()

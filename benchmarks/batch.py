"""Seconds to write 10 recommendations for each of 200,000 customers. `python -m benchmarks.batch`."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from benchmarks.synthetic import Size, synthetic_bundle
from training.batch import Offer, write_batch
from training.publishing import publish, store

LIMIT_SECONDS = 120.0
PER_CUSTOMER = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=200_000)
    parser.add_argument("--products", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--format", nargs="+", default=["parquet", "csv", "ndjson"])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        artifacts_dir = Path(folder) / "artifacts"
        _publish(artifacts_dir, Size(products=options.products, customers=options.customers))
        print(
            f"\n{options.customers:,} customers x {PER_CUSTOMER}, both kinds, {options.products:,} products"
        )
        print(f"{options.workers} processes on {os.cpu_count()} cores; limit {LIMIT_SECONDS:.0f} s")
        print("peak memory: proportional set size of all processes together, mapped artifact included\n")
        print("| file | rows | seconds | CPU seconds | rows/s | file, MB | peak memory, MB |")
        print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
        passed = [_measure(artifacts_dir, Path(folder), ending, options.workers) for ending in options.format]
    print("\npython -m benchmarks.batch", *sys.argv[1:])
    if not all(passed):
        sys.exit(f"slower than {LIMIT_SECONDS:.0f} s")


def _publish(artifacts_dir: Path, size: Size) -> None:
    """In a child: the arrays it is made of would count as memory of the batch otherwise."""
    child = os.fork()
    if child == 0:
        bundle = synthetic_bundle(size)
        store(bundle, artifacts_dir)
        publish(artifacts_dir, bundle.facts.version)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert status == 0, "the synthetic artifact could not be made"


def _measure(artifacts_dir: Path, folder: Path, ending: str, workers: int) -> bool:
    out = folder / f"offers.{ending}"
    offer = Offer(("cross_sell", "buy_again"), PER_CUSTOMER)
    before = os.times()
    with _peak_memory() as peak:
        summary = write_batch(artifacts_dir, None, offer, out, workers=workers)
    cpu = sum(os.times()[:4]) - sum(before[:4])
    print(
        f"| {ending} | {summary.rows:,} | {summary.seconds:.1f} | {cpu:.1f} "
        f"| {summary.rows / summary.seconds:,.0f} | {out.stat().st_size / 1e6:.0f} | {peak[0] / 1e6:.0f} |",
        flush=True,
    )
    out.unlink()
    return summary.seconds <= LIMIT_SECONDS


@contextmanager
def _peak_memory() -> Iterator[list[int]]:
    """The highest memory in bytes of this process and its children, sampled twice a second."""
    peak, done = [0], threading.Event()

    def watch() -> None:
        this = psutil.Process()
        while not done.wait(0.5):
            total = 0
            for process in (this, *this.children(recursive=True)):
                with suppress(psutil.Error):
                    total += process.memory_full_info().pss
            peak[0] = max(peak[0], total)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peak
    finally:
        done.set()
        thread.join()


if __name__ == "__main__":
    main()

"""Every benchmark, one after the other: `python -m benchmarks [NAME ...]`."""

from __future__ import annotations

import subprocess
import sys

NAMES = (
    "rule_mining",
    "serving",
    "batch",
    "training",
    "scale",
    "taste_sample",
    "plan_nudges",
    "nudge_calls",
    "plan_worlds",
    "plan_plain",
    "plan_law",
    "plan_regret",
    "ledger",
    "freshness",
    "value",
)


def main() -> None:
    names = sys.argv[1:] or NAMES
    failed = []
    for name in names:
        command = [sys.executable, "-m", f"benchmarks.{name}"]
        print(f"\n$ python -m benchmarks.{name}", flush=True)
        if subprocess.run(command, check=False).returncode:
            failed.append(name)
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()

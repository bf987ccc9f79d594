"""Work spread over processes: in order, drawn as it is worked off, with no one left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from models.errors import ShopkeeperError
from training.spawned import AHEAD, ordered_map

ROOT = Path(__file__).parents[2]


def times(factor: int) -> Callable[[int], tuple[int, int]]:
    """For tests: multiplies, and says in which process."""
    return partial(_times, factor)


def _times(factor: int, number: int) -> tuple[int, int]:
    return factor * number, os.getpid()


def killed_at_three() -> Callable[[int], int]:
    """For tests: dies at the task 3."""
    return _killed_at_three


def _killed_at_three(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def failing() -> Callable[[int], int]:
    """For tests: raises."""
    return _fail


def _fail(number: int) -> int:
    raise ValueError(number)


def blas_threads() -> Callable[[int], tuple[set[int], float]]:
    """For tests: of all BLAS libraries that are loaded; and a product, that one is."""
    return _blas_threads


def _blas_threads(number: int) -> tuple[set[int], float]:
    product = np.full((2, 2), number) @ np.ones((2, 2))
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}, float(
        product[0, 0]
    )


@pytest.mark.parametrize("n_workers", [1, 2])
def test_every_worker_has_one_blas_thread(n_workers: int) -> None:
    """Whatever the parent has: several in each of several processes wait for each other."""
    with threadpool_limits(2, user_api="blas"):
        with ordered_map(blas_threads, (), n_workers) as spread:
            assert list(spread(range(3))) == [({1}, 0.0), ({1}, 2.0), ({1}, 4.0)]
        assert _blas_threads(1)[0] == {2}


def test_results_come_in_order_from_every_process() -> None:
    with ordered_map(times, (3,), 2) as spread:
        found = list(spread(range(20)))
    assert [result for result, _ in found] == [3 * number for number in range(20)]
    workers = {process for _, process in found}
    assert len(workers) == 2
    assert os.getpid() not in workers
    assert not any(_alive(process) for process in workers)


def test_one_worker_is_this_process() -> None:
    with ordered_map(times, (3,), 1) as spread:
        assert list(spread(range(3))) == [(0, os.getpid()), (3, os.getpid()), (6, os.getpid())]


def test_no_tasks() -> None:
    with ordered_map(times, (3,), 2) as spread:
        assert list(spread([])) == []


def test_tasks_are_drawn_only_as_fast_as_they_are_worked_off() -> None:
    drawn = 0

    def tasks() -> Iterator[int]:
        nonlocal drawn
        for number in range(50):
            drawn += 1
            yield number

    with ordered_map(times, (1,), 2) as spread:
        for taken, _ in enumerate(spread(tasks()), start=1):
            assert drawn <= taken + 2 * AHEAD


def test_a_killed_worker_is_named() -> None:
    with ordered_map(killed_at_three, (), 2) as spread:
        results = spread(range(100))
        with pytest.raises(ShopkeeperError, match="killed; is the machine out of memory"):
            list(results)


def test_a_worker_that_fails_says_why(capfd: pytest.CaptureFixture[str]) -> None:
    with ordered_map(failing, (), 2) as spread, pytest.raises(ShopkeeperError, match="exit code 1"):
        list(spread(range(5)))
    assert "ValueError" in capfd.readouterr().err


PARENT = """
import time
from tests.training.test_spawned import times
from training.spawned import ordered_map
if __name__ == "__main__":
    with ordered_map(times, (1,), 2) as spread:
        for _, process in spread(range(2)):
            print(process, flush=True)
        time.sleep(600)
"""


def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    parent = subprocess.Popen(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert parent.stdout is not None
    workers = [int(parent.stdout.readline()) for _ in range(2)]
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 30
    while any(_alive(worker) for worker in workers):
        assert time.monotonic() < deadline, "workers outlive their parent"
        time.sleep(0.05)


def _alive(process: int) -> bool:
    """Whether it runs: one that has ended and waits for its parent to ask does not (state Z)."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False

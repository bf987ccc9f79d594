"""Work spread over threads, in order: for what is nearly all NumPy, SciPy or LightGBM, which let other
threads go on meanwhile. Nothing is started, sent or held twice, as it is with processes (training.spawned);
what is mostly Python belongs there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from threadpoolctl import threadpool_limits

Task = TypeVar("Task")
Result = TypeVar("Result")


def threaded_map(work: Callable[[Task], Result], tasks: Iterable[Task], n_threads: int) -> Iterator[Result]:
    """A `map` over threads: results in the order of the tasks, which are begun in their order.

    Until the last result is drawn each works in one BLAS thread, so that results do not depend on the number
    of threads. Where one fails, its error is raised in its turn and what has not begun never does.
    """
    with threadpool_limits(1, user_api="blas"):
        if n_threads == 1:
            yield from map(work, tasks)
            return
        with ThreadPoolExecutor(n_threads) as pool:
            yield from pool.map(work, tasks)

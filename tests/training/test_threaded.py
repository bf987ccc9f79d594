"""Work spread over threads: in order, one BLAS thread each, and nothing begun after a failure."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from training.threaded import threaded_map


def blas_threads(_: int) -> set[int]:
    np.ones((2, 2)) @ np.ones((2, 2))
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}


@pytest.mark.parametrize("n_threads", [1, 2, 3])
def test_results_come_in_the_order_of_the_tasks(n_threads: int) -> None:
    def slow_first(number: int) -> int:
        time.sleep(0.02 if number == 0 else 0)
        return 3 * number

    assert list(threaded_map(slow_first, range(7), n_threads)) == [0, 3, 6, 9, 12, 15, 18]
    assert list(threaded_map(slow_first, [], n_threads)) == []


def test_so_many_work_at_the_same_time() -> None:
    both = threading.Barrier(2, timeout=10)  # broken, and an error, if one is waited for in vain
    assert len(list(threaded_map(lambda _: both.wait(), range(4), 2))) == 4


@pytest.mark.parametrize("n_threads", [1, 2])
def test_each_has_one_blas_thread_and_the_rest_get_theirs_back(n_threads: int) -> None:
    with threadpool_limits(2, user_api="blas"):
        assert list(threaded_map(blas_threads, range(3), n_threads)) == [{1}] * 3
        assert blas_threads(0) == {2}


@pytest.mark.parametrize("n_threads", [1, 2])
def test_an_error_is_raised_in_its_turn_and_what_has_not_begun_never_does(n_threads: int) -> None:
    begun: list[int] = []

    def work(number: int) -> int:
        begun.append(number)
        if number == 1:
            raise ValueError("the second")
        time.sleep(0.05)
        return number

    results = threaded_map(work, range(100), n_threads)
    assert next(results) == 0
    with pytest.raises(ValueError, match="the second"):
        list(results)
    assert len(begun) < 10

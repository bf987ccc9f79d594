"""Work spread over spawned processes, in order.

Spawned, not forked: forking after OpenMP or BLAS threads ran can hang. A worker ends by itself
when its parent is gone, also after a kill -9, because the pipe between them closes.

Each works in one thread. As many BLAS threads as there are processors in each of as many processes wait for
each other, and the last digits of what they make would hang on the machine.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any, TypeVar

from threadpoolctl import threadpool_limits

from models.errors import ShopkeeperError

Task = TypeVar("Task")
Result = TypeVar("Result")

AHEAD = 2  # tasks a worker has been given and not yet answered: one in work, one waiting
SECONDS_TO_END = 10.0


@contextmanager
def ordered_map(
    prepare: Callable[..., Callable[[Task], Result]], arguments: Sequence[object], n_workers: int
) -> Iterator[Callable[[Iterable[Task]], Iterator[Result]]]:
    """A `map` over processes that each call `prepare(*arguments)` once and its result for every task.

    Results come in the order of the tasks; tasks are drawn only as fast as they are worked off.
    With one worker everything happens in this process, in one BLAS thread too, so that results do not
    depend on the number of workers. Raises ShopkeeperError where a worker dies.
    """
    if n_workers == 1:
        with threadpool_limits(1, user_api="blas"):
            yield partial(map, prepare(*arguments))
        return
    workers = [_start(prepare, arguments) for _ in range(n_workers)]
    try:
        yield partial(_spread, workers)
    finally:
        for _, connection in workers:
            connection.close()
        for process, _ in workers:
            process.join(SECONDS_TO_END)
            process.kill()


def _start(
    prepare: Callable[..., Callable[[Any], Any]], arguments: Sequence[object]
) -> tuple[SpawnProcess, Connection]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, prepare, arguments), daemon=True)
    process.start()
    theirs.close()
    return process, ours


def _spread(workers: Sequence[tuple[SpawnProcess, Connection]], tasks: Iterable[Any]) -> Iterator[Any]:
    """Tasks go round: the next result in order is always the next one of its worker."""
    waiting: deque[tuple[SpawnProcess, Connection]] = deque()
    for number, task in enumerate(tasks):
        if len(waiting) == AHEAD * len(workers):
            yield _answer(*waiting.popleft())
        process, connection = workers[number % len(workers)]
        try:
            connection.send(task)
        except OSError as error:
            raise _died(process) from error
        waiting.append((process, connection))
    while waiting:
        yield _answer(*waiting.popleft())


def _answer(process: SpawnProcess, connection: Connection) -> Any:
    try:
        return connection.recv()
    except (EOFError, OSError) as error:
        raise _died(process) from error


def _died(process: SpawnProcess) -> ShopkeeperError:
    process.join(SECONDS_TO_END)
    code = process.exitcode
    if code == -signal.SIGKILL:
        return ShopkeeperError("a worker process was killed; is the machine out of memory?")
    return ShopkeeperError(f"a worker process ended with exit code {code}; what it said is above")


def _work(
    connection: Connection, prepare: Callable[..., Callable[[Any], Any]], arguments: Sequence[object]
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the parent, which ends its workers
    # What `prepare` needs was imported with it, so that its BLAS is loaded and can be told.
    with threadpool_limits(1, user_api="blas"):
        _answer_all(connection, prepare(*arguments))


def _answer_all(connection: Connection, work: Callable[[Any], Any]) -> None:
    while True:
        try:
            task = connection.recv()
        except EOFError:
            return
        result = work(task)
        try:
            connection.send(result)
        except BrokenPipeError:
            return

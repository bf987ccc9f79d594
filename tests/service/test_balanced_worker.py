"""Connections are spread over the workers, whoever of them is awake first."""

from __future__ import annotations

import socket
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import psutil

from service.balanced_worker import ABSENT, Connections
from tests.models.tiny import publish_tiny
from tests.service.servers import Server, serving, wait_until

BURST = 24


def test_the_fewest_is_asked_of_the_workers_that_are_there() -> None:
    connections = Connections()
    assert connections.fewest() == ABSENT
    connections.write(1, 5)
    connections.write(2, 3)
    assert connections.fewest() == 3
    connections.forget(2)
    assert connections.fewest() == 5


def test_more_connections_than_can_be_counted_are_many_not_absent() -> None:
    connections = Connections()
    connections.write(1, ABSENT + 7)
    assert connections.fewest() == ABSENT - 1


def test_a_burst_of_connections_is_spread_over_the_workers(tmp_path: Path) -> None:
    publish_tiny(tmp_path / "artifacts")
    with serving(tmp_path) as server, ExitStack() as kept:
        wait_until(lambda: len(psutil.Process(server.process.pid).children()) == 2, "both workers are there")
        wait_until(lambda: server.status("/health/ready") == 200, "a worker answers")
        host, port = server.url.removeprefix("http://").split(":")
        for _ in range(BURST):
            connection = kept.enter_context(socket.create_connection((host, int(port))))
            connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: shop\r\n\r\n")
        wait_until(lambda: sum(_held(server).values()) == BURST, "all are accepted")
        held = _held(server)
    assert len(held) == 2
    assert min(held.values()) >= BURST // 4, held  # without balancing, one of them often has them all


def _held(server: Server) -> Counter[int]:
    """Established connections by worker."""
    return Counter(
        {
            worker.pid: count
            for worker in psutil.Process(server.process.pid).children()
            if (count := sum(item.status == "ESTABLISHED" for item in worker.net_connections("tcp")))
        }
    )

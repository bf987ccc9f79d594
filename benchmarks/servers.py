"""Real gunicorn servers for measuring: started with config/gunicorn.conf.py, driven by wrk."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
GUNICORN_CONFIG = ROOT / "config" / "gunicorn.conf.py"
SCRIPT = Path(__file__).with_name("known_customers.lua")
SECONDS = re.compile(r"([\d.]+)(us|ms|s)")
UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0}


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk saw: requests per second, and latencies in seconds."""

    per_second: float
    p50: float
    p99: float


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def served(application: str, environment: Mapping[str, str], log: Path) -> Iterator[tuple[str, int]]:
    """An application under gunicorn with two workers: its URL, and the process id of the master."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", str(GUNICORN_CONFIG)]
    command += ["--bind", f"127.0.0.1:{port}", "--workers", "2", application]
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **environment}, stdout=output, stderr=output
        )
        try:
            _wait_for(port, process, log)
            yield f"http://127.0.0.1:{port}", process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended: {log.read_text()}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"the server did not start: {log.read_text()}")


def wrk(url: str, *, customers: int, products: int, mix: str, seconds: int) -> Load:
    """Sixteen connections that post requests of a mix (see known_customers.lua) for some seconds."""
    command = ["wrk", "-t1", "-c16", f"-d{seconds}s", "--latency", "-s", str(SCRIPT), url]
    command += ["--", str(customers), str(products), mix]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    failed = re.search(r"(Non-2xx.*|Socket errors.*)", output)
    if failed:
        raise RuntimeError(f"requests failed: {failed[0]}")
    rate = re.search(r"Requests/sec:\s+([\d.]+)", output)
    assert rate, output
    return Load(float(rate[1]), _latency("50%", output), _latency("99%", output))


def _latency(percentile: str, output: str) -> float:
    line = next(line for line in output.splitlines() if line.strip().startswith(percentile))
    found = SECONDS.search(line.split("%", 1)[1])
    assert found, line
    return float(found[1]) * UNITS[found[2]]


def post(url: str, body: bytes) -> bytes:
    """The answer to one POST of JSON."""
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310  # our own server
    with urllib.request.urlopen(request) as response:  # noqa: S310
        answer: bytes = response.read()
        return answer


def memory(master: int) -> tuple[int, int]:
    """Proportional memory of a server, bytes over all its processes, and how many workers it has."""
    processes = [psutil.Process(master), *psutil.Process(master).children()]
    return sum(item.memory_full_info().pss for item in processes), len(processes) - 1

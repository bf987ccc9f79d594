"""Real servers for tests: `shopkeeper serve` in a process of its own, on a free port."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from prometheus_client.parser import text_string_to_metric_families

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0  # seconds, on a machine that is busy with other things


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Server:
    """A running server: where it listens, its process, and what it wrote."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def post(self, **fields: Any) -> dict[str, Any]:
        """The answer to POST /v1/recommendations; raises for anything but 200."""
        response = requests.post(f"{self.url}/v1/recommendations", json=fields, timeout=30)
        response.raise_for_status()
        answer: dict[str, Any] = response.json()
        return answer

    def status(self, path: str) -> int:
        return requests.get(self.url + path, timeout=30).status_code

    def count(self, name: str, **labels: str) -> float:
        """The sum of a metric's samples with at least these labels."""
        text = requests.get(f"{self.url}/metrics", timeout=30).text
        return sum(
            sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        )

    def interrupt(self) -> int:
        """Ctrl-C: SIGINT to the whole group, as a terminal sends it; the exit code."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(timeout=PATIENCE)


@contextmanager
def serving(directory: Path, *arguments: str, **variables: str) -> Iterator[Server]:
    """`shopkeeper serve` with two workers on `directory`/artifacts, ended afterwards if it still runs."""
    directory.mkdir(parents=True, exist_ok=True)
    config = directory / "shop.toml"
    config.write_text(
        f'[artifacts]\ndir = "{directory / "artifacts"}"\n'
        f'[service]\nreload_seconds = 0.1\nsigning_key_file = "{directory / "signing.key"}"\n'
        f'[identity]\nkey_file = "{directory / "identity.key"}"\n'
    )
    port, log = free_port(), directory / "server.log"
    command = [sys.executable, "-m", "shopkeeper", "serve", "--config", str(config)]
    command += ["--bind", f"127.0.0.1:{port}", "--workers", "2", *arguments]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=output,
            stderr=output,
            env={**os.environ, "TMPDIR": str(directory), **variables},
            start_new_session=True,
        )
    server = Server(f"http://127.0.0.1:{port}", process, log)
    try:
        wait_until(lambda: process.poll() is not None or _listens(port), "the server listens")
        assert process.poll() is None, log.read_text()
        yield server
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_until(holds: Any, what: str) -> None:
    """Wait until `holds()` is true; fail, saying what was waited for, after a minute."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.05)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0

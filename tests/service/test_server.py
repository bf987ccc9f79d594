"""The service as it runs: gunicorn, two workers, threads, signals."""

from __future__ import annotations

import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.models.tiny import point_current_at, publish_tiny
from tests.service.servers import ROOT, Server, free_port, serving, wait_until
from tests.training.ranking.cart_worlds import learned


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    publish_tiny(tmp_path / "artifacts")
    with serving(tmp_path) as running:
        yield running


class Load:
    """Requests from several threads until told to stop: versions that answered, and what failed."""

    def __init__(self, server: Server, threads: int = 4) -> None:
        self.versions: list[str] = []
        self.failures: list[Exception] = []
        self._server = server
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._send) for _ in range(threads)]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def wait_for(self, version: str, times: int = 20) -> None:
        """Wait until the last answers all came from this version: both workers have swapped."""
        wait_until(
            lambda: len(self.versions) >= times and set(self.versions[-times:]) == {version},
            f"{version} answers",
        )

    def _send(self) -> None:
        while not self._over.is_set():
            try:
                self.versions.append(self._server.post(customer_id="ana")["model_version"])
            except Exception as error:  # every failure whatsoever is what the test looks for
                self.failures.append(error)


def test_artifacts_are_swapped_and_broken_ones_refused_under_load(server: Server, tmp_path: Path) -> None:
    artifacts = tmp_path / "artifacts"
    with Load(server) as load:
        load.wait_for("tiny-1")
        for number in (2, 3, 4):
            publish_tiny(artifacts, f"tiny-{number}")
            load.wait_for(f"tiny-{number}")
        broken = publish_tiny(artifacts, "tiny-5")
        point_current_at(artifacts, "tiny-4")
        load.wait_for("tiny-4")
        content = bytearray((broken / "products.joblib").read_bytes())
        content[-1] ^= 1
        (broken / "products.joblib").write_bytes(content)
        point_current_at(artifacts, "tiny-5")
        wait_until(
            lambda: server.count("shopkeeper_artifact_refused_total", reason="hash") >= 2,
            "both workers refused the broken artifact",
        )
        load.versions.clear()
        load.wait_for("tiny-4")
        point_current_at(artifacts, "tiny-1")
        load.wait_for("tiny-1")
    assert load.failures == []
    assert "tiny-5" not in load.versions
    assert server.count("shopkeeper_model_info", version="tiny-1") == 2
    assert server.count("shopkeeper_model_info", version="tiny-4") == 0
    assert server.interrupt() == 0, server.log.read_text()


def test_counts_of_both_workers_are_summed(server: Server) -> None:
    with Load(server, threads=8) as load:
        wait_until(lambda: len(load.versions) >= 200, "200 answers")
    assert load.failures == []
    sent = len(load.versions)
    path = "/v1/recommendations"
    for _ in range(10):  # whichever worker is asked
        assert server.count("shopkeeper_requests_total", route=path, status="200") == sent
        assert server.count("shopkeeper_request_seconds_count", route=path) == sent
    assert server.count("shopkeeper_model_info", version="tiny-1") == 2


def test_an_interrupt_ends_it_cleanly(server: Server, tmp_path: Path) -> None:
    server.post(customer_id="ana")
    wait_until(lambda: server.count("shopkeeper_model_info") == 2, "both workers have started")
    assert list(tmp_path.glob("shopkeeper-metrics-*"))
    assert server.interrupt() == 0, server.log.read_text()
    log = server.log.read_text()
    assert "Traceback" not in log
    assert not list(tmp_path.glob("shopkeeper-metrics-*")), "the shared counts are cleaned up"


def test_it_says_what_it_serves_and_where(server: Server) -> None:
    log = server.log.read_text()
    assert "Model tiny-1" in log
    assert f"{server.url}/docs" in log


def test_without_a_model_it_waits_for_one(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        assert server.status("/health/ready") == 503
        assert server.status("/health/live") == 200
        assert "Answers 503 until `shopkeeper train` publishes a model" in server.log.read_text()
        publish_tiny(tmp_path / "artifacts")
        with Load(server) as load:
            load.wait_for("tiny-1")
        assert server.status("/health/ready") == 200
        assert server.interrupt() == 0, server.log.read_text()


def _serve(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "shopkeeper.py"), "serve", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=60, check=False)


def test_a_port_that_is_taken_is_said_in_one_line(server: Server, tmp_path: Path) -> None:
    result = _serve("--bind", server.url.removeprefix("http://"), cwd=tmp_path)
    assert result.returncode == 2
    assert "another program listens there" in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("address", ["8000", "localhost", "127.0.0.1:x", "127.0.0.1:99999", ":8000"])
def test_what_is_no_address_is_named(address: str, tmp_path: Path) -> None:
    result = _serve("--bind", address, cwd=tmp_path)
    assert result.returncode == 2
    assert f"{address!r} is no HOST:PORT" in result.stderr


def test_an_address_of_another_machine_is_named(tmp_path: Path) -> None:
    result = _serve("--bind", f"192.0.2.1:{free_port()}", cwd=tmp_path)
    assert result.returncode == 2
    assert "that address is not one of this machine" in result.stderr


TEA_AND_MILK = {"basket": ["tea", "milk"], "limit": 1}


def _of_training() -> tuple[str, ...]:
    """What is there only where training is installed; these packages are imported by their own names."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return (*project["optional-dependencies"]["train"], "pandas", "training")


def _without(directory: Path, *packages: str) -> str:
    """A PYTHONPATH with which Python imports none of these packages."""
    blocker = directory / "blocker"
    blocker.mkdir()
    # Imported by every Python of the server at its start, before anything of ours.
    (blocker / "sitecustomize.py").write_text(
        "import sys\n"
        "class Blocker:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name.split('.')[0] in {packages!r}:\n"
        "            raise ModuleNotFoundError(f'{name} is blocked', name=name)\n"
        "sys.meta_path.insert(0, Blocker())\n"
    )
    check = subprocess.run(
        [sys.executable, "-c", f"import {packages[-1]}"],
        env={"PYTHONPATH": str(blocker)},
        capture_output=True,
        check=False,
    )
    assert f"{packages[-1]} is blocked".encode() in check.stderr
    return str(blocker)


def _publish_learned(artifacts: Path) -> None:
    """A shop where with tea and milk the learned order puts sugar first, the mix of sources bread."""
    publish_tiny(artifacts, "learned", learned())


def test_it_serves_where_nothing_of_training_is_installed(tmp_path: Path) -> None:
    _publish_learned(tmp_path / "artifacts")
    with serving(tmp_path, PYTHONPATH=_without(tmp_path, *_of_training())) as server:
        assert server.post(**TEA_AND_MILK)["recommendations"][0]["product_id"] == "sugar"
        assert server.status("/docs") == 200
    assert "LightGBM cannot be loaded" not in server.log.read_text()


def test_it_serves_by_the_mix_where_lightgbm_is_missing_and_says_so(tmp_path: Path) -> None:
    _publish_learned(tmp_path / "artifacts")
    with serving(tmp_path, PYTHONPATH=_without(tmp_path, *_of_training(), "lightgbm")) as server:
        assert server.post(**TEA_AND_MILK)["recommendations"][0]["product_id"] == "bread"
    log = server.log.read_text()
    assert "carts are answered by the mix of sources, not by the learned order" in log
    assert "lightgbm is blocked" in log


def test_workers_rank_carts_whatever_openmp_was_told(tmp_path: Path) -> None:
    """The master reads the trees before it forks, each worker reads those of a newer artifact after."""
    _publish_learned(tmp_path / "artifacts")
    with serving(tmp_path, OMP_NUM_THREADS="4") as server:
        assert server.post(**TEA_AND_MILK)["recommendations"][0]["product_id"] == "sugar"
        publish_tiny(tmp_path / "artifacts", "newer", learned())

        def newer() -> bool:
            answers = [server.post(**TEA_AND_MILK) for _ in range(10)]
            assert {answer["recommendations"][0]["product_id"] for answer in answers} == {"sugar"}
            return {answer["model_version"] for answer in answers} == {"newer"}

        wait_until(newer, "both workers rank by the newer artifact")

"""Swapping bundles: a new artifact is taken, a broken one refused once, and the old one keeps serving."""

from __future__ import annotations

import gc
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from prometheus_client.parser import text_string_to_metric_families

from service.bundles import Bundles
from service.logs import logger
from service.metrics import Metrics
from tests.models.tiny import point_current_at, publish_tiny, tiny_bundle


def _bundles(directory: Path, interval: float = 3600) -> tuple[Bundles, Metrics]:
    metrics = Metrics(None)
    return Bundles(directory, interval, metrics, logger("info")), metrics


def _count(metrics: Metrics, name: str, **labels: str) -> float:
    for family in text_string_to_metric_families(metrics.exposition().decode()):
        for sample in family.samples:
            if sample.name == name and sample.labels == labels:
                return sample.value
    return 0.0


def _version(bundles: Bundles) -> str | None:
    bundle = bundles.current()
    return None if bundle is None else bundle.facts.version


def test_a_new_artifact_is_swapped_in(artifacts_dir: Path) -> None:
    bundles, metrics = _bundles(artifacts_dir)
    assert _version(bundles) == "tiny-1"
    publish_tiny(artifacts_dir, "tiny-2")
    bundles.refresh()
    assert _version(bundles) == "tiny-2"
    assert _count(metrics, "shopkeeper_artifact_swapped_total") == 1
    assert _count(metrics, "shopkeeper_model_info", version="tiny-1") == 0
    assert _count(metrics, "shopkeeper_model_info", version="tiny-2") == 1


def test_a_rollback_is_a_swap_too(artifacts_dir: Path) -> None:
    publish_tiny(artifacts_dir, "tiny-2")
    bundles, _ = _bundles(artifacts_dir)
    point_current_at(artifacts_dir, "tiny-1")
    bundles.refresh()
    assert _version(bundles) == "tiny-1"


def test_an_answer_in_progress_keeps_its_bundle(artifacts_dir: Path) -> None:
    bundles, _ = _bundles(artifacts_dir)
    held = bundles.current()
    assert held is not None
    publish_tiny(artifacts_dir, "tiny-2")
    bundles.refresh()
    for path in (artifacts_dir / "tiny-1").iterdir():
        path.unlink()  # as pruning does
    assert held.catalogue.names[3] == "Cola"


def test_no_artifact_at_first_and_one_later(tmp_path: Path) -> None:
    bundles, metrics = _bundles(tmp_path / "artifacts")
    assert bundles.current() is None
    publish_tiny(tmp_path / "artifacts")
    bundles.refresh()
    assert _version(bundles) == "tiny-1"
    assert _count(metrics, "shopkeeper_artifact_swapped_total") == 0, "the first one replaces nothing"


def test_a_pointer_that_vanishes_leaves_the_old_bundle(artifacts_dir: Path) -> None:
    bundles, _ = _bundles(artifacts_dir)
    (artifacts_dir / "current").unlink()
    bundles.refresh()
    assert _version(bundles) == "tiny-1"


def _flip(directory: Path) -> None:
    path = directory / "taste.joblib"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def _lose(directory: Path) -> None:
    (directory / "catalogue.joblib").unlink()


def _garble(directory: Path) -> None:
    (directory / "manifest.json").write_text("{}")


@pytest.mark.parametrize(("damage", "reason"), [(_flip, "hash"), (_lose, "missing"), (_garble, "hash")])
def test_a_broken_artifact_is_refused_once(
    artifacts_dir: Path, capsys: pytest.CaptureFixture[str], damage: Callable[[Path], None], reason: str
) -> None:
    bundles, metrics = _bundles(artifacts_dir)
    broken = publish_tiny(artifacts_dir, "tiny-2")
    point_current_at(artifacts_dir, "tiny-1")
    damage(broken)
    point_current_at(artifacts_dir, "tiny-2")
    for _ in range(3):
        bundles.refresh()
    assert _version(bundles) == "tiny-1"
    assert _count(metrics, "shopkeeper_artifact_refused_total", reason=reason) == 1
    assert capsys.readouterr().err.count("artifact refused") == 1
    publish_tiny(artifacts_dir, "tiny-3")
    bundles.refresh()
    assert _version(bundles) == "tiny-3"


def test_arrays_that_do_not_fit_each_other_are_found_before_a_customer_finds_them(
    artifacts_dir: Path,
) -> None:
    bundles, metrics = _bundles(artifacts_dir)
    whole = tiny_bundle()
    short = replace(whole.popularity, recent_orders=np.array([5], dtype=np.int32))
    publish_tiny(artifacts_dir, "tiny-2", replace(whole, popularity=short))
    bundles.refresh()
    assert _version(bundles) == "tiny-1"
    assert _count(metrics, "shopkeeper_artifact_refused_total", reason="unusable") == 1


def test_the_pointer_is_watched(artifacts_dir: Path) -> None:
    bundles, _ = _bundles(artifacts_dir, interval=0.02)
    assert _version(bundles) == "tiny-1"
    publish_tiny(artifacts_dir, "tiny-2")
    deadline = time.monotonic() + 20
    while _version(bundles) != "tiny-2" and time.monotonic() < deadline:
        time.sleep(0.02)
    assert _version(bundles) == "tiny-2"


def test_one_watcher_whoever_asks_first(artifacts_dir: Path) -> None:
    bundles, _ = _bundles(artifacts_dir)
    before = threading.active_count()
    threads = [threading.Thread(target=bundles.current) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert threading.active_count() == before + 1


def test_what_nobody_uses_any_more_is_let_go(artifacts_dir: Path) -> None:
    """The thread that looks after the pointer must not hold a bundle's files for ever."""
    bundles, _ = _bundles(artifacts_dir, interval=0.01)
    bundle = weakref.ref(bundles.current())
    holder = weakref.ref(bundles)
    del bundles
    deadline = time.monotonic() + 30
    while (holder() is not None or bundle() is not None) and time.monotonic() < deadline:
        gc.collect()
        time.sleep(0.01)
    assert holder() is None
    assert bundle() is None

"""The bundle that is being served, swapped for a newer one without a request noticing.

Training publishes by moving the symlink `current` in the artifacts directory. Every process
looks at it now and then, loads what it points to beside the old bundle, and swaps one reference.
What cannot be loaded is refused, counted and logged once, and the old bundle keeps serving.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from weakref import ref

from structlog.typing import FilteringBoundLogger

from models.artifact import load_artifact
from models.bundle import Bundle
from models.errors import ArtifactError
from models.plan_decision import NudgeLimits
from models.query import KINDS, Query
from models.recommender import recommend
from service.metrics import Metrics

CURRENT = "current"


class Pointer(NamedTuple):
    """What `current` points to, and what tells one directory from another of the same name."""

    directory: Path
    inode: int
    changed_ns: int


class Bundles:
    """The holder of the current bundle of one process."""

    def __init__(
        self,
        artifacts_dir: Path,
        interval: float,
        metrics: Metrics,
        log: FilteringBoundLogger,
        beside: Callable[[], None] | None = None,
    ) -> None:
        """Load what is there; `interval` is the time between two looks at the pointer, seconds.

        `beside` is called with each look: for what else a process takes over while it serves.
        """
        self._artifacts_dir = artifacts_dir
        self._interval = interval
        self._metrics = metrics
        self._log = log
        self._beside = beside
        self._bundle: Bundle | None = None
        self._seen: Pointer | None = None
        self._watched_by = 0
        self._starting = threading.Lock()
        self._refreshing = threading.Lock()
        self.refresh()

    def current(self) -> Bundle | None:
        """The bundle to answer this request from, None as long as there is no model."""
        if self._watched_by != os.getpid():
            self.watch()
        return self._bundle

    def watch(self) -> None:
        """Start looking after the pointer in this process; a fork would not take the thread along."""
        with self._starting:
            if self._watched_by == os.getpid():
                return
            self._watched_by = os.getpid()
            if self._bundle is not None:
                self._metrics.serves(self._bundle.facts.version)
            threading.Thread(target=_look_forever, args=(ref(self),), name="bundles", daemon=True).start()

    def refresh(self) -> None:
        """Look at the pointer once; load and swap if it moved since the last look."""
        with self._refreshing:
            pointer = self._pointer()
            if pointer is None or pointer == self._seen:
                return
            self._seen = pointer
            bundle = self._load(pointer)
            if bundle is not None:
                self._swap(bundle)

    def look(self) -> float:
        """Look at the pointer, and at what is looked at beside it; the time until the next look, seconds."""
        self.refresh()
        if self._beside is not None:
            self._beside()
        return self._interval

    def _pointer(self) -> Pointer | None:
        """Where `current` points; None where there is none, which leaves the old bundle serving."""
        try:
            directory = (self._artifacts_dir / CURRENT).resolve(strict=True)
            found = directory.stat()
        except OSError:
            return None
        return Pointer(directory, found.st_ino, found.st_mtime_ns)

    def _load(self, pointer: Pointer) -> Bundle | None:
        try:
            bundle = load_artifact(pointer.directory)
            _try_out(bundle)
        except ArtifactError as error:
            self._refuse(pointer, error.reason, str(error))
        except Exception as error:  # an artifact that fails in any other way must not stop the service either
            self._refuse(pointer, "unusable", f"{type(error).__name__}: {error}")
        else:
            return bundle
        return None

    def _refuse(self, pointer: Pointer, reason: str, message: str) -> None:
        self._metrics.refused(reason)
        serving = None if self._bundle is None else self._bundle.facts.version
        self._log.error(
            "artifact refused",
            artifact=pointer.directory.name,
            reason=reason,
            message=message,
            serving=serving,
        )

    def _swap(self, bundle: Bundle) -> None:
        old, self._bundle = self._bundle, bundle
        version = bundle.facts.version
        if self._watched_by == os.getpid():
            self._metrics.serves(version, instead_of=None if old is None else old.facts.version)
        if old is None:
            self._log.info("artifact loaded", artifact=version)
        else:
            self._metrics.swapped()
            self._log.info("artifact swapped", artifact=version, instead_of=old.facts.version)


def _look_forever(watched: ref[Bundles]) -> None:
    """Look until nobody has the holder any more: the thread must not keep it, and its files, for itself."""
    pause = threading.Event()
    while (bundles := watched()) is not None:
        seconds = bundles.look()
        del bundles
        pause.wait(seconds)


def _try_out(bundle: Bundle) -> None:
    """Ask the bundle once for everything: arrays that do not fit each other fail here, not for a customer."""
    customer = bundle.customers.id(0) if len(bundle.customers) else None
    basket = tuple(bundle.products.id(at) for at in range(min(2, len(bundle.products))))  # two match rules
    recommend(bundle, Query(customer, basket, None, KINDS, limit=10))
    recommend(bundle, Query(viewing=basket[0] if basket else None))
    if bundle.plan_nudges is not None and len(bundle.plan_nudges.cycles):
        one = slice(0, 1)
        bundle.plan_nudges.advise(NudgeLimits(), one)
        bundle.plan_nudges.advisor.advise(bundle.plan_nudges.cycles.take(one), NudgeLimits())

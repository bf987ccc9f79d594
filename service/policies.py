"""The merchandiser's policies that are in force, taken over from their file without a restart.

A file with a mistake stops the start. Later it is refused, counted and logged once, and the policies
of before stay in force.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import NamedTuple

from structlog.typing import FilteringBoundLogger

from config.policies import load_policies
from config.service import ChannelName, PlacementName
from models.bundle import Bundle
from models.policies import Compiled, Occasion, Policy, compiled, in_force, unknown_names
from service.metrics import Metrics

NONE: tuple[Compiled, ...] = ()


class Mark(NamedTuple):
    """What tells one state of the file from another."""

    inode: int
    size: int
    changed_ns: int


class _Ready(NamedTuple):
    """Policies compiled for a bundle, and what of."""

    policies: tuple[Policy, ...]
    bundle: Bundle
    compiled: tuple[Compiled, ...]


class PolicyBook:
    """The holder of the policies of one process."""

    def __init__(
        self, path: Path, standing: tuple[Policy, ...], metrics: Metrics, log: FilteringBoundLogger
    ) -> None:
        """Load what is there, and `standing` (those of the settings) behind it. Raises ConfigError."""
        self._path = path
        self._standing = standing
        self._metrics = metrics
        self._log = log
        self._seen = self._last_look = self._mark()
        self._policies = (*load_policies(path), *standing)
        self._ready: _Ready | None = None

    def in_force(
        self, bundle: Bundle, placement: PlacementName, channel: ChannelName
    ) -> tuple[Compiled, ...]:
        """The policies for an answer given now, compiled for the bundle it is given from."""
        policies = self._policies
        if not policies:
            return NONE
        ready = self._ready
        if ready is None or ready.bundle is not bundle or ready.policies is not policies:
            ready = self._ready = self._compile(policies, bundle)
        return in_force(ready.compiled, Occasion(placement, channel, time.time()))

    def refresh(self) -> None:
        """Look at the file once; take it over if it changed and lay still since the last look.

        A file that is being written is not read half.
        """
        mark = self._mark()
        still, self._last_look = mark == self._last_look, mark
        if mark == self._seen or not still:
            return
        self._seen = mark
        try:
            loaded = load_policies(self._path)
        except Exception as error:  # whatever is wrong with a file, the watch over it must go on
            self._metrics.policies_refused()
            self._log.error("policies refused", message=str(error), in_force=len(self._policies))
        else:
            self._policies = (*loaded, *self._standing)
            self._log.info("policies loaded", file=str(self._path), policies=len(loaded))

    def _mark(self) -> Mark | None:
        """The state of the file, None where there is none."""
        try:
            found = self._path.stat()
        except OSError:
            return None
        return Mark(found.st_ino, found.st_size, found.st_mtime_ns)

    def _compile(self, policies: tuple[Policy, ...], bundle: Bundle) -> _Ready:
        for sentence in unknown_names(policies, bundle):
            self._log.warning("policy names what is unknown", message=sentence)
        return _Ready(policies, bundle, compiled(policies, bundle))

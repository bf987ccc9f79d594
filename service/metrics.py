"""Metrics for Prometheus, correct under several workers.

With PROMETHEUS_MULTIPROC_DIR set (config/gunicorn.conf.py does) every worker counts in a file of
its own there, and whichever is asked for /metrics adds all of them up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from models.query import Answer

# Seconds. A known customer's answer takes well under a millisecond; a second is a disaster.
LATENCY_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)


class _Answers:
    """What is answered, how fast, and with what."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.requests = Counter(
            "shopkeeper_requests", "Answers by route and status.", ("route", "status"), registry=registry
        )
        self.latency = Histogram(
            "shopkeeper_request_seconds",
            "Time to answer, without the network, by route.",
            ("route",),
            buckets=LATENCY_BUCKETS,
            registry=registry,
        )
        self.recommended = Counter(
            "shopkeeper_recommendations",
            "Products recommended by kind and source.",
            ("kind", "source"),
            registry=registry,
        )
        self.fallbacks = Counter(
            "shopkeeper_fallbacks",
            "Answers less personal than asked for, by name of the fallback.",
            ("fallback",),
            registry=registry,
        )
        self.unknown = Counter(
            "shopkeeper_unknown_ids",
            "Product ids in requests that the model does not know.",
            registry=registry,
        )
        self.nudges = Counter(
            "shopkeeper_plan_nudges", "Nudges answered, by decision.", ("decision",), registry=registry
        )


class _Ledger:
    """What has to do with the ledger: events, keys, attribution and what is remembered."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.events = Counter(
            "shopkeeper_events", "Events received, by what became of them.", ("status",), registry=registry
        )
        self.turned_away = Counter(
            "shopkeeper_turned_away",
            "Requests that keys did not admit, by reason.",
            ("reason",),
            registry=registry,
        )
        self.attributions = Counter(
            "shopkeeper_attributions",
            "Events that echoed a recommendation id, by what became of it.",
            ("result",),
            registry=registry,
        )
        self.unread = Counter(
            "shopkeeper_ledger_unread",
            "Answers that did without the ledger because it could not be read.",
            registry=registry,
        )


class _Served:
    """What answers are made from: the artifact and the policies, and which were refused."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.refused = Counter(
            "shopkeeper_artifact_refused",
            "Artifacts refused, by reason; counted by every worker that refused one.",
            ("reason",),
            registry=registry,
        )
        self.swapped = Counter(
            "shopkeeper_artifact_swapped",
            "Artifacts swapped in while serving; counted by every worker that did.",
            registry=registry,
        )
        self.policies_refused = Counter(
            "shopkeeper_policies_refused",
            "Policies files refused while serving; counted by every worker that refused one.",
            registry=registry,
        )
        self.model = Gauge(
            "shopkeeper_model_info",
            "Workers that serve this version of the model.",
            ("version",),
            registry=registry,
            multiprocess_mode="livesum",
        )


class Metrics:
    """Everything the service counts. Label children are looked up once and kept: that is half their cost."""

    def __init__(self, directory: Path | None) -> None:
        """`directory` is where the workers of one server share their counts, None for one process."""
        self._directory = directory
        self._registry = CollectorRegistry()
        self._answers = _Answers(self._registry)
        self._ledger = _Ledger(self._registry)
        self._served = _Served(self._registry)
        self._counters: dict[tuple[str, ...], Counter] = {}
        self._offered: dict[tuple[str, str], Counter] = {}
        self._timers: dict[str, Histogram] = {}

    def answered(self, route: str, status: int, seconds: float) -> None:
        """Count one answer and its time."""
        self._child(self._answers.requests, "requests", route, str(status)).inc()
        timer = self._timers.get(route)
        if timer is None:
            timer = self._timers[route] = self._answers.latency.labels(route)
        timer.observe(seconds)

    def turned_away(self, reason: str) -> None:
        """Count a request that was not admitted."""
        self._child(self._ledger.turned_away, "turned_away", reason).inc()

    def attributed(self, result: str) -> None:
        """Count an event that echoed a recommendation id."""
        self._child(self._ledger.attributions, "attributions", result).inc()

    def ledger_unread(self) -> None:
        """Count an answer that did without the ledger."""
        self._ledger.unread.inc()

    def recommended(self, answer: Answer) -> None:
        """Count what an answer recommends, and how it fell short of what was asked."""
        counts: dict[tuple[str, str], int] = {}
        for item in answer.recommendations:
            key = (item.kind, item.source)
            counts[key] = counts.get(key, 0) + 1
        for offered, count in counts.items():
            child = self._offered.get(offered)
            if child is None:
                child = self._offered[offered] = self._answers.recommended.labels(*offered)
            child.inc(count)
        if answer.fallback is not None:
            self._child(self._answers.fallbacks, "fallbacks", answer.fallback).inc()
        if answer.unknown_ids:
            self._answers.unknown.inc(len(answer.unknown_ids))

    def nudged(self, decisions: Sequence[str], fallback: str | None) -> None:
        """Count what subscribers were advised, and where less was known than asked for."""
        for decision in decisions:
            self._child(self._answers.nudges, "nudges", decision).inc()
        if fallback is not None:
            self._child(self._answers.fallbacks, "fallbacks", fallback).inc()

    def events(self, counts: Mapping[str, int]) -> None:
        """Count events, by what became of them."""
        for status, count in counts.items():
            self._child(self._ledger.events, "events", status).inc(count)

    def refused(self, reason: str) -> None:
        """Count an artifact that was refused."""
        self._served.refused.labels(reason).inc()

    def swapped(self) -> None:
        """Count an artifact that was swapped in."""
        self._served.swapped.inc()

    def policies_refused(self) -> None:
        """Count a policies file that was refused."""
        self._served.policies_refused.inc()

    def serves(self, version: str, *, instead_of: str | None = None) -> None:
        """Say which version this process serves now, and which no more."""
        if instead_of is not None:
            self._served.model.labels(instead_of).set(0)
        self._served.model.labels(version).set(1)

    def exposition(self) -> bytes:
        """The text that Prometheus reads, for all workers together."""
        if self._directory is None:
            return generate_latest(self._registry)
        registry = CollectorRegistry()
        MultiProcessCollector(registry, path=str(self._directory))  # type: ignore[no-untyped-call]  # theirs
        return generate_latest(registry)

    def _child(self, counter: Counter, name: str, *labels: str) -> Counter:
        key: Sequence[str] = (name, *labels)
        child = self._counters.get(tuple(key))
        if child is None:
            child = self._counters[tuple(key)] = counter.labels(*labels)
        return child

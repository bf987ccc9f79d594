"""One training: read, tune and judge, fit on everything, gate, store, publish.

Nothing is written before the artifact is stored whole, and nothing is published that the gate
refuses; a refused version stays stored, so that its report can be read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from config.settings import Settings
from models.artifact import load_artifact, read_manifest
from models.bundle import Bundle, Facts
from models.catalogue import Catalogue
from models.errors import ArtifactError, ConfigError, GateError
from training.bundle_fit import fit_bundle
from training.data.erasures import read_erasures, without_erased
from training.data.ledger import with_ledger
from training.data.money import minor_digits
from training.data.products import build_catalogue
from training.data.shop import Shop, Tables, read_tables
from training.evaluation.run import Judged, tune_and_evaluate
from training.fitting.directory import fit_directory
from training.fitting.newcomers import fit_newcomers
from training.fitting.page_lists import fit_page_lists
from training.gate import GateVerdict, check
from training.no_orders import bundle_without_orders
from training.personas.fit import PersonasBefore, fit_personas
from training.plan_part import with_plans
from training.preferences.never_buys import fit_never_buys
from training.publishing import POINTER, new_version, prune, publish, store
from training.ranking.history import History
from training.ranking.learned import apply
from training.report.collect import Trained, beside_plans, collect, library_versions, without_orders
from training.report.content import ReportContent, Stage
from training.report.files import report_files
from training.value.fit import Before, FittedValue, fit_customer_value
from training.value.fondness import fondness_of


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """What a training left behind.

    refusal    why the version was not published by itself, None if it may be
    published  whether `current` points to it now
    """

    version: str
    directory: Path
    content: ReportContent
    refusal: GateError | None
    published: bool


@dataclass(slots=True)
class Stopwatch:
    """Seconds of each stage, told to `progress` as they begin."""

    progress: Callable[[str], None]
    stages: list[Stage] = field(default_factory=list)
    began: datetime = field(default_factory=lambda: datetime.now(UTC))

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what is done inside."""
        self.progress(name)
        started = perf_counter()
        yield
        self.stages.append(Stage(name, perf_counter() - started))


def run_training(
    settings: Settings, progress: Callable[[str], None], *, wanted: bool = True
) -> TrainingResult:
    """Train on what the settings name, orders, plans or both, and publish if `wanted` and the gate agrees.

    Raises ConfigError, DataError or ArtifactError before anything is written. A refusal of the
    gate is no exception: it is in the result.
    """
    watch = Stopwatch(progress)
    with watch.stage("reading"):
        tables = _read(settings, progress)
    trained = None if tables.shop is None else _of_orders(settings, tables.shop, watch)
    bundle = bundle_without_orders(_plain_facts(settings, watch.began)) if trained is None else trained.bundle
    if tables.provider is not None:
        with watch.stage("plans"):
            limits = settings.nudges.limits(minor_digits(settings.data.currency))
            bundle = with_plans(bundle, tables.provider, limits, progress)
    if tables.shop is not None and tables.shop.customers is not None:
        with watch.stage("directory"):
            bundle = replace(
                bundle, directory=fit_directory(tables.shop.customers, settings.identity, progress)
            )
            newcomers = fit_newcomers(tables.shop.customers, bundle.customers, bundle.buy_again)
            bundle = replace(bundle, newcomers=newcomers)
    with watch.stage("report"):
        stages = tuple(watch.stages)
        content = collect(settings, trained, stages) if trained else without_orders(settings, bundle, stages)
        if tables.provider is not None and bundle.plan_nudges is not None:
            content = beside_plans(content, settings, bundle.plan_nudges, tables.provider.reports)
    progress("storing")
    directory = store(bundle, settings.artifacts.dir, extras=report_files(content))
    refusal = None if trained is None else _refusal(trained.verdict)
    published = wanted and refusal is None
    version = bundle.facts.version
    if published:
        publish(settings.artifacts.dir, version)
    # Also after a refusal: refused versions must not fill the disk.
    prune(settings.artifacts.dir, settings.artifacts.keep)
    return TrainingResult(version, directory, content, refusal, published)


def _read(settings: Settings, progress: Callable[[str], None]) -> Tables:
    """All that the settings name, and what the ledger adds, without those who are to be forgotten.

    Raises ConfigError where that is nothing.
    """
    tables = read_tables(settings.data, progress)
    if settings.ledger.train:
        tables = with_ledger(tables, settings.ledger.url, settings.data, progress)
    if tables.shop is None and tables.provider is None:
        raise ConfigError(
            "nothing to train on: give [data.orders] a path, or a url and a query; or, for nudges from "
            "usage, [data.plans], [data.subscriptions] and [data.usage]; or send purchases to the ledger",
            key="data.orders",
        )
    return without_erased(tables, read_erasures(settings.ledger.url), settings.identity)


def _of_orders(settings: Settings, shop: Shop, watch: Stopwatch) -> Trained:
    """All that is learned from orders, judged."""
    progress = watch.progress
    with watch.stage("catalogue"):
        catalogue = build_catalogue(shop.orders, shop.products)
    with watch.stage("judging"):
        judged = tune_and_evaluate(shop.orders, catalogue, settings.training, progress)
    verdict = check(judged.evaluation, _current_facts(settings.artifacts.dir), settings.training.gate)
    with watch.stage("fitting"):
        facts = _facts(settings, shop, judged, verdict, watch.began)
        bundle = fit_bundle(
            shop.orders, catalogue, settings.training, judged.choices, facts, progress=progress
        )
    with watch.stage("customers' lists"):
        history = History.of_orders(shop.orders, facts.last_day + 1)
        bundle = apply(bundle, shop.orders, history, settings.training, judged.learned, progress=progress)
    with watch.stage("products' pages"):
        bundle = replace(bundle, page_lists=fit_page_lists(bundle, progress=progress))
    with watch.stage("value"):
        current = _current(settings.artifacts.dir)
        worth = _worth(settings, shop, catalogue, facts.last_day + 1, current)
        more = {**bundle.facts.more, "value": worth.to_dict()}
        bundle = replace(bundle, customer_value=worth.value, facts=replace(bundle.facts, more=more))
        never = fit_never_buys(shop.orders, catalogue, settings.preferences)
        bundle = replace(bundle, never_buys=never)
        personas = fit_personas(
            shop.orders, bundle, _personas_of(current), settings.training.seed, settings.training.threads
        )
        bundle = replace(bundle, personas=personas)
        fond = fondness_of(bundle.buy_again, catalogue, bundle.popularity, worth.value.value)
    return Trained(shop, catalogue, bundle, judged, verdict, worth, fond)


def _current(artifacts: Path) -> Bundle | None:
    """The current artifact, from which tiers and personas go on; None where none can be read."""
    try:
        return load_artifact(artifacts / POINTER)
    except ArtifactError:
        return None


def _personas_of(current: Bundle | None) -> PersonasBefore | None:
    if current is None or current.personas is None:
        return None
    return PersonasBefore(current.customers, current.personas)


def _worth(
    settings: Settings, shop: Shop, catalogue: Catalogue, as_of: int, current: Bundle | None
) -> FittedValue:
    """What customers are worth; their tiers follow from those of the current artifact."""
    before = None
    if current is not None and current.customer_value is not None:
        before = Before(current.customers, current.customer_value)
    return fit_customer_value(
        shop.orders, catalogue, settings.value, as_of, registered=shop.customers, before=before
    )


def _plain_facts(settings: Settings, began: datetime) -> Facts:
    """The facts of a bundle that nothing has been put into yet."""
    return Facts(
        version=new_version(),
        created=_moment(began),
        currency=settings.data.currency,
        minor_digits=minor_digits(settings.data.currency),
        last_day=0,
        weights={},
        more={"versions": library_versions()},
    )


def _facts(settings: Settings, shop: Shop, judged: Judged, verdict: GateVerdict, began: datetime) -> Facts:
    lines = shop.orders.lines
    more: dict[str, Any] = {
        "counts": {
            "order_lines": len(lines),
            "orders": shop.orders.n_orders,
            "products": len(shop.orders.products),
            "customers": len(shop.orders.customers),
        },
        "window": {"first": _moment(lines["ordered_at"][0]), "last": _moment(lines["ordered_at"][-1])},
        "parameters": settings.training.model_dump(mode="json"),
        "choices": judged.choices.to_dict(),
        "metrics": judged.evaluation.to_dict(),
        "gate": verdict.to_dict(),
        "versions": library_versions(),
    }
    last_day = int(lines["day"].max())  # type: ignore[arg-type]  # a column of Int32 that is not empty
    return replace(_plain_facts(settings, began), last_day=last_day, more=more)


def _moment(utc: datetime) -> str:
    return f"{utc:%Y-%m-%dT%H:%M:%SZ}"


def _current_facts(artifacts_dir: Path) -> Facts | None:
    """The facts of the current artifact; None where there is none, or none that can be read."""
    try:
        return read_manifest(artifacts_dir / POINTER).facts
    except ArtifactError:
        return None


def _refusal(verdict: GateVerdict) -> GateError | None:
    try:
        verdict.require()
    except GateError as error:
        return error
    return None

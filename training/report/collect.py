"""The content of the report, collected from what the stages of a training returned."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version

from config.settings import Settings
from models.bundle import Bundle
from models.catalogue import Catalogue
from models.plan_nudges import PlanNudges
from training.choices import Choices
from training.data.columns import TableName
from training.data.money import minor_digits
from training.data.report import ReadReport, TableReport
from training.data.shop import Shop
from training.evaluation.protocol import Evaluation
from training.evaluation.run import Judged
from training.gate import GateVerdict
from training.ranking.learned import Learned
from training.report.content import (
    AccuracyRow,
    EvaluationFigures,
    GateCheck,
    GateFigures,
    ReportContent,
    Stage,
    TableFigures,
    TrialFigures,
    TuningFigures,
)
from training.report.order_figures import ProductLabels, order_figures
from training.report.plan_figures import plan_figures
from training.report.rule_figures import catalogue_figures, rules_figures
from training.report.settings_used import settings_used, without_password
from training.report.value_figures import value_figures
from training.value.fit import FittedValue
from training.value.fondness import Fond

LIBRARIES = (
    "shopkeeper",
    "implicit",
    "joblib",
    "lightgbm",
    "matplotlib",
    "mlxtend",
    "numpy",
    "pandas",
    "polars",
    "scipy",
    "sqlalchemy",
)


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """What the stages of one training returned."""

    shop: Shop
    catalogue: Catalogue
    bundle: Bundle
    judged: Judged
    verdict: GateVerdict
    worth: FittedValue
    fond: Fond


def collect(settings: Settings, trained: Trained, stages: Sequence[Stage]) -> ReportContent:
    """The report's content. Nothing of the customers table but counts gets in, and no secret."""
    facts, shop = trained.bundle.facts, trained.shop
    labels = ProductLabels(shop.orders.products.id, trained.catalogue.names.__getitem__)
    return ReportContent(
        version=facts.version,
        created=datetime.fromisoformat(facts.created),
        currency=facts.currency,
        tables=_tables(shop.report),
        orders=order_figures(
            shop.orders.lines, labels, timezone=settings.data.timezone, digits=facts.minor_digits
        ),
        catalogue=catalogue_figures(trained.catalogue),
        rules=rules_figures(trained.bundle),
        evaluation=_evaluation(trained.judged.evaluation),
        tuning=_tuning(trained.judged.choices, trained.judged.learned),
        gate=_gate(trained.verdict),
        value=value_figures(trained.worth, trained.fond),
        stages=tuple(Stage(stage.name, round(stage.seconds, 2)) for stage in stages),
        libraries=library_versions(),
        settings=settings_used(settings),
    )


def without_orders(settings: Settings, bundle: Bundle, stages: Sequence[Stage]) -> ReportContent:
    """The report's content where there are no orders: nothing is said of what was not there."""
    return ReportContent(
        version=bundle.facts.version,
        created=datetime.fromisoformat(bundle.facts.created),
        currency=bundle.facts.currency,
        stages=tuple(Stage(stage.name, round(stage.seconds, 2)) for stage in stages),
        libraries=library_versions(),
        settings=settings_used(settings),
    )


def beside_plans(
    content: ReportContent,
    settings: Settings,
    nudges: PlanNudges,
    reports: Mapping[TableName, TableReport],
) -> ReportContent:
    """The content with the plans' tables and what is advised today: counts alone, of nobody by name."""
    return replace(
        content,
        tables=(*content.tables, *_tables(ReadReport(reports))),
        plans=plan_figures(nudges, settings.nudges.limits(minor_digits(settings.data.currency))),
    )


def library_versions(names: Sequence[str] = LIBRARIES) -> dict[str, str]:
    """The versions of Python and of the libraries that are installed, by name."""
    found = {"python": platform.python_version()}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _tables(read: ReadReport) -> tuple[TableFigures, ...]:
    return tuple(
        TableFigures(
            table=name,
            source=without_password(table.source),
            rows_read=table.rows_read,
            rows_kept=table.rows_kept,
            rejected=dict(table.rejected),
            changed=dict(table.changed),
            rows_netted=table.rows_netted,
            guest_rows=table.guest_rows if name == "orders" else None,
            first=table.first,
            last=table.last,
            seconds=round(table.seconds, 2),
            counts=dict(table.counts),
        )
        for name, table in sorted(read.tables.items(), key=lambda item: item[0] != "orders")
    )


def _evaluation(evaluation: Evaluation) -> EvaluationFigures:
    rows = tuple(
        AccuracyRow(
            method=row.method,
            part=row.part,
            k=row.k,
            recall=row.recall,
            ndcg=row.ndcg,
            hit_rate=row.hit_rate,
            coverage=row.coverage,
            customers=row.customers,
        )
        for row in evaluation.rows
    )
    return EvaluationFigures(rows, evaluation.reason, dict(evaluation.facts))


def _tuning(choices: Choices, learned: Learned) -> TuningFigures:
    trials = tuple(
        TrialFigures(trial.what, dict(trial.setting), trial.metric, trial.score, trial.chosen)
        for trial in choices.trials
    )
    return TuningFigures(trials, dict(choices.weights), (*choices.reasons, *learned.reasons()))


def _gate(verdict: GateVerdict) -> GateFigures:
    checks = tuple(
        GateCheck(
            metric=check.metric,
            against=check.against,
            got=check.got,
            compared=check.compared,
            needed=check.needed,
            customers=check.customers,
            passed=check.passed,
        )
        for check in verdict.checks
    )
    return GateFigures(verdict.passed, checks, verdict.warnings)

"""What is collected is what the stages returned."""

from __future__ import annotations

from tests.training.report.worlds import tiny_content
from training.report.collect import library_versions


def test_figures_come_from_the_stages() -> None:
    content = tiny_content()
    assert (content.version, content.currency) == ("tiny-1", "EUR")
    table = content.tables[0]
    assert (table.table, table.rows_read, table.rows_kept, table.rows_netted) == ("orders", 30, 22, 2)
    assert table.rows_read == table.rows_kept + sum(table.rejected.values()) + table.rows_netted
    assert content.tuning is not None
    assert [trial.chosen for trial in content.tuning.trials] == [False, True]
    assert content.evaluation is not None
    assert content.evaluation.window_days == 28
    assert content.gate is not None
    assert content.gate.checks[0].passed
    assert [(stage.name, stage.seconds) for stage in content.stages] == [("reading", 1.5), ("fitting", 2.25)]


def test_names_are_the_catalogues() -> None:
    orders = tiny_content().orders
    assert orders is not None
    assert orders.best_sellers[0].name == "Pizza Margherita"


def test_library_versions() -> None:
    versions = library_versions(["numpy", "no-such-library"])
    assert list(versions) == ["python", "numpy"]

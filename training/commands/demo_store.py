"""`shopkeeper demo-store`: generate a believable shop to try things on."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from training.demo_store.store import (
    MIN_CUSTOMERS,
    MIN_ORDER_LINES,
    STEPS,
    DemoStoreOptions,
    DemoStoreSummary,
    write_demo_store,
)

_DEFAULTS = DemoStoreOptions()


@click.command("demo-store")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("var/demo"),
    show_default=True,
    help="Directory to write to; files of an earlier store are replaced.",
)
@click.option(
    "--customers",
    type=click.IntRange(min=MIN_CUSTOMERS),
    default=_DEFAULTS.customers,
    show_default=True,
    help="Registered customers.",
)
@click.option(
    "--order-lines",
    type=click.IntRange(min=MIN_ORDER_LINES),
    default=_DEFAULTS.order_lines,
    show_default=True,
    help="Lines of orders.csv.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=_DEFAULTS.seed,
    show_default=True,
    help="The same seed and sizes give the same files.",
)
def demo_store(out: Path, customers: int, order_lines: int, seed: int) -> None:
    """Generate a pizza-and-grocery shop that also sells broadband, with its planted truth."""
    options = DemoStoreOptions(customers=customers, order_lines=order_lines, seed=seed)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("starting", total=len(STEPS))

        def on_step(name: str) -> None:
            progress.update(task, description=name, completed=STEPS.index(name))

        summary = write_demo_store(out, options, on_step)
    click.echo(_report(out, summary))


def _report(out: Path, summary: DemoStoreSummary) -> str:
    return "\n".join(
        [
            f"Wrote {', '.join(summary.files)} to {out}:",
            f"  {summary.products:,} products",
            f"  {summary.customers:,} customers, {summary.customers_with_orders:,} of them with orders",
            f"  {summary.order_lines:,} order lines in {summary.orders:,} orders,"
            f" {summary.guest_orders:,} of them by guests",
            f"  {summary.events:,} events",
            f"  {summary.subscriptions:,} subscriptions, {summary.usage_days:,} days of usage",
            f"Next: shopkeeper train --config {out / 'shop.toml'}",
        ]
    )

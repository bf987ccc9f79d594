"""`shopkeeper publish`, `rollback` and `artifacts`: which version is current, and which could be."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from rich import box
from rich.console import Console
from rich.table import Table

from config.settings import load_settings
from models.artifact import read_manifest
from models.bundle import Facts
from models.errors import ArtifactError
from training import publishing
from training.publishing import StoredArtifact, current_version, list_artifacts, stored_versions

_config = click.option(
    "--config", "file", type=click.Path(path_type=Path, dir_okay=False), help="The settings, a TOML file."
)


@click.command()
@_config
@click.argument("version", required=False)
def publish(file: Path | None, version: str | None) -> None:
    """Make VERSION the current artifact; without one, the newest stored."""
    folder = load_settings(file).artifacts.dir
    before = current_version(folder)
    chosen = version or _newest(folder)
    publishing.publish(folder, chosen)
    if _refused(read_manifest(folder / chosen).facts):
        click.echo(f"Note: the gate refused {chosen} after training; see its report.", err=True)
    if before == chosen:
        click.echo(f"{chosen} is current already.")
    else:
        click.echo(f"{chosen} is current; before: {before or 'none'}. A running service takes it by itself.")
        click.echo("Back: shopkeeper rollback" if before else "See: shopkeeper artifacts")


@click.command()
@_config
def rollback(file: Path | None) -> None:
    """Make the artifact published before the current one current again."""
    folder = load_settings(file).artifacts.dir
    before = current_version(folder)
    target = publishing.rollback(folder)
    click.echo(f"{target} is current again; it was {before}. A running service takes it by itself.")
    click.echo(f"Forth: shopkeeper publish {before}")


@click.command()
@_config
@click.option("--verify", is_flag=True, help="Check every byte of every file, not only the manifests.")
def artifacts(file: Path | None, verify: bool) -> None:
    """List the stored artifacts, newest first."""
    folder = load_settings(file).artifacts.dir
    lines = list_artifacts(folder, verify=verify)
    if not lines:
        click.echo(f"No artifact in {folder}. Next: shopkeeper train")
        return
    console = Console()
    if not console.is_terminal:  # a pipe has no width to fit into
        console = Console(width=200)
    console.print(_table(lines, verify=verify))
    for line in lines:
        if line.damage:
            state = "cannot be used" if line.older else "is damaged"
            console.print(
                f"{line.version} {state}: {line.damage}", markup=False, highlight=False, soft_wrap=True
            )


def _newest(folder: Path) -> str:
    versions = stored_versions(folder)
    if not versions:
        raise ArtifactError(
            "no artifact is stored; run `shopkeeper train`", path=str(folder), reason="missing"
        )
    return versions[-1]


def _table(lines: list[StoredArtifact], *, verify: bool) -> Table:
    table = Table(box=box.SIMPLE)
    for name in ("version", "", "created (UTC)"):
        table.add_column(name, no_wrap=True)
    for name in ("MB", "orders", "products", "customers", "recall@10", "new products"):
        table.add_column(name, justify="right")
    table.add_column("state")
    for line in reversed(lines):
        table.add_row(
            line.version,
            "current" if line.is_current else "back" if line.is_rollback_target else "",
            line.facts.created[:19].replace("T", " ") if line.facts else "",
            f"{line.size / 1e6:.1f}",
            *_figures(line.facts.more if line.facts else {}),
            _state(line, verified=verify),
        )
    return table


def _figures(more: Mapping[str, Any]) -> list[str]:
    """Counts and headline metrics, blank where the manifest has none."""
    counts = more.get("counts", {})
    rows = more.get("metrics", {}).get("rows", [])
    return [
        *(f"{counts[name]:,}" if name in counts else "" for name in ("orders", "products", "customers")),
        *(_recall_at_10(rows, part) for part in ("all", "new")),
    ]


def _recall_at_10(rows: list[Mapping[str, Any]], part: str) -> str:
    """What the gate judged by (`training.gate`), read from plain values: no model needs importing for it."""
    wanted = {"method": "served", "part": part, "k": 10}
    found = (row["recall"] for row in rows if wanted.items() <= row.items())
    return next((f"{recall:.4f}" for recall in found), "")


def _state(line: StoredArtifact, *, verified: bool) -> str:
    if line.damage:
        return "older format" if line.older else "damaged"
    checked = "verified" if verified else "manifest fits"
    return f"{checked}, refused by the gate" if _refused(line.facts) else checked


def _refused(facts: Facts | None) -> bool:
    return facts is not None and facts.more.get("gate", {}).get("passed") is False

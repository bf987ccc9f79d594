"""`shopkeeper offers`: the offers of a campaign for an audience, to a file."""

from __future__ import annotations

import csv
import json
import os
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import click
from sqlalchemy.exc import SQLAlchemyError

from config.service import PlacementName
from config.settings import load_settings
from models.bundle import Bundle
from models.errors import ConfigError, DataError
from service.app import selling
from service.event_schemas import microseconds
from service.ledger_parts import campaigns_of
from service.offers.audience import audience_of
from service.offers.campaigns import Campaign, Campaigns
from service.offers.schemas import MAX_CUSTOMERS

ENDINGS = (".ndjson", ".csv")
CSV_COLUMNS = (
    "customer_id",
    "status",
    "variant",
    "recommendation_id",
    "products",
    "left_out",
    "html",
    "text",
)
ID_COLUMN = "customer_id"
MAX_ID = 128


@click.command("offers")
@click.option(
    "--config", "file", type=click.Path(path_type=Path, dir_okay=False), help="The settings, a TOML file."
)
@click.option(
    "--audience",
    required=True,
    help="A file of customer ids (one a line, or a CSV with a column customer_id), or a rule such as "
    "'tier = gold and overdue'.",
)
@click.option(
    "--campaign", "campaign_id", required=True, help="Asked again with it, all get the same offers."
)
@click.option("--placement", type=click.Choice(get_args(PlacementName)), default="email", show_default=True)
@click.option("--limit", type=click.IntRange(1, 100), default=3, show_default=True, help="Offers a customer.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="File to write: .ndjson or .csv.")
def command(
    file: Path | None, audience: str, campaign_id: str, placement: PlacementName, limit: int, out: Path
) -> None:
    """Write the offers of a campaign for an audience to a file.

    Whoever did not consent or is over a cap is left out, with the reason. What is written counts as a
    contact: send the mails. Rules know tier, segment, persona (its id), category (bought in it),
    overdue, orders, value, percentile and recency_days; with and, or, not and brackets.
    """
    if out.suffix not in ENDINGS:
        raise ConfigError(f"{out.name!r} ends in neither {' nor '.join(ENDINGS)}", key="out")
    settings = load_settings(file)
    shop = selling(settings)
    bundle = shop.around.bundles.current()
    if bundle is None:
        raise ConfigError("there is no artifact: train and publish one", key="artifacts.dir")
    if shop.parts is None:
        raise ConfigError("there is no ledger, which remembers whom a campaign reached", key="ledger.url")
    customers = _customers(bundle, audience)
    campaigns = campaigns_of(shop.around, shop.parts, shop.desk)
    campaign = Campaign(campaign_id, placement, limit)
    try:
        counts = _written(_rows(campaigns, bundle, campaign, customers), out, len(customers))
    except SQLAlchemyError as error:
        raise ConfigError(f"the ledger cannot be used: {type(error).__name__}", key="ledger.url") from error
    _tell(counts, len(customers), out)


def _customers(bundle: Bundle, audience: str) -> list[str]:
    """Those of a file, or of a rule where there is no such file. Raises ConfigError or DataError."""
    path = Path(audience)
    try:
        is_file = path.is_file()
    except OSError:  # a rule may be longer than a name can be
        is_file = False
    if not is_file:
        if path.suffix in (".csv", ".txt"):
            raise ConfigError(f"no such file: {audience}", key="audience")
        return audience_of(bundle, audience)
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"cannot be read as UTF-8: {type(error).__name__}", source=str(path)) from error
    rows = list(csv.reader(lines))
    header = [name.strip() for name in rows[0]] if rows else []
    at = header.index(ID_COLUMN) if ID_COLUMN in header else None
    if at is None and len(header) > 1:
        raise DataError(f"has several columns and no {ID_COLUMN}: {', '.join(header)}", source=str(path))
    first = 0 if at is None else 1
    ids = [row[at or 0].strip() for row in rows[first:] if len(row) > (at or 0)]
    long = next((number for number, each in enumerate(ids, first + 1) if len(each) > MAX_ID), None)
    if long is not None:
        raise DataError(f"line {long}: longer than {MAX_ID} characters", source=str(path))
    found = list(dict.fromkeys(each for each in ids if each))
    if not found:
        raise DataError("names nobody", source=str(path))
    return found


def _rows(
    campaigns: Campaigns, bundle: Bundle, campaign: Campaign, customers: Sequence[str]
) -> Iterator[dict[str, Any]]:
    now = microseconds(datetime.now(UTC))
    for start in range(0, len(customers), MAX_CUSTOMERS):
        for row in campaigns.offers(bundle, campaign, customers[start : start + MAX_CUSTOMERS], now):
            if "summary" not in row:
                yield row


def _written(rows: Iterator[dict[str, Any]], out: Path, total: int) -> Counter[str]:
    """Write rows to a file that appears whole or not at all; what became of the customers, by reason."""
    counts: Counter[str] = Counter()
    out.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.")
    try:
        with (
            os.fdopen(handle, "w", encoding="utf-8", newline="") as file,
            click.progressbar(rows, length=total, label="offering") as told,
        ):
            table = csv.DictWriter(file, CSV_COLUMNS) if out.suffix == ".csv" else None
            if table is not None:
                table.writeheader()
            for row in told:
                counts[row["status"]] += 1
                counts["repeated"] += row["repeated"]
                counts["control"] += row["variant"] == "control"
                counts.update(f"  {code}" for code in {each["code"] for each in row["left_out"]})
                if table is None:
                    file.write(json.dumps(row, ensure_ascii=False) + "\n")
                else:
                    table.writerow(_flat(row))
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(out)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    return counts


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the CSV file: lists as text."""
    return {
        **{name: row[name] for name in CSV_COLUMNS if name in row},
        "products": ";".join(each["product_id"] for each in row["recommendations"]),
        "left_out": ";".join(each["code"] for each in row["left_out"]),
    }


def _tell(counts: Counter[str], total: int, out: Path) -> None:
    click.echo(
        f"Wrote {total:,} customers to {out}: {counts['offered']:,} with offers "
        f"({counts['repeated']:,} as before, {counts['control']:,} held out), "
        f"{counts['left_out']:,} left out."
    )
    for code, count in sorted(counts.items()):
        if code.startswith("  "):
            click.echo(f"  {count:,} {code.strip()}")
    if counts["offered"]:
        click.echo("Next: send them; what comes of it goes to POST /v1/events with the recommendation_id.")

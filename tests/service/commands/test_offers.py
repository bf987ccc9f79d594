"""`shopkeeper offers`, on the tiny world."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from models.errors import ConfigError, DataError
from service.commands.offers import command
from tests.models.tiny import publish_tiny
from tests.models.tiny_names import KEY


@pytest.fixture
def config(tmp_path: Path) -> Path:
    publish_tiny(tmp_path / "artifacts")
    file = tmp_path / "shop.toml"
    file.write_text(
        f'[artifacts]\ndir = "{tmp_path}/artifacts"\n[ledger]\nurl = "sqlite:///{tmp_path}/ledger.sqlite3"\n'
        f'[service]\nsigning_key = "{KEY}"\nlog_level = "error"\n[identity]\nkey = "{KEY}"\n'
    )
    return file


def run(config: Path, audience: str, out: str, campaign: str = "spring") -> Result:
    arguments = ["--config", str(config), "--audience", audience, "--campaign", campaign]
    found = CliRunner().invoke(command, [*arguments, "--out", str(config.with_name(out))])
    if found.exception and not isinstance(found.exception, SystemExit):
        raise found.exception
    return found


def rows(config: Path, out: str) -> list[dict[str, Any]]:
    lines = config.with_name(out).read_text().splitlines()
    return [json.loads(line) for line in lines]


def test_an_audience_by_file_is_offered_where_it_consented(config: Path) -> None:
    audience = config.with_name("who.csv")
    audience.write_text("name,customer_id\nx,ana\ny,ben\nz,ana\n,cai\n")
    told = run(config, str(audience), "out.ndjson")
    found = rows(config, "out.ndjson")
    assert [(row["customer_id"], row["status"]) for row in found] == [
        ("ana", "offered"),
        ("ben", "left_out"),
        ("cai", "left_out"),
    ]
    assert found[0]["recommendations"]
    assert "<" in found[0]["html"]
    assert "3 customers" in told.output
    assert "2 NO_CONSENT" in told.output


def test_asked_again_it_is_the_same_and_another_campaign_waits(config: Path) -> None:
    run(config, "tier = gold", "one.ndjson")
    told = run(config, "tier = gold", "two.ndjson")
    assert "1 as before" in told.output
    one, two = rows(config, "one.ndjson"), rows(config, "two.ndjson")
    assert [each | {"repeated": False} for each in two] == one
    assert "1 CAP_REACHED" in run(config, "tier = gold", "three.ndjson", "summer").output


def test_a_table_for_the_mailer(config: Path) -> None:
    run(config, "overdue", "out.csv")
    with config.with_name("out.csv").open(newline="") as file:
        found = list(csv.DictReader(file))
    assert [row["customer_id"] for row in found] == ["ana", "ben"]
    assert found[0]["products"]
    assert found[1]["left_out"] == "NO_CONSENT"


@pytest.mark.parametrize(
    ("audience", "out", "error", "why"),
    [
        ("tier = glod", "out.csv", ConfigError, "did you mean 'gold'"),
        ("nobody.csv", "out.csv", ConfigError, "no such file"),
        ("tier = gold", "out.xlsx", ConfigError, "ends in neither"),
    ],
)
def test_errors_are_clear_and_nothing_is_written(
    config: Path, audience: str, out: str, error: type[Exception], why: str
) -> None:
    with pytest.raises(error, match=why):
        run(config, audience, out)
    assert not config.with_name(out).exists()


@pytest.mark.parametrize(
    ("content", "why"),
    [("", "names nobody"), ("a,b\n1,2\n", "no customer_id"), (f"ana\n{'x' * 200}\n", "line 2")],
)
def test_a_file_that_is_no_audience_is_refused_by_line(config: Path, content: str, why: str) -> None:
    audience = config.with_name("who.txt")
    audience.write_text(content)
    with pytest.raises(DataError, match=why):
        run(config, str(audience), "out.csv")

"""The command recommend, through the front door: its file, its summary, its refusals."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

from shopkeeper import main
from tests.models.tiny import tiny_bundle
from tests.models.tiny_names import CUSTOMERS
from training.publishing import publish, store

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    config = tmp_path / "shop.toml"
    artifacts = f'[artifacts]\ndir = "{tmp_path / "artifacts"}"\n'
    config.write_text(artifacts + '[placements.email]\nkinds = ["buy_again"]\nlimit = 1\n')

    def call(*arguments: str | Path) -> Result:
        return CliRunner().invoke(main, ["recommend", "--config", str(config), *map(str, arguments)])

    return call


@pytest.fixture
def published(tmp_path: Path) -> None:
    store(tiny_bundle("v1"), tmp_path / "artifacts")
    publish(tmp_path / "artifacts", "v1")


@pytest.mark.usefixtures("published")
def test_all_known_customers(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "offers.parquet"
    result = run("--kinds", "cross_sell,buy_again", "--limit", "10", "--out", out)
    assert result.exit_code == 0, result.output
    frame = pl.read_parquet(out)
    assert frame["customer_id"].unique(maintain_order=True).to_list() == list(CUSTOMERS)
    assert set(frame["kind"]) == {"cross_sell", "buy_again"}
    assert f"Wrote {len(frame)} recommendations for 4 customers to {out}" in result.stdout
    assert "with model v1" in result.stdout
    assert "Next: " in result.stdout


@pytest.mark.usefixtures("published")
def test_customers_of_a_file_and_what_is_said_of_them(run: Run, tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("ana\nzoe\n\nana\n")
    out = tmp_path / "offers.ndjson"
    result = run("--customers", tmp_path / "list.txt", "--kinds", "cross_sell", "--out", out)
    assert result.exit_code == 0, result.output
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert {row["customer_id"]: row["fallback"] for row in rows} == {"ana": None, "zoe": "unknown_customer"}
    assert rows[0]["reasons"][0]["code"]
    assert "1 customers with fallback unknown_customer" in result.stdout
    assert "1 repeated ids left out" in result.stdout
    assert "1 lines without an id left out" in result.stdout


@pytest.mark.usefixtures("published")
def test_the_email_placement_gives_the_defaults(run: Run, tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("ana\nzoe\n")
    result = run("--customers", tmp_path / "list.txt", "--out", tmp_path / "offers.csv")
    frame = pl.read_csv(tmp_path / "offers.csv")
    assert frame.select("customer_id", "kind", "rank").rows() == [("ana", "buy_again", 1)]
    assert "1 customers without a recommendation" in result.stdout


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--out", "offers.xlsx"), "valid choices: .csv, .ndjson, .parquet"),
        (("--out", "offers.csv", "--kinds", "cross_sel"), "did you mean 'cross_sell'?"),
        (
            ("--out", "offers.csv", "--kinds", ""),
            "'' is no kind; valid choices: buy_again, cross_sell, up_sell",
        ),
        (("--out", "offers.csv", "--limit", "0"), "--limit"),
        (("--out", "offers.csv", "--limit", "101"), "--limit"),
        (("--out", "offers.csv", "--customers", "empty.csv"), "empty.csv: has no customer id"),
        (("--out", "offers.csv", "--customers", "nowhere.csv"), "nowhere.csv: cannot be read"),
        ((), "--out"),
    ],
)
def test_refusals(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty.csv").write_text("")
    result = run(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""
    assert not Path("offers.csv").exists()


def test_without_a_model(run: Run, tmp_path: Path) -> None:
    result = run("--out", tmp_path / "offers.csv")
    assert result.exit_code == 2
    assert "no artifact is published; run `shopkeeper train`" in result.stderr
    assert not (tmp_path / "offers.csv").exists()


@pytest.mark.usefixtures("published")
def test_policies_of_the_placement_email_hold(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policies, out = tmp_path / "policies.toml", tmp_path / "offers.csv"
    monkeypatch.setenv("SHOPKEEPER_SERVICE__POLICIES", str(policies))
    policy = '[[policy]]\nname = "no bread"\naction = "exclude"\nproduct_id = ["bread", "gone"]\n'
    policies.write_text(policy + 'placements = "email"\nchannels = "email"\nvalid_from = 2020-01-01\n')
    result = run("--limit", "10", "--out", out)
    assert result.exit_code == 0, result.output
    assert "bread" not in pl.read_csv(out)["product_id"].to_list()
    assert "policy 'no bread': no product 'gone' in the model" in result.stdout
    policies.write_text(policy + 'placements = "cart"\n')
    run("--limit", "10", "--out", out)
    assert "bread" in pl.read_csv(out)["product_id"].to_list()
    policies.write_text(policy + "at_most = 1\n")
    refused = run("--out", out)
    assert refused.exit_code == 2
    assert f"{policies}:5" in refused.output

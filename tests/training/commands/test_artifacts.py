"""The commands publish, rollback and artifacts, through the front door."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from models.artifact import FORMAT_VERSION
from shopkeeper import main
from tests.models.tiny import tiny_bundle
from training.publishing import current_version, publish, store

Run = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "artifacts"


@pytest.fixture
def run(tmp_path: Path, folder: Path) -> Run:
    config = tmp_path / "shop.toml"
    config.write_text(f'[artifacts]\ndir = "{folder}"\n')

    def call(command: str, *arguments: str) -> Result:
        return CliRunner().invoke(main, [command, "--config", str(config), *arguments])

    return call


@pytest.fixture
def stored(folder: Path) -> Path:
    for version in ("a", "b", "c"):
        store(tiny_bundle(version), folder)
    return folder


def bundle_with(version: str, **more: Any) -> Any:
    bundle = tiny_bundle(version)
    return replace(bundle, facts=replace(bundle.facts, more=more))


def test_publish_takes_the_newest_or_the_one_named(run: Run, stored: Path) -> None:
    result = run("publish")
    assert result.exit_code == 0
    assert "c is current; before: none." in result.stdout
    assert current_version(stored) == "c"
    assert "a is current; before: c." in run("publish", "a").stdout
    assert current_version(stored) == "a"
    assert "a is current already" in run("publish", "a").stdout


def test_publish_refuses_an_unknown_version(run: Run, stored: Path) -> None:
    result = run("publish", "d")
    assert result.exit_code == 2
    assert "no version 'd' is stored" in result.stderr
    assert "valid choices: a, b, c" in result.stderr
    assert result.stdout == ""


def test_publish_names_damage(run: Run, stored: Path) -> None:
    (stored / "c" / "taste.joblib").unlink()
    result = run("publish")
    assert result.exit_code == 2
    assert "c/taste.joblib: is missing" in result.stderr
    assert current_version(stored) is None


@pytest.mark.parametrize("command", ["publish", "rollback"])
def test_with_nothing_stored(run: Run, folder: Path, command: str) -> None:
    result = run(command)
    assert result.exit_code == 2
    assert str(folder) in result.stderr
    assert not folder.exists()


def test_publish_says_where_the_gate_had_refused(run: Run, folder: Path) -> None:
    store(bundle_with("a", gate={"passed": False}), folder)
    result = run("publish")
    assert result.exit_code == 0
    assert "the gate refused a" in result.stderr
    assert "refused by the gate" in run("artifacts").stdout


def test_rollback(run: Run, stored: Path) -> None:
    publish(stored, "a")
    publish(stored, "b")
    result = run("rollback")
    assert result.exit_code == 0
    assert "a is current again; it was b." in result.stdout
    result = run("rollback")
    assert result.exit_code == 2
    assert "nothing was published before a; stored versions to publish: a, b, c" in result.stderr
    assert current_version(stored) == "a"


def test_listing(run: Run, stored: Path) -> None:
    publish(stored, "a")
    publish(stored, "b")
    rows = {line.split()[0]: line for line in run("artifacts").stdout.splitlines() if line.strip()}
    assert "back" in rows["a"]
    assert "current" in rows["b"]
    assert "current" not in rows["c"]
    assert "2024-10-15 00:00:00" in rows["c"]
    assert "manifest fits" in rows["c"]


def test_listing_shows_counts_and_what_the_gate_judged_by(run: Run, folder: Path) -> None:
    rows = [
        {"method": method, "part": part, "k": k, "recall": recall}
        for method, part, k, recall in [
            ("popularity", "all", 10, 0.1111),
            ("served", "all", 5, 0.2222),
            ("served", "all", 10, 0.3333),
            ("served", "new", 10, 0.4444),
        ]
    ]
    counts = {"orders": 12345, "products": 678, "customers": 90}
    store(bundle_with("a", counts=counts, metrics={"rows": rows}), folder)
    output = run("artifacts").stdout
    assert all(figure in output for figure in ("12,345", "678", "90", "0.3333", "0.4444"))
    assert not any(figure in output for figure in ("0.1111", "0.2222"))


def test_listing_names_damage_and_goes_on(run: Run, stored: Path) -> None:
    (stored / "b" / "manifest.sha256").unlink()
    with (stored / "c" / "taste.joblib").open("ab") as file:
        file.write(b"!")
    quick = run("artifacts")
    assert quick.exit_code == 0
    assert "b is damaged: " in quick.stdout
    assert "c is damaged" not in quick.stdout
    thorough = run("artifacts", "--verify")
    assert thorough.exit_code == 0
    assert "taste.joblib: has" in thorough.stdout
    assert "verified" in thorough.stdout


def test_an_older_format_is_not_called_damaged(run: Run, stored: Path) -> None:
    manifest = stored / "b" / "manifest.json"
    older = json.loads(manifest.read_text()) | {"format_version": FORMAT_VERSION - 1}
    manifest.write_text(json.dumps(older))
    digest = hashlib.sha256(manifest.read_bytes()).hexdigest()
    (stored / "b" / "manifest.sha256").write_text(f"{digest}  manifest.json\n")
    for arguments in ((), ("--verify",)):
        listed = run("artifacts", *arguments)
        assert listed.exit_code == 0
        assert "damaged" not in listed.stdout
        row = next(line for line in listed.stdout.splitlines() if line.split()[:1] == ["b"])
        assert row.rstrip().endswith("older format")
        assert (
            f"older format {FORMAT_VERSION - 1}, and this Shopkeeper reads {FORMAT_VERSION}" in listed.stdout
        )
        assert "train anew" in listed.stdout


def test_listing_nothing(run: Run) -> None:
    result = run("artifacts")
    assert result.exit_code == 0
    assert "No artifact in" in result.stdout

"""No address and no telephone number anywhere but in the shop's own files; and whoever is erased stays so.

One demo store is trained on and served for real; then everything that it wrote is searched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from flask.testing import FlaskClient

from config.settings import Settings, load_settings
from models.artifact import load_artifact
from service.app import create_app
from training.demo_store.store import DemoStoreOptions, write_demo_store
from training.pipeline import run_training

ADDRESS, NUMBER = "planted.person@example.com", "+44 1632 960777"
QUICK = """
[training]
threads = 1
[training.taste]
factors = 8
iterations = 3
trials = [{regularization = 0.05, alpha = 1.0}]
[training.bought_together]
max_antecedents = 1
[training.ranking]
enabled = false
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    write_demo_store(folder, DemoStoreOptions(customers=300, order_lines=6000))
    return folder


@pytest.fixture(scope="module")
def settings(folder: Path) -> Settings:
    file = folder / "quick.toml"
    file.write_text((folder / "shop.toml").read_text() + QUICK)
    settings = load_settings(file)
    var = folder / "var"
    return settings.model_copy(
        update={
            "artifacts": settings.artifacts.model_copy(update={"dir": var / "artifacts"}),
            "ledger": settings.ledger.model_copy(update={"url": f"sqlite:///{var}/ledger.sqlite3"}),
            "identity": settings.identity.model_copy(update={"key_file": var / "identity.key"}),
            "service": settings.service.model_copy(
                update={"signing_key_file": var / "signing.key", "log_level": "debug", "log_requests": True}
            ),
        }
    )


@pytest.fixture(scope="module")
def told(settings: Settings) -> list[str]:
    """What the training told while it ran."""
    told: list[str] = []
    run_training(settings, told.append)
    return told


def personal(folder: Path) -> re.Pattern[bytes]:
    """Every address and number of the shop, and the planted ones, as they are written and as digits."""
    table = pl.read_csv(folder / "customers.csv", infer_schema=False)
    contacts = [ADDRESS, NUMBER, *table["email"].drop_nulls(), *table["phone"].drop_nulls()]
    digits = [re.sub(r"\D", "", each)[-9:] for each in contacts if "@" not in each]
    found = sorted({each for each in (*contacts, *digits) if each})
    return re.compile("|".join(map(re.escape, found)).encode(), re.IGNORECASE)


def written(folder: Path) -> Iterator[Path]:
    return (path for path in (folder / "var").rglob("*") if path.is_file())


def used(client: FlaskClient) -> list[bytes]:
    """Say the planted contacts wherever one can, rightly and wrongly; what was answered."""
    calls = [
        client.post(
            "/v1/customers/contacts", json={"customer_id": "C00001", "email": ADDRESS, "phone": NUMBER}
        ),
        client.post("/v1/customers/contacts", json={"customer_id": "other", "email": ADDRESS}),
        client.post("/v1/customers/lookup", json={"email": ADDRESS}),
        client.post("/v1/customers/lookup", json={"phone": NUMBER}),
        client.post("/v1/customers/lookup", json={"phone": f"{NUMBER} or {ADDRESS}"}),
        client.post("/v1/customers/lookup", json={"email": [ADDRESS]}),
        client.post("/v1/customers/lookup", data=f'{{"email": "{ADDRESS}'.encode()),
        client.post("/v1/events", json={"events": [{"id": "e1", "type": "view", "quantity": ADDRESS}]}),
        client.post("/v1/recommendations", json={"limit": NUMBER}),
        client.get("/v1/customers/C00001/export"),
        client.get(f"/nowhere/{ADDRESS}"),
        client.get("/metrics"),
    ]
    return [call.get_data() for call in calls]


def test_nothing_personal_is_written_or_told(
    folder: Path, settings: Settings, told: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    answers = used(create_app(settings).test_client())
    pattern = personal(folder)
    assert pattern.search((folder / "customers.csv").read_bytes()), "the search finds what is there"
    assert not pattern.search("\n".join([*told, *capfd.readouterr()]).encode())
    assert not pattern.search(b"\n".join(answers))
    searched = {path.suffix for path in written(folder)}
    assert {".joblib", ".html", ".json", ".sqlite3"} <= searched
    assert not [path.name for path in written(folder) if pattern.search(path.read_bytes())]


def test_the_next_training_leaves_an_erased_customer_out(settings: Settings, told: list[str]) -> None:
    before = load_artifact(settings.artifacts.dir / "current")
    assert before.directory is not None
    assert before.plan_nudges is not None
    gone = next(
        each
        for each in before.customers.take(range(len(before.customers)))
        if before.plan_nudges.subscribers.index(each) >= 0 and before.directory.customers.index(each) >= 0
    )
    client = create_app(settings).test_client()
    assert client.delete(f"/v1/customers/{gone}").status_code == 200
    result = run_training(settings, told.append, wanted=False)
    after = load_artifact(result.directory)
    assert after.directory is not None
    assert after.plan_nudges is not None
    for ids in (after.customers, after.directory.customers, after.plan_nudges.subscribers):
        assert ids.index(gone) < 0
    assert len(after.customers) == len(before.customers) - 1
    assert "erased_customer" in str(result.content.to_dict()["tables"])

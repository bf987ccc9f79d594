"""Policies in the service: over HTTP, taken over while it runs, refused with a line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient

from config.settings import Settings
from models.errors import ConfigError
from models.policies import Policy
from service.app import create_app
from service.logs import logger
from service.metrics import Metrics
from service.policies import PolicyBook
from service.schemas import ExplainedOut
from tests.models.tiny import publish_tiny, tiny_bundle
from tests.service.conftest import KEY
from tests.service.servers import ROOT, serving, wait_until

NO_BUTTER = '[[policy]]\nname = "no butter"\naction = "exclude"\nproduct_id = "butter"\n'
NO_COLA = '[[policy]]\nname = "no cola"\naction = "exclude"\nproduct_id = "cola"\n'
BROKEN = NO_COLA + 'placements = "kart"\n'

Client = Callable[..., FlaskClient]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "policies.toml"


@pytest.fixture
def client_with(artifacts_dir: Path, file: Path) -> Client:
    """A service with these policies in its file and these settings of placements."""

    def make(text: str, **placements: Any) -> FlaskClient:
        file.write_text(text)
        service = {"signing_key": KEY, "reload_seconds": 3600, "log_level": "error", "policies": file}
        settings = Settings(artifacts={"dir": artifacts_dir}, service=service, placements=placements)
        return create_app(settings).test_client()

    return make


def ids(client: FlaskClient, **fields: Any) -> list[str]:
    response = client.post("/v1/recommendations", json=fields)
    assert response.status_code == 200, response.get_data(as_text=True)
    return [item["product_id"] for item in response.get_json()["recommendations"]]


def test_explain_says_what_each_policy_did(client_with: Client) -> None:
    client = client_with(
        NO_BUTTER
        + '[[policy]]\nname = "pizza week"\naction = "pin"\nproduct_id = "pizza"\nposition = 2\n'
        + '[[policy]]\nname = "not here"\naction = "exclude"\ntag = "vegan"\nplacements = "cart"\n'
    )
    body = client.post("/v1/recommendations", json={"explain": True, "limit": 10}).get_json()
    ExplainedOut.model_validate_json(json.dumps(body))
    assert [item["product_id"] for item in body["recommendations"]] == ["bread-xl", "pizza", "cola"]
    assert body["recommendations"][1]["reasons"][-1] == {
        "code": "POLICY",
        "text": "Chosen by the shop: pizza week",
        "evidence": {"policy": "pizza week"},
    }
    assert body["policies"] == [
        {"policy": "no butter", "did": "removed", "product_ids": ["butter"]},
        {"policy": "pizza week", "did": "pinned", "product_ids": ["pizza"]},
    ]
    removed = {line["product_id"]: line["removed_by"] for line in body["candidates"]}
    assert removed["butter"] == "policy: no butter"


def test_policies_of_placements_and_channels(client_with: Client) -> None:
    client = client_with(
        NO_BUTTER + 'channels = "email"\n' + NO_COLA + 'placements = ["sales"]\nchannels = ["phone"]\n'
    )
    everything = ["bread-xl", "butter", "cola", "pizza"]
    assert ids(client, limit=10, kinds=["cross_sell"]) == everything
    assert "butter" not in ids(client, limit=10, placement="email"), "its channel is email if left out"
    assert "butter" not in ids(client, limit=10, channel="email")
    assert "butter" in ids(client, limit=10, placement="email", channel="web")
    assert "cola" not in ids(client, limit=10, placement="sales")
    assert "cola" in ids(client, limit=10, placement="sales", channel="store")
    url = "/v1/customers/nobody/recommendations?limit=10&channel="
    through = [item["product_id"] for item in client.get(url + "email").get_json()["recommendations"]]
    assert "butter" not in through
    refused = client.get(url + "mail")
    assert refused.status_code == 422
    assert refused.get_json()["errors"][0]["field"] == "channel"


def test_product_pages_keep_to_policies(client_with: Client) -> None:
    plain = client_with("")
    client = client_with(NO_BUTTER + 'placements = "product"\n')
    for page in ("bought-together", "similar"):
        url = f"/v1/products/cola/{page}?limit=5"
        before = [item["product_id"] for item in plain.get(url).get_json()["recommendations"]]
        after = [item["product_id"] for item in client.get(url).get_json()["recommendations"]]
        assert "butter" in before
        assert [item for item in before if item != "butter"] == after
    unknown = client.get("/v1/products/unknown/similar?limit=5").get_json()
    assert "butter" not in [item["product_id"] for item in unknown["recommendations"]]


def test_at_most_so_many_of_one_category_by_placement(client_with: Client, artifacts_dir: Path) -> None:
    world = tiny_bundle()
    alone = np.arange(len(world.products), dtype=np.int32)  # no variants: both breads could be offered
    publish_tiny(artifacts_dir, "tiny-2", replace(world, catalogue=replace(world.catalogue, family=alone)))
    client = client_with("", cart={"kinds": ["cross_sell"], "limit": 10, "max_per_category": 1})
    elsewhere = {"viewing": "pizza", "limit": 10, "explain": True}
    body = client.post("/v1/recommendations", json=elsewhere).get_json()
    assert {item["product_id"] for item in body["recommendations"]} == {"bread", "bread-xl", "butter", "cola"}
    assert body["policies"] == []
    body = client.post("/v1/recommendations", json={**elsewhere, "placement": "cart"}).get_json()
    assert {item["product_id"] for item in body["recommendations"]} == {"bread-xl", "butter", "cola"}
    name = "placements.cart.max_per_category"
    assert body["policies"] == [{"policy": name, "did": "limited", "product_ids": ["bread"]}]
    removed = {line["product_id"]: line["removed_by"] for line in body["candidates"]}
    assert removed["bread"] == f"policy: {name}"


def test_a_file_with_a_mistake_stops_the_start(client_with: Client, file: Path) -> None:
    with pytest.raises(ConfigError, match="did you mean 'cart'") as caught:
        client_with(BROKEN)
    assert caught.value.where == f"{file}:5"


def test_serve_says_the_mistake_in_one_line(tmp_path: Path, file: Path) -> None:
    file.write_text(BROKEN)
    config = tmp_path / "shop.toml"
    config.write_text(f'[artifacts]\ndir = "{tmp_path}"\n[service]\npolicies = "{file}"\n')
    command = [sys.executable, "-m", "shopkeeper", "serve", "--config", str(config), "--bind", "127.0.0.1:0"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert f"{file}:5: policy.0.placements: not known; did you mean 'cart'?" in ended.stderr


class Book:
    """A PolicyBook on a file, as one process has it."""

    def __init__(self, file: Path, standing: tuple[Policy, ...] = ()) -> None:
        self.metrics = Metrics(None)
        self.book = PolicyBook(file, standing, self.metrics, logger("info"))
        self.bundle = tiny_bundle()

    def names(self) -> list[str]:
        return [one.policy.name for one in self.book.in_force(self.bundle, "home", "web")]

    def look_twice(self) -> None:
        self.book.refresh()
        self.book.refresh()

    def refused(self) -> bool:
        return b"shopkeeper_policies_refused_total 1.0" in self.metrics.exposition()


def test_a_changed_file_is_taken_over_when_it_lies_still(file: Path) -> None:
    holder = Book(file)
    assert holder.names() == []
    file.write_text(NO_BUTTER)
    holder.book.refresh()
    assert holder.names() == [], "it may still be being written"
    holder.book.refresh()
    assert holder.names() == ["no butter"]
    file.write_text(NO_BUTTER + NO_COLA)
    holder.look_twice()
    assert holder.names() == ["no butter", "no cola"]
    file.unlink()
    holder.look_twice()
    assert holder.names() == []


def test_a_broken_file_leaves_the_policies_of_before_and_is_told_once(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(NO_BUTTER)
    standing = Policy("standing", "limit", attribute="category", at_most=2)
    holder = Book(file, (standing,))
    file.write_text(BROKEN)
    for _ in range(4):
        holder.book.refresh()
    assert holder.names() == ["no butter", "standing"]
    assert holder.refused()
    logged = capsys.readouterr().err
    assert logged.count("policies refused") == 1
    assert f"{file}:5" in logged
    file.write_text(NO_COLA)
    holder.look_twice()
    assert holder.names() == ["no cola", "standing"]


def test_a_file_that_breaks_the_reader_does_not_end_the_watch(file: Path) -> None:
    holder = Book(file)
    file.write_text("x = " + "[" * 100_000)
    holder.look_twice()
    assert holder.refused()


def test_policies_are_compiled_for_the_bundle_that_answers(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text('[[policy]]\nname = "a"\naction = "exclude"\ntag = ["vegan", "raw"]\n')
    holder = Book(file)
    first = holder.book.in_force(holder.bundle, "home", "web")
    assert holder.book.in_force(holder.bundle, "home", "web")[0] is first[0]
    assert holder.book.in_force(tiny_bundle("tiny-2"), "home", "web")[0] is not first[0]
    assert "no tag 'raw'; valid choices: alcohol, vegan" in capsys.readouterr().err


def test_without_policies_nothing_is_compiled(file: Path) -> None:
    assert Book(file).book.in_force(tiny_bundle(), "home", "web") == ()


def write_whole(file: Path, text: str) -> None:
    """As an editor saves: a new file in one rename."""
    beside = file.with_suffix(".new")
    beside.write_text(text)
    os.replace(beside, file)  # noqa: PTH105  # the name says what is done


def test_every_worker_takes_policies_over_and_keeps_them_when_the_next_are_broken(
    tmp_path: Path, file: Path
) -> None:
    publish_tiny(tmp_path / "artifacts")
    with serving(tmp_path, SHOPKEEPER_SERVICE__POLICIES=str(file)) as server:

        def offered() -> list[set[str]]:
            """What 20 requests are answered, some of them by either worker."""
            answers = [server.post(limit=10, kinds=["cross_sell"]) for _ in range(20)]
            return [{item["product_id"] for item in answer["recommendations"]} for answer in answers]

        assert all("butter" in answer for answer in offered())
        write_whole(file, NO_BUTTER)
        wait_until(lambda: not any("butter" in answer for answer in offered()), "no worker offers butter")
        write_whole(file, BROKEN)
        wait_until(
            lambda: server.count("shopkeeper_policies_refused_total") == 2, "both workers refused the file"
        )
        assert all("butter" not in answer and "cola" in answer for answer in offered())
        assert f"{file}:5" in server.log.read_text()
        file.unlink()
        wait_until(lambda: all("butter" in answer for answer in offered()), "butter is back everywhere")

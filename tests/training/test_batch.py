"""A batch says what the recommender says, in three formats, whole or not at all."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest

from models.errors import ArtifactError, DataError, ShopkeeperError
from models.policies import Occasion, Policy, compiled
from models.query import KINDS, Query
from models.recommender import recommend
from tests.models.stepped import stepped_bundle
from tests.models.tiny import tiny_bundle
from tests.models.tiny_names import CUSTOMERS
from training import batch
from training.batch import Offer, write_batch
from training.batch_files import ENDINGS, SCHEMA
from training.publishing import publish, store

BOTH = Offer(KINDS, 10)
STRANGERS = ("zoe", "cai", "x" * 300)


@pytest.fixture(scope="module")
def artifacts_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("batch") / "artifacts"
    store(tiny_bundle("v1"), folder)
    publish(folder, "v1")
    return folder


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of a file of any format, reasons as lists."""
    if path.suffix == ".ndjson":
        return [json.loads(line) for line in path.read_text().splitlines()]
    frame = pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path, schema=SCHEMA)
    return [row | {"reasons": json.loads(row["reasons"])} for row in frame.to_dicts()]


def expected(customers: tuple[str, ...], offer: Offer) -> list[dict[str, Any]]:
    """What the recommender answers each of them, as rows."""
    bundle, rows = tiny_bundle("v1"), []
    for customer_id in customers:
        answer = recommend(bundle, Query(customer_id=customer_id, kinds=offer.kinds, limit=offer.limit))
        rows += [
            {
                "customer_id": customer_id,
                "rank": found.rank,
                "product_id": found.product_id,
                "kind": found.kind,
                "score": found.score,
                "source": found.source,
                "reasons": json.loads(orjson.dumps(found.reasons)),
                "fallback": answer.fallback,
                "model_version": "v1",
            }
            for found in answer.recommendations
        ]
    return rows


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("offer", [BOTH, Offer(("buy_again",), 2), Offer(("cross_sell",), 1)])
def test_all_known_customers_get_what_the_recommender_answers(
    artifacts_dir: Path, tmp_path: Path, ending: str, offer: Offer
) -> None:
    out = tmp_path / f"offers{ending}"
    summary = write_batch(artifacts_dir, None, offer, out)
    assert read(out) == expected(CUSTOMERS, offer)
    assert (summary.customers, summary.rows, summary.model_version) == (4, len(read(out)), "v1")
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


@pytest.mark.parametrize("ending", ENDINGS)
def test_strangers_degrade_by_name(artifacts_dir: Path, tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"offers{ending}"
    summary = write_batch(artifacts_dir, pl.Series(STRANGERS), BOTH, out)
    rows = read(out)
    assert rows == expected(STRANGERS, BOTH)
    assert {(row["customer_id"], row["fallback"]) for row in rows} == {
        ("zoe", "unknown_customer"),
        ("cai", None),
        ("x" * 300, "unknown_customer"),
    }
    assert summary.fallbacks == Counter(unknown_customer=2)


def test_up_sell_goes_by_what_each_customer_buys_most(tmp_path: Path) -> None:
    world = stepped_bundle()
    store(replace(world, facts=replace(world.facts, version="v2")), tmp_path)
    publish(tmp_path, "v2")
    out = tmp_path / "offers.ndjson"
    summary = write_batch(tmp_path, pl.Series(["dora", "ben"]), Offer(("up_sell",), 5), out)
    rows = read(out)
    assert [(row["customer_id"], row["product_id"], row["kind"], row["source"]) for row in rows] == [
        ("dora", "pizza", "up_sell", "trade_up"),
        ("ben", "butter", "up_sell", "trade_up"),
        ("ben", "bread", "up_sell", "trade_up"),
    ]
    assert [row["reasons"][0]["evidence"]["product_id"] for row in rows] == ["butter", "cola", "cola"]
    assert summary.without == 0


def test_who_has_nothing_to_buy_again_has_no_row_and_is_counted(artifacts_dir: Path, tmp_path: Path) -> None:
    summary = write_batch(
        artifacts_dir, pl.Series(["zoe", "ana"]), Offer(("buy_again",), 5), tmp_path / "offers.csv"
    )
    assert {row["customer_id"] for row in read(tmp_path / "offers.csv")} == {"ana"}
    assert (summary.customers, summary.without) == (2, 1)


@pytest.mark.parametrize("ending", ENDINGS)
def test_nobody_gets_anything_and_the_file_has_its_columns(
    artifacts_dir: Path, tmp_path: Path, ending: str
) -> None:
    out = tmp_path / f"offers{ending}"
    summary = write_batch(artifacts_dir, pl.Series(["zoe"]), Offer(("buy_again",), 5), out)
    assert read(out) == []
    assert (summary.rows, summary.without) == (0, 1)
    if ending == ".parquet":
        assert pl.read_parquet_schema(out) == SCHEMA
    if ending == ".csv":
        assert out.read_text() == ",".join(SCHEMA) + "\n"


def test_columns_types_and_ranks(artifacts_dir: Path, tmp_path: Path) -> None:
    write_batch(artifacts_dir, None, BOTH, tmp_path / "offers.parquet")
    frame = pl.read_parquet(tmp_path / "offers.parquet")
    assert frame.schema == SCHEMA
    for _, rows in frame.group_by("customer_id"):
        assert rows["rank"].to_list() == list(range(1, len(rows) + 1))


@pytest.mark.parametrize("ending", ENDINGS)
def test_neither_chunks_nor_processes_change_the_file(
    artifacts_dir: Path, tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    customers = pl.Series([f"stranger-{number}" if number % 3 else "ana" for number in range(60)])
    write_batch(artifacts_dir, customers, BOTH, tmp_path / f"whole{ending}")
    monkeypatch.setattr(batch, "CHUNK_ROWS", 70)
    monkeypatch.setattr(batch, "WORTH_A_PROCESS", 20)
    steps: list[tuple[int, int]] = []
    write_batch(
        artifacts_dir,
        customers,
        BOTH,
        tmp_path / f"parts{ending}",
        workers=2,
        on_progress=lambda done, of: steps.append((done, of)),
    )
    assert read(tmp_path / f"parts{ending}") == read(tmp_path / f"whole{ending}")
    assert steps == [(min(7 * chunk, 60), 60) for chunk in range(1, 10)]


def test_text_that_a_csv_must_quote_comes_back(artifacts_dir: Path, tmp_path: Path) -> None:
    odd = ('say "hi"', "a,b", "line\nbreak", "ä€😀", " space ")
    for ending in ENDINGS:
        out = tmp_path / f"offers{ending}"
        write_batch(artifacts_dir, pl.Series(odd), Offer(("cross_sell",), 1), out)
        if ending == ".ndjson":
            assert [json.loads(line)["customer_id"] for line in out.read_bytes().splitlines()] == list(odd)
        else:
            assert [row["customer_id"] for row in read(out)] == list(odd)


@pytest.mark.parametrize("name", ["offers.xlsx", "offers", "offers.parquet.gz", ".csv"])
def test_an_unknown_ending_is_refused_with_those_there_are(
    artifacts_dir: Path, tmp_path: Path, name: str
) -> None:
    with pytest.raises(DataError, match=r"valid choices: \.csv, \.ndjson, \.parquet"):
        write_batch(artifacts_dir, None, BOTH, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_without_a_model_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="no artifact is published; run `shopkeeper train`"):
        write_batch(tmp_path / "artifacts", None, BOTH, tmp_path / "offers.csv")
    store(tiny_bundle("v1"), tmp_path / "artifacts")
    with pytest.raises(ArtifactError, match="`shopkeeper publish` one of: v1"):
        write_batch(tmp_path / "artifacts", None, BOTH, tmp_path / "offers.csv")
    assert not (tmp_path / "offers.csv").exists()


def test_a_place_that_cannot_be_written_is_named(artifacts_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match=r"offers\.csv: cannot be written"):
        write_batch(artifacts_dir, None, BOTH, tmp_path / "file" / "offers.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(DataError, match=r"folder\.csv: is a directory"):
        write_batch(artifacts_dir, None, BOTH, tmp_path / "folder.csv")


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_batch_that_fails_leaves_the_file_of_before(
    artifacts_dir: Path, tmp_path: Path, ending: str
) -> None:
    out = tmp_path / f"offers{ending}"
    out.write_text("yesterday's")

    def fail(done: int, of: int) -> None:
        raise ShopkeeperError(f"stopped at {done} of {of}")

    with pytest.raises(ShopkeeperError, match="stopped at 4 of 4"):
        write_batch(artifacts_dir, None, BOTH, out, on_progress=fail)
    assert out.read_text() == "yesterday's"
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


def stop_in_the_middle(artifacts_dir: Path, out: Path) -> None:
    """For tests, in a child: is killed when the chunks are there and the file is not."""

    def die(*_: int) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    write_batch(artifacts_dir, None, BOTH, out, on_progress=die)


def wait_in_the_middle(artifacts_dir: Path, out: Path) -> None:
    """For tests, in a child: never ends by itself."""
    write_batch(artifacts_dir, None, BOTH, out, on_progress=lambda *_: time.sleep(600))


def test_what_a_killed_batch_left_goes_with_the_next_one(artifacts_dir: Path, tmp_path: Path) -> None:
    out = tmp_path / "offers.csv"
    context = multiprocessing.get_context("spawn")
    killed = context.Process(target=stop_in_the_middle, args=(artifacts_dir, out))
    killed.start()
    killed.join(60)
    assert killed.exitcode == -signal.SIGKILL
    assert not out.exists()
    assert len(list(tmp_path.iterdir())) == 1
    write_batch(artifacts_dir, None, BOTH, out)
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


def test_a_batch_at_work_is_left_alone(artifacts_dir: Path, tmp_path: Path) -> None:
    out = tmp_path / "offers.csv"
    other = multiprocessing.get_context("spawn").Process(target=wait_in_the_middle, args=(artifacts_dir, out))
    other.start()
    try:
        deadline = time.monotonic() + 60
        while not list(tmp_path.glob(".offers.csv.*.unfinished/00000000.csv")):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        write_batch(artifacts_dir, None, BOTH, out)
        assert list(tmp_path.glob(".offers.csv.*.unfinished/00000000.csv"))
        assert len(read(out)) > 0
    finally:
        other.kill()
        other.join()


POLICIES = (
    Policy("no butter", "exclude", product_ids=("butter",), placements=("email",)),
    Policy("not here", "exclude", product_ids=("pizza",), channels=("phone",)),
    Policy("over", "exclude", product_ids=("cola",), valid_until=100.0),
    Policy("gone", "boost", tags=("gone",), factor=2.0),
)


def test_policies_that_hold_arrange_every_answer(
    artifacts_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "WORTH_A_PROCESS", 2)
    monkeypatch.setattr(batch, "CHUNK_ROWS", 10)
    offer = Offer(KINDS, 10, POLICIES, Occasion("email", "email", 100.0))
    summary = write_batch(artifacts_dir, None, offer, tmp_path / "offers.csv", workers=2)
    bundle = tiny_bundle("v1")
    asked = compiled(POLICIES[:1], bundle)
    answers = {
        customer: recommend(bundle, Query(customer_id=customer, kinds=KINDS, limit=10), asked)
        for customer in CUSTOMERS
    }
    assert [
        (row["customer_id"], row["product_id"], row["score"]) for row in read(tmp_path / "offers.csv")
    ] == [
        (customer, found.product_id, found.score)
        for customer, answer in answers.items()
        for found in answer.recommendations
    ]
    assert {"pizza", "cola"} <= {row["product_id"] for row in read(tmp_path / "offers.csv")}
    assert summary.unknown == ("policy 'gone': no tag 'gone'; valid choices: alcohol, vegan",)

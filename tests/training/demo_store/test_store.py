from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from config.settings import load_settings
from models.errors import ConfigError
from tests.training.demo_store.conftest import Store, read_text
from training.demo_store.store import STEPS, DemoStoreOptions, write_demo_store

FILES = (
    "README.txt",
    "customers.csv",
    "events.parquet",
    "orders.csv",
    "plans.toml",
    "products.csv",
    "shop.toml",
    "subscriptions.csv",
    "truth.json",
    "usage.parquet",
)
SMALL = DemoStoreOptions(customers=50, order_lines=2000)


def hashes(directory: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in directory.iterdir()}


def test_same_options_give_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        write_demo_store(Path("demo"), SMALL)
        written.append(hashes(Path("demo")))
    assert written[0] == written[1]
    assert sorted(written[0]) == sorted(FILES)


def test_another_seed_gives_another_store(tmp_path: Path) -> None:
    write_demo_store(tmp_path / "a", SMALL)
    write_demo_store(tmp_path / "b", DemoStoreOptions(customers=50, order_lines=2000, seed=8))
    first, second = hashes(tmp_path / "a"), hashes(tmp_path / "b")
    fixed = {"plans.toml"}  # prices of plans are not drawn
    assert {name for name in FILES if first[name] == second[name]} == fixed


@pytest.mark.parametrize(
    ("customers", "order_lines"), [(20, 200), (50, 2000), (30, 12_000), (400, 200), (300, 9000)]
)
def test_sizes_are_honoured(tmp_path: Path, customers: int, order_lines: int) -> None:
    summary = write_demo_store(
        tmp_path / "demo", DemoStoreOptions(customers=customers, order_lines=order_lines)
    )
    orders = read_text(tmp_path / "demo" / "orders.csv")
    assert abs(len(orders) / order_lines - 1) < 0.03
    assert summary.order_lines == len(orders)
    assert len(read_text(tmp_path / "demo" / "customers.csv")) == customers


def test_everything_grows_with_the_options(tmp_path: Path) -> None:
    small = write_demo_store(tmp_path / "s", DemoStoreOptions(customers=400, order_lines=15_000))
    large = write_demo_store(tmp_path / "l", DemoStoreOptions(customers=1200, order_lines=45_000))
    for count in ("orders", "guest_orders", "order_lines", "events", "subscriptions", "usage_days"):
        assert getattr(large, count) / getattr(small, count) == pytest.approx(3, rel=0.15), count
    assert large.products == small.products


def test_summary_agrees_with_the_files(store: Store) -> None:
    summary = store.summary
    assert summary.files == FILES
    assert summary.order_lines == len(store.orders)
    assert summary.products == len(store.products)
    assert summary.customers == len(store.customers)
    assert summary.events == len(store.events)
    assert summary.subscriptions == len(store.subscriptions)
    assert summary.usage_days == len(store.usage)
    bought = store.lines["customer_id"].drop_nulls().n_unique()
    assert summary.customers_with_orders == pytest.approx(bought, abs=5)  # faults hide a few
    assert summary.customers - summary.customers_with_orders == len(store.truth["without_order"])


def test_shop_toml_reads_the_directory_as_it_was_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    directory = Path('var/a "quoted" shop')
    write_demo_store(directory, SMALL)
    settings = load_settings(directory / "shop.toml")
    assert settings.data.orders is not None
    assert settings.data.orders.path == 'var/a "quoted" shop/orders.csv'
    assert Path(settings.data.orders.path).exists()
    assert settings.data.products is not None
    assert settings.data.customers is not None
    assert settings.data.currency == "USD"


def test_an_earlier_store_is_replaced_and_other_files_stay(tmp_path: Path) -> None:
    directory = tmp_path / "demo"
    write_demo_store(directory, SMALL)
    (directory / "mine.txt").write_text("keep")
    write_demo_store(directory, DemoStoreOptions(customers=60, order_lines=2000))
    assert len(read_text(directory / "customers.csv")) == 60
    assert (directory / "mine.txt").read_text() == "keep"


def test_a_failure_leaves_the_earlier_store_as_it_was(tmp_path: Path) -> None:
    directory = tmp_path / "demo"
    write_demo_store(directory, SMALL)
    before = hashes(directory)

    def break_off(step: str) -> None:
        if step == "plans and usage":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_demo_store(directory, DemoStoreOptions(customers=60, order_lines=2000), break_off)
    assert hashes(directory) == before
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]


def test_steps_are_told_in_order(tmp_path: Path) -> None:
    told: list[str] = []
    write_demo_store(tmp_path / "demo", SMALL, told.append)
    assert tuple(told) == STEPS


@pytest.mark.parametrize(
    ("options", "key"),
    [
        (DemoStoreOptions(customers=19), "customers"),
        (DemoStoreOptions(order_lines=199), "order_lines"),
        (DemoStoreOptions(seed=-1), "seed"),
    ],
)
def test_options_out_of_range_are_refused_before_anything_is_written(
    tmp_path: Path, options: DemoStoreOptions, key: str
) -> None:
    with pytest.raises(ConfigError, match="or more") as caught:
        write_demo_store(tmp_path / "demo", options)
    assert caught.value.key == key
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("a file")
    with pytest.raises(ConfigError, match="demo"):
        write_demo_store(tmp_path / "demo", SMALL)
    assert (tmp_path / "demo").read_text() == "a file"


def test_another_end_moves_the_whole_store(tmp_path: Path) -> None:
    options = DemoStoreOptions(customers=50, order_lines=2000, end=date(2024, 2, 29))
    write_demo_store(tmp_path / "demo", options)
    events = pl.read_parquet(tmp_path / "demo" / "events.parquet")
    usage = pl.read_parquet(tmp_path / "demo" / "usage.parquet")
    assert events.select(pl.col("at").dt.date().max()).item() <= date(2024, 2, 29)
    assert usage["date"].max() == date(2024, 2, 29)

"""Settings: defaults, file, environment, and what a mistake is answered with."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

import config
from config.data import (
    AddOnsSource,
    CustomersSource,
    Data,
    OrdersSource,
    PlanMetersSource,
    PlansSource,
    ProductsSource,
    Source,
    SubscriptionsSource,
    UsageSource,
)
from config.settings import Settings, load_settings
from config.training import Ranking
from models.errors import ConfigError

DEFAULT = Path(config.__file__).parent / "default.toml"
EXAMPLES = sorted(
    path
    for path in (Path(config.__file__).parent / "examples").glob("*.toml")
    if path.stem not in {"policies", "plans"}
)
SOURCES: dict[str, type[Source]] = {
    "orders": OrdersSource,
    "products": ProductsSource,
    "customers": CustomersSource,
    "plans": PlansSource,
    "plan_meters": PlanMetersSource,
    "add_ons": AddOnsSource,
    "subscriptions": SubscriptionsSource,
    "usage": UsageSource,
}


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def keys_of(model: BaseModel, prefix: str = "") -> set[str]:
    """Dotted names of every setting that is not a table itself."""
    keys: set[str] = set()
    for name in type(model).model_fields:
        value = getattr(model, name)
        keys |= keys_of(value, f"{prefix}{name}.") if isinstance(value, BaseModel) else {prefix + name}
    return keys


def test_the_documented_defaults_are_the_defaults() -> None:
    assert load_settings(DEFAULT) == Settings()


def test_every_key_is_documented_in_the_default_file() -> None:
    text = DEFAULT.read_text()
    tables = set(re.findall(r"^(?:# )?\[(.+)\]$", text, flags=re.MULTILINE))
    named = set(re.findall(r"^(?:# )?(\w+) = ", text, flags=re.MULTILINE))
    optional = {f"data.{name}" for name in SOURCES}
    assert {f"[{name}]" for name in optional} <= {f"[{table}]" for table in tables}
    for key in keys_of(Settings()) - optional:
        table, _, name = key.rpartition(".")
        assert table in tables, key
        assert name in named, key
    for source in SOURCES.values():
        assert set(source.model_fields) <= named


def test_every_key_line_of_the_default_file_is_commented() -> None:
    first_uses = {}
    for line in DEFAULT.read_text().splitlines():
        if match := re.match(r"^(?:# )?(\w+) = .*$", line):
            first_uses.setdefault(match[1], line)
    missing = [name for name, line in first_uses.items() if "#" not in line.removeprefix("# ")]
    assert missing == ["kinds"], "kinds is explained above its table"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_load(path: Path) -> None:
    settings = load_settings(path)
    assert settings.data.orders is not None


def test_a_file_of_two_keys_is_enough(tmp_path: Path) -> None:
    path = write(tmp_path / "s.toml", '[artifacts]\ndir = "a"\n[data.orders]\npath = "orders.csv"\n')
    settings = load_settings(path)
    assert settings.artifacts.dir == Path("a")
    assert settings.data.orders == OrdersSource(path="orders.csv")
    assert settings.training == Settings().training


def test_the_environment_wins_and_leaves_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "s.toml", '[data.orders]\npath = "a.csv"\nseparator = ";"\n')
    monkeypatch.setenv("SHOPKEEPER_DATA__ORDERS__PATH", "b.csv")
    monkeypatch.setenv("SHOPKEEPER_DATA__ORDERS__COLUMNS__PRODUCT_ID", "StockCode")
    monkeypatch.setenv("SHOPKEEPER_TRAINING__TASTE__FACTORS", "8")
    settings = load_settings(path)
    assert settings.data.orders == OrdersSource(
        path="b.csv", separator=";", columns={"product_id": "StockCode"}
    )
    assert settings.training.taste.factors == 8


def test_ranking_is_on_unless_it_is_switched_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "s.toml", "[training.ranking]\ncuts = 3\nmixed_length = 5\n")
    assert load_settings(path).training.ranking == Ranking(cuts=3, mixed_length=5)
    assert load_settings(path).training.ranking.enabled
    monkeypatch.setenv("SHOPKEEPER_TRAINING__RANKING__ENABLED", "false")
    assert load_settings(path).training.ranking == Ranking(enabled=False, cuts=3, mixed_length=5)


def test_a_source_can_come_from_the_environment_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPKEEPER_DATA__ORDERS__PATH", "b.csv")
    orders = load_settings(None).data.orders
    assert orders is not None
    assert orders.path == "b.csv"


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError):
        Settings().training.seed = 8  # type: ignore[misc]  # that is what is being tested


MISTAKES = [
    ('[data.orderz]\npath = "a"\n', "data.orderz", "did you mean 'orders'?"),
    ("[training.taste]\nfactor = 3\n", "training.taste.factor", "did you mean 'factors'?"),
    ("[training.taste]\nfactors = 0\n", "training.taste.factors", "given: 0"),
    ('[data.orders]\npath = "a"\nurl = "b"\n', "data.orders", "either path"),
    ('[data.orders]\nurl = "sqlite://"\n', "data.orders", "url and query go together"),
    (
        '[data.orders]\npath = "a"\nnon_product_pattern = "("\n',
        "data.orders.non_product_pattern",
        "no regular",
    ),
    (
        '[placements.cart]\nkinds = ["upsell"]\n',
        "placements.cart.kinds.0",
        "'cross_sell', 'up_sell' or 'buy_again'",
    ),
    ("[training.trade_up]\nmin_ratio = 4\n", "training.trade_up", "must be below max_ratio 3.0"),
    ("[training.ranking]\ncuts = 0\n", "training.ranking.cuts", "given: 0"),
    ("[training.ranking]\nlist_length = 501\n", "training.ranking.list_length", "given: 501"),
    ("[training.ranking]\nmax_customer = 9\n", "training.ranking.max_customer", "'max_customers'?"),
    ("[placements.cart]\nlimit = 101\n", "placements.cart.limit", "given: 101"),
    ("[shop]\nname = 1\n", "shop", "valid choices: artifacts, contacts, data"),
    ('[contacts]\nproduct_url = "/p/{product_id}"\n', "contacts.product_url", "links in mails are absolute"),
    ('[contacts]\nproduct_url = "https://a/"\n', "contacts.product_url", "has no {product_id}"),
    ('[contacts]\nproduct_url = "https://a/{sku}"\n', "contacts.product_url", "can be filled in"),
    ("[contacts]\ncaps = [{days = 0, most = 1}]\n", "contacts.caps.0.days", "given: 0"),
    ("[experiments.holdout]\nweb = 5\n", "experiments.holdout.web", "given: 5"),
]


@pytest.mark.parametrize(("text", "key", "says"), MISTAKES, ids=[key for _, key, _ in MISTAKES])
def test_a_mistake_is_named_with_file_key_and_choices(tmp_path: Path, text: str, key: str, says: str) -> None:
    path = write(tmp_path / "s.toml", text)
    with pytest.raises(ConfigError, match=r"s\.toml") as caught:
        load_settings(path)
    assert caught.value.key == key
    assert key in str(caught.value)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("SHOPKEEPER_DATA__ORDERZ__PATH", "x", "did you mean 'orders'"),
        ("SHOPKEEPER_DAT__ORDERS", "x", "no section 'dat'"),
        ("SHOPKEEPER_SERVICE__WORKERS", "many", "service.workers"),
        ("SHOPKEEPER_TRAINING", "no json", "should hold JSON"),
    ],
)
def test_a_mistake_in_the_environment_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=says) as caught:
        load_settings(None)
    assert name in str(caught.value)


def test_secrets_are_not_repeated_in_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPKEEPER_DATA__ORDERS__URL", "postgresql://shop:hunter2@db/shop")
    with pytest.raises(ConfigError) as caught:
        load_settings(None)
    assert "hunter2" not in str(caught.value)


def test_a_missing_or_broken_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        load_settings(tmp_path / "none.toml")
    with pytest.raises(ConfigError, match="cannot be read as TOML"):
        load_settings(write(tmp_path / "broken.toml", "[data"))


def test_default_file_is_plain_toml() -> None:
    assert tomllib.loads(DEFAULT.read_text())["artifacts"]["keep"] == 5


def test_sources_share_their_keys() -> None:
    for source in (OrdersSource, ProductsSource, CustomersSource):
        assert issubclass(source, Source)


PLANS, SUBSCRIPTIONS, USAGE = ({"path": name} for name in ("plans.toml", "subscriptions.csv", "usage.csv"))


def test_plans_subscriptions_and_usage_come_together() -> None:
    data = Data.model_validate({"plans": PLANS, "subscriptions": SUBSCRIPTIONS, "usage": USAGE})
    assert data.has_plans
    assert not Data().has_plans


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ({"plans": PLANS}, r"\[data.subscriptions\], \[data.usage\] is missing"),
        ({"subscriptions": SUBSCRIPTIONS, "usage": USAGE}, r"\[data.plans\] is missing"),
        (
            {"plans": PLANS, "subscriptions": SUBSCRIPTIONS, "usage": USAGE, "plan_meters": USAGE},
            r"\[data.plan_meters\] belongs to plans that are a table",
        ),
        ({"add_ons": USAGE}, r"\[data.add_ons\] belongs to plans that are a table"),
        (
            {"plans": {"path": "plans.csv"}, "subscriptions": SUBSCRIPTIONS, "usage": USAGE},
            r"need \[data.plan_meters\]",
        ),
    ],
)
def test_half_a_set_of_plan_tables_is_refused(tables: dict[str, dict[str, str]], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Data.model_validate(tables)

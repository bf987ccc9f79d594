"""Settings in the report: all that a training reads, none that is secret."""

from __future__ import annotations

import pytest

from config.settings import Settings
from training.report.settings_used import settings_used, without_password


def shop(url: str) -> Settings:
    return Settings.model_validate(
        {
            "data": {"orders": {"url": url, "query": "select 1", "columns": {"order_id": "order_key"}}},
            "service": {"signing_key": "s3cr3t-signing"},
        }
    )


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://shop:hunter2@db.example:5432/shop",
        "postgresql://db/shop?user=shop&password=hunter2",
        "postgresql://shop:hunt:er2@db/shop?sslpassword=hunter2",
        "no url but hunter2",
    ],
)
def test_no_secret_is_shown(url: str) -> None:
    shown = " ".join(f"{item.key}={item.value}" for item in settings_used(shop(url)))
    for secret in ("hunter2", "hunt:er2", "s3cr3t"):
        assert secret not in shown


def test_the_rest_of_a_url_is_shown() -> None:
    used = {item.key: item for item in settings_used(shop("postgresql://shop:hunter2@db/shop"))}
    assert used["data.orders.url"].value == "postgresql://shop:***@db/shop"
    assert used["data.orders.columns.order_id"].value == "order_key"


def test_what_differs_from_the_defaults_is_marked() -> None:
    settings = Settings.model_validate({"training": {"seed": 8, "taste": {"factors": 64}}})
    used = {item.key: item for item in settings_used(settings)}
    assert (used["training.seed"].value, used["training.seed"].changed) == ("8", True)
    assert not used["training.taste.factors"].changed
    assert used["training.taste.trials.0.alpha"].value == "1.0"
    assert not any(item.changed for item in settings_used(Settings()))


def test_what_a_source_leaves_at_its_default_is_not_marked() -> None:
    settings = Settings.model_validate({"data": {"orders": {"path": "orders.csv", "encoding": "cp1252"}}})
    changed = [item.key for item in settings_used(settings) if item.changed]
    assert changed == ["data.orders.path", "data.orders.encoding"]


def test_the_password_of_a_source() -> None:
    assert without_password("postgresql://me:pw@h/d (select 1)") == "postgresql://me:***@h/d (select 1)"
    assert without_password("orders/*.csv") == "orders/*.csv"

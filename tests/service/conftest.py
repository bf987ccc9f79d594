"""A service on the tiny world, in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from config.settings import Settings
from service.app import ShopkeeperApp, create_app
from tests.models.tiny import publish_tiny
from tests.models.tiny_names import KEY

Ask = Callable[..., dict[str, Any]]


def settings_for(artifacts_dir: Path, **service: Any) -> Settings:
    """Settings of a service on these artifacts; it looks at the pointer only when told to."""
    return Settings(
        artifacts={"dir": artifacts_dir},
        ledger={"url": f"sqlite:///{artifacts_dir.parent / 'ledger.sqlite3'}"},
        identity={"key": KEY},
        service={
            "signing_key": KEY,
            "reload_seconds": 3600,
            "log_level": "error",
            "rewards": artifacts_dir.parent / "rewards.toml",  # there is none, unless a test writes it
            **service,
        },
    )


@pytest.fixture
def artifacts_dir(tmp_path: Path) -> Path:
    """An artifacts directory with the tiny world as its current artifact."""
    directory = tmp_path / "artifacts"
    publish_tiny(directory)
    return directory


@pytest.fixture
def app(artifacts_dir: Path) -> ShopkeeperApp:
    return create_app(settings_for(artifacts_dir))


@pytest.fixture
def client(app: ShopkeeperApp) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def ask(client: FlaskClient) -> Ask:
    """POST /v1/recommendations with these fields; the body of its 200."""

    def post(**fields: Any) -> dict[str, Any]:
        response = client.post("/v1/recommendations", json=fields)
        assert response.status_code == 200, response.get_data(as_text=True)
        body: dict[str, Any] = response.get_json()
        return body

    return post

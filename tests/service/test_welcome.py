"""The welcome: three calls that can be pasted into a shell and work on this very model."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from config.settings import Settings
from models.artifact import write_artifact
from models.directory import CONSENT_CHANNELS
from service.app import create_app
from service.welcome import plan_calls, three_calls, welcome
from tests.models.tiny import publish_tiny, tiny_bundle
from tests.models.tiny_customers import tiny_directory
from tests.models.tiny_plans import tiny_nudges
from training.no_orders import bundle_without_orders


def settings_of(folder: Path) -> Settings:
    return Settings.model_validate(
        {"artifacts": {"dir": folder}, "service": {"signing_key_file": folder / "signing.key"}}
    )


def test_the_three_calls_answer(tmp_path: Path) -> None:
    bundle = tiny_bundle()
    (tmp_path / bundle.facts.version).mkdir()
    write_artifact(bundle, tmp_path / bundle.facts.version)
    (tmp_path / "current").symlink_to(bundle.facts.version)
    client = create_app(settings_of(tmp_path)).test_client()
    for call in three_calls(bundle, "http://127.0.0.1:8000"):
        words = shlex.split(call)
        url = next(word for word in words if word.startswith("http"))
        path = url.removeprefix(f"{urlsplit(url).scheme}://{urlsplit(url).netloc}")
        if "-d" in words:
            answer = client.post(path, json=json.loads(words[words.index("-d") + 1]))
        else:
            answer = client.get(path)
        assert answer.status_code == 200, call
        assert answer.get_json()["recommendations"], call
    assert bundle.facts.version in welcome(tmp_path / "current", "127.0.0.1:8000")


def test_the_call_about_a_plan_answers_and_is_there_only_with_plans(tmp_path: Path) -> None:
    bundle = tiny_bundle()
    publish_tiny(tmp_path)
    client = create_app(settings_of(tmp_path)).test_client()
    (call,) = plan_calls(bundle, "http://127.0.0.1:8000")
    path = call.split("http://127.0.0.1:8000")[1].strip("'")
    assert client.get(path).get_json()["nudges"][0]["decision"] == "upgrade"
    assert call in welcome(tmp_path / "current", "127.0.0.1:8000")
    assert plan_calls(replace(bundle, plan_nudges=None), "http://127.0.0.1:8000") == ()


def test_who_refused_to_be_told_on_the_web_is_not_the_example() -> None:
    """The first call that a newcomer pasted was answered `suppressed`."""
    bundle = tiny_bundle()
    (call,) = plan_calls(bundle, "http://x")
    assert "/ana/" in call
    consents = tiny_directory().consents.copy()
    consents[0, CONSENT_CHANNELS.index("web")] = 0
    refusing = replace(tiny_directory(), consents=consents)
    (call,) = plan_calls(replace(bundle, directory=refusing), "http://x")
    assert "/ana/" not in call


def test_a_model_of_plans_alone_is_welcomed_with_what_it_can_do(tmp_path: Path) -> None:
    facts = tiny_bundle().facts
    publish_tiny(tmp_path, bundle=replace(bundle_without_orders(facts), plan_nudges=tiny_nudges()))
    text = welcome(tmp_path / "current", "127.0.0.1:8000")
    assert "0 products, 0 customers, 4 subscriptions" in text
    assert text.count("curl") == 1


def test_without_a_model_it_says_what_to_do(tmp_path: Path) -> None:
    text = welcome(tmp_path / "current", "127.0.0.1:8000")
    assert "shopkeeper train" in text
    assert "curl" not in text

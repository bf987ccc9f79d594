"""Recommendation ids: what they carry, and that no byte of one can be changed."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.service import Service
from models.errors import ConfigError, TokenError
from service.signing import Signer, signing_key

SIGNER = Signer(b"k" * 32)


@given(st.text(min_size=1, max_size=60).filter(lambda text: text.isprintable()))
def test_a_token_carries_what_was_signed(version: str) -> None:
    token = SIGNER.read(SIGNER.token(version, "cart", ("cross_sell", "buy_again"), "personal"))
    assert (token.model_version, token.placement, token.kinds, token.variant) == (
        version,
        "cart",
        ("cross_sell", "buy_again"),
        "personal",
    )
    assert abs(datetime.now(UTC) - token.made_at) < timedelta(minutes=1)


def test_two_tokens_are_never_the_same() -> None:
    assert len({SIGNER.token("v", "cart", ("cross_sell",), "personal") for _ in range(1000)}) == 1000


def test_every_changed_character_is_noticed() -> None:
    token = SIGNER.token("v|1", "cart", ("cross_sell",), "personal")
    for position, character in enumerate(token):
        for other in "Aa0_.":
            if other != character:
                with pytest.raises(TokenError):
                    SIGNER.read(token[:position] + other + token[position + 1 :])


@pytest.mark.parametrize("text", ["", ".", "a.b", "x", "a.b.c", "é.é", "====.===="])
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(TokenError):
        SIGNER.read(text)


def test_another_key_is_another_signature() -> None:
    with pytest.raises(TokenError):
        Signer(b"j" * 32).read(SIGNER.token("v", "cart", ("cross_sell",), "personal"))


def test_the_key_file_is_made_once_and_for_the_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "var" / "signing.key"
    settings = Service(signing_key_file=path)
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: signing_key(settings), range(32)))
    assert len(keys) == 1
    assert signing_key(settings) in keys
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [item.name for item in path.parent.iterdir()] == ["signing.key"], "no drafts are left"


def test_a_key_from_the_settings_wins_and_must_be_long(tmp_path: Path) -> None:
    path = tmp_path / "signing.key"
    assert signing_key(Service(signing_key="s" * 16, signing_key_file=path)) == b"s" * 16
    assert not path.exists()
    with pytest.raises(ConfigError, match=r"service\.signing_key: 3 bytes are too few"):
        signing_key(Service(signing_key="abc", signing_key_file=path))


def test_a_key_file_that_cannot_be_kept_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="signing key cannot be kept in"):
        signing_key(Service(signing_key_file=tmp_path / "file" / "signing.key"))

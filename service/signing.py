"""The recommendation id: a signed token that carries what attribution needs, so nothing is written."""

from __future__ import annotations

import hmac
import os
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import count

from config.secret_files import secret
from config.service import Service
from models.errors import TokenError

SIGNATURE_BYTES = 16  # keyed BLAKE2b (RFC 7693), a third of the time of HMAC-SHA-256
SERIES_BYTES = 6
SEPARATOR = "|"


@dataclass(frozen=True, slots=True)
class Token:
    """What a recommendation id says.

    variant   `personal`, `control` for a customer held out, or the name of the fallback answered with
    made_at   UTC, to the millisecond
    nonce     tells two answers of the same millisecond apart
    """

    model_version: str
    placement: str
    kinds: tuple[str, ...]
    variant: str
    made_at: datetime
    nonce: str


class Signer:
    """Makes and reads recommendation ids with one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._process = 0
        self._series = ""
        self._count = count()

    def token(self, model_version: str, placement: str, kinds: tuple[str, ...], variant: str) -> str:
        """A new recommendation id: payload and signature, base64url, with a dot between them."""
        now = time.time_ns() // 1_000_000
        # The version comes last: it is the only part that could contain the separator.
        payload = f"{placement}|{','.join(kinds)}|{variant}|{now:x}|{self._nonce()}|{model_version}".encode()
        return f"{_encode(payload)}.{_encode(self._signature(payload))}"

    def read(self, token: str) -> Token:
        """What a recommendation id says; raises TokenError for one that was not signed here."""
        try:
            payload, signature = (_decode(part) for part in token.split("."))
        except (ValueError, Base64Error) as error:
            raise TokenError("not a recommendation id") from error
        # Compared as text as well: base64 has spare bits, and one token must have one spelling.
        if not hmac.compare_digest(signature, self._signature(payload)) or token != (
            f"{_encode(payload)}.{_encode(signature)}"
        ):
            raise TokenError("the recommendation id was changed, or signed with another key")
        placement, kinds, variant, made, nonce, version = payload.decode().split(SEPARATOR, 5)
        made_at = datetime.fromtimestamp(int(made, 16) / 1000, UTC)
        return Token(version, placement, tuple(kinds.split(",")), variant, made_at, nonce)

    def _nonce(self) -> str:
        """A random series a process and a number in it: no call of the system for every answer."""
        if self._process != os.getpid():  # a forked worker must not go on in its parent's series
            self._series, self._process = os.urandom(SERIES_BYTES).hex(), os.getpid()
        return f"{self._series}{next(self._count):x}"

    def _signature(self, payload: bytes) -> bytes:
        return blake2b(payload, key=self._key, digest_size=SIGNATURE_BYTES).digest()


def signing_key(settings: Service) -> bytes:
    """The key from the settings, else from the key file, which is made on first use.

    Raises ConfigError for a key that is too short, or a file that cannot be read or made.
    """
    return secret(settings.signing_key, settings.signing_key_file, "service.signing_key")


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode("ascii").rstrip("=")


def _decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))

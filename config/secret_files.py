"""Secrets of a shop: given in the settings, or made once and kept in a file that only its owner reads."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from models.errors import ConfigError

KEY_BYTES = 32
MIN_KEY_BYTES = 16
MAX_KEY_BYTES = 64


def secret(given: str, path: Path, name: str) -> bytes:
    """The key that is given, else that of the file, which is made on first use (mode 0600).

    `name` is the setting of the key; that of its file is the same with `_file`. Raises ConfigError for a key
    of a wrong length, or a file that cannot be read or made.
    """
    if given:
        return _long_enough(given.encode(), name)
    try:
        if not path.exists():
            _make(path)
        key = path.read_bytes().strip()
    except OSError as error:
        raise ConfigError(
            f"the {name.rpartition('.')[2].replace('_', ' ')} cannot be kept in {path}: {error.strerror}",
            key=f"{name}_file",
        ) from error
    return _long_enough(key, f"{name}_file")


def _make(path: Path) -> None:
    """Make the key file whole or not at all, whoever else is making it at the same moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        # A link fails where a file is already: the first maker's key is everybody's.
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _long_enough(key: bytes, name: str) -> bytes:
    if not MIN_KEY_BYTES <= len(key) <= MAX_KEY_BYTES:
        raise ConfigError(
            f"{name}: {len(key)} bytes are too {'few' if len(key) < MIN_KEY_BYTES else 'many'}, "
            f"{MIN_KEY_BYTES} to {MAX_KEY_BYTES} are right",
            key=name,
        )
    return key

"""Fit the directory: contacts of the customers table become hashes here, and go no further."""

from __future__ import annotations

import numpy as np
import polars as pl

from config.identity import Identity
from models.arrays import frozen
from models.contact_hashes import CONTACT_KINDS, ContactHasher, ContactKind
from models.directory import CONSENT_CHANNELS, NOT_SAID, Directory, Hashes, hashes_of
from models.ids import IdMap
from training.fitting.progress import Progress, silent

YES, NO = ("true", "yes", "y", "1", "t"), ("false", "no", "n", "0", "f")


def fit_directory(
    customers: pl.DataFrame, identity: Identity, progress: Progress = silent
) -> Directory | None:
    """The directory of a customers table (see `read_customers`); None where it has no contact or consent.

    What is no address or number is left out. Raises ConfigError where there is no key to hash with.
    """
    wanted = [*CONTACT_KINDS, *(f"consent_{channel}" for channel in CONSENT_CHANNELS), "birthday"]
    known = [name for name in wanted if name in customers.columns]
    told = (
        customers.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in known)) if known else None
    )
    if told is None or told.is_empty():
        return None
    progress("the directory of customers")
    hasher = ContactHasher(identity.secret(), identity.default_region)
    told = told.sort(pl.col("customer_id").cast(pl.Binary))
    return Directory(
        IdMap.of(told["customer_id"]),
        {kind: _hashes(told, kind, hasher) for kind in CONTACT_KINDS},
        frozen(np.stack([_consents(told, f"consent_{channel}") for channel in CONSENT_CHANNELS], axis=1)),
        frozen(_birthdays(told)),
        frozen(np.frombuffer(hasher.fingerprint, dtype=np.uint8)),
    )


def _hashes(told: pl.DataFrame, kind: ContactKind, hasher: ContactHasher) -> Hashes:
    given = told[kind].to_list() if kind in told.columns else []
    hashed = [(hasher.of_contact(kind, value), at) for at, value in enumerate(given) if value is not None]
    kept = [(digest, at) for digest, at in hashed if digest is not None]
    return hashes_of([digest for digest, _ in kept], [at for _, at in kept])


def _birthdays(told: pl.DataFrame) -> np.ndarray:
    """Month * 100 + day, int16, 0 where there is none, or none that can be read as YYYY-MM-DD."""
    if "birthday" not in told.columns:
        return np.zeros(len(told), dtype=np.int16)
    day = pl.col("birthday").str.strip_chars().str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    number = (day.dt.month().cast(pl.Int16) * 100 + day.dt.day()).fill_null(0)
    found: np.ndarray = told.select(number.cast(pl.Int16)).to_series().to_numpy()
    return found


def _consents(told: pl.DataFrame, column: str) -> np.ndarray:
    if column not in told.columns:
        return np.full(len(told), NOT_SAID, dtype=np.int8)
    said = pl.col(column).str.strip_chars().str.to_lowercase()
    answer = pl.when(said.is_in(YES)).then(1).when(said.is_in(NO)).then(0).otherwise(NOT_SAID)
    found: np.ndarray = told.select(answer.cast(pl.Int8)).to_series().to_numpy()
    return found

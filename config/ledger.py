"""The section [ledger]: the database of what customers did and were shown since the model was trained."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, field_validator

from config.data import Section

SCHEMES = ("sqlite:///", "postgresql://", "postgresql+psycopg://")


class Ledger(Section):
    """Where the ledger is, and how long it remembers."""

    url: str = "sqlite:///var/ledger.sqlite3"
    retention_days: int = Field(730, ge=1)
    train: bool = True
    bell: Path | None = None

    @field_validator("url")
    @classmethod
    def _known(cls, value: str) -> str:
        if value and not value.startswith(SCHEMES):
            scheme = value.partition(":")[0]
            raise ValueError(f"begins with {scheme!r}; valid: {', '.join(SCHEMES)}, or nothing for no ledger")
        return value

"""The section [keys]: whether callers must show a key, and how often each may call."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from config.data import Section


class Keys(Section):
    """Keys themselves are made with `shopkeeper keys create` and kept, hashed, in the ledger's database."""

    required: Literal["auto", "yes", "no"] = "auto"
    rate_per_minute: int = Field(60_000, ge=1)

"""The sections [service] and [placements.*]: how the service answers."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from config.data import Section

Kind = Literal["cross_sell", "up_sell", "buy_again"]
ChannelName = Literal["web", "store", "phone", "chat", "email"]
PlacementName = Literal["home", "product", "cart", "checkout", "post_purchase", "email", "sales"]


class Service(Section):
    """The HTTP service."""

    bind: str = "127.0.0.1:8000"
    workers: int = Field(2, ge=1)
    threads: int = Field(2, ge=1)
    reload_seconds: float = Field(1.0, gt=0)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_requests: bool = False
    signing_key: str = Field("", repr=False)
    signing_key_file: Path = Path("var/signing.key")
    policies: Path = Path("config/policies.toml")
    rewards: Path = Path("config/rewards.toml")


class Placement(Section):
    """What a placement asks for when a request leaves it out."""

    kinds: tuple[Kind, ...] = Field(("cross_sell",), min_length=1)
    limit: int = Field(10, ge=1, le=100)
    max_per_category: int = Field(0, ge=0)


class Placements(Section):
    """The defaults of every placement."""

    home: Placement = Placement(kinds=("buy_again", "cross_sell"), limit=10)
    product: Placement = Placement(kinds=("cross_sell",), limit=6)
    cart: Placement = Placement(kinds=("cross_sell",), limit=10)
    checkout: Placement = Placement(kinds=("cross_sell",), limit=4)
    post_purchase: Placement = Placement(kinds=("cross_sell",), limit=6)
    email: Placement = Placement(kinds=("cross_sell", "buy_again"), limit=6)
    sales: Placement = Placement(kinds=("buy_again", "cross_sell"), limit=10)

    def of(self, name: PlacementName) -> Placement:
        """The defaults of one placement."""
        placement: Placement = getattr(self, name)
        return placement


def channel_of(placement: PlacementName) -> ChannelName:
    """The channel of a request that names none."""
    if placement == "email":
        return "email"
    return "phone" if placement == "sales" else "web"

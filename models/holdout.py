"""Who is held out: a permanent share of customers per channel, by salted hash. Nothing is stored."""

from __future__ import annotations

from hashlib import blake2b
from typing import Literal

Variant = Literal["personal", "control"]
PERSONAL: Variant = "personal"
CONTROL: Variant = "control"

HASH_BYTES = 8
HASH_SPACE = 1 << (8 * HASH_BYTES)


def position_of(customer_id: str, channel: str, salt: str) -> float:
    """A number in [0, 1) that is the same for ever for a customer, a channel and a salt; uniform.

    Lengths are written before the parts, so that no two triples make the same text.
    """
    text = "".join(f"{len(part)}:{part}" for part in (salt, channel, customer_id))
    digest = blake2b(text.encode(), digest_size=HASH_BYTES).digest()
    return int.from_bytes(digest) / HASH_SPACE


def variant_of(customer_id: str, channel: str, salt: str, share: float) -> Variant:
    """`control` for that share of the customers of a channel.

    A larger share keeps everybody who was held out before in the holdout; another salt draws anew.
    """
    return CONTROL if position_of(customer_id, channel, salt) < share else PERSONAL

"""What of the candidates will be recommended."""

from __future__ import annotations

from typing import NamedTuple

from models.query import Kind


class Pick(NamedTuple):
    """A candidate that will be recommended: of which kind, which product, how well.

    `policy` names the policy that gave it its place, None where its score did.
    """

    kind: Kind
    product: int
    score: float
    source: str
    policy: str | None = None

"""What is asked of the recommender, and what it answers: strings and numbers only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

Kind = Literal["cross_sell", "up_sell", "buy_again"]
Fallback = Literal["unknown_customer", "new_customer", "unknown_products", "no_context", "holdout"]
Did = Literal["included", "removed", "boosted", "pinned", "limited"]

KINDS: tuple[Kind, ...] = ("cross_sell", "up_sell", "buy_again")


@dataclass(frozen=True, slots=True)
class Query:
    """One request: for whom, in which context, and what of.

    `basket` and `exclude` are product ids, `viewing` is the product page shown; `limit` is the
    number of recommendations over all `kinds` together. A `forgotten` customer is answered as if unknown.
    """

    customer_id: str | None = None
    basket: tuple[str, ...] = ()
    viewing: str | None = None
    kinds: tuple[Kind, ...] = ("cross_sell",)
    limit: int = 10
    exclude: tuple[str, ...] = ()
    explain: bool = False
    forgotten: bool = False


# Reason and Recommendation are made twenty times an answer. Freezing them would triple the time that
# takes, so they are not; nobody changes them all the same. Without slots orjson finds their fields in one
# dictionary, and writes an answer in a sixth of the time. What else is made for every answer is a named tuple
# for the same reason.


@dataclass
class Reason:
    """Why a product is recommended, with the numbers that can be checked."""

    code: str
    text: str
    evidence: Mapping[str, Any]


@dataclass
class Recommendation:
    """One product offered. `score` is 0 to 1, comparable within one answer only."""

    product_id: str
    name: str
    kind: Kind
    rank: int
    score: float
    source: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One line of `explain`: a product that was considered, and the rule that removed it, if one did."""

    product_id: str
    kind: Kind
    source: str
    score: float
    removed_by: str | None


@dataclass(frozen=True, slots=True)
class Effect:
    """One line of `explain`: what a policy in force did, and to which products; to none is possible."""

    policy: str
    did: Did
    product_ids: tuple[str, ...]


class Answer(NamedTuple):
    """The recommendations, best first, and everything that was not as asked.

    fallback     why the answer is less personal than asked for, None if it is not
    unknown_ids  products in the request that are not in the catalogue
    shortfall    how many recommendations fewer than `limit` there are
    candidates   what was considered, with `explain` only
    policies     what each policy in force did, with `explain` only
    """

    recommendations: tuple[Recommendation, ...]
    fallback: Fallback | None
    unknown_ids: tuple[str, ...]
    shortfall: int
    candidates: tuple[Candidate, ...] = ()
    policies: tuple[Effect, ...] = ()

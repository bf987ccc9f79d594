"""What customers never buy although they came often enough: the vegetarian who is not to be offered meat."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from models.arrays import Arrays, frozen
from models.texts import Texts

NOBODY: frozenset[int] = frozenset()


class NeverBuy(NamedTuple):
    """One thing that a customer never buys, with the evidence.

    subject     `tag:` or `category:` and its name
    confidence  the chance that they avoid it, 0 to 1
    baskets     baskets of theirs, none of which had it
    rate        share of baskets with it, of similar customers who buy it
    """

    subject: str
    confidence: float
    baskets: int
    rate: float


@dataclass(frozen=True, slots=True, eq=False)
class NeverBuys:
    """Learned never-buys of all customers, in compressed rows.

    subjects       [n_subjects] names
    member_starts  int64 [n_subjects + 1]
    members        int32 [n_memberships] products of each subject
    starts         int64 [n_customers + 1]
    subject        int32 [n] positions in `subjects`, surest first within a customer
    confidence     float32 [n]
    baskets        int32 [n]
    rate           float32 [n]
    """

    subjects: Texts
    member_starts: np.ndarray
    members: np.ndarray
    starts: np.ndarray
    subject: np.ndarray
    confidence: np.ndarray
    baskets: np.ndarray
    rate: np.ndarray

    def of(self, customer: int) -> list[NeverBuy]:
        """What a customer never buys; nothing for somebody unknown (-1)."""
        if not 0 <= customer < len(self.starts) - 1:
            return []
        return [
            NeverBuy(
                self.subjects[int(self.subject[at])],
                round(float(self.confidence[at]), 4),
                int(self.baskets[at]),
                round(float(self.rate[at]), 4),
            )
            for at in range(int(self.starts[customer]), int(self.starts[customer + 1]))
        ]

    def names_of(self, customer: int) -> tuple[str, ...]:
        """The subjects that a customer never buys: cheaper than `of`, for every answer asks it."""
        if not 0 <= customer < len(self.starts) - 1:
            return ()
        start, stop = self.starts[customer], self.starts[customer + 1]
        if start == stop:
            return ()
        return tuple(self.subjects[at] for at in self.subject[start:stop].tolist())

    def products_of(self, names: Collection[str]) -> frozenset[int]:
        """All products of these subjects; names that are none have no products."""
        if not names:
            return NOBODY
        places = self.places()
        found: set[int] = set()
        for name in names:
            at = places.get(name)
            if at is not None:
                found.update(self.members[self.member_starts[at] : self.member_starts[at + 1]].tolist())
        return frozenset(found)

    def places(self) -> Mapping[str, int]:
        """The subjects by name."""
        return {self.subjects[at]: at for at in range(len(self.subjects))}

    def to_arrays(self) -> Arrays:
        plain = {name: getattr(self, name) for name in self.__slots__ if name != "subjects"}
        return {**plain, **{f"subjects_{name}": array for name, array in self.subjects.to_arrays().items()}}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        names = {
            name.removeprefix("subjects_"): array
            for name, array in arrays.items()
            if name.startswith("subjects_")
        }
        plain = {name: arrays[name] for name in cls.__slots__ if name != "subjects"}
        return cls(**plain, subjects=Texts.from_arrays(names))


def avoided(learned: Collection[str], stated: Mapping[str, bool]) -> tuple[str, ...]:
    """The subjects that somebody avoids: what they said themselves is stronger than what was learned."""
    kept = [name for name in learned if stated.get(name, True)]
    return tuple(dict.fromkeys([*kept, *(name for name, avoids in stated.items() if avoids)]))


def no_never_buys(n_customers: int) -> NeverBuys:
    """Nothing learned of anybody."""
    nothing = frozen(np.empty(0, dtype=np.int32))
    return NeverBuys(
        Texts.of([]),
        frozen(np.zeros(1, dtype=np.int64)),
        nothing,
        frozen(np.zeros(n_customers + 1, dtype=np.int64)),
        nothing,
        frozen(np.empty(0, dtype=np.float32)),
        nothing,
        frozen(np.empty(0, dtype=np.float32)),
    )

"""Personas: customers who buy alike, in groups with names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from models.arrays import Arrays
from models.texts import Texts

NO_PERSONA = -1


class Persona(NamedTuple):
    """One group.

    persona_id  stays the same from one training to the next, as long as most of its customers do
    typical     positions of the products of its typical basket
    value       mean value of its customers, minor units
    """

    persona_id: str
    name: str
    customers: int
    value: float
    typical: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Personas:
    """Who belongs to which group, and what the groups are.

    of_customer  int16 [n_customers] position of the persona, NO_PERSONA for who bought too little
    ids, names   [n_personas]
    customers    int32 [n_personas]
    value        float64 [n_personas] mean value of a customer, minor units
    typical      int32 [n_personas, length] products of the typical basket
    stability    float64 [1] mean adjusted Rand index of groups found on halves of the customers, 1 is best
    """

    of_customer: np.ndarray
    ids: Texts
    names: Texts
    customers: np.ndarray
    value: np.ndarray
    typical: np.ndarray
    stability: np.ndarray

    def __len__(self) -> int:
        return len(self.ids)

    def persona(self, at: int) -> Persona:
        """The persona at a position."""
        return Persona(
            self.ids[at],
            self.names[at],
            int(self.customers[at]),
            float(self.value[at]),
            tuple(self.typical[at].tolist()),
        )

    def of(self, customer: int) -> Persona | None:
        """The persona of a customer, None for somebody unknown or of whom too little is known."""
        if not 0 <= customer < len(self.of_customer):
            return None
        at = int(self.of_customer[customer])
        return None if at == NO_PERSONA else self.persona(at)

    def to_arrays(self) -> Arrays:
        plain = {name: getattr(self, name) for name in self.__slots__ if name not in ("ids", "names")}
        for name in ("ids", "names"):
            texts: Texts = getattr(self, name)
            plain |= {f"{name}_{part}": array for part, array in texts.to_arrays().items()}
        return plain

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        plain = {name: arrays[name] for name in cls.__slots__ if name not in ("ids", "names")}
        return cls(**plain, ids=_texts("ids_", arrays), names=_texts("names_", arrays))


def _texts(prefix: str, arrays: Arrays) -> Texts:
    parts: Mapping[str, np.ndarray] = {
        name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)
    }
    return Texts.from_arrays(parts)

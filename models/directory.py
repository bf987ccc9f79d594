"""The directory: which customer an e-mail address or telephone number belongs to, known by their hashes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from models.arrays import Arrays
from models.contact_hashes import CONTACT_KINDS, HASH_BYTES, ContactKind
from models.ids import IdMap

CONSENT_CHANNELS = ("email", "phone", "web")
NOT_SAID = -1


@dataclass(frozen=True, slots=True, eq=False)
class Hashes:
    """Hashes of one kind, and whose they are.

    halves     uint64 [n, 2] the halves of each hash, rows sorted by the first half
    customers  int32 [n] positions of their customers
    """

    halves: np.ndarray
    customers: np.ndarray

    def of(self, digest: bytes) -> np.ndarray:
        """The customers of a hash, int32 [n_found]: several, where a household shares a telephone."""
        first, second = np.frombuffer(digest, dtype=">u8").astype(np.uint64)
        start, stop = (int(self.halves[:, 0].searchsorted(first, side)) for side in ("left", "right"))
        found: np.ndarray = self.customers[start:stop][self.halves[start:stop, 1] == second]
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Directory:
    """The part of an artifact in which customers are looked up by contact.

    customers    those who gave an address or a number, with or without an order
    hashes       by kind
    consents     int8 [n_customers, n_channels] of the customers table, columns as CONSENT_CHANNELS: 1 they
                 agreed to be contacted, 0 they refused, -1 not said
    birthdays    int16 [n_customers] month * 100 + day, 0 where unknown: no year, hence no age
    fingerprint  uint8 [16] of the key they were made with, see `models.contact_hashes`
    """

    customers: IdMap
    hashes: Mapping[ContactKind, Hashes]
    consents: np.ndarray
    birthdays: np.ndarray
    fingerprint: np.ndarray

    def find(self, kind: ContactKind, digest: bytes) -> tuple[str, ...]:
        """The ids of the customers with a contact of this hash."""
        return tuple(self.customers.take(self.hashes[kind].of(digest)))

    def kinds_of(self, customer_id: str) -> tuple[ContactKind, ...]:
        """The kinds of contact that are known of a customer."""
        at = self.customers.index(customer_id)
        return tuple(kind for kind in CONTACT_KINDS if at >= 0 and (self.hashes[kind].customers == at).any())

    def consents_of(self, customer_id: str) -> dict[str, bool | None]:
        """What a customer said about being contacted, by channel; what they did not say is left out."""
        at = self.customers.index(customer_id)
        said = self.consents[at].tolist() if at >= 0 else [NOT_SAID] * len(CONSENT_CHANNELS)
        return {
            channel: bool(answer)
            for channel, answer in zip(CONSENT_CHANNELS, said, strict=True)
            if answer != NOT_SAID
        }

    def birthday_of(self, customer_id: str) -> tuple[int, int] | None:
        """Month and day of a customer's birthday, None where it is not known."""
        at = self.customers.index(customer_id)
        found = int(self.birthdays[at]) if at >= 0 else 0
        return divmod(found, 100) if found else None

    def made_with(self, fingerprint: bytes) -> bool:
        """Whether the hashes can be compared with those of a key with this fingerprint."""
        return self.fingerprint.tobytes() == fingerprint

    def to_arrays(self) -> Arrays:
        arrays = {name: getattr(self, name) for name in ("consents", "birthdays", "fingerprint")}
        arrays["customers"] = self.customers.ids
        for kind in CONTACT_KINDS:
            arrays[f"{kind}_halves"] = self.hashes[kind].halves
            arrays[f"{kind}_customers"] = self.hashes[kind].customers
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        hashes = {
            kind: Hashes(arrays[f"{kind}_halves"], arrays[f"{kind}_customers"]) for kind in CONTACT_KINDS
        }
        return cls(
            IdMap(arrays["customers"]), hashes, arrays["consents"], arrays["birthdays"], arrays["fingerprint"]
        )


def hashes_of(digests: list[bytes], customers: list[int]) -> Hashes:
    """The hashes of contacts, bytes [16] each, and the positions of their customers."""
    raw = np.frombuffer(b"".join(digests), dtype=">u8").astype(np.uint64).reshape(-1, HASH_BYTES // 8)
    order = np.lexsort((raw[:, 1], raw[:, 0]))
    return Hashes(raw[order], np.array(customers, dtype=np.int32)[order])

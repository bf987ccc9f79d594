"""What the tiny world knows of its customers besides what they bought."""

from __future__ import annotations

import numpy as np

from models.contact_hashes import CONTACT_KINDS, ContactHasher, ContactKind
from models.customer_value import CustomerValue
from models.directory import Directory, Hashes, hashes_of
from models.ids import IdMap
from models.never_buys import NeverBuys
from models.newcomers import Newcomers
from models.personas import NO_PERSONA, Personas
from models.texts import Texts
from tests.models.tiny_names import BREAD, BUTTER, COLA, CUSTOMERS, KEY, LAST_DAY, PIZZA, PRODUCTS


def tiny_directory() -> Directory:
    """ana can be mailed, ben and cai share a telephone; hashed with KEY."""
    hasher = ContactHasher(KEY.encode(), "GB")
    listed = {"email": [("ana@example.com", 0)], "phone": [("01632 960001", 1), ("01632 960001", 2)]}
    hashes: dict[ContactKind, Hashes] = {}
    for kind in CONTACT_KINDS:
        digests = [hasher.of_contact(kind, value) or b"" for value, _ in listed[kind]]
        hashes[kind] = hashes_of(digests, [at for _, at in listed[kind]])
    return Directory(
        IdMap.of(["ana", "ben", "cai"]),
        hashes,
        np.array([[1, -1, -1], [0, 1, -1], [-1, -1, -1]], dtype=np.int8),
        np.zeros(3, dtype=np.int16),
        np.frombuffer(hasher.fingerprint, dtype=np.uint8),
    )


def tiny_value() -> CustomerValue:
    """ana is worth most; she and ben have a rhythm, the others were not often enough there."""
    n = len(CUSTOMERS)
    return CustomerValue(
        first_day=np.full(n, LAST_DAY - 60, dtype=np.int32),
        last_day=np.array([LAST_DAY - 20 + at for at in range(n)], dtype=np.int32),
        orders=np.arange(n, 0, -1, dtype=np.int32),
        revenue=1000 * np.arange(n, 0, -1, dtype=np.int64),
        profit=400 * np.arange(n, 0, -1, dtype=np.int64),
        gap=np.array([10, 12, *[np.nan] * (n - 2)], dtype=np.float32),
        value=300.0 * np.arange(n, 0, -1),
        percentile=100 * np.arange(n - 1, -1, -1, dtype=np.float32) / n,
        tier=np.array([0, *[1] * (n - 1)], dtype=np.int8),
        rfm=np.full((n, 3), 3, dtype=np.uint8),
        expected=100.0 * np.arange(n, 0, -1),
        tiers=Texts.of(["gold", "silver"]),
        floors=np.array([300.0 * n, -np.inf]),
    )


def tiny_never_buys() -> NeverBuys:
    """cai never buys cola. Not in the bundle, where it would stand in the way of other tests."""
    nothing = np.zeros(len(CUSTOMERS) + 1, dtype=np.int64)
    return NeverBuys(
        Texts.of(["tag:fizzy", "category:bakery"]),
        np.array([0, 1, 3], dtype=np.int64),
        np.array(
            [PRODUCTS.index("cola"), PRODUCTS.index("bread"), PRODUCTS.index("bread-xl")], dtype=np.int32
        ),
        np.where(np.arange(len(nothing)) > CUSTOMERS.index("cai"), 1, 0).astype(np.int64),
        np.zeros(1, dtype=np.int32),
        np.array([0.995], dtype=np.float32),
        np.array([9], dtype=np.int32),
        np.array([0.4], dtype=np.float32),
    )


def tiny_newcomers() -> Newcomers:
    """nell told what ana and ben did, who bought pizza and butter."""
    return Newcomers(
        IdMap.of(["nell"]),
        np.zeros(1, dtype=np.int32),
        np.array([[PIZZA, BUTTER]], dtype=np.int32),
        np.array([[0.5, 0.25]], dtype=np.float32),
        np.array([[2, 1]], dtype=np.int32),
        np.array([4], dtype=np.int32),
    )


def tiny_personas() -> Personas:
    """ana and cai buy bread, ben pizza; of dora too little is known."""
    return Personas(
        np.array([0, 1, 0, NO_PERSONA], dtype=np.int16),
        Texts.of(["p1", "p2"]),
        Texts.of(["Bakery, in the morning", "Drinks"]),
        np.array([2, 1], dtype=np.int32),
        np.array([900.0, 900.0]),
        np.array([[BREAD, BUTTER], [PIZZA, COLA]], dtype=np.int32),
        np.array([0.9]),
    )

"""The directory of a customers table."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from config.identity import Identity
from models.contact_hashes import ContactHasher
from training.fitting.directory import fit_directory

KEY = "a key that is long enough"
IDENTITY = Identity(key=KEY)


def test_contacts_and_consents_are_found_again() -> None:
    table = pl.DataFrame(
        {
            "customer_id": ["ben", "ana", "nobody", "émile"],
            "email": ["ben@example.com", "Ana@Example.com", None, "not one"],
            "phone": ["01632 960001", None, None, "+44 1632 960001"],
            "consent_email": ["yes", "FALSE", None, "perhaps"],
            "birthday": ["1990-02-28", "28.02.1990", None, "2001-12-01"],
        }
    )
    directory = fit_directory(table, IDENTITY)
    assert directory is not None
    hasher = ContactHasher(KEY.encode(), "GB")
    email, phone = hasher.of_contact("email", "ana@example.com"), hasher.of_contact("phone", "01632960001")
    assert email is not None
    assert phone is not None
    assert directory.find("email", email) == ("ana",)
    assert sorted(directory.find("phone", phone)) == ["ben", "émile"]
    assert directory.consents_of("ben") == {"email": True}
    assert directory.consents_of("ana") == {"email": False}
    assert directory.consents_of("émile") == {}
    assert directory.customers.index("nobody") < 0
    assert [directory.birthday_of(each) for each in ("ben", "ana", "émile")] == [(2, 28), None, (12, 1)]
    assert directory.made_with(hasher.fingerprint)


def test_a_table_without_contacts_has_none_and_needs_no_key(tmp_path: Path) -> None:
    identity = Identity(key_file=tmp_path / "identity.key")
    assert fit_directory(pl.DataFrame({"customer_id": ["ana"]}), identity) is None
    assert not identity.key_file.exists()

"""Normal forms and hashes of contacts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.contact_hashes import HASH_BYTES, ContactHasher, normal_email, normal_phone

HASHER = ContactHasher(b"a key that is long enough", "GB")


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("Ana@Example.COM ", "ana@example.com"),
        ("\uff21na@example.com", "ana@example.com"),
        ("ana+shop@mail.example.com", "ana+shop@mail.example.com"),
        ("no address", None),
        ("ana@localhost", None),
        ("@example.com", None),
        ("a@b@example.com", None),
        ("an a@example.com", None),
        (f"{'a' * 250}@example.com", None),
    ],
)
def test_addresses(written: str, normal: str | None) -> None:
    assert normal_email(written) == normal


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("01632 960001", "+441632960001"),
        ("+44 (0)1632 960-001", "+441632960001"),
        ("+49 30 901820", "+4930901820"),
        ("12", None),
        ("none", None),
        ("", None),
    ],
)
def test_numbers(written: str, normal: str | None) -> None:
    assert normal_phone(written, "GB") == normal


def test_the_region_is_where_a_number_without_a_code_is_from() -> None:
    assert normal_phone("030 901820", "DE") == "+4930901820"


def test_one_contact_has_one_hash_under_one_key() -> None:
    one = HASHER.of_contact("email", "ana@example.com")
    assert one is not None
    assert len(one) == HASH_BYTES
    assert one == HASHER.of_contact("email", " ANA@example.com")
    other = ContactHasher(b"another key, long enough", "GB")
    assert one != other.of_contact("email", "ana@example.com")
    assert other.fingerprint != HASHER.fingerprint
    assert HASHER.of_contact("phone", "01632 960001") == HASHER.of_contact("phone", "+441632960001")
    assert HASHER.of_contact("phone", "12") is None


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing(text: str) -> None:
    for normal in (normal_email(text), normal_phone(text, "GB")):
        if normal is not None:
            assert normal in (normal_email(normal), normal_phone(normal, "GB"))


@given(st.text(max_size=40))
def test_every_id_can_be_hashed(text: str) -> None:
    assert len(HASHER.of_customer(text)) == HASH_BYTES

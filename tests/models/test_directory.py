"""Looking customers up by hashes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.contact_hashes import ContactHasher
from models.directory import Directory, hashes_of
from tests.models.tiny_customers import tiny_directory
from tests.models.tiny_names import KEY


def test_the_tiny_one() -> None:
    directory, hasher = tiny_directory(), ContactHasher(KEY.encode(), "GB")
    address, number = (
        hasher.of_contact("email", "ana@example.com"),
        hasher.of_contact("phone", "01632 960001"),
    )
    assert address is not None
    assert number is not None
    assert directory.find("email", address) == ("ana",)
    assert directory.find("phone", number) == ("ben", "cai")
    assert directory.find("phone", address) == ()
    assert directory.kinds_of("ana") == ("email",)
    assert directory.kinds_of("zoe") == ()
    assert directory.consents_of("ben") == {"email": False, "phone": True}
    assert directory.consents_of("cai") == directory.consents_of("zoe") == {}


def test_it_survives_being_stored_and_knows_its_key() -> None:
    stored = Directory.from_arrays(tiny_directory().to_arrays())
    assert stored.kinds_of("ana") == ("email",)
    assert stored.made_with(ContactHasher(KEY.encode(), "DE").fingerprint)
    assert not stored.made_with(ContactHasher(b"another key, long enough", "GB").fingerprint)


@given(
    st.lists(
        st.tuples(st.sampled_from([bytes(15) + b"1", b"2" * 16, b"2" * 8 + b"3" * 8]), st.integers(0, 9))
    )
)
def test_all_of_a_hash_are_found_and_nobody_else(pairs: list[tuple[bytes, int]]) -> None:
    hashes = hashes_of([digest for digest, _ in pairs], [at for _, at in pairs])
    for digest in {digest for digest, _ in pairs} | {b"9" * 16}:
        assert sorted(hashes.of(digest).tolist()) == sorted(at for each, at in pairs if each == digest)


def test_birthdays_have_no_year() -> None:
    directory = replace(tiny_directory(), birthdays=np.array([1124, 0, 229], dtype=np.int16))
    found = [directory.birthday_of(each) for each in ("ana", "ben", "cai", "zoe")]
    assert found == [(11, 24), None, (2, 29), None]

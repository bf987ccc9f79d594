"""How customers are known by e-mail and telephone without either being kept: keyed hashes of normal forms."""

from __future__ import annotations

import hmac
import unicodedata
from typing import Literal

import phonenumbers

ContactKind = Literal["email", "phone"]
CONTACT_KINDS: tuple[ContactKind, ...] = ("email", "phone")
HASH_BYTES = 16  # of HMAC-SHA-256: a shop would need 2^64 customers for two to meet by chance
MAX_EMAIL = 254  # characters, RFC 5321 section 4.5.3.1.3
FINGERPRINT_OF = b"shopkeeper"


class ContactHasher:
    """Hashes contacts with one key. Who has the hashes alone cannot try out numbers and addresses on them."""

    def __init__(self, key: bytes, region: str) -> None:
        """`region` is where a number without a country code is from, an ISO 3166 code such as GB."""
        self._key = key
        self._region = region

    @property
    def fingerprint(self) -> bytes:
        """Tells whether two hashers have the same key, and nothing else of it: bytes [16]."""
        return self._hash("key", FINGERPRINT_OF)

    def of_contact(self, kind: ContactKind, value: str) -> bytes | None:
        """The hash, bytes [16], of an address or a number however it is written; None if it is none."""
        normal = normal_email(value) if kind == "email" else normal_phone(value, self._region)
        return None if normal is None else self._hash(kind, normal.encode())

    def of_customer(self, customer_id: str) -> bytes:
        """The hash, bytes [16], by which a customer who was erased is known not to come back."""
        return self._hash("customer", customer_id.encode("utf-8", "surrogatepass"))

    def _hash(self, kind: str, value: bytes) -> bytes:
        return hmac.digest(self._key, kind.encode() + b"\0" + value, "sha256")[:HASH_BYTES]


def normal_email(value: str) -> str | None:
    """An address in the one form that it is hashed in: NFKC, lower case, no space around it.

    The part before the @ is lower-cased too: hardly any server tells addresses apart by it, and people
    write their own in either way. None for what is no address.
    """
    address = unicodedata.normalize("NFKC", value).strip().casefold()
    name, _, domain = address.partition("@")
    plain = len(address) <= MAX_EMAIL and not any(
        each.isspace() or not each.isprintable() for each in address
    )
    return address if plain and name and "." in domain.strip(".") and "@" not in domain else None


def normal_phone(value: str, region: str) -> str | None:
    """A number in the form E.164, such as +441632960001; None for what is none in `region` or the world."""
    try:
        number = phonenumbers.parse(value, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

"""The same databases as for contacts."""

from tests.service.contacts.conftest import database

__all__ = ["database"]

"""The ledger's databases."""

from tests.service.ledger.conftest import database, ledger_url

__all__ = ["database", "ledger_url"]

"""Migrations of the ledger, run by alembic in the order of their revisions."""

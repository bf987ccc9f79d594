"""The section [identity]: how customers are known by e-mail and telephone, of which only hashes are kept."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from config.data import Section
from config.secret_files import secret


class Identity(Section):
    """The key of the hashes, and where numbers without a country code are from."""

    key: str = Field("", repr=False)
    key_file: Path = Path("var/identity.key")
    default_region: str = Field("GB", pattern=r"^[A-Z]{2}$")

    def secret(self) -> bytes:
        """The key, from the settings or its file, which is made on first use. Raises ConfigError."""
        return secret(self.key, self.key_file, "identity.key")

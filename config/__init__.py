"""Settings: typed, frozen, read from TOML and the environment here and nowhere else."""

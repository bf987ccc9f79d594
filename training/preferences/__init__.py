"""Learning what customers never buy."""

"""The profile of a customer."""

"""Offline jobs: read, validate, fit, evaluate, gate, publish."""

"""Fit functions: matrices in, immutable objects of `models` out."""

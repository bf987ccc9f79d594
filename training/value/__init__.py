"""Fitting what customers are worth."""

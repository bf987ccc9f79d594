"""Learned orders: candidates of several sources, features from before a cut, and what ranks them."""

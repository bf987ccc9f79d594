"""Offers for e-mail campaigns: what each customer gets, and the block that goes into the mail."""

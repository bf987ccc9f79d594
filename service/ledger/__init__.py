"""The ledger: what customers did and were shown since the model was trained."""

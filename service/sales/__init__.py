"""For salespeople: the brief of a customer, and whom to contact today."""

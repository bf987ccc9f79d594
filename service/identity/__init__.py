"""Who a customer is: by contact, by merged visits, and whether they asked to be forgotten."""

"""Why an order line is not used, or not used as it was: the codes and their names."""

from __future__ import annotations

from enum import IntEnum


class Reason(IntEnum):
    """What became of an order line; the first that applies, in this order.

    KEPT has no name in a report. The two of NETTED are lines that are gone because a cancellation
    and the purchase it cancels were set off against each other: reported as changed.
    """

    KEPT = 0
    MISSING_ORDER_ID = 1
    MISSING_PRODUCT_ID = 2
    BAD_ID = 3
    BAD_DATE = 4
    FUTURE_DATE = 5
    BAD_QUANTITY = 6
    BAD_PRICE = 7
    NON_PRODUCT = 8
    EXCLUDED_CATEGORY = 9
    NON_POSITIVE_QUANTITY = 10
    NEGATIVE_PRICE = 11
    ZERO_PRICE = 12
    EXACT_DUPLICATE = 13
    CANCELLATION_UNMATCHED = 14
    CANCELLATION_NETTED = 15
    CANCELLED_IN_FULL = 16

    @property
    def label(self) -> str:
        return self.name.lower()


NETTED = (Reason.CANCELLATION_NETTED, Reason.CANCELLED_IN_FULL)
REJECTING = tuple(reason for reason in Reason if reason is not Reason.KEPT and reason not in NETTED)

# Changes of lines that are kept.
CANCELLED_IN_PART = "cancelled_in_part"
BAD_COST = "bad_cost"
BAD_CUSTOMER_ID = "bad_customer_id"
ORDER_TIME_UNIFIED = "order_time_unified"
CHANGES = (CANCELLED_IN_PART, BAD_COST, BAD_CUSTOMER_ID, ORDER_TIME_UNIFIED)

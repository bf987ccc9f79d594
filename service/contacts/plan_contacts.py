"""What stands against telling a customer of a plan: the same rules as for products, over all channels."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from structlog.typing import FilteringBoundLogger

from config.service import ChannelName
from models.contact_rules import ContactRules, Subject, against_customer, against_subject
from service.contacts.book import ContactBook
from service.metrics import Metrics

TELLING = ("upgrade", "downgrade", "top_up")
SUPPRESSED = "suppressed"


class PlanContacts:
    """Says for each nudge of a customer why it should not be told now, if so."""

    def __init__(
        self, book: ContactBook, rules: ContactRules, metrics: Metrics, log: FilteringBoundLogger
    ) -> None:
        self._book = book
        self._rules = rules
        self._metrics = metrics
        self._log = log

    def suppress(self, customer_id: str, channel: ChannelName, nudges: Sequence[dict[str, Any]]) -> None:
        """The same as `judge`, and the decision of what should not be told now is `suppressed`."""
        self.judge(customer_id, channel, nudges)
        for nudge in nudges:
            if nudge["suppressions"]:
                nudge["decision"] = SUPPRESSED

    def judge(self, customer_id: str, channel: ChannelName, nudges: Sequence[dict[str, Any]]) -> None:
        """Fill in `suppressions` of nudges (as NudgeOut has them) that advise to do something."""
        telling = [nudge for nudge in nudges if nudge["decision"] in TELLING]
        if not telling:
            return
        now = time.time_ns() // 1000
        try:
            history = self._book.history(customer_id)
        except SQLAlchemyError as error:
            self._metrics.ledger_unread()
            self._log.error("ledger not read", error=type(error).__name__)
            for nudge in telling:
                nudge["suppressions"] = [_unread()]
            return
        against = against_customer(history, channel, now, self._rules)
        for nudge in telling:
            plan = Subject(None, nudge["recommended_plan_id"])
            found = [*against, *against_subject(history, plan, now, self._rules)]
            nudge["suppressions"] = [each._asdict() for each in found]


def _unread() -> dict[str, Any]:
    """Where it cannot be read what was said before, nobody is bothered on the strength of not knowing."""
    text = "What was said before cannot be read now; do not contact"
    return {"code": "LEDGER_UNREAD", "text": text, "until": None, "evidence": {}}

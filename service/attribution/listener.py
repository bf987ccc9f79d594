"""Events that echo a recommendation id are attributed, in the transaction that accepts them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import timedelta

from sqlalchemy import Connection, insert, select

from config.service import channel_of
from models.errors import TokenError
from service.attribution.schema import attributions, exposures
from service.event_schemas import microseconds
from service.ledger.event import Event
from service.metrics import Metrics
from service.signing import Signer, Token

ATTRIBUTED, BAD, LATE = "attributed", "bad_signature", "too_late"
TYPES = frozenset({"impression", "click", "cart", "wishlist", "accept", "dismiss", "purchase", "plan_change"})

# The products of the personal answer that somebody held out did not get, for whom and by what was asked.
WouldHaveShown = Callable[[str, Token], Sequence[str]]


class AttributionListener:
    """Called with the events of one transaction that were accepted.

    An id that was not signed here, or an event later than `days` after the answer, is not attributed; the
    event itself stands all the same, and it is counted why.
    """

    def __init__(self, signer: Signer, would_have_shown: WouldHaveShown, metrics: Metrics, days: int) -> None:
        self._signer = signer
        self._would_have_shown = would_have_shown
        self._metrics = metrics
        self._longest = days * timedelta(days=1) // timedelta(microseconds=1)

    def __call__(self, connection: Connection, events: Sequence[Event]) -> None:
        echoed = [each for each in events if each.recommendation_id and each.type in TYPES]
        read = [(each, self._token(each)) for each in echoed]
        found = [(each, token) for each, token in read if token is not None]
        if not found:
            return
        connection.execute(insert(attributions), [_row(each, token) for each, token in found])
        seen = {
            str(each.recommendation_id): (each, token)
            for each, token in reversed(found)
            if each.type == "impression" and each.customer_id is not None
        }
        if seen:
            self._expose(connection, seen)

    def _token(self, event: Event) -> Token | None:
        try:
            token = self._signer.read(str(event.recommendation_id))
        except TokenError:
            self._metrics.attributed(BAD)
            return None
        late = event.occurred_at - microseconds(token.made_at) > self._longest
        self._metrics.attributed(LATE if late else ATTRIBUTED)
        return None if late else token

    def _expose(self, connection: Connection, seen: dict[str, tuple[Event, Token]]) -> None:
        """Write down that answers were seen, each once; several impressions tell of one answer."""
        table = exposures
        known = select(table.c.recommendation_id).where(table.c.recommendation_id.in_(seen))
        told = set(connection.execute(known).scalars())
        rows = [
            {
                "recommendation_id": each,
                "customer_id": event.customer_id,
                "channel": _channel(event, token),
                "placement": token.placement,
                "variant": token.variant,
                "would_have_shown": json.dumps(self._personal(event, token)),
                "at": event.occurred_at,
            }
            for each, (event, token) in seen.items()
            if each not in told
        ]
        if rows:
            connection.execute(insert(table), rows)

    def _personal(self, event: Event, token: Token) -> list[str]:
        """The personal answer to what was asked, of both arms: for the one it is what was shown."""
        if event.customer_id is None:
            return []
        return list(self._would_have_shown(event.customer_id, token))


def _row(event: Event, token: Token) -> dict[str, object]:
    kept = ("event_id", "recommendation_id", "type", "product_id", "plan_id")
    return {
        **{name: getattr(event, name) for name in (*kept, "quantity", "unit_price", "currency")},
        "customer_id": event.customer_id or event.session_id,
        "variant": token.variant,
        "placement": token.placement,
        "channel": _channel(event, token),
        "model_version": token.model_version,
        "asked_at": microseconds(token.made_at),
        "at": event.occurred_at,
    }


def _channel(event: Event, token: Token) -> str:
    return event.channel or channel_of(token.placement)  # type: ignore[arg-type]  # signed here: it is a placement

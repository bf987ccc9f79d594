"""Who an event is about: one person may be known by a customer id and by the ids of visits."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import BindParameter, ColumnElement, Connection, and_, bindparam, or_

from service.ledger.schema import events

# All ids of the persons behind some ids: what is known of any of them is known of all.
Resolver = Callable[[Connection, Sequence[str]], Sequence[str]]


# Stands for the ids of a person in statements that are made once: making one takes longer than running it.
IDS: BindParameter[Sequence[str]] = bindparam("ids", expanding=True)


def alone(_: Connection, ids: Sequence[str]) -> Sequence[str]:
    """The resolver of a shop that links no ids."""
    return ids


def of_people(ids: Sequence[str] | BindParameter[Sequence[str]]) -> ColumnElement[bool]:
    """The events of those who have these ids.

    An event that names its customer is theirs alone: another customer may have used the same visit before.
    """
    visit = and_(events.c.session_id.in_(ids), events.c.customer_id.is_(None))
    return or_(events.c.customer_id.in_(ids), visit)

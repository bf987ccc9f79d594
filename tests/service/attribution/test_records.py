"""Attribution forgets what is old, and nothing else."""

from __future__ import annotations

from sqlalchemy import func, insert, select

from service.attribution.records import HELD, forget, held, prune
from service.attribution.schema import attributions, exposures
from service.ledger.database import Database


def write(database: Database, number: int, customer: str, at: int) -> None:
    common = {"recommendation_id": f"r{number}", "customer_id": customer, "channel": "web", "at": at}
    shown = {**common, "placement": "home", "variant": "personal"}
    with database.writing() as connection:
        connection.execute(insert(exposures).values(**shown, would_have_shown="[]"))
        more = {"event_id": f"e{number}", "type": "impression", "model_version": "v", "asked_at": at}
        connection.execute(insert(attributions).values(**shown, **more))


def test_what_is_old_is_pruned_and_who_is_erased_is_gone(database: Database) -> None:
    for number, (customer, at) in enumerate((("ana", 10), ("ana", 30), ("ben", 30))):
        write(database, number, customer, at)
    with database.writing() as connection:
        assert prune(connection, 20) == len(HELD)
        assert [len(rows) for rows in held(connection, ["ana"]).values()] == [1, 1]
        assert forget(connection, ["ana"]) == {"attributions": 1, "exposures": 1}
        left = [connection.execute(select(func.count()).select_from(table)).scalar() for table in HELD]
    assert left == [1, 1]

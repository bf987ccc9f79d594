"""The routes of identity; part of the one table in `service.routes`."""

from __future__ import annotations

from service.identity.schemas import (
    ContactsOut,
    ContactsRequest,
    CustomerQuery,
    EraseOut,
    ExportOut,
    LookupOut,
    LookupRequest,
    MergeOut,
    MergeRequest,
)
from service.route import SELLING, Route

WRITING = (400, 405, 413, 415, 422, 500, 503)
OWN = (404, 405, 422, 500, 503)
ADMIN = frozenset({"admin"})

# Shortened: one row of each table that has one.
EXPORTED = {
    "customer_id": "C0001",
    "ids": ["C0001", "visit-1"],
    "events": [{"seq": 7, "event_id": "e-7", "type": "view", "session_id": "visit-1", "product_id": "P0042"}],
    "contacts": [],
    "contact_subjects": [],
    "dismissals": [],
    "contact_states": [],
    "campaign_offers": [],
    "attributions": [],
    "exposures": [],
    "session_links": [{"session_id": "visit-1", "customer_id": "C0001", "at": 1795514067000000}],
    "contact_hashes": ["email"],
    "model": {
        "model_version": "20261124T103427Z-5f2a",
        "bought": ["P0042"],
        "listed": {"cross_sell": ["P0007"], "buy_again": ["P0042"]},
    },
}

IDENTITY_ROUTES: tuple[Route, ...] = (
    Route(
        "lookup_customer",
        "POST",
        "/v1/customers/lookup",
        "Customers",
        "Find a customer by id, e-mail or telephone.",
        "/v1/customers/lookup",
        body=LookupRequest,
        answer=LookupOut,
        problems=WRITING,
        sends={"phone": "01632 960001"},
        example={"customer_id": "C0001", "known": True, "customer_ids": ["C0001"]},
        scopes=SELLING,
    ),
    Route(
        "add_contacts",
        "POST",
        "/v1/customers/contacts",
        "Customers",
        "Let a customer be found by e-mail or telephone; only keyed hashes are kept.",
        "/v1/customers/contacts",
        body=ContactsRequest,
        answer=ContactsOut,
        problems=(*WRITING, 409),
        sends={"customer_id": "C0001", "email": "customer@example.com"},
        example={"customer_id": "C0001", "kept": ["email"]},
        scopes=SELLING,
    ),
    Route(
        "merge_session",
        "POST",
        "/v1/customers/merge",
        "Customers",
        "Merge an anonymous visit into a customer: history, dismissals and caps become one.",
        "/v1/customers/merge",
        body=MergeRequest,
        answer=MergeOut,
        problems=(*WRITING, 409),
        sends={"customer_id": "C0001", "session_id": "visit-1"},
        example={"customer_id": "C0001", "session_id": "visit-1", "result": "merged"},
        scopes=SELLING,
    ),
    Route(
        "unmerge_session",
        "POST",
        "/v1/customers/unmerge",
        "Customers",
        "Undo a merge: everything is as if it had never been.",
        "/v1/customers/unmerge",
        body=MergeRequest,
        answer=MergeOut,
        problems=WRITING,
        sends={"customer_id": "C0001", "session_id": "visit-1"},
        example={"customer_id": "C0001", "session_id": "visit-1", "result": "undone"},
        scopes=SELLING,
    ),
    Route(
        "export_customer",
        "GET",
        "/v1/customers/{customer_id}/export",
        "Customers",
        "All that is held of a customer.",
        "/v1/customers/C0001/export",
        query=CustomerQuery,
        answer=ExportOut,
        problems=OWN,
        example=EXPORTED,
        scopes=ADMIN,
    ),
    Route(
        "erase_customer",
        "DELETE",
        "/v1/customers/{customer_id}",
        "Customers",
        "Erase a customer from ledger and model at once; the next training leaves them out.",
        "/v1/customers/C0001",
        query=CustomerQuery,
        answer=EraseOut,
        problems=OWN,
        example={"customer_id": "C0001", "erased": {"events": 12, "contacts": 1, "identities": 2}},
        scopes=ADMIN,
    ),
)

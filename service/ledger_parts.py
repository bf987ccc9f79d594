"""What of the service needs the ledger, put together: a part of the composition root in `service.app`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from structlog.typing import FilteringBoundLogger

from config.settings import Settings
from models.contact_hashes import ContactHasher
from models.contact_rules import ContactRules
from models.rewards import RewardRule
from service.answers import Desk
from service.attribution.listener import AttributionListener
from service.bundles import Bundles
from service.contacts.book import ContactBook
from service.contacts.consents import Consents
from service.contacts.listener import ContactListener
from service.contacts.plan_contacts import PlanContacts
from service.event_views import EventViews
from service.identity.erasures import Erasures
from service.identity.register import Register
from service.identity.sessions import ids_of, ids_of_visit, link_by_events
from service.identity.views import IdentityViews
from service.ledger.database import Database
from service.ledger.events import EventStore
from service.ledger.memory import Memory
from service.metrics import Metrics
from service.nudge_answers import NudgeDesk
from service.offers.campaigns import Campaigns
from service.offers.mail import MailBlocks
from service.offers.views import OfferViews
from service.sales.brief import BriefDesk
from service.sales.views import Sales, SalesViews
from service.sales.worklist import Worklist
from service.schemas import RecommendationRequest
from service.signing import Signer, Token


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every part of the service is given."""

    settings: Settings
    bundles: Bundles
    metrics: Metrics
    log: FilteringBoundLogger
    rewards: tuple[RewardRule, ...] = ()


@dataclass(frozen=True, slots=True)
class LedgerParts:
    """What remembers: made before anything answers."""

    database: Database
    rules: ContactRules
    gone: Erasures
    register: Register
    memory: Memory
    book: ContactBook
    plans: PlanContacts


def ledger_parts(around: Surroundings, database: Database) -> LedgerParts:
    """The parts on a database, which the first request of a worker opens. Raises ConfigError."""
    identity, rules = around.settings.identity, around.settings.contacts.rules()
    hasher = ContactHasher(identity.secret(), identity.default_region)
    gone = Erasures(database, hasher)
    book = ContactBook(database, rules, Consents(around.bundles.current), ids_of)
    return LedgerParts(
        database,
        rules,
        gone,
        Register(database, hasher, gone),
        Memory(database, rules, around.metrics, around.log, ids_of_visit, gone),
        book,
        PlanContacts(book, rules, around.metrics, around.log),
    )


def ledger_views(
    around: Surroundings, parts: LedgerParts | None, desk: Desk, nudges: NudgeDesk, signer: Signer
) -> tuple[object, ...]:
    """The views that need the ledger; without one they say so."""
    bundles, metrics, log = around.bundles, around.metrics, around.log
    if parts is None:
        return (
            EventViews(None, metrics, log),
            OfferViews(bundles, None, log),
            IdentityViews(bundles, None, None, log),
            SalesViews(bundles, None, log),
        )
    settings, database, book = around.settings, parts.database, parts.book
    attribution = AttributionListener(
        signer, partial(would_have_shown, bundles, desk), metrics, settings.experiments.attribution_days
    )
    store = EventStore(database, [link_by_events, ContactListener(book), attribution], ids_of)
    sales = Sales(
        BriefDesk(parts, desk, nudges, around.rewards),
        Worklist(parts, nudges.limits, around.rewards, settings.contacts.outcome_days),
        parts.plans,
    )
    return (
        EventViews(store, metrics, log),
        OfferViews(bundles, campaigns_of(around, parts, desk), log),
        IdentityViews(bundles, database, parts.register, log),
        SalesViews(bundles, sales, log),
    )


def campaigns_of(around: Surroundings, parts: LedgerParts, desk: Desk) -> Campaigns:
    """Where offers of campaigns are made."""
    blocks = MailBlocks(around.settings.contacts.product_url)
    return Campaigns(parts.database, parts.book, parts.rules, desk, blocks)


def would_have_shown(bundles: Bundles, desk: Desk, customer_id: str, token: Token) -> Sequence[str]:
    """The products of the personal answer to what a customer asked who is held out."""
    bundle = bundles.current()
    if bundle is None:
        return ()
    asked = {"customer_id": customer_id, "placement": token.placement, "kinds": list(token.kinds)}
    return desk.would_have_shown(bundle, RecommendationRequest.model_validate(asked, strict=False))

"""What a person is told when the service starts: what to open, and three calls that work on this model."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from urllib.parse import quote

import numpy as np

from models.artifact import load_artifact
from models.bundle import Bundle
from models.contact_rules import allowed_by_consent
from models.errors import ArtifactError
from models.plan_decision import NudgeLimits

SUBSCRIBERS_LOOKED_AT = 1000


def welcome(artifact: Path, address: str) -> str:
    """The text, ending in a line break; without calls where there is no artifact that can be used."""
    base = f"http://{address}"
    try:
        bundle = load_artifact(artifact)
    except ArtifactError as error:
        return f"Answers 503 until `shopkeeper train` publishes a model: {error}\n"
    sizes = f"{len(bundle.products):,} products, {len(bundle.customers):,} customers"
    if bundle.plan_nudges is not None:
        sizes += f", {len(bundle.plan_nudges.cycles):,} subscriptions"
    lines = [f"Model {bundle.facts.version}: {sizes}"]
    lines += [f"Open {base}/docs for every call, or try:", ""]
    calls = (*(three_calls(bundle, base) if len(bundle.products) else ()), *plan_calls(bundle, base))
    lines += [f"  {call}" for call in calls]
    return "\n".join([*lines, "", "Ctrl-C ends it.", ""])


def three_calls(bundle: Bundle, base: str) -> tuple[str, str, str]:
    """A customer's cart, a product page, and somebody nobody knows, as curl commands."""
    product = _with_a_strong_rule(bundle)
    cart: dict[str, object] = {"basket": [product], "placement": "cart", "limit": 3}
    if len(bundle.customers):
        most_orders = int(bundle.buy_again.customer_orders.argmax())
        cart = {"customer_id": bundle.customers.id(most_orders), **cart}
    page = quote(product, safe="")
    body = shlex.quote(json.dumps(cart))
    return (
        f"curl -s {base}/v1/recommendations -H 'Content-Type: application/json' -d {body}",
        f"curl -s {shlex.quote(f'{base}/v1/products/{page}/bought-together?limit=3')}",
        f"curl -s {shlex.quote(f'{base}/v1/customers/nobody/recommendations?limit=3')}",
    )


def plan_calls(bundle: Bundle, base: str) -> tuple[str, ...]:
    """A subscriber who is worth a nudge, as a curl command; nothing where the model knows no plans.

    One who may be told on the web, if there is any: who refused to be has an answer that says so.
    """
    nudges = bundle.plan_nudges
    if nudges is None or not len(nudges.cycles):
        return ()
    some = slice(0, min(len(nudges.cycles), SUBSCRIBERS_LOOKED_AT))
    best = nudges.advise(NudgeLimits(), some).by_value()
    names = nudges.subscribers.take(nudges.cycles.customer[best])
    may = (name for name in names if _may_be_told(bundle, name))
    customer = quote(next(may, names[0]), safe="")
    return (f"curl -s {shlex.quote(f'{base}/v1/customers/{customer}/plan-nudge')}",)


def _may_be_told(bundle: Bundle, customer_id: str) -> bool:
    known = bundle.directory
    return known is None or allowed_by_consent(known.consents_of(customer_id), "web")


def _with_a_strong_rule(bundle: Bundle) -> str:
    """The product whose best rule holds in the most baskets for its score; the most popular without rules."""
    rules = bundle.bought_together
    if not len(rules.scores):
        popular = bundle.popularity.popular
        return bundle.products.id(int(popular[0]) if len(popular) else 0)
    strongest = int(np.argmax(rules.scores * np.log1p(rules.pair_orders)))
    return bundle.products.id(int(rules.starts.searchsorted(strongest, side="right")) - 1)

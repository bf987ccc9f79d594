"""The block of a mail: HTML with its styles in it, and the same as plain text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined

import service
from models.bundle import Bundle
from models.ids import UNKNOWN
from models.query import Recommendation

TEMPLATES = Path(service.__file__).with_name("templates")
TEMPLATE = "offer.html"


class Line(NamedTuple):
    """One product of a block. `price` and `because` are empty where there is none."""

    name: str
    link: str
    price: str
    because: str


class Block(NamedTuple):
    """What goes into a mail: `html` is a table to put into its body, `text` its plain-text twin."""

    html: str
    text: str


class MailBlocks:
    """Writes blocks, with links made from a template with {product_id} and {recommendation_id}."""

    def __init__(self, product_url: str) -> None:
        self._product_url = product_url
        self._template = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        ).get_template(TEMPLATE)

    def block(self, bundle: Bundle, recommendation_id: str, offered: Iterable[Recommendation]) -> Block:
        """The block of one customer's offers, in their order; empty texts where nothing is offered."""
        lines = [self._line(bundle, recommendation_id, each) for each in offered]
        if not lines:
            return Block("", "")
        return Block(self._template.render(lines=lines), _text(lines))

    def link(self, product_id: str, recommendation_id: str) -> str:
        """The absolute link of a product; ids are quoted, whatever is in them."""
        return self._product_url.format(
            product_id=quote(product_id, safe=""), recommendation_id=quote(recommendation_id, safe="")
        )

    def _line(self, bundle: Bundle, recommendation_id: str, offered: Recommendation) -> Line:
        return Line(
            _one_line(offered.name),
            self.link(offered.product_id, recommendation_id),
            _price(bundle, offered.product_id),
            _one_line(offered.reasons[0].text) if offered.reasons else "",
        )


def _price(bundle: Bundle, product_id: str) -> str:
    """The unit price with its currency, empty where the catalogue has none."""
    product = bundle.products.index(product_id)
    minor = int(bundle.catalogue.price[product]) if product != UNKNOWN else -1
    if minor < 0:
        return ""
    return f"{Decimal(minor).scaleb(-bundle.facts.minor_digits)} {bundle.facts.currency}"


def _text(lines: Sequence[Line]) -> str:
    """The same without HTML: nothing to escape, and no name can break out of its line."""
    paragraphs = []
    for line in lines:
        head = f"{line.name}, {line.price}" if line.price else line.name
        paragraphs.append("\n".join(part for part in (head, line.because, line.link) if part))
    return "\n\n".join(paragraphs) + "\n"


def _one_line(text: str) -> str:
    return " ".join(text.split())

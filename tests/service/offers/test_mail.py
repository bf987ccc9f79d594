"""The block of a mail: nothing of a name becomes HTML, links are absolute, the text says the same."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from models.query import Query, Reason, Recommendation
from models.recommender import recommend
from service.offers.mail import Block, MailBlocks
from tests.models.tiny import tiny_bundle

URL = "https://shop.example/p/{product_id}?from={recommendation_id}"


class Read(HTMLParser):
    """What a mail program would see."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attributes if name == "href"]

    def handle_data(self, data: str) -> None:
        self.words += data


def block_of(name: str, product_id: str = "cola", reason: str = "Bought often") -> Block:
    offered = Recommendation(product_id, name, "cross_sell", 1, 0.5, "popularity", ())
    offered.reasons = (Reason("POPULAR", reason, {}),)
    return MailBlocks(URL).block(tiny_bundle(), "token.x", [offered])


def test_real_offers_by_hand() -> None:
    bundle = tiny_bundle()
    offered = recommend(bundle, Query("ana", limit=2)).recommendations
    html, text = MailBlocks(URL).block(bundle, "token.x", offered)
    seen = Read(html)
    assert [f"https://shop.example/p/{each.product_id}?from=token.x" for each in offered] == seen.links
    for each in offered:
        for words in (seen.words, text):
            assert each.name in words
            assert each.reasons[0].text in words
    assert "8.90 EUR" in text, "pizza costs 890 cents"
    assert "<style" not in html, "styles are in the elements: mail programs drop the others"


def test_what_has_no_price_shows_none() -> None:
    html, text = block_of("Wine", "wine")
    assert "EUR" not in html + text


def test_nothing_offered_is_nothing_written() -> None:
    assert MailBlocks(URL).block(tiny_bundle(), "token", []) == Block("", "")


@given(st.text(), st.text(min_size=1), st.text())
def test_names_ids_and_reasons_stay_text(name: str, product_id: str, reason: str) -> None:
    odd = Read(block_of(name, product_id, reason).html)
    assert set(odd.tags) <= {"table", "tr", "td", "a", "span", "div"}
    assert odd.tags.count("a") == odd.tags.count("tr") == 1
    (link,) = odd.links
    assert link.startswith("https://shop.example/p/")
    assert link.isascii()
    assert not set(link.removeprefix("https://shop.example/p/")) & set("/<>\"' \n")


def test_an_attack_is_shown_as_it_was_written() -> None:
    attack = '"><script>alert(1)</script><a href="javascript:x'
    html, text = block_of(attack, attack, attack)
    assert "<script" not in html
    assert attack in Read(html).words
    assert attack in text
    assert Read(html).links == [
        "https://shop.example/p/%22%3E%3Cscript%3Ealert%281%29%3C%2Fscript%3E%3Ca%20href%3D%22javascript%3Ax"
        "?from=token.x"
    ]

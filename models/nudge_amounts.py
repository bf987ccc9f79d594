"""How amounts of use, money and days are written in sentences."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from math import floor, log10

from models.meters import unit_of, words_of

EPOCH = date(1970, 1, 1)
MOST_DIGITS = 6  # after the point
STATED = 12  # figures of what a price list states: all that a float can be trusted with
NEGLIGIBLE = 1e-3  # of the high end of a range: a low end below that is nothing
SYMBOL = 2  # letters of a unit up to which it is an abbreviation, and the same for one and for many
SPELT = {"kw": "kW", "cpu": "CPU", "vcpu": "vCPU", "gpu": "GPU", "tpu": "TPU"}
SPELT |= {f"{each}ib": f"{each.upper()}iB" for each in "kmgtp"}
_SYMBOLS = frozenset(SPELT.values())
MOST_KEPT = 1024  # meters whose words are kept: requests may bring names of their own


@lru_cache(MOST_KEPT)
def unit_word(meter: str) -> str:
    """`GB`, `minutes`, `GB hours`: words of one or two letters in capitals, abbreviations as in SPELT."""
    return " ".join(_spelt(word) for word in unit_of(meter).split("_"))


def full_word(meter: str) -> str:
    """`hotspot MB` of hotspot_mb: the unit, with what stands before it in the name."""
    words, unit = words_of(meter), unit_word(meter)
    return " ".join([*words[: len(words) - len(unit.split())], unit])


def figures(value: float, beside: float | None = None) -> str:
    """`12,346`, `12.3`, `0.013`: an estimate, with as many figures as can be listened to.

    More of them where it would otherwise look the same as `beside`, a stated number that it is not.
    """
    size = abs(value)
    digits = 0 if size >= 100 or value == round(value) else 1
    if 0 < size < 1:
        digits = min(1 - floor(log10(size)), MOST_DIGITS)
    text = _plain(value, digits)
    while beside is not None and value != beside and text == stated(beside) and digits < MOST_DIGITS:
        digits += 1
        text = _plain(value, digits)
    return text


def low_end(low: float, high: float) -> str:
    """The low end of a range in figures, `0` where it is next to nothing beside the high one."""
    return figures(low if low >= NEGLIGIBLE * high else 0.0)


def stated(value: float) -> str:
    """`15,360`, `2.25`: a number of a price list, as it was given."""
    return f"{Decimal(f'{value:.{STATED}g}'):,f}"


def amount(value: float, unit: str) -> str:
    """`153 GB`, `12 minutes`: an estimate with the word for its unit."""
    number = figures(value)
    return f"{number}.0 {unit}" if _is_one(number, unit) else f"{number} {unit}"


def included(quota: float, unit: str) -> str:
    """`200 GB`, `just 1`, `none`: what a plan includes; no singular, as nobody said what it would be."""
    if quota == 0:
        return "none"
    number = stated(quota)
    return "just 1" if _is_one(number, unit) else f"{number} {unit}"


def money(minor: float, digits: int, currency: str) -> str:
    """`12.50 USD`, `1,250.00 USD`."""
    return f"{Decimal(round(minor)).scaleb(-digits):,f} {currency}"


def day_name(day: int) -> str:
    """`24 November`."""
    found = EPOCH + timedelta(days=day)
    return f"{found.day} {found:%B}"


def dated(day: int) -> str:
    """`24 November 2026`."""
    return f"{day_name(day)} {(EPOCH + timedelta(days=day)).year}"


def _plain(value: float, digits: int) -> str:
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if digits else text


def _spelt(word: str) -> str:
    return SPELT.get(word, word.upper() if len(word) <= SYMBOL else word)


def _is_one(number: str, unit: str) -> bool:
    last = unit.rsplit(" ", 1)[-1]
    return number == "1" and len(last) > SYMBOL and last not in _SYMBOLS

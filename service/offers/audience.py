"""Audiences by rule: `tier = gold and (overdue or category = Cheese) and not segment = hibernating`.

    rule       one or several parts joined by `or`
    part       one or several conditions joined by `and`
    condition  `not` condition, a rule in brackets, a flag, or a field, an operator and a value

Values with spaces or signs in them are quoted: category = "Soft drinks".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from models.bundle import Bundle
from models.customer_value import SEGMENTS, CustomerValue, segment_of
from models.errors import ConfigError, did_you_mean
from models.rhythm import overdue

TOKEN = re.compile(r"""\s*(?:(?P<sign>[()]|[<>!]?=|<|>)|"(?P<quoted>[^"]*)"|(?P<word>[^\s()<>=!"]+))""")
COMPARED: Mapping[str, Callable[[np.ndarray, float], np.ndarray]] = {
    "=": lambda values, bound: values == bound,
    "!=": lambda values, bound: values != bound,
    ">=": lambda values, bound: values >= bound,
    "<=": lambda values, bound: values <= bound,
    ">": lambda values, bound: values > bound,
    "<": lambda values, bound: values < bound,
}
EQUAL = ("=", "!=")
WORDS = ("and", "or", "not")


class Token(NamedTuple):
    """A piece of a rule, and where it begins."""

    text: str
    at: int
    quoted: bool = False


def audience_of(bundle: Bundle, rule: str) -> list[str]:
    """The ids of the customers whom a rule chooses, most valuable first.

    Raises ConfigError, pointing at the place, for a rule that cannot be read or names what there is not.
    """
    value = bundle.customer_value
    if value is None:
        raise ConfigError("the model does not know what customers are worth: train anew", key="audience")
    chosen = _Reader(rule, Fields(bundle, value)).read()
    found = np.flatnonzero(chosen)
    return bundle.customers.take(found[np.argsort(-value.value[found], kind="stable")])


class Fields:
    """What can be asked of customers, as arrays [n_customers]."""

    def __init__(self, bundle: Bundle, value: CustomerValue) -> None:
        self._bundle = bundle
        self._value = value
        today = bundle.facts.last_day + 1
        self.flags: Mapping[str, Callable[[], np.ndarray]] = {
            "overdue": lambda: np.isin(np.arange(len(value)), overdue(value, today)),
        }
        self.numbers: Mapping[str, Callable[[], np.ndarray]] = {
            "orders": lambda: value.orders,
            "recency_days": lambda: today - value.last_day,
            "value": lambda: value.value / 10**bundle.facts.minor_digits,
            "percentile": lambda: value.percentile,
        }
        catalogue = bundle.catalogue
        self.names: Mapping[str, Sequence[str]] = {
            "tier": [value.tiers[at] for at in range(len(value.tiers))],
            "segment": sorted({name for row in SEGMENTS for name in row}),
            "persona": self._personas(),
            "category": [catalogue.categories[at] for at in range(len(catalogue.categories))],
        }

    def having(self, field: str, name: str) -> np.ndarray:
        """Who has a name in a field: bool [n_customers]."""
        value = self._value
        if field == "tier":
            return np.asarray(value.tier == list(self.names["tier"]).index(name))
        if field == "segment":
            cells = [
                (row + 1, column + 1)
                for row in range(len(SEGMENTS))
                for column in range(len(SEGMENTS))
                if segment_of(row + 1, column + 1) == name
            ]
            found = np.zeros(len(value), dtype=np.bool_)
            for row, column in cells:
                found |= (value.rfm[:, 0] == row) & (value.rfm[:, 1] == column)
            return found
        if field == "persona" and self._bundle.personas is not None:
            return np.asarray(self._bundle.personas.of_customer == list(self.names["persona"]).index(name))
        return self._bought(list(self.names["category"]).index(name))

    def _personas(self) -> list[str]:
        personas = self._bundle.personas
        return [] if personas is None else [personas.ids[at] for at in range(len(personas))]

    def _bought(self, category: int) -> np.ndarray:
        again = self._bundle.buy_again
        of_it = self._bundle.catalogue.category[again.products] == category
        who = np.searchsorted(again.starts, np.flatnonzero(of_it), side="right") - 1
        return np.isin(np.arange(len(self._value)), who)


class _Reader:
    """Reads one rule from left to right."""

    def __init__(self, rule: str, fields: Fields) -> None:
        self._rule = rule
        self._fields = fields
        self._tokens = self._cut()
        self._at = 0

    def read(self) -> np.ndarray:
        """Who is chosen: bool [n_customers]."""
        found = self._either()
        if self._at < len(self._tokens):
            raise self._wrong(self._tokens[self._at].at, "`and`, `or` or the end should be here")
        return found

    def _cut(self) -> list[Token]:
        found, at = [], 0
        while self._rule[at:].strip():
            match = TOKEN.match(self._rule, at)
            if match is None:
                blank = len(self._rule) - at - len(self._rule[at:].lstrip())
                raise self._wrong(at + blank, "this cannot be read; an open quote perhaps")
            kind = match.lastgroup or "word"
            found.append(Token(match[kind], match.start(kind), quoted=kind == "quoted"))
            at = match.end()
        return found

    def _either(self) -> np.ndarray:
        found = self._all()
        while self._take("or"):
            found = found | self._all()
        return found

    def _all(self) -> np.ndarray:
        found = self._condition()
        while self._take("and"):
            found = found & self._condition()
        return found

    def _condition(self) -> np.ndarray:
        if self._take("not"):
            return ~self._condition()
        if self._take("("):
            found = self._either()
            if not self._take(")"):
                raise self._wrong(self._place(), "a bracket is not closed")
            return found
        fields = self._fields
        name = self._next("a condition")
        if name.text in fields.flags:
            return fields.flags[name.text]()
        if name.text in fields.numbers or name.text in fields.names:
            return self._compared(name)
        known = [*fields.flags, *fields.numbers, *fields.names]
        raise self._wrong(name.at, f"no field {name.text!r}; {did_you_mean(name.text, known)}")

    def _compared(self, name: Token) -> np.ndarray:
        sign = self._next("an operator")
        numeric = name.text in self._fields.numbers
        valid = tuple(COMPARED) if numeric else EQUAL
        if sign.text not in valid:
            raise self._wrong(sign.at, f"{sign.text!r} does not go with {name.text}; {', '.join(valid)} do")
        value = self._next("a value")
        if numeric:
            try:
                bound = float(value.text)
            except ValueError:
                raise self._wrong(value.at, f"{value.text!r} is no number") from None
            return COMPARED[sign.text](self._fields.numbers[name.text](), bound)
        names = self._fields.names[name.text]
        if value.text not in names:
            raise self._wrong(value.at, f"no {name.text} {value.text!r}; {did_you_mean(value.text, names)}")
        found = self._fields.having(name.text, value.text)
        return found if sign.text == "=" else ~found

    def _take(self, word: str) -> bool:
        here = self._tokens[self._at] if self._at < len(self._tokens) else None
        if here is None or here.quoted or here.text != word:
            return False
        self._at += 1
        return True

    def _next(self, what: str) -> Token:
        here = self._tokens[self._at] if self._at < len(self._tokens) else None
        if here is None or (here.text in WORDS and not here.quoted):
            raise self._wrong(self._place(), f"{what} should be here")
        self._at += 1
        return here

    def _place(self) -> int:
        return self._tokens[self._at].at if self._at < len(self._tokens) else len(self._rule)

    def _wrong(self, at: int, why: str) -> ConfigError:
        return ConfigError(f"{why}\n  {self._rule}\n  {' ' * at}^", key="audience")

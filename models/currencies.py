"""How many decimals a currency has, where no library for it is at hand (ISO 4217)."""

from __future__ import annotations

USUAL = 2
_OTHERS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
}


def minor_digits(currency: str) -> int:
    """The decimals of the minor unit: 2 for USD, 0 for JPY, 3 for KWD."""
    return next((digits for digits, codes in _OTHERS.items() if currency in codes.split()), USUAL)

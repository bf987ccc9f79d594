from __future__ import annotations

import pytest
from babel.numbers import get_currency_precision, list_currencies

from models.currencies import minor_digits

CURRENT = (
    "AED ARS AUD BHD BRL CAD CHF CLP CNY CZK DKK EUR GBP HKD ILS INR ISK JOD JPY KRW KWD MXN MYR NOK NZD OMR "
    "PLN PYG RON SAR SEK SGD THB TND TRY UGX USD VND XAF XOF XPF ZAR"
)


@pytest.mark.parametrize("currency", CURRENT.split())
def test_decimals_are_those_of_the_library_that_training_uses(currency: str) -> None:
    assert currency in list_currencies()
    assert minor_digits(currency) == get_currency_precision(currency)

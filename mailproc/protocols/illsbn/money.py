"""Amounts: a currency and a number with a comma or a point, and the words of an estimate."""

import re
from decimal import Decimal

from mailproc.errors import LocalFault
from mailproc.ill.apdu import Money
from mailproc.protocols.field_codec import Pair, Tree, UnreadableComponent
from mailproc.protocols.illsbn.text import text_of

CURRENCY = "EUR"
"""Of an amount that names none: each is written with one."""
_CODE = re.compile("[A-Z]{3}")
_NUMBER = re.compile(r"[0-9]{1,10}(?:[.,][0-9]{1,4})?")
_IN_WORDS = re.compile(r"(?:([A-Za-z]{3})[ :]{1,3})?([0-9]{1,10}(?:[.,][0-9]{1,4})?)(?: {0,3}([A-Za-z]{3}))?")
_MOST = Decimal(10_000_000_000)


def number(text: str) -> Decimal:
    """Return the number in ``text``. Raise UnreadableComponent if it is none."""
    if not _NUMBER.fullmatch(text):
        raise UnreadableComponent("an amount of money, such as 9,00")
    return Decimal(text.replace(",", "."))


def _read(component: object) -> Money | None:
    parts = component if isinstance(component, dict) else {}
    said = text_of(parts.get("Monetary-value", ""))
    if not said:
        return None
    code = text_of(parts.get("Currency-code", "")).upper() or CURRENCY
    if not _CODE.fullmatch(code):
        raise UnreadableComponent("a currency, such as EUR")
    return Money(amount=number(said), currency=code)


def _write(money: Money) -> Tree:
    return {"Currency-code": _code(money), "Monetary-value": _figures(money)}


def _figures(money: Money) -> str:
    """Return at least two figures behind the comma, as Italy writes."""
    amount = money.amount
    if not amount.is_finite() or not 0 <= amount < _MOST or amount != round(amount, 4):
        raise LocalFault(f"{amount} is no amount of money with four figures behind the comma at most")
    whole, _, behind = f"{amount:f}".partition(".")
    return f"{whole},{behind.rstrip('0').ljust(2, '0')}"


def _code(money: Money) -> str:
    code = money.currency or CURRENCY
    if not _CODE.fullmatch(code):
        raise LocalFault(f"{money.currency!r} is no currency of ISO 4217, like EUR")
    return code


def in_words(money: Money) -> str:
    return f"{_code(money)} {_figures(money)}"


def from_words(text: str) -> Money | None:
    """Return the amount if the text is nothing else ("EUR 9,00"); None otherwise."""
    said = _IN_WORDS.fullmatch(text.strip())
    if said is None or (said[1] and said[3]):
        return None
    return Money(amount=number(said[2]), currency=(said[1] or said[3] or CURRENCY).upper())


AMOUNT = Pair(_read, _write)

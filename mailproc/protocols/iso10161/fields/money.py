"""Amount (a currency of ISO 4217 and a number), and the estimate, which is a text.

Real AmountStrings break their alphabet ("$35", "EUR 12,50"): the number is extracted. A text that could be a
thousand or one ("1.234") is not guessed at.
"""

import re
from decimal import Decimal
from typing import Any

from mailproc.errors import LocalFault
from mailproc.ill.apdu import Money
from mailproc.protocols.field_codec import Pair, Tree, UnreadableComponent
from mailproc.protocols.iso10161.fields.strings import WORDS, decoded

MOST = 10
"""Characters of monetary-value (a comment of the ASN.1 module)."""

_CODE = re.compile(r"[A-Z]{3}")
_SIGN = r"[$£€¥]?+\s*+"
_NO_FIGURE = re.compile("[^0-9]")
_AMOUNT = re.compile(
    rf"\s*+([A-Za-z]{{3}})?+\s*+{_SIGN}"
    r"(?P<whole>[0-9]{1,10}|[0-9]{1,3}(?:(?P<group>[ '.,])[0-9]{3})(?:(?P=group)[0-9]{3}){0,2})"
    rf"(?:(?P<point>[.,])(?P<fraction>[0-9]{{1,2}}))?\s*+{_SIGN}([A-Za-z]{{3}})?+\s*+"
)


def _parsed(text: str) -> tuple[Decimal, str | None]:
    """Return the number in ``text`` and the currency beside it."""
    read = _AMOUNT.fullmatch(text)
    if read is None:
        raise UnreadableComponent("an amount of money")
    group, point, fraction = read["group"], read["point"], read["fraction"]
    once = group in (".", ",") and read["whole"].count(group) == 1
    if (once and not point) or (group and group == point):
        raise UnreadableComponent("an amount of money that can be read in one way only")
    whole = _NO_FIGURE.sub("", read["whole"])
    number = f"{whole}.{fraction}" if fraction else whole
    if len(number) > MOST:
        raise UnreadableComponent(f"an amount of money of {MOST} characters at most")
    code = read[1] or read[read.re.groups]
    return Decimal(number), code and code.upper()


def _read(amount: Tree) -> Money:
    if "monetary-value" not in amount:
        raise UnreadableComponent("an amount of money")
    number, beside = _parsed(decoded(amount["monetary-value"]))
    said = decoded(amount.get("currency-code", b"")).strip().upper()
    if said and beside not in (None, said):
        raise UnreadableComponent("an amount of money in one currency")
    return Money(amount=number, currency=said if _CODE.fullmatch(said) else beside)


def _digits(money: Money) -> str:
    amount = money.amount
    if not amount.is_finite() or amount < 0:
        raise LocalFault(f"{amount} is no amount of money")
    if not -MOST <= amount.adjusted() <= MOST:  # written out, it would be as long as its exponent
        raise LocalFault(f"{amount} has no room: {MOST} characters, two behind the point")
    text = f"{amount:f}"
    if "." in text and len(text.partition(".")[2]) > 2:
        text = text.rstrip("0").rstrip(".")
    if len(text.partition(".")[2]) > 2 or len(text) > MOST:
        raise LocalFault(f"{text} has no room: {MOST} characters, two behind the point")
    return text


def _code(money: Money) -> str | None:
    if money.currency is not None and not _CODE.fullmatch(money.currency):
        raise LocalFault(f"{money.currency!r} is no currency of ISO 4217, like EUR")
    return money.currency


def _write(money: Money) -> Tree:
    code, value = _code(money), _digits(money).encode()
    return ({"currency-code": code.encode()} if code else {}) | {"monetary-value": value}


def _read_words(component: Any) -> Money | None:
    text = WORDS.read(component)
    if text is None:
        return None
    try:
        number, currency = _parsed(text)
    except UnreadableComponent:  # then it is OTHER_WORDS
        return None
    return Money(amount=number, currency=currency)


def _read_other(component: Any) -> str | None:
    """Return the text as it is, if it is not a plain amount."""
    text: str | None = WORDS.read(component)
    return text if _read_words(component) is None else None


def _write_words(money: Money) -> Any:
    return WORDS.write(" ".join(filter(None, (_code(money), _digits(money)))))


AMOUNT = Pair(_read, _write)
AMOUNT_IN_WORDS = Pair(_read_words, _write_words)
"""Estimate-Results.cost-estimate: "EUR 12.50"."""
OTHER_WORDS = Pair(_read_other, WORDS.write)
"""The same component with another text: "EUR 14.50 incl. postage", "depends on the pages"."""

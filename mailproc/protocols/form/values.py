"""Read single values of a form: a day, an amount, a service, an address of one or more lines."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from mailproc.ill.apdu import Money, Postal
from mailproc.mail.addresses import bare

_ISO_DAY = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?![\d-])")
_DOTTED_DAY = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?!\d)")
_AMOUNT = re.compile(r"(?<!\d)(\d{1,9})(?:[.,](\d{1,2}))?(?![\d.,])")
_CURRENCY = re.compile(r"(?<![A-Za-z])[A-Z]{3}(?![A-Za-z])")
_SIGNS = {"€": "EUR", "£": "GBP", "$": "USD"}
_WORDS = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_YES = frozenset({"yes", "y", "ja", "oui", "si", "sí", "on", "1", "x", "true", "ok", "agreed", "accepted"})
_ADDRESS = re.compile(r"[^\s@<>,;\"()]{1,64}@[^\s@<>,;\"()]{1,255}")


def day(text: str) -> date | None:
    """Return the day that a text begins with, as 2026-01-31, 20260131 or 31.1.2026; None if it has none.

    One with slashes is read as day first here and as month first there: it is left to people.
    """
    said = text.strip()[:40]
    if found := _ISO_DAY.match(said):
        year, month, of_month = found.groups()
    elif found := _DOTTED_DAY.match(said):
        of_month, month, year = found.groups()
    else:
        return None
    try:
        return date(int(year), int(month), int(of_month))
    except ValueError:
        return None


def money(text: str) -> Money | None:
    """Return the amount, with its currency if one is named; None if there is none, or several."""
    said = text[:80]
    amounts = _AMOUNT.findall(said)
    if len(amounts) != 1:
        return None
    whole, cents = amounts[0]
    sign = next((code for sign, code in _SIGNS.items() if sign in said), None)
    named = _CURRENCY.search(said)
    return Money(amount=Decimal(f"{whole}.{cents or '0'}"), currency=named[0] if named else sign)


def service(text: str, words: Mapping[str, Sequence[str]]) -> str:
    """Return LOAN or COPY by the words of a value; '' if they name neither, or both."""
    said = {one.casefold() for one in _WORDS.findall(text[:200])}
    whole = " ".join(text[:200].casefold().split())
    found = [name for name, each in words.items() if any(_names(one.casefold(), said, whole) for one in each)]
    return found[0] if len(found) == 1 else ""


def _names(word: str, said: set[str], whole: str) -> bool:
    return word in said or word == whole


def yes(text: str) -> bool:
    """Return whether the value agrees: "yes", or what forms write for a ticked box."""
    return text.strip().rstrip(".").casefold() in _YES


def email(text: str) -> str:
    """Return the one address in the value, '' if there is none, or several."""
    found = {bare(one) for one in _ADDRESS.findall(text[:400])}
    return found.pop() if len(found) == 1 else ""


def postal(lines: Sequence[str]) -> Postal | None:
    """Return an address of up to four lines; None if it is longer: nobody knows what its lines are."""
    said = [line.strip() for line in lines if line.strip()]
    if not 2 <= len(said) <= 4:
        return None
    name, *middle, city = said
    street = middle.pop() if middle else None
    return Postal(name=name, extended=middle[0] if middle else None, street=street, city=city)

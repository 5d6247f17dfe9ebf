"""Read single values of a form: a day, an amount, a service, an address of one or more lines."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from mailproc.ill.apdu import Money, Postal
from mailproc.mail.addresses import bare

_ISO_DAY = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?![\d-])")
_DOTTED_DAY = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?!\d)")
_NUMBERS = re.compile(r"\d[\d.,']*")
_PLAIN = re.compile(r"(\d{1,9})(?:[.,](\d{1,2}))?")
_GROUPED = re.compile(r"([1-9]\d{0,2})([.,'])(\d{3}(?:\2\d{3}){0,2})(?:(?!\2)[.,](\d{1,2}))?")
_STANDS_BEFORE = re.compile(r"(?:^|[\s:=<(≤€£$A-Za-z])\Z")
_STANDS_BEHIND = re.compile(r"[\s)€£$A-Za-z;!]|[-–](?!\d)|\Z")
_OTHER_UNIT = re.compile(r"%|(?<![A-Za-z])(?:c|ct|cts|cents?|p|pence|k|tsd|mio)(?![A-Za-z])", re.IGNORECASE)
_CURRENCY = re.compile(r"(?<![A-Za-z])[A-Z]{3}(?![A-Za-z])")
_SIGNS = {"€": "EUR", "£": "GBP", "$": "USD"}
_WORDS = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_YES = frozenset({"yes", "y", "ja", "oui", "si", "sí", "on", "1", "x", "true", "ok", "agreed", "accepted"})
LONGEST_SUM = 80
"""Characters of a value that says an amount; of a longer one nothing is taken."""
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
    """Return the amount, with its currency if one is named.

    None if there is none, or several, or if it can be read in two ways: "12.500" may be twelve or thousands.
    """
    said = text.strip()
    numbers = list(_NUMBERS.finditer(said)) if len(said) <= LONGEST_SUM else []
    if len(numbers) != 1 or _OTHER_UNIT.search(said):
        return None
    before, after = said[: numbers[0].start()], said[numbers[0].end() :]
    currencies = set(_CURRENCY.findall(said)) or {code for sign, code in _SIGNS.items() if sign in said}
    amount = _amount(numbers[0][0].rstrip(".,"))
    stands = _STANDS_BEFORE.search(before) and _STANDS_BEHIND.match(after)
    if amount is None or len(currencies) > 1 or not stands:
        return None
    return Money(amount=amount, currency=next(iter(currencies), None))


def _amount(number: str) -> Decimal | None:
    """Return 1000 for "1.000,00", "1,000.00" and "1'000"; None for what may be a thousand or one."""
    if plain := _PLAIN.fullmatch(number):
        return Decimal(f"{plain[1]}.{plain[2] or '0'}")
    grouped = _GROUPED.fullmatch(number)
    if grouped is None:
        return None
    first, sign, others, fraction = grouped.groups()
    if fraction is None and sign != "'" and sign not in others:
        return None
    return Decimal(f"{first}{others.replace(sign, '')}.{fraction or '0'}")


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

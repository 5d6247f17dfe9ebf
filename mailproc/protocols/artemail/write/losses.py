"""What an order or an answer does not say of what was meant: what is cut, and what has no place.

Whether a field is told is seen by its words: each must stand in the lines of the order. So it does not matter
in which line an element is written, or how it is labelled there.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any

from mailproc.config import Partner, PartnerArtemail
from mailproc.ill.apdu import Apdu, IllRequest, Item, Money
from mailproc.ill.terms import Ref, Role
from mailproc.protocols.artemail import address, plain
from mailproc.protocols.artemail.requests import Orders
from mailproc.protocols.artemail.tables.keywords import Keywords
from mailproc.protocols.artemail.tables.reply_codes import ReplyCodes
from mailproc.protocols.artemail.write import status_report
from mailproc.protocols.artemail.write.guard import FieldLost
from mailproc.protocols.artemail.write.transliterate import to_ascii
from mailproc.protocols.codec import NotTold

LONGEST = 2000
"""Characters of a field that are looked through."""
MOST_WORDS = 200
"""Characters that are shown of what is missing."""

_WORD = re.compile(r"[0-9A-Za-z]++")
_FIGURE = re.compile(r"[0-9]")
_NUMBERED = ("volume_issue", "edition")
"""Fields whose figures count: "vol. 12, no. 3" is written VOL 12 PT 3."""
_WITHOUT_LINE = ("series", "system_no", "verification")
"""Parts of a citation that are written in no line."""
_NO_PLACE = (
    "need_before", "expiry", "level_of_service", "max_cost", "copyright_compliance", "place_on_hold",
    "billing",
)  # fmt: skip
"""Fields of a request for which an order has no line."""
_BY_DEFAULT = ("according-to-responder-policy",)
_ANSWERED = (
    "note", "due", "cost", "shipped_via", "shipped_conditions", "insured_for", "return_insurance",
    "supply_on", "locations", "conditions", "position", "reason",
)  # fmt: skip
"""Fields of an answer of ours that staff or our rules fill in."""


def not_told(
    apdu: Apdu, dialect: str, partner: Partner | None, words: Keywords, codes: ReplyCodes
) -> tuple[NotTold, ...]:
    """Return what is lost of ``apdu``, in the order of its fields."""
    scheme = Orders(words, partner.artemail if partner else PartnerArtemail())
    if isinstance(apdu, IllRequest):
        return tuple(_of_order(apdu, scheme, in_words=dialect == plain.NAME))
    if apdu.type.said_by is Role.RESPONDER:
        return tuple(_of_answer(apdu, codes))
    missing = _missing(apdu.note or "", _words(scheme.order(apdu).text))  # of a cancellation
    return (NotTold("note", missing),) if missing else ()


def _of_order(apdu: IllRequest, scheme: Orders, *, in_words: bool) -> Iterator[NotTold]:
    order = scheme.order(apdu)
    lines = plain.project(apdu, scheme).item.lines if in_words else order.text
    said = _words(lines)
    yield from _of_item(apdu.item, said)
    if missing := _missing(apdu.note or "", said):
        yield NotTold("note", missing)
    for name in _NO_PLACE:
        value = getattr(apdu, name)
        if value is not None and value not in _BY_DEFAULT:
            yield NotTold(name, "" if name == "billing" else _shown(value))
    electronic = scheme.words.is_electronic(order.keywords)
    if not in_words and not _is_whole(address.write(apdu.delivery, electronic=electronic), order.address):
        yield NotTold("delivery", "")


def _of_item(item: Item, said: frozenset[str]) -> Iterator[NotTold]:
    """An item that has ``lines`` is written by them alone."""
    if item.lines:
        if missing := _missing(" ".join(item.lines), said):
            yield NotTold("item.lines", missing)
        return
    for each in fields(item):
        value = getattr(item, each.name)
        if each.name in ("type", "lines") or not value:
            continue
        if each.name in _WITHOUT_LINE:  # also where its words stand in the title by chance
            yield NotTold(f"item.{each.name}", value[:MOST_WORDS])
        elif missing := _missing(value, said, figures=each.name in _NUMBERED):
            yield NotTold(f"item.{each.name}", missing)


def _words(lines: Sequence[str]) -> frozenset[str]:
    return frozenset(word.lower() for line in lines for word in _WORD.findall(to_ascii(line).text))


def _missing(value: str, said: frozenset[str], *, figures: bool = False) -> str:
    """Return ``value`` from its first word that is not said; '' if all are."""
    text = to_ascii(value[:LONGEST]).text
    only_figures = figures and _FIGURE.search(text) is not None
    for found in _WORD.finditer(text):
        if only_figures and not _FIGURE.search(found[0]):
            continue
        if found[0].lower() not in said:
            return text[found.start() :][:MOST_WORDS]
    return ""


def _is_whole(meant: Sequence[str], written: Sequence[str]) -> bool:
    said = _words(written)
    return not any(_missing(line, said) for line in meant)


def _of_answer(apdu: Apdu, codes: ReplyCodes) -> Iterator[NotTold]:
    on = apdu.sent_at.date() if apdu.sent_at else None
    try:
        read = status_report.meaning(apdu, Ref(), on, codes)
    except FieldLost:
        return  # it is held, with its own reason
    for name in _ANSWERED:
        value: Any = getattr(apdu, name, None)
        if value not in (None, ()) and getattr(read, name, None) != value:
            yield NotTold(name, _shown(value))


def _shown(value: Any) -> str:
    if isinstance(value, Money):
        return f"{value.amount} {value.currency or ''}".strip()
    if isinstance(value, tuple):
        return ", ".join(map(_shown, value))
    named = getattr(value, "on", None) or getattr(value, "condition", None) or getattr(value, "symbol", None)
    return str(named or value)[:MOST_WORDS]

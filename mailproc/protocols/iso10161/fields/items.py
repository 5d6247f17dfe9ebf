"""The item and its reader: Item-Id and Client-Id."""

import re

from mailproc.ill.apdu import Item, Person
from mailproc.protocols.field_codec import Pair, field, record
from mailproc.protocols.iso10161.fields.enumerations import ITEM_TYPE
from mailproc.protocols.iso10161.fields.strings import WORDS
from mailproc.protocols.iso10161.fields.system_numbers import SYSTEM_NO

_PARTED = re.compile("[ -]")
_STANDARD_NUMBER = re.compile(r"[0-9][0-9 -]{6,15}[0-9Xx]")


def _write_number(text: str) -> object:
    """Write iSBN and iSSN without hyphens; thirteen digits are sent although the module allows ten."""
    plain = text.strip()
    return WORDS.write(_PARTED.sub("", plain) if _STANDARD_NUMBER.fullmatch(plain) else plain)


NUMBER = Pair(WORDS.read, _write_number)

ITEM = record(
    Item,
    (
        field("type", "item-type", ITEM_TYPE),
        field("call_number", "call-number", WORDS),
        field("author", "author", WORDS),
        field("title", "title", WORDS),
        field("subtitle", "sub-title", WORDS),
        field("place", "place-of-publication", WORDS),
        field("publisher", "publisher", WORDS),
        field("series", "series-title-number", WORDS),
        field("volume_issue", "volume-issue", WORDS),
        field("edition", "edition", WORDS),
        field("publication_date", "publication-date", WORDS),
        field("component_date", "publication-date-of-component", WORDS),
        field("article_author", "author-of-article", WORDS),
        field("article_title", "title-of-article", WORDS),
        field("pagination", "pagination", WORDS),
        field("isbn", "iSBN", NUMBER),
        field("issn", "iSSN", NUMBER),
        field("system_no", "system-no", SYSTEM_NO),
        field("additional_numbers", "additional-no-letters", WORDS),
        field("verification", "verification-reference-source", WORDS),
    ),
)

PERSON = record(
    Person,
    (
        field("name", "client-name", WORDS),
        field("id", "client-identifier", WORDS),
        field("status", "client-status", WORDS),
    ),
)

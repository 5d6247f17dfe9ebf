"""Recognise letters that deliver a document by a link: for a person the same day, never a status."""

import re
from collections.abc import Sequence

from mailproc.protocols.artemail.tables.reply_codes import Layout

FAULT = "a delivery mail with a link: for a person"
_ORDER_LINE = re.compile(r"(?<![0-9])[0-9]{8}-[0-9]{3}(?![0-9])")
MOST_LINES = 200
MOST_LINKS = 50
LONGEST = 1000
"""Characters around a link that are looked at."""


def delivers_by_link(said: Sequence[str], subject: str, layout: Layout) -> bool:
    """Return whether the letter names an order and offers a document near a link (its line and three above).

    Without the order, any advertisement with a link would match.
    """
    if not _names_an_order(said, subject, layout):
        return False
    links = [index for index, line in enumerate(said) if line and layout.link.search(line[:LONGEST])]
    for index in links[:MOST_LINKS]:
        around = " ".join([subject, *said[max(0, index - 3) : index + 1]])
        if layout.delivery.search(around[-LONGEST:]):
            return True
    return False


def _names_an_order(said: Sequence[str], subject: str, layout: Layout) -> bool:
    lines = [line[:LONGEST] for line in (subject, *said[:MOST_LINES])]
    return any(_ORDER_LINE.search(line) or layout.reference.fullmatch(line) for line in lines)

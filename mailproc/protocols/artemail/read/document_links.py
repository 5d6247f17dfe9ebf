"""Letters that bring the document itself by a link: for a person the same day, never a status."""

import re
from collections.abc import Sequence

from mailproc.protocols.artemail.tables.reply_codes import Layout

FAULT = "a delivery mail with a link: for a person"
_ORDER_LINE = re.compile(r"(?<![0-9])[0-9]{8}-[0-9]{3}(?![0-9])")
MOST_LINES = 200
MOST_LINKS = 50
LONGEST = 1000
"""Characters of the words around a link."""


def is_one(said: Sequence[str], subject: str, layout: Layout) -> bool:
    """An order is named, and around a link (its line and the three above) a document is offered.

    Without the order a stranger's advertisement would do.
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

"""Look up what was said of a request's copyright, and whether its borrower has asked for the item before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.ill import copyright_rules
from mailproc.ill.item_identity import ItemKey
from mailproc.ill.terms import Role, State
from mailproc.store import same_item
from mailproc.store.rows import StoredRequest, Transaction

ASKED_RECENTLY = timedelta(days=30)
"""So long an order of a borrower that has ended is still one that it may have sent twice."""

MOST_WANTED = 10
"""Other requests for the same item that are named."""


@dataclass(frozen=True)
class EntryDetails:
    """``word``: of copyright, as ISO 10161 carries it. ``declaration``: JSON of a
    ``copyright_rules.Declaration``. ``copies``: within the guidelines of the USA, of this title in ``year``
    until this one, included; 0 where nobody counts. ``asked_before``: the number of an earlier order of this
    borrower for the same item, while this one waits for our answer. ``also_wanted``: the numbers of other
    open requests for the same item, while this one is open."""

    word: str = ""
    declaration: Mapping[str, str] | None = None
    copies: int = 0
    year: int = 0
    asked_before: str = ""
    also_wanted: tuple[str, ...] = ()


NOTHING = EntryDetails()


def of(
    connection: Connection, request: StoredRequest, latest: Transaction | None, context: Context
) -> EntryDetails:
    """Return it of ``request``; ``latest``: its latest attempt."""
    more = request.more or {}
    word, year = more.get("copyright_compliance", ""), context.local(request.created_at).year
    return EntryDetails(
        word,
        more.get("declaration"),
        _copies(connection, request, word, context),
        year,
        asked_before(connection, request, latest, context) if latest else "",
        also_wanted(connection, request),
    )


def also_wanted(connection: Connection, request: StoredRequest) -> tuple[str, ...]:
    """Return the numbers of other open requests for the same item, if this one is open."""
    if request.closed_at is not None:
        return ()
    item = ItemKey(request.title_key, request.part_key)
    return tuple(same_item.also_wanted(connection, item, request.id, MOST_WANTED))


def _copies(connection: Connection, request: StoredRequest, word: str, context: Context) -> int:
    law = context.config.policy.copyright
    if request.role is Role.RESPONDER or not copyright_rules.counts_for(law, request.service, word):
        return 0
    year = context.year(context.local(request.created_at).year)
    return same_item.copies_of_title(
        connection, request.title_key, request.words_key, *year, up_to=request.id
    )


def asked_before(
    connection: Connection, request: StoredRequest, latest: Transaction, context: Context
) -> str:
    """Return the number of an earlier order of this borrower for the same item; '' if there is none.

    Also '' where we borrow, and once the order was answered.
    """
    if latest.role is Role.REQUESTER or latest.state is not State.IN_PROCESS:
        return ""
    item = ItemKey(request.title_key, request.part_key)
    since = context.clock() - ASKED_RECENTLY
    return same_item.of_borrower(connection, item, latest.partner, since, before=request.id)

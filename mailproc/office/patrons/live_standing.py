"""What the library system says of a reader now: asked outside any write, and never in the path of a letter.

Where it says nothing, what is stored counts, and the history of the request says why.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

from mailproc.config_load.value_checks import is_address
from mailproc.errors import Misconfigured, TryLater
from mailproc.flow.context import Context
from mailproc.ill.facts import Facts
from mailproc.ils.patron_standing import PatronStanding
from mailproc.sentence import Part, Sentence, sentence, stored
from mailproc.store.patrons import NamedReader
from mailproc.store.rows import StoredPatron


@dataclass(frozen=True)
class LiveStanding:
    """``standing``: None if nobody was asked, or no answer came; then ``failed`` says why."""

    standing: PatronStanding | None = None
    failed: Part = ""

    @property
    def warning(self) -> Sentence | None:
        """Word of a look-up that failed."""
        return sentence("reader-not-looked-up", why=self.failed) if self.failed else None

    @property
    def facts(self) -> Facts:
        """What stands with the event of what was done meanwhile."""
        return {"not_looked_up": stored(self.failed)} if self.failed else {}


NOT_ASKED = LiveStanding()


def at_entry(context: Context, reader: StoredPatron | None, named: str) -> LiveStanding:
    """Return the standing of who orders. ``reader``: as stored; ``named``: the number in the request."""
    return asked(context, reader, named) if context.config.patrons.lookup.at_entry else NOT_ASKED


def at_arrival(context: Context, reader: StoredPatron | None, named: str) -> LiveStanding:
    """Return the standing of whose item has come."""
    return asked(context, reader, named) if context.config.patrons.lookup.at_arrival else NOT_ASKED


def asked(context: Context, reader: StoredPatron | None, named: str) -> LiveStanding:
    """Ask the library system; no connection of the store may be in use. Ends within ``timeout`` seconds."""
    lookup = context.patron_lookup
    if lookup is None:
        return NOT_ASKED
    by_barcode = context.config.patrons.lookup.identifier == "barcode"
    ids = (named,) if reader is None else (reader.id, *(reader.barcodes or ()))
    number = ids[1] if by_barcode and ids[1:] else ids[0]
    try:
        standing = lookup.ask(number)
    except (TryLater, Misconfigured) as error:
        return LiveStanding(failed=error.said)
    if not _is_about(standing, ids):
        return LiveStanding(failed=sentence("lookup-another"))
    return LiveStanding(standing)


def _is_about(standing: PatronStanding, ids: Collection[str]) -> bool:
    """Return whether the answer names one of these numbers, or none.

    An answer to another question would give this reader another's name, address and category.
    """
    return not standing.id or _plain(standing.id) in map(_plain, ids)


def _plain(number: str) -> str:
    """Return the number without blanks and case, in which systems differ."""
    return "".join(number.split()).casefold()


def completed(reader: NamedReader, known: StoredPatron | None, live: LiveStanding) -> NamedReader:
    """Return the reader of a request with what neither it nor the store says, and the library system does."""
    said = live.standing
    if said is None or not said.known:
        return reader
    email = said.email if is_address(said.email) else ""
    return replace(
        reader,
        name=reader.name or ("" if known and known.name else said.name),
        email=reader.email or ("" if known and known.email else email),
        status=reader.status or ("" if known and known.status else said.category),
    )

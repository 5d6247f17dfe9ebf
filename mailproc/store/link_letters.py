"""Letters that bring a reader a link to sign in: how they go once they are old, or nobody's."""

from sqlalchemy import Connection

from mailproc.store import letters_to_reader, outgoing, reader_access
from mailproc.store.reader_access import ReaderLink
from mailproc.store.rows import SaidIntent


def erase(connection: Connection, link: ReaderLink) -> None:
    """Delete the link; withdraw its letter, or delete its bytes and to whom it went."""
    for one in outgoing.of_event(connection, link.event_id):
        _withdraw(connection, one)
    said = outgoing.of_event(connection, link.event_id)
    gone = [one.outgoing_id for one in said if one.outgoing_id and one.letter_state in letters_to_reader.OVER]
    letters_to_reader.erase_these(connection, gone)
    reader_access.delete_link(connection, link.id)


def erase_reader(connection: Connection, patron_id: str) -> None:
    """Sign the reader out everywhere, and delete all links."""
    reader_access.end_sessions(connection, patron_id)
    for link in reader_access.links_of(connection, patron_id):
        erase(connection, link)


def _withdraw(connection: Connection, one: SaidIntent) -> None:
    if one.state != "withdrawn" and (one.letter_state is None or one.letter_state not in outgoing.LEFT):
        outgoing.withdraw(connection, one)

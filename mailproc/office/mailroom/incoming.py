"""Actions of staff on letters: take them in, release and report those that could not be placed, hold ours."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from mailproc.config import Config
from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.flow.intake import forwarded_senders
from mailproc.flow.reading import form_letters
from mailproc.flow.reading.inbox_reading import read
from mailproc.flow.reading.letter_reading import RELEASED, LetterReading
from mailproc.flow.replies import unmatched
from mailproc.office.mailroom import done_by, on_shelf
from mailproc.office.mailroom.done_by import DoneBy
from mailproc.office.mailroom.handled import Handled
from mailproc.office.queries.letters import parsed
from mailproc.sentence import Word, sentence, stored
from mailproc.store import events, letter_bytes, letters, outgoing, partner_addresses
from mailproc.store.engine import Store
from mailproc.store.inbox import NewLetter, StoredLetter, keep
from mailproc.store.rows import OutgoingRecord

PORTION, PORTION_OCTETS = 200, 16_000_000
"""Letters, and their octets, in one commit of letters brought by hand."""


def take_in(store: Store, new: Sequence[NewLetter]) -> list[StoredLetter]:
    """Take letters from files into one commit, by the channel "inject"."""
    return store.write(lambda connection: keep(connection, new))


def take_all(store: Store, new: Iterable[NewLetter]) -> Iterator[StoredLetter]:
    """Take any number of letters, in portions; each is acknowledged when its commit holds."""
    for portion in _portions(new):
        yield from take_in(store, portion)


def _portions(letters: Iterable[NewLetter]) -> Iterator[list[NewLetter]]:
    """Yield portions small enough for memory and for one commit."""
    portion: list[NewLetter] = []
    octets = 0
    for letter in letters:
        portion.append(letter)
        octets += len(letter.raw)
        if len(portion) >= PORTION or octets >= PORTION_OCTETS:
            yield portion
            portion, octets = [], 0
    if portion:
        yield portion


def known_mailbox(config: Config, name: str) -> None:
    """Raise LocalFault if config.toml has no mailbox of that name ('' means none)."""
    names = [mailbox.name for mailbox in config.mailbox]
    if name and name not in names:
        raise LocalFault(
            sentence("no-mailbox", name=name, known=", ".join(names) or sentence("none-configured"))
        )


def release(
    store: Store, context: Context, letter_id: str, partner: str = "", by: DoneBy | None = None
) -> Handled:
    """Process a shelved letter or message again; staff vouch for its sender."""
    kind, number = parsed(letter_id)
    write = released(store, context, letter_id, partner)

    def job(connection: Connection) -> Handled:
        if not done_by.begin(connection, by, "release", (letter_id,)):
            return Handled(f"{kind}{number}", "todo", done_by.done_before(connection, letter_id))
        return write(connection)

    return store.write(job)


def released(
    store: Store, context: Context, letter_id: str, partner: str = ""
) -> Callable[[Connection], Handled]:
    """Return what writes the release; what takes long is done before it is returned."""
    kind, number = parsed(letter_id)
    if kind == "I":
        return release_of(store, context, number, partner).write

    def write(connection: Connection) -> Handled:
        if kind == "E":
            return _release_message(connection, number)
        raise LocalFault(sentence("release-ours", letter=letter_id))

    return write


@dataclass(frozen=True)
class LetterRelease:
    """Staff vouch for a shelved letter. ``symbol``: whose it is, as they say, '' if they do not. ``reading``:
    of a letter of an unknown sender. ``archived``: its bytes, where an archive has them."""

    number: int
    symbol: str
    reading: LetterReading | None
    context: Context
    archived: bytes | None

    def vouched(self, connection: Connection) -> tuple[str, Handled]:
        """Return whose letter it becomes, '' for a form's, and what is said of that; nothing is written.

        Raise LocalFault where it cannot be released.
        """
        if self.reading is not None:
            return _strangers(connection, self.reading, self.context)
        return _whose(connection, self.number, self.symbol)

    def write(self, connection: Connection) -> Handled:
        """Put the letter back into the queue, as one that is proven."""
        partner, done = self.vouched(connection)
        letters.again(connection, self.number, self.archived, proof=RELEASED, partner=partner)
        return done


def release_of(store: Store, context: Context, number: int, partner: str = "") -> LetterRelease:
    """Return the release of a letter; what takes long is done before it is returned."""
    symbol = context.partners.known(partner).symbol if partner else ""
    reading = None if symbol else _reading(store, context, number)
    with store.read() as connection:
        archived = letter_bytes.archived(connection, letters.record(connection, number))
    return LetterRelease(number, symbol, reading, context, archived)


def report(store: Store, context: Context, letter_id: str, by: DoneBy) -> Handled:
    """Tell the sender of a shelved message that we know no such request."""
    kind, number = parsed(letter_id)

    def job(connection: Connection) -> Handled:
        if kind != "E":
            raise LocalFault(sentence("report-whole-letter", letter=letter_id))
        if not done_by.begin(connection, by, "report", (letter_id,)):
            return Handled(f"E{number}", "shelved", done_by.done_before(connection, letter_id))
        event = on_shelf.message(connection, number)
        return Handled(f"E{number}", event.state, unmatched.tell(connection, event, context, by.login))

    return store.write(job)


def hold(store: Store, letter_id: str, by: DoneBy | None = None) -> Handled:
    """Keep a letter that has not left from being sent, until it is redelivered."""
    kind, number = parsed(letter_id)
    if kind != "O":
        raise LocalFault(sentence("not-ours", letter=letter_id))

    def job(connection: Connection) -> Handled:
        if not done_by.begin(connection, by, "hold", (letter_id,)):
            return Handled(f"O{number}", "held", done_by.done_before(connection, letter_id))
        row = _ours(connection, number)
        if row.state != "prepared":
            raise LocalFault(sentence("hold-state", number=number, state=Word("delivery", row.state)))
        outgoing.change(connection, number, state="held", last_error=stored(sentence("held-by-staff")))
        return Handled(f"O{number}", "held", sentence("is-held", number=number))

    return store.write(job)


def _whose(connection: Connection, number: int, symbol: str) -> tuple[str, Handled]:
    row = on_shelf.letter(connection, number)
    partner = symbol or row.partner
    if not partner and row.codec != form_letters.CODEC:
        raise LocalFault(sentence("release-whose", number=number))
    said = sentence("read-again-form", number=number)
    if partner:
        said = sentence("read-again-as", number=number, partner=partner)
    return partner, Handled(f"I{number}", "todo", said)


def _reading(store: Store, context: Context, number: int) -> LetterReading | None:
    """Read a letter of an unknown sender, before the store is held; None for others."""
    with store.read() as connection:
        row = letters.load(connection, number)
    if row is None or row.state not in letters.PLACEABLE or row.partner:
        return None
    reading = read(row, context, lambda _name: None)  # staff vouch for it: no DNS query
    return reading if reading.unproven else None


def _strangers(connection: Connection, reading: LetterReading, context: Context) -> tuple[str, Handled]:
    """Return that the letter of a confirmed library becomes one of the partner who forwarded to it."""
    name, sender = f"I{reading.inbox_id}", reading.letter.sender
    transaction = forwarded_senders.claimed_transaction(connection, reading, context)
    if transaction is not None:
        on_shelf.letter(connection, reading.inbox_id)
        said = sentence("read-again-at", name=name, library=transaction.symbol, sender=sender)
        return transaction.partner, Handled(name, "todo", said)
    for waits in partner_addresses.passed_on_to(connection, sender):
        raise LocalFault(
            sentence(
                "release-unconfirmed",
                name=name,
                sender=sender,
                partner=waits.partner,
                library=waits.symbol,
            ),
            (f"mailproc partners --confirm A{waits.id}", f"mailproc partners --forget A{waits.id}"),
        )
    return _whose(connection, reading.inbox_id, "")


def _release_message(connection: Connection, number: int) -> Handled:
    events.todo_again(connection, on_shelf.message(connection, number))
    return Handled(f"E{number}", "todo", sentence("tried-again", letter=f"E{number}"))


def _ours(connection: Connection, number: int) -> OutgoingRecord:
    row = outgoing.record(connection, number)
    if row is None:
        raise LocalFault(sentence("no-letter", name=f"O{number}"))
    return row

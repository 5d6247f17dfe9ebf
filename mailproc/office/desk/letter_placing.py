"""Where a letter on the shelf may belong: candidates with why, and what each act would do.

Nothing is chosen by itself.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from mailproc.errors import LocalFault, RemoteFault, TryLater
from mailproc.flow.context import Context
from mailproc.mail import received
from mailproc.office.mailroom import attaching, done_by, foresight
from mailproc.office.mailroom.attaching import AttachedLetter
from mailproc.office.queries import letter_candidates
from mailproc.office.queries.find import transaction_of
from mailproc.office.queries.letter_candidates import LetterCandidate
from mailproc.office.queries.letters import parsed
from mailproc.office.wording import foreseen_words
from mailproc.office.wording.plain_text import cut
from mailproc.sentence import Sentence, note
from mailproc.store import events, letters, outgoing, requests, transactions, undelivered
from mailproc.store.engine import Store
from mailproc.store.rows import Event, InboxLetter

LONGEST = 80


@dataclass(frozen=True)
class PlacingChoice:
    """A request (B17), or for a report a letter of ours (O12). ``why``: why it may be this one; ``would``:
    what attaching would do; ``refused``: why it cannot be; ``seen``: the mark of all this; ``foreign``: that
    the sender is none of the partner's addresses, '' if it is one."""

    number: str
    title: str
    partner: str
    why: str
    would: tuple[str, ...] = ()
    refused: str = ""
    seen: str = ""
    foreign: str = ""


@dataclass(frozen=True)
class LetterPlacing:
    """``why``: why it lies there. ``named``: of the request that staff named. ``release``: what a release
    would do, ``no_release`` why there is none; ``partners``: of whom staff may say it is.
    ``is_message``: one message, whose sender may be told that we know no such request."""

    name: str
    why: str
    choices: tuple[PlacingChoice, ...]
    named: PlacingChoice | None
    release: tuple[str, ...]
    no_release: str
    partners: tuple[str, ...]
    partner: str
    is_message: bool
    is_report: bool
    dismissed: bool
    seen: str


@dataclass(frozen=True)
class _OnShelf:
    """What lies there: a letter, or ``event``, a message of it. ``kept``: what of a whole letter is kept."""

    name: str
    row: InboxLetter
    event: Event | None
    kept: AttachedLetter | None


def placing(
    store: Store, context: Context, name: str, number: str = "", partner: str = ""
) -> LetterPlacing | None:
    """Return where it may belong; None if it is not on the shelf. Raise LocalFault for no letter's name."""
    found = _on_shelf(store, context, name)
    if found is None:
        return None
    said = letter_candidates.written(received.letter(bytes(found.row.raw), found.row.door))
    release, no_release = _release(store, context, name, partner)
    with store.read() as connection:
        likely = letter_candidates.candidates(connection, found.row, said, context, found.event)
        choices = tuple(_choices(connection, found, likely, context))
        named = _named(connection, found, number, context) if number else None
        seen = done_by.mark(connection, name)
    why = found.event.last_error if found.event is not None else found.row.last_error
    state = found.event.state if found.event is not None else found.row.state
    return LetterPlacing(
        name=found.name,
        why=context.language.words_of(note(why)),
        choices=choices,
        named=named,
        release=release,
        no_release=no_release,
        partners=tuple(sorted(one.symbol for one in context.config.partner)),
        partner=partner or found.row.partner,
        is_message=found.event is not None,
        is_report=found.kept is not None and found.kept.is_report,
        dismissed=state == letters.DISMISSED,
        seen=seen,
    )


def _on_shelf(store: Store, context: Context, name: str) -> _OnShelf | None:
    kind, number = parsed(name)
    if kind == "O":
        return None
    with store.read() as connection:
        event = events.load(connection, number) if kind == "E" else None
        inbox_id = number if kind == "I" else event.inbox_id if event is not None else None
        row = letters.load(connection, inbox_id) if inbox_id is not None else None
    state = event.state if event is not None else row.state if row is not None else ""
    if row is None or state not in letters.PLACEABLE:
        return None
    kept = attaching.kept_of(row, context) if event is None else None
    return _OnShelf(f"{kind}{number}", row, event, kept)


def _choices(
    connection: Connection, found: _OnShelf, likely: Sequence[LetterCandidate], context: Context
) -> Iterator[PlacingChoice]:
    """Yield those to which it can be attached; of a report, the letters of ours about them."""
    for one in likely:
        if found.kept is not None and found.kept.is_report:
            yield from _our_letters(connection, found, one, context)
        elif not (choice := _choice(connection, found, one, context)).refused:
            yield choice


def _choice(connection: Connection, found: _OnShelf, one: LetterCandidate, context: Context) -> PlacingChoice:
    language = context.language
    transaction = transactions.load(connection, one.transaction_id)
    would, refused = tuple[str, ...](), ""
    try:
        said = foresight.of_attaching(connection, context, found.name, found.kept, transaction)
        would = foreseen_words.of_request(said, context)
    except (LocalFault, RemoteFault) as fault:
        refused = language.word(fault.said)
    foreign = attaching.is_foreign(connection, found.kept, found.event, transaction)
    return PlacingChoice(
        number=one.number,
        title=" · ".join(filter(None, (cut(one.title, LONGEST), cut(one.author, LONGEST)))),
        partner=one.partner,
        why="; ".join(map(language.word, one.why)),
        would=would,
        refused=refused,
        seen=done_by.mark(connection, found.name, one.number),
        foreign=_foreign(found, one.partner, context) if foreign else "",
    )


def _foreign(found: _OnShelf, partner: str, context: Context) -> str:
    sender = found.kept.sender if found.kept is not None else found.event.partner if found.event else ""
    return context.language.label("desk_unplaced", "foreign", sender=cut(sender, LONGEST), partner=partner)


def _our_letters(
    connection: Connection, found: _OnShelf, one: LetterCandidate, context: Context
) -> Iterator[PlacingChoice]:
    language = context.language
    for outgoing_id in undelivered.perhaps(connection, one.transaction_id):
        if (row := outgoing.record(connection, outgoing_id)) is not None:
            yield PlacingChoice(
                number=f"O{outgoing_id}",
                title=f"{cut(row.subject, LONGEST)} ({one.number})",
                partner=row.rcpt_to,
                why="; ".join(map(language.word, one.why)),
                would=(language.label("desk_unplaced", "came_back", number=f"O{outgoing_id}"),),
                seen=done_by.mark(connection, found.name, f"O{outgoing_id}"),
            )


def _named(connection: Connection, found: _OnShelf, number: str, context: Context) -> PlacingChoice | None:
    """Return the request that staff name; ``refused`` says why it is none."""
    try:
        row = transaction_of(connection, number)
    except LocalFault as fault:
        return PlacingChoice(number, "", "", "", refused=context.language.word(fault.said))
    of = requests.load(connection, row.request_id)
    return _choice(
        connection, found, LetterCandidate(of.number, row.id, of.title, of.author, row.partner), context
    )


def _release(store: Store, context: Context, name: str, partner: str) -> tuple[tuple[str, ...], str]:
    """Return what a release would do, and why there is none."""
    try:
        said = foresight.of_release(store, context, name, partner)
    except (LocalFault, RemoteFault) as fault:
        if isinstance(fault.said, Sentence) and fault.said.code == "release-whose":
            return (), context.language.label("desk_unplaced", "say_whose")
        return (), context.language.word(fault.said)
    except TryLater:
        return (context.language.label("desk_unplaced", "not_foreseen"),), ""
    return foreseen_words.of_release(said, context), ""

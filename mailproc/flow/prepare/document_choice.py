"""Which documents that came for a request go to its reader, and why the others do not."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from mailproc.config import Documents
from mailproc.flow.context import Context
from mailproc.flow.matching import item_received
from mailproc.flow.reading.documents import with_covers
from mailproc.flow.reading.letter_reading import LEARNED, RELEASED
from mailproc.ill.document_forwarding import SUPPLIED
from mailproc.ill.facts import Facts
from mailproc.ill.message_content import WRONG, flaw
from mailproc.ill.transaction_state import NOTED
from mailproc.log import mask
from mailproc.mail.attachments import Attachment, name_of_type
from mailproc.mail.content_type import FileType, is_page_too
from mailproc.mail.letter import Letter
from mailproc.mail.parse import parse
from mailproc.sentence import Part, Sentence, sentence, stored
from mailproc.store import documents, events, letters, patrons, requests, transactions
from mailproc.store.documents import TO_READER
from mailproc.store.rows import Event, InboxLetter, Intent, StoredDocument

FORWARDED_FOR = timedelta(days=90)
"""How long after the end of its request a document still goes to the reader."""
OF_WRONG = sentence("document-wrong")
REPORTED = "SHIPPED"
"""The message with which a copy comes that its lender reports as sent."""
VOUCHED = ("", RELEASED, LEARNED)
"""Of a letter: no proof, or the word of staff alone."""


@dataclass(frozen=True)
class CameDocument:
    """A document that came with letter ``inbox_id``. ``type``: its short name.

    ``why_not``: why it does not go; '' if it does, and only then there is its ``content``.
    """

    digest: str
    size: int
    type: str
    name: str
    inbox_id: int
    content: bytes = b""
    why_not: Part = ""


_Came = tuple[Attachment, int, Part]


def chosen(connection: Connection, row: Intent, context: Context) -> tuple[CameDocument, ...]:
    """Return the documents of the intent's request that are still to be sent, or are not and nobody knows.

    What the reader has, and what staff know of, is left out.
    """
    known = [one for one in _known(connection, row) if one.event_id != row.event_id]
    had = {one.digest for one in known if not one.why_not}
    told = {(one.digest, str(one.why_not)) for one in known if one.why_not}
    told |= {(digest, stored(OF_WRONG)) for digest, _ in told}  # staff recorded it themselves
    ordered = events.load(connection, row.event_id)
    let_go = frozenset(((ordered.facts or {}) if ordered else {}).get("passed_on") or ())
    came = _let_go(connection, row, let_go, context) if let_go else _came(connection, row, had, context)
    found = _within(came, context.config.documents)
    return tuple(one for one in found if (one.digest, str(stored(one.why_not))) not in told)


def recorded(connection: Connection, row: Intent) -> frozenset[str]:
    """Return the digests that are recorded for this very intent: its letter is written a second time."""
    return frozenset(one.digest for one in _known(connection, row) if one.event_id == row.event_id)


def _known(connection: Connection, row: Intent) -> Sequence[StoredDocument]:
    known = documents.of_request(connection, row.request_id or 0)
    return [one for one in known if one.recipient == TO_READER]


def _came(connection: Connection, row: Intent, had: set[str], context: Context) -> Iterable[_Came]:
    """Return the documents of every letter about the transaction, each with its letter and what forbids it
    whatever it is; in the order of the letters. Of several letters with one document, one that may is taken.
    A text beside a document is among them: it never goes, and staff hear of it.
    """
    of_request = why_not_now(connection, row, context.clock())
    if of_request == OF_WRONG:  # what came before that receipt has a reason of its own
        of_request = sentence("document-after-wrong")
    receipts = item_received.receipts(connection, row.said_in)
    received = bool(receipts) and not flaw(receipts[-1].facts or {})
    found: dict[str, _Came] = {}
    for event in reversed(documents.came_with(connection, row.said_in)):
        letter = letters.load(connection, event.inbox_id or 0)
        if letter is None or event.type in NOTED:  # what a reader wrote
            continue
        later = [one.facts or {} for one in receipts if one.id > event.id]
        if later and later[-1].get("quiet") and not later[-1].get("wrong"):
            continue  # staff want the reader to hear nothing of it
        read = parse(bytes(letter.raw))
        why = _why_not_of(event, letter, read) or _wrong(later) or of_request
        why = why or _not_let_go(event, later, received=received)
        for file in with_covers(read, context):
            known = found.get(file.digest)
            if file.digest not in had and (known is None or (known[2] and not why)):
                found[file.digest] = file, letter.id, why
    return found.values()


def _let_go(
    connection: Connection, row: Intent, digests: frozenset[str], context: Context
) -> Iterator[_Came]:
    """Return the documents that staff pass on: only what the request or the limits forbid is withheld."""
    why, found = why_not_now(connection, row, context.clock()), set[str]()
    for event in documents.came_with(connection, row.said_in):
        for file in of_letter(connection, event, context):
            if file.digest in digests - found:
                found.add(file.digest)
                yield file, event.inbox_id or 0, why


def _why_not_of(event: Event, letter: InboxLetter, read: Letter) -> Part:
    facts = event.facts or {}
    if facts.get("by_hand") or letter.proof in VOUCHED:
        return sentence("document-unproven")
    if read.of_list:
        return sentence("document-by-list")
    return sentence("document-of-several") if facts.get("several") else ""


def of_letter(connection: Connection, event: Event, context: Context) -> tuple[Attachment, ...]:
    """Return the documents of the letter that the event came with, and the texts beside them."""
    letter = letters.load(connection, event.inbox_id or 0)
    return with_covers(parse(bytes(letter.raw)), context) if letter is not None else ()


def _not_let_go(event: Event, later: Sequence[Facts], *, received: bool) -> Part:
    """Return why what came with the event is not known to be the copy; '' if it is.

    It is if the same letter reports the copy shipped, or if staff have recorded the receipt since: an invoice
    or a form comes with other words. ``later``: the facts of the receipts since; ``received``: the last
    of all ended the request, so that there will be no other.
    """
    if event.type == REPORTED or later:
        return ""
    return sentence("document-after-copy" if received else "document-not-supplied")


def _wrong(later: Sequence[Facts]) -> Part:
    """Return why it does not go if staff have recorded a wrong copy since: that covers what came before."""
    return OF_WRONG if any(one.get("wrong") for one in later) else ""


def why_not_now(connection: Connection, row: Intent, now: datetime) -> Part:
    """Return why none of the transaction's documents goes to the reader as it stands now; '' if they do."""
    transaction = transactions.load(connection, row.said_in)
    if transaction.state not in SUPPLIED:
        return sentence("document-not-supplied" if _is_reachable(connection, row) else "document-no-reader")
    if (transaction.options or {}).get("flaw") == WRONG:
        return OF_WRONG
    request = requests.load(connection, row.request_id or 0)
    if request.closed_at is not None and request.closed_at < now - FORWARDED_FOR:
        return sentence("document-too-late", days=FORWARDED_FOR.days)
    reader = patrons.load(connection, request.patron_id)
    return "" if reader is not None and reader.email else sentence("document-no-reader")


def _within(came: Iterable[_Came], limits: Documents) -> Iterator[CameDocument]:
    """Withhold what is not on the list of types, or goes beyond the limits of one letter."""
    count = size = 0
    for file, inbox_id, why_not in came:
        why = never(file, limits) or why_not  # what never goes comes first
        if not why and count == limits.max_count:
            why = sentence("documents-too-many", most=limits.max_count)
        if not why and size + file.size > limits.max_size:
            why = sentence("documents-too-large", most=limits.max_size)
        if not why:
            count, size = count + 1, size + file.size
        content = b"" if why else file.content  # there may be many
        name = mask(file.name) if why else name_of_type(mask(file.name), file.type)
        yield CameDocument(file.digest, file.size, file.type.name, name, inbox_id, content, why)


def unsuitable(of_type: FileType, limits: Documents) -> Sentence | str:
    """Return why a file of that type is not sent on; '' if it is."""
    if of_type.name in limits.types:
        return ""
    return sentence("document-type", type=of_type.media_type, known=", ".join(limits.types))


def never(file: Attachment, limits: Documents) -> Part:
    """Return why such a file is sent to no reader, whoever vouches for it; '' if it may be."""
    return unsuitable(file.type, limits) or _of_two_types(file)


def _is_reachable(connection: Connection, row: Intent) -> bool:
    """Return whether the reader has an e-mail address: without one it will not go later either."""
    reader = patrons.load(connection, requests.load(connection, row.request_id or 0).patron_id)
    return reader is not None and bool(reader.email)


def _of_two_types(file: Attachment) -> Sentence | str:
    """Return why a file is not sent on that a browser may take for a page; '' if it is sent."""
    return sentence("document-two-faced") if is_page_too(file.content) else ""

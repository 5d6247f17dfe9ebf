"""Send one file of a received letter on to the reader: staff have looked at it, and vouch for it."""

from dataclasses import replace

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.advance import steps
from mailproc.flow.advance.steps import StepOutcome
from mailproc.flow.context import Context
from mailproc.flow.prepare import document_choice
from mailproc.ill.document_forwarding import SUPPLIED
from mailproc.ill.message_content import WRONG
from mailproc.ill.terms import Role, Service
from mailproc.ill.transaction_state import PASSED_ON
from mailproc.log import mask
from mailproc.mail.attachments import Attachment
from mailproc.office.acts.dry_run import foreseen
from mailproc.office.queries import letter_requests, letters
from mailproc.office.queries.find import transaction_of
from mailproc.sentence import Word, sentence, stored
from mailproc.store import documents, patrons, requests
from mailproc.store.documents import TO_READER
from mailproc.store.engine import Store
from mailproc.store.events import NewEvent
from mailproc.store.rows import Transaction


def send(
    store: Store, context: Context, letter_id: str, name: str, by: str, *, dry_run: bool = False
) -> StepOutcome:
    """Order a letter to the reader with the file ``name`` of the letter, whatever but its type and size had
    withheld it; with ``dry_run`` return what that would do, and keep nothing.

    Raise LocalFault if there is no such file, if its request is no copy of ours that is supplied, if the
    reader has no e-mail address or has the file, or if no such file is ever sent on.
    """

    with store.read() as connection:
        file = _file(connection, _transaction(connection, letter_id), letter_id, name, context)
    _check_file(file, context)

    def job(connection: Connection) -> StepOutcome:
        transaction = _transaction(connection, letter_id)
        _check(connection, transaction, file)
        done = steps.begin(connection, _event(transaction, letter_id, file, by, context), context)
        what = Word("labels.untold", "document")
        return replace(done, words=(sentence("letter-to-reader", what=what), *done.words))

    return foreseen(store, job) if dry_run else store.write(job)


def _event(transaction: Transaction, letter_id: str, file: Attachment, by: str, context: Context) -> NewEvent:
    what = sentence("passed-on", file=mask(file.name), letter=letter_id.upper())
    return NewEvent(
        cause="staff",
        type=PASSED_ON,
        at=context.clock(),
        facts={"passed_on": [file.digest], "text": str(what), "why": stored(what)},
        actor=by,
        door="cli",
        partner=transaction.partner,
        transaction_id=transaction.id,
        request_id=transaction.request_id,
    )


def _transaction(connection: Connection, letter_id: str) -> Transaction:
    """Return the transaction of the one request that the letter is about."""
    kind, number = letters.parsed(letter_id)
    numbers = letter_requests.of_letter(connection, kind, number) if kind == "I" else ()
    if len(numbers) != 1:
        raise LocalFault(sentence("passed-on-of-one", letter=letter_id, numbers=", ".join(numbers)))
    return transaction_of(connection, numbers[0])


def _check(connection: Connection, transaction: Transaction, file: Attachment) -> None:
    request = requests.load(connection, transaction.request_id)
    if transaction.role is not Role.REQUESTER or transaction.service is not Service.COPY:
        raise LocalFault(sentence("passed-on-no-copy", number=request.number))
    if transaction.state not in SUPPLIED or (transaction.options or {}).get("flaw") == WRONG:
        raise LocalFault(sentence("document-not-supplied"), (f"mailproc act {request.number} receive",))
    reader = patrons.load(connection, request.patron_id)
    if reader is None or not reader.email:
        raise LocalFault(sentence("document-no-reader"))
    had = documents.of_request(connection, transaction.request_id)
    if any(one.digest == file.digest and one.recipient == TO_READER and not one.why_not for one in had):
        raise LocalFault(sentence("passed-on-had", file=mask(file.name)))


def _file(
    connection: Connection, transaction: Transaction, letter_id: str, name: str, context: Context
) -> Attachment:
    _, number = letters.parsed(letter_id)
    came = [one for one in documents.came_with(connection, transaction.id) if one.inbox_id == number]
    files = [file for one in came for file in document_choice.of_letter(connection, one, context)]
    found = next((file for file in files if file.name == name), None)
    if found is None:
        known = ", ".join(mask(file.name) for file in files)
        raise LocalFault(sentence("passed-on-which", letter=letter_id, file=name, known=known))
    return found


def _check_file(file: Attachment, context: Context) -> None:
    limits = context.config.documents
    if why := document_choice.never(file, limits):
        raise LocalFault(sentence("passed-on-never", file=mask(file.name), why=why))
    if file.size > limits.max_size:
        raise LocalFault(sentence("documents-too-large", most=limits.max_size))

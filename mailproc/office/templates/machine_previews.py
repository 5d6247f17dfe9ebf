"""Preview a letter for machines as a request would make it now, read back by its guard as before sending."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.flow.prepare.messages import customer_code
from mailproc.ill import apdu_json
from mailproc.ill.apdu import Apdu, Cancel, IllAnswer, Renew, Shipped, StatusQuery
from mailproc.ill.terms import Ref, Results, Role, Service, TransactionId
from mailproc.office.templates.drafts import Draft, Drafting
from mailproc.office.templates.template_dry_run import problem
from mailproc.protocols.codec import Encoded, Held, Wire
from mailproc.sentence import Part, sentence
from mailproc.store import outgoing
from mailproc.store.rows import Transaction


class NothingWritten(LocalFault):
    """No message of this request uses the template."""


@dataclass(frozen=True)
class WrittenMessage:
    """A letter to a partner's system, the password masked."""

    subject: str
    text: str


def written(
    connection: Connection, context: Context, transaction: Transaction, draft: Draft
) -> WrittenMessage:
    """Return subject and text of the letter in which the template (or its draft) is used.

    Raise LocalFault with the field that the guard misses, or if no message of this request uses it.
    """
    wire = _wire(context, transaction)
    codec = context.registry.by_name(transaction.codec)
    for apdu in _sayable(connection, transaction, wire):
        drafting = Drafting(context.templates, draft)
        encoded = codec.encode([apdu], wire, drafting)
        if drafting.used:
            return _shown(encoded, *_source(context, draft))
    raise NothingWritten(sentence("no-message-written", partner=wire.partner.symbol, path=draft.path))


def _wire(context: Context, transaction: Transaction) -> Wire:
    role = transaction.role
    return Wire(
        library=context.config.library,
        partner=context.partners.known(transaction.partner),
        role=role,
        dialect=transaction.dialect,
        address=transaction.address,
        customer_code=customer_code(transaction),
        file_ref="1" if role is Role.REQUESTER else "",
        today=context.today(),
    )


def _sayable(connection: Connection, transaction: Transaction, wire: Wire) -> Iterator[Apdu]:
    """Yield what we sent in it, the last first; then an example of what we may send."""
    for said in reversed(outgoing.said(connection, transaction.id)):
        yield apdu_json.from_json(said)
    names: dict[str, Any] = {
        "transaction": TransactionId(
            transaction.initial_requester, transaction.tgq, transaction.tq, transaction.stq
        ),
        "ref": Ref(
            number=(transaction.options or {}).get("number", ""),
            customer_code=wire.customer_code if wire.role is Role.RESPONDER else "",
        ),
    }
    yield from _as_borrower(names) if wire.role is Role.REQUESTER else _as_lender(names)


def _as_borrower(names: dict[str, Any]) -> Sequence[Apdu]:
    return Cancel(**names), Renew(**names), StatusQuery(**names)


def _as_lender(names: dict[str, Any]) -> Sequence[Apdu]:
    unfilled = IllAnswer(results=Results.UNFILLED, reason="not-owned", **names)
    return unfilled, Shipped(shipped_service=Service.COPY, **names)


def _source(context: Context, draft: Draft) -> tuple[str, str]:
    """Return the file's name and text."""
    if draft.text is not None:
        return draft.name, draft.text
    used = context.templates.source(draft.path)
    return str(used.file), used.text


def _shown(encoded: Encoded, file: str, text: str) -> WrittenMessage:
    if encoded.held or encoded.body is None:
        lost = tuple(_told(one, file, text) for one in encoded.held)
        raise LocalFault(sentence("would-be-held", why=lost))
    whole = "\n".join(part.text for part in encoded.body.parts if part.text is not None)
    return WrittenMessage(encoded.body.subject, whole)


def _told(held: Held, file: str, text: str) -> Part:
    """Describe what is lost, with the template's line if one is at fault."""
    found = problem(held, file, text)
    return found.said if found.line else found.text

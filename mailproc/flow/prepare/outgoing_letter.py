"""Shared by all stations ④: make a letter of a body, and let a fault affect its own intent only."""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from uuid import uuid4

from mailproc.errors import LocalFault, TryLater
from mailproc.flow.context import Context
from mailproc.mail.compose import compose, domain_of, message_id, subject
from mailproc.mail.enclosures import Enclosure, part_of
from mailproc.mail.letter import BY_MAIL, Body
from mailproc.sentence import sentence, shortened, stored
from mailproc.store import outgoing, queue
from mailproc.store.engine import Store
from mailproc.store.outgoing import NewLetterOut
from mailproc.store.rows import Intent
from mailproc.store.tables import IntentRow

_log = logging.getLogger(__name__)


def letter(
    body: Body,
    address: str,
    token: str,
    context: Context,
    partner: str = "",
    transport: str = BY_MAIL,
    enclosed: Sequence[Enclosure] = (),
) -> NewLetterOut:
    """Compose the letter to ``address``: its bytes are fixed, its date is now in the library's zone.

    ``token`` begins its Message-ID; a pause of ``partner`` holds it; ``transport`` is how it goes.
    ``enclosed``: documents, which are put in when it leaves; its bytes have places for them. Raise LocalFault
    if an address cannot be written. (RFC 5322, 3.6.1 and 3.6.4.)
    """
    library = context.config.library
    now = context.clock()
    identifier = message_id(domain_of(library.email), f"{token}.{uuid4().hex[:16]}")
    places = tuple(part_of(one, identifier) for one in enclosed)
    raw = compose(
        replace(body, parts=(*body.parts, *places)),
        sender=library.email,
        sender_name=library.name,
        to=[address],
        message_id=identifier,
        date=now.astimezone(context.zone),
    )
    return NewLetterOut(
        partner=partner,
        mail_from=library.email,
        rcpt_to=address,
        message_id=identifier,
        subject=subject(body.subject),
        raw=raw,
        prepared_at=now,
        transport=transport,
        documents=" ".join(one.digest for one in enclosed),
    )


def each(
    store: Store,
    rows: Iterable[Intent],
    context: Context,
    write_one: Callable[[Intent], None],
    what: Callable[[Intent], str],
) -> None:
    """Call ``write_one`` for each intent; one that cannot be written is held or shelved with its reason.

    ``what`` names the intent for the log.
    """
    now = context.clock()
    for row in rows:
        store.underway.at(row.id)
        try:
            write_one(row)
        except LocalFault as fault:
            _log.error("%s could not be composed: %s", what(row), fault)
            why, later = stored(shortened(fault.said)), now + queue.pause(row.attempts)
            store.underway.at()
            store.write(partial(outgoing.hold_intent, intent_id=row.id, error=why, not_before=later))
        except TryLater:  # the store is busy or full: not a fault of this letter
            raise
        except Exception as error:  # a bug must affect its own letter only
            _log.exception("%s could not be composed", what(row))
            why = stored(sentence("program-fault", error=type(error).__name__))
            store.underway.at()
            store.write(partial(queue.shelve, table=IntentRow, row_id=row.id, error=why, was=row.state))

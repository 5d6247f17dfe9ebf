"""A letter to people made of its text: rendered, composed, with its documents."""

import logging
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from mailproc.flow import sign_in_letter
from mailproc.flow.context import Context
from mailproc.flow.prepare import outgoing_letter, partner_letter
from mailproc.flow.prepare.notice_context import Addressed
from mailproc.mail.content_type import media_type_of
from mailproc.mail.enclosures import Enclosure
from mailproc.notices import last_good
from mailproc.notices.last_good import Rendered, render_safely
from mailproc.notices.render import Notice
from mailproc.store import documents
from mailproc.store.intent_bodies import NoticeToPartner, NoticeToReader, SendApdu
from mailproc.store.outgoing import TO_PRINT, NewLetterOut
from mailproc.store.rows import Intent, StoredDocument

_log = logging.getLogger(__name__)


def rendered(
    connection: Connection, row: Intent, who: Addressed, context: Context
) -> Rendered[Notice] | None:
    """Render the notice; None if there is nobody to write to."""
    if not who.address and not who.on_paper:
        return None
    return render_safely(
        context.templates,
        row.notice.name,
        who.language,
        who.content,
        lambda path: last_good.good(connection, path),
    )


def letter(
    row: Intent, said: Rendered[Notice], address: str, context: Context, enclosed: Sequence[Enclosure] = ()
) -> NewLetterOut:
    """Compose the letter to ``address``. Raise LocalFault if that cannot be written."""
    for problem in said.problems:
        _log.warning("template %s; its %s text went out", problem, said.used)
    body = partner_letter.body_of(said.notice)
    partner = row.partner if row.notice.to == "partner" else ""
    made = outgoing_letter.letter(body, address, f"n{row.id}", context, partner, enclosed=enclosed)
    link = row.notice.link if isinstance(row.notice, NoticeToReader) else None
    return replace(made, secret_ref=sign_in_letter.secret_ref(link)) if link is not None else made


def on_paper(row: Intent, said: Rendered[Notice], context: Context) -> NewLetterOut:
    """Compose the letter to a reader without an address, for staff to print: it is sent to nobody."""
    return replace(letter(row, said, context.config.library.email, context), rcpt_to="", state=TO_PRINT)


def enclosed_in(connection: Connection, row: Intent) -> tuple[Enclosure, ...]:
    """Return the documents that staff send with a message or a letter to a partner."""
    if not isinstance(row.body, NoticeToPartner | SendApdu) or not row.body.documents:
        return ()
    return tuple(map(enclosure, documents.load(connection, row.body.documents)))


def enclosure(document: StoredDocument) -> Enclosure:
    return Enclosure(document.digest, document.name, media_type_of(document.type))

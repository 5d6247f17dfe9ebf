"""May a letter go once more, and by which transport?"""

import logging
from datetime import timedelta

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.mail.channel import TCP
from mailproc.mail.letter import BY_MAIL
from mailproc.store import outgoing, queue
from mailproc.store.rows import OutgoingLetter

_log = logging.getLogger(__name__)


def repeat_safe(row: OutgoingLetter, context: Context) -> bool:
    """Return whether the receiver discards repeats, so that what may have arrived may go again."""
    partner = context.partners.get(row.partner)
    if partner is None or (row.transport == TCP and partner.tcp.duplicates == "keeps"):
        return False
    return context.registry.by_name(partner.codec).repeat_safe


def turn_to_fallback(connection: Connection, row: OutgoingLetter, context: Context) -> None:
    """Let the partner's other transport take over what its usual one could not carry for hours.

    In the commit that lets the letter wait. Letters to people go by mail in any case.
    """
    partner = context.partners.get(row.partner)
    if partner is None or not partner.fallback or row.transport != partner.transport:
        return
    if row.documents and partner.fallback != BY_MAIL:  # only mail carries documents beside a message
        return
    tried = queue.waited(row.attempts)
    if tried < timedelta(hours=partner.fallback_after) or outgoing.is_to_people(connection, row.id):
        return
    _log.warning("O%s goes by %s now: it waited in vain for %s", row.id, partner.fallback, row.transport)
    outgoing.change(connection, row.id, transport=partner.fallback)

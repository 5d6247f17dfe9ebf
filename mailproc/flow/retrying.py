"""May a letter go once more, and by which transport?"""

import logging
from datetime import timedelta

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.mail.channel import HTTP, TCP
from mailproc.mail.letter import BY_MAIL
from mailproc.store import order_letters, outgoing, queue
from mailproc.store.rows import OutgoingLetter

_log = logging.getLogger(__name__)


def repeat_safe(connection: Connection, row: OutgoingLetter, context: Context) -> bool:
    """Return whether the receiver discards repeats, so that what may have arrived may go again.

    A hub knows a message by its number; a request has none yet, so its repeat might be a second request.
    """
    partner = context.partners.get(row.partner)
    if row.transport == HTTP:
        drops = context.config.hub.duplicates == "drops"
        return drops and not order_letters.attempts_in(connection, row.id)
    if partner is None or (row.transport == TCP and partner.tcp.duplicates == "keeps"):
        return False
    return context.registry.by_name(partner.codec).repeat_safe


def longest_pause(connection: Connection, row: OutgoingLetter, context: Context) -> timedelta:
    """Return how long the letter may wait at most for its next try, and by which way that goes.

    A partner's other transport takes over what its usual one has not carried for so many hours: the letter's
    transport is changed here, in the commit that lets it wait. Letters to people go by mail in any case, and
    so do documents beside a message.
    """
    partner = context.partners.get(row.partner)
    if partner is None or not partner.fallback or row.transport != partner.transport:
        return queue.BACKOFF_END
    if outgoing.is_to_people(connection, row.id) or (row.documents and partner.fallback != BY_MAIL):
        return queue.BACKOFF_END
    left = timedelta(hours=partner.fallback_after) - queue.waited(row.attempts)
    if queue.pause(row.attempts) < left:
        return queue.BACKOFF_END
    _log.warning("O%s goes by %s next: it waits in vain for %s", row.id, partner.fallback, row.transport)
    outgoing.change(connection, row.id, transport=partner.fallback, unfinished=row.unfinished)
    return max(left, timedelta())

"""What leaves for a stored letter: its envelope, and its bytes with what is inserted at the socket."""

from mailproc.errors import GiveUp
from mailproc.flow import sign_in_letter
from mailproc.flow.context import Context
from mailproc.mail import enclosures
from mailproc.mail.channel import TCP
from mailproc.mail.letter import Envelope
from mailproc.protocols.registry import PROTOCOLS
from mailproc.sentence import sentence
from mailproc.store import letters, traces
from mailproc.store.engine import Store
from mailproc.store.rows import OutgoingLetter


def envelope_of(row: OutgoingLetter, store: Store) -> Envelope:
    """Return the envelope, with the letter that it answers if that is of the same partner.

    What a letter caused may be for another one: the next library of the rota is asked when one declines. Only
    by TCP it matters, where the sender may wait on its connection: mail asks the store nothing.
    """
    caused_by = traces.letter_of(row.trace) if row.transport == TCP else 0
    if caused_by:
        with store.read() as connection:
            sender = letters.sender_of(connection, caused_by)
        if sender is None or sender.partner != row.partner:
            caused_by = 0
    return Envelope(row.mail_from, row.rcpt_to, row.transport, row.partner, caused_by)


def unmasked(row: OutgoingLetter, store: Store, context: Context) -> bytes:
    """Return the bytes for the socket. In a folder, which people read, the mask stays. Raise GiveUp.

    A reader's link is put in there too: whoever carries the letter brings it.
    """
    raw = enclosures.filled(bytes(row.raw), row.documents.split(), row.message_id, context.documents.read)
    if sign_in_letter.is_one(row):
        return sign_in_letter.filled(row, raw, store, context)
    if not row.secret_ref or context.config.deliver.mode == "folder":
        return raw
    symbol, _, customer_code = row.secret_ref.rpartition("/")
    partner = context.partners.known(symbol)
    for protocol in PROTOCOLS.values():  # the partner's protocol may have changed since
        for account in protocol.every_account(partner):
            if account.direction == "out" and account.customer_code == customer_code:
                codec = context.registry.by_name(protocol.name)
                return codec.unmask(raw, account.password.get_secret_value())
    raise GiveUp(sentence("account-gone", account=customer_code, partner=symbol))

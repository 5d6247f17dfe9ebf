"""How a message of ours goes, where that depends on its cause and not only on its type."""

from mailproc.config import Partner
from mailproc.flow import delivery_mode
from mailproc.flow.advance.work import Work
from mailproc.ill.apdu import Apdu, IllRequest
from mailproc.ill.event_names import NEWS, told
from mailproc.protocols.codec import Codec, Manner


def of(work: Work, apdu: Apdu, codec: Codec, partner: Partner | None) -> Manner:
    """Return SEND, NOTICE, LOCAL or REFUSE."""
    if work.event.cause == "letter" and isinstance(apdu, IllRequest):
        return Manner.LOCAL  # the partner itself has brought the order
    row = work.transaction
    way = delivery_mode.effective(codec, partner, apdu.type, row.role, row.dialect)
    return Manner.NOTICE if way is Manner.LOCAL and told(apdu) in NEWS else way

"""What a message of ours means and its octets do not say."""

from dataclasses import replace

from mailproc.errors import LocalFault
from mailproc.ill.apdu import Apdu, Damaged, IllAnswer, IllRequest, Overdue, StatusOrErrorReport
from mailproc.ill.terms import Results, TransactionId
from mailproc.protocols.codec import NotTold
from mailproc.protocols.iso10161 import losses, writing
from mailproc.protocols.iso10161.fields.strings import tidy
from mailproc.protocols.lost_fields import Compared

_SOMEBODY = TransactionId("-", "-", "-")


def not_told(apdu: Apdu) -> tuple[NotTold, ...]:
    """Return each field that is lost, with its words. () of what cannot be written: it is held, with a reason
    of its own."""
    if isinstance(apdu, StatusOrErrorReport):
        return ()  # nobody of ours writes it
    meant = apdu if apdu.transaction is not None else replace(apdu, transaction=_SOMEBODY)
    try:
        read = writing.project(meant)
    except LocalFault:
        return ()
    lost = Compared(apdu, read, tidy).lost(_said_otherwise(apdu))
    return tuple(dict.fromkeys((*losses.not_told(apdu), *lost)))


def _said_otherwise(meant: Apdu) -> frozenset[str]:
    """Return the fields that stand in the note, and those that ``losses`` reports by itself."""
    match meant:
        case IllRequest():
            return frozenset({"keywords"})
        case IllAnswer():
            conditional = meant.results is Results.CONDITIONAL
            in_condition = (
                {"conditions", *(() if meant.conditions else ("reason",))} if conditional else set()
            )
            return frozenset({"position", *in_condition})
        case Overdue():
            return frozenset({"level"})
        case Damaged():
            return frozenset({"damaged_details"})
    return frozenset()

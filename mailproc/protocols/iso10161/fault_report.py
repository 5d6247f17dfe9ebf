"""Report a message that cannot be read: a Status-Or-Error-Report with a general problem.

A report needs the transaction's name, so there is one only if the name can be read; and a report is never
answered by a report.
"""

from mailproc.errors import RemoteFault
from mailproc.ill.apdu import Apdu, Report, StatusOrErrorReport
from mailproc.ill.size_limits import beginning_of
from mailproc.ill.terms import ApduType, TransactionId
from mailproc.protocols.field_codec import UnreadableComponent
from mailproc.protocols.iso10161.ber import elements, schema
from mailproc.protocols.iso10161.fields.parties import TRANSACTION

_APPLICATION, _CLASS = 0x60, 0xE0
_SEQUENCE, _TRANSACTION = 0x30, 0xA1
_LOOKED_AT = 10_000  # octets: the name is the second component, and none is as long


def about(content: bytes, why: str) -> StatusOrErrorReport | None:
    """Return the report on an unreadable APDU, with the reason ``why``; None if none is possible."""
    if not content or content[0] & _CLASS != _APPLICATION:
        return None
    number = content[0] - _APPLICATION
    kind = next((one for one in ApduType if one.value == number), None)
    if kind is ApduType.STATUS_OR_ERROR_REPORT or (named := _named(content)) is None:
        return None
    problem = "badly-structured-APDU" if kind else "unrecognized-APDU"
    what = kind.name if kind else f"APDU {number}"
    report = Report(kind="error", source="provider", correlation=what, problem=problem)
    return StatusOrErrorReport(transaction=beginning_of(named), note=why[:200], report=report)


def too_long(apdu: Apdu, why: str) -> StatusOrErrorReport | None:
    """Return the report on a message with a name above our limit (Unable-To-Perform).

    It carries the beginning of the transaction's name.
    """
    if isinstance(apdu, StatusOrErrorReport) or apdu.transaction is None:
        return None
    report = Report(kind="error", source="user", correlation=apdu.type.name, problem="resource-limitation")
    return StatusOrErrorReport(transaction=beginning_of(apdu.transaction), note=why[:200], report=report)


def _named(content: bytes) -> TransactionId | None:
    """Return the transaction-id, whatever follows it."""
    begin = content[:_LOOKED_AT]
    try:
        at = elements.inside(begin, 0)
        if begin[at] == _SEQUENCE:
            at = elements.inside(begin, at)
        for _ in range(2):
            one = elements.first(begin[at:])
            if one.bytes[0] == _TRANSACTION:
                named: TransactionId = TRANSACTION.read(schema.decode_transaction_id(one.bytes))
                return named
            at = len(begin) - one.trailing
    except (RemoteFault, UnreadableComponent, IndexError):
        return None
    return None

"""Make the automatic replies of the state tables: ``▸ LETTER`` of a row as an APDU.

A reply that announces our present state repeats the letter that announced it first, with that
letter's time as ``original_sent_at`` (ISO 10161-1: date-time-of-original-service).
"""

from collections.abc import Mapping
from dataclasses import replace

from mailproc.ill import apdu_json
from mailproc.ill.apdu import (
    APDU_CLASSES,
    Apdu,
    CancelReply,
    ConditionalReply,
    IllAnswer,
    RenewAnswer,
    Report,
    StatusOrErrorReport,
)
from mailproc.ill.apdu_json import ApduJson
from mailproc.ill.terms import ApduType, Results, State
from mailproc.ill.transaction_state import TransactionState


def reply(
    name: str,
    current: TransactionState,
    said: Mapping[str, ApduJson],
    history: dict[str, str] | None = None,
) -> Apdu:
    """Return the APDU of reply ``name`` ("CANCEL_REPLY.no", "SHIPPED" …).

    ``said`` holds, by reply name, the JSON of the last such APDU that we sent in this transaction;
    ``history`` is a History-Report, for a status report.
    """
    if name == ApduType.STATUS_OR_ERROR_REPORT.name:  # always the present status
        return _status(current, history)
    last = said.get(name)
    if last is not None:
        return said_again(apdu_json.from_json(last))
    return _fresh(name)


def said_again(said: Apdu) -> Apdu:
    """Return a repeat of what we sent, without its own time yet, with that of the first.

    (ISO 10161-1: date-time-of-original-service.)
    """
    return replace(said, original_sent_at=said.original_sent_at or said.sent_at, sent_at=None)


def _fresh(name: str) -> Apdu:
    kind, _, variant = name.partition(".")
    if kind == "CANCEL_REPLY":
        return CancelReply(answer=variant == "yes")
    if kind == "RENEW_ANSWER":
        return RenewAnswer(answer=variant == "yes")
    if kind in ("CONDITIONAL_REPLY", "COND_REPLY"):
        return ConditionalReply(answer=variant == "yes")
    if kind in ("ANSWER", "ILL_ANSWER"):
        return IllAnswer(results=Results.CONDITIONAL if variant == "conditional" else Results.UNFILLED)
    return APDU_CLASSES[ApduType[kind]]()


def _status(current: TransactionState, history: dict[str, str] | None) -> StatusOrErrorReport:
    return StatusOrErrorReport(
        report=Report(kind="status", current_state=current.state.name, history=history)
    )


def duplicate_id(heard: Apdu) -> StatusOrErrorReport:
    """Return Transaction-Id-Problem: this name was used for another item."""
    problem, about = "duplicate-transaction-id", _named(heard)
    return StatusOrErrorReport(
        report=Report(kind="error", source="provider", correlation=about, problem=problem)
    )


def unknown_id(heard: Apdu) -> StatusOrErrorReport:
    """Return Transaction-Id-Problem: there is no such transaction, and never was."""
    problem, about = "unknown-transaction-id", _named(heard)
    return StatusOrErrorReport(
        report=Report(kind="error", source="provider", correlation=about, problem=problem)
    )


def not_there() -> StatusOrErrorReport:
    """Return the status of an unknown transaction: UNKNOWN, which is only ever reported."""
    return StatusOrErrorReport(report=Report(kind="status", current_state=State.UNKNOWN.name))


def in_process() -> StatusOrErrorReport:
    """Return the status of a request that has just come and that staff will decide about."""
    return StatusOrErrorReport(report=Report(kind="status", current_state=State.IN_PROCESS.name))


def _named(heard: Apdu) -> str:
    """Return which APDU an error report is about: its type and service time."""
    return f"{heard.type.name} {heard.sent_at.isoformat() if heard.sent_at else ''}".strip()


def prohibited(heard: Apdu, current: TransactionState) -> StatusOrErrorReport:
    """Return State-Transition-Prohibited {aPDU-type, current-state} for an impossible message."""
    return StatusOrErrorReport(
        report=Report(
            kind="error",
            source="provider",
            correlation=_named(heard),
            problem="state-transition-prohibited",
            apdu_type=heard.type.name,
            current_state=current.state.name,
        )
    )

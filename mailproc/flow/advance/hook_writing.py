"""Write what the library system is to be told of a step, in the step's own commit."""

from datetime import UTC
from uuid import uuid4

from mailproc.flow.advance.work import Work
from mailproc.flow.hook_receivers import HookReceiver
from mailproc.ill.cells import CellKind
from mailproc.ill.facts import Facts, is_said_before
from mailproc.ill.hook_events import event_name
from mailproc.ill.hook_payload import VERSION, HookPayload, HookReader
from mailproc.ill.terms import Service
from mailproc.ill.transaction_state import Occurrence, Step
from mailproc.sentence import sentence
from mailproc.store import hook_calls, hook_lists, hook_repeats, item_barcodes, patrons, requests
from mailproc.store.hook_calls import NewHookCall
from mailproc.store.rows import StoredRequest

_NOTHING = (CellKind.ERROR, CellKind.REFUSED)


def write(work: Work, taken: Step, occurrence: Occurrence, known: Facts) -> None:
    """Write a call for each receiver that wants the event.

    None for what is said once more, or is not possible in the state: nothing happened.
    """
    if not work.context.hooks or taken.outcome.kind in _NOTHING:
        return
    if is_said_before(known):
        return
    name = event_name(work.transaction.role, occurrence.event)
    wanting = work.context.hooks.wanting(name)
    if not wanting:
        return
    payload = _payload(work, taken, name, known)
    for receiver in wanting:
        if receiver.name in work.untold or not _is_for(receiver, work, taken, payload, known):
            continue
        hook_calls.add(
            work.connection,
            NewHookCall(
                hook=receiver.name,
                kind=receiver.kind,
                request_id=work.transaction.request_id,
                transaction_id=work.transaction.id,
                event_id=work.event.id,
                event=name,
                key=uuid4().hex,  # not counted: a store that was put back would give a number twice
                payload=payload,
                written_at=work.context.clock(),
                trace=work.trace,
                not_before=work.leaves_at,
            ),
        )


def take_back(work: Work, event_id: int) -> None:
    """Drop the calls of an act at the desk that wait until it can no longer be taken back."""
    for call in hook_lists.of_event(work.connection, work.transaction.request_id, event_id):
        if call.state == "prepared" and call.attempts == 0 and call.not_before is not None:
            hook_calls.dismiss(work.connection, call, sentence("hook-taken-back"), work.context.clock())
            work.untold.append(call.hook)


def _is_for(receiver: HookReceiver, work: Work, taken: Step, payload: HookPayload, known: Facts) -> bool:
    if receiver.loans and (taken.after.service is not Service.LOAN or known.get("wrong")):
        return False
    return payload["event"] not in receiver.once or not hook_repeats.is_told(
        work.connection,
        receiver.name,
        payload["event"],
        request_id=work.transaction.request_id,
        transaction_id=work.transaction.id,
        barcode=payload["barcode"],
    )


def _payload(work: Work, taken: Step, name: str, known: Facts) -> HookPayload:
    transaction, request = work.transaction, requests.load(work.connection, work.transaction.request_id)
    due_on = taken.after.due_on
    return {
        "version": VERSION,
        "sample": False,
        "event": name,
        "role": transaction.role.value,
        "cause": work.event.cause,
        "at": work.event.at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "numbers": {
            "request": request.number,
            "transaction": f"{request.number}-{transaction.attempt}",
            "group": transaction.tgq,
            "qualifier": transaction.tq,
        },
        "service": taken.after.service.value,
        "partner": transaction.partner,
        "state": {"before": taken.before.state.name, "after": taken.after.state.name},
        "due_on": due_on.isoformat() if due_on else None,
        "item": request.item or {},
        "barcode": known.get("barcode") or item_barcodes.latest(work.connection, transaction.id),
        "reader": _reader(work, request),
        "wrong": bool(known.get("wrong")),
        "partial": bool(known.get("partial")),
    }


def _reader(work: Work, request: StoredRequest) -> HookReader | None:
    if not request.patron_id:
        return None
    reader = patrons.load(work.connection, request.patron_id)
    return {"id": request.patron_id, "barcodes": list(reader.barcodes or ()) if reader else []}

"""The rules of a transaction: which event leads from which state to which.

``TABLES`` holds every decision, ``next_state`` reads one. Nothing else decides a state. There is no I/O here,
no clock and no local policy (that is ``policy``).

An event is a word. A received message is upper case: the APDU's name, with its content after a dot if that
matters ("ANSWER.unfilled", "RENEW_ANSWER.yes"). An action of our staff, or a timer, is lower case ("ship",
"renew-no", "expire"). So LOST is the partner's message and "lost" our action.

A wrong loan that went back leaves the request as it was ordered: staff may record that the right one is on
its way, or has come (``right_item``).

Two rules of content are not in the tables, because they need the messages themselves: a condition that we
have agreed to before is a repeat (the agreement is sent again, the state stays), and a demand or renewal with
an outdated due date is a note.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from mailproc.ill import actions, requester_copy, requester_loan, responder_copy, responder_loan
from mailproc.ill.cells import Cell, CellKind, Table, alert
from mailproc.ill.terms import Role, Service, State

__all__ = [
    "TABLES", "Cell", "CellKind", "Transition", "allows", "is_final", "next_state", "possible", "table_of",
    "tables_json",
]  # fmt: skip

TABLES: Mapping[Role, Mapping[Service, Table]] = MappingProxyType(
    {
        Role.REQUESTER: MappingProxyType(
            {Service.LOAN: requester_loan.TABLE, Service.COPY: requester_copy.TABLE}
        ),
        Role.RESPONDER: MappingProxyType(
            {Service.LOAN: responder_loan.TABLE, Service.COPY: responder_copy.TABLE}
        ),
    }
)

NOBODY = (State.IDLE, State.SHELVED_CANCEL)  # there is no transaction here

# The state before a question if none is recorded (a record from another system).
_USUAL = {
    (Role.REQUESTER, State.CANCEL_PENDING): State.PENDING,
    (Role.REQUESTER, State.RENEW_PENDING): State.RECEIVED,
    (Role.RESPONDER, State.CANCEL_PENDING): State.IN_PROCESS,
}


@dataclass(frozen=True)
class Transition:
    """The effect of an event.

    The state and state_before to store (the old ones if unchanged), the automatic answers, and whether staff
    must look.
    """

    kind: CellKind
    state: State
    state_before: State | None
    replies: tuple[str, ...] = ()
    attention: bool = False


def table_of(role: Role, service: Service) -> Table:
    """Return the table of a service. All but loans end like a copy: nothing has to come back."""
    return TABLES[role][Service.LOAN if service is Service.LOAN else Service.COPY]


def next_state(
    role: Role, service: Service, state: State, state_before: State | None, event: str
) -> Transition:
    """Return what ``event`` does in ``state``. Total and pure.

    A message without a row is an ERROR (State-Transition-Prohibited), an action without one is REFUSED; state
    and state_before are then unchanged.
    """
    cell = _cell(role, service, state, state_before, event)
    if cell.back:
        entered = state_before or _USUAL[role, state]
    else:
        entered = state if cell.state is None else cell.state
    before = cell.before or _before(role, state, state_before, entered)
    return Transition(cell.kind, entered, before, cell.replies, cell.attention)


def _cell(role: Role, service: Service, state: State, state_before: State | None, event: str) -> Cell:
    if state not in actions.ONLY_IN.get(event, (state,)):
        return Cell(CellKind.REFUSED)
    if event in actions.STAYS:
        return Cell(CellKind.STAY if _makes_sense(service, state, event) else CellKind.REFUSED)
    if event in actions.ONLY_IN:
        return alert(Cell(CellKind.STAY))
    if event == "ship" and state == State.CANCEL_PENDING and state_before != State.IN_PROCESS:
        return Cell(CellKind.REFUSED)  # nobody has accepted the condition yet
    row = table_of(role, service).get(state, {})
    return row.get(event) or Cell(CellKind.ERROR if event[:1].isupper() else CellKind.REFUSED)


def _makes_sense(service: Service, state: State, event: str) -> bool:
    """Return whether an action that moves no state is possible."""
    if event in actions.WITHIN:
        return service is Service.LOAN and state in actions.WITHIN[event]
    return state not in NOBODY


def _before(role: Role, state: State, state_before: State | None, entered: State) -> State | None:
    """Return where a refusal leads back to; stored only while a question is pending."""
    if (role, entered) not in _USUAL:
        return None
    return state_before if entered == state else state


def possible(role: Role, service: Service, state: State, state_before: State | None) -> tuple[str, ...]:
    """Return the staff actions that the state tables allow now, the likeliest first.

    ``undo`` is not among them: whether a letter has left is no matter of state.
    """
    return tuple(
        name
        for name, action in actions.OF_ROLE[role].items()
        if action.by_state
        and any(allows(role, service, state, state_before, event) for event in action.events)
    )


def allows(role: Role, service: Service, state: State, state_before: State | None, event: str) -> bool:
    """Return whether we may do this now. ``event``: the row of an action of ours."""
    return next_state(role, service, state, state_before, event).kind is not CellKind.REFUSED


def is_final(role: Role, service: Service, state: State) -> bool:
    """Return whether it is over: then the tables offer only to receive an unexpected item."""
    row = table_of(role, service).get(state)
    if row is None or state in NOBODY:
        return False
    acts = [cell for event, cell in row.items() if event[:1].islower()]
    return all(cell.kind is CellKind.REFUSED or cell.attention for cell in acts)


def tables_json() -> dict[str, Any]:
    """Return the four tables as plain JSON: role, service, state, event, decision."""
    return {
        role.name: {
            service.name: {
                state.name: {event: _cell_json(cell) for event, cell in row.items()}
                for state, row in table.items()
            }
            for service, table in tables.items()
        }
        for role, tables in TABLES.items()
    }


def _cell_json(cell: Cell) -> dict[str, Any]:
    state = "BEFORE" if cell.back else cell.state.name if cell.state is not None else None
    return {
        "kind": cell.kind.value,
        "state": state,
        "before": None if cell.before is None else cell.before.name,
        "replies": list(cell.replies),
        "attention": cell.attention,
    }

"""The law of a transaction: which event leads from which state to which.

``TABLES`` holds every decision, ``next_state`` reads one. Nobody else decides what a state
becomes. There is no I/O here, no clock and no custom of a library (that is ``policy``).

An event is a word. A letter heard is upper case: the APDU's name, with what it says after a
dot where that matters ("ANSWER.unfilled", "RENEW_ANSWER.yes"). An act of our staff, or of a
timer of ours, is lower case ("ship", "renew-no", "expire"). So LOST is the partner's letter
and "lost" our act. Two guards of content are not in the tables, because they need the
letters themselves: a condition that we have agreed to before is a repeat of it (the agreement
goes out again, the state stays), and a demand or renewal with an outdated due date is a note.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from mailproc.ill import actions, requester_copy, requester_loan, responder_copy, responder_loan
from mailproc.ill.cells import Cell, CellKind, Table
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

# Where a question led away from when nobody wrote it down (a record from another system).
_USUAL = {
    (Role.REQUESTER, State.CANCEL_PENDING): State.PENDING,
    (Role.REQUESTER, State.RENEW_PENDING): State.RECEIVED,
    (Role.RESPONDER, State.CANCEL_PENDING): State.IN_PROCESS,
}


@dataclass(frozen=True)
class Transition:
    """What an event does: the state and state_before to store (the old ones where it stays),
    the letters that answer by themselves, and whether staff must look."""

    kind: CellKind
    state: State
    state_before: State | None
    replies: tuple[str, ...] = ()
    attention: bool = False


def table_of(role: Role, service: Service) -> Table:
    """The table of a service. All but loans end like a copy: nothing has to come back."""
    return TABLES[role][Service.LOAN if service is Service.LOAN else Service.COPY]


def next_state(
    role: Role, service: Service, state: State, state_before: State | None, event: str
) -> Transition:
    """What ``event`` does in ``state``. Total and pure.

    A letter that has no row here is an ERROR (State-Transition-Prohibited), an act that has
    none is REFUSED; state and state_before are then the old ones.
    """
    cell = _cell(role, service, state, state_before, event)
    if cell.back:
        entered = state_before or _USUAL[role, state]
    else:
        entered = state if cell.state is None else cell.state
    before = cell.before or _before(role, state, state_before, entered)
    return Transition(cell.kind, entered, before, cell.replies, cell.attention)


def _cell(role: Role, service: Service, state: State, state_before: State | None, event: str) -> Cell:
    if event in actions.STAYS:
        return Cell(CellKind.REFUSED if state in NOBODY else CellKind.STAY)
    if event == "ship" and state == State.CANCEL_PENDING and state_before != State.IN_PROCESS:
        return Cell(CellKind.REFUSED)  # nobody has accepted the condition yet
    row = table_of(role, service).get(state, {})
    return row.get(event) or Cell(CellKind.ERROR if event[:1].isupper() else CellKind.REFUSED)


def _before(role: Role, state: State, state_before: State | None, entered: State) -> State | None:
    """Where a refusal would lead back to: remembered while a question is pending, no longer."""
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
    """May we do this now? ``event``: the row of an act of ours."""
    return next_state(role, service, state, state_before, event).kind is not CellKind.REFUSED


def is_final(role: Role, service: Service, state: State) -> bool:
    """Is it over? Then the tables offer nothing but to take in an item nobody expected."""
    row = table_of(role, service).get(state)
    if row is None or state in NOBODY:
        return False
    acts = [cell for event, cell in row.items() if event[:1].islower()]
    return all(cell.kind is CellKind.REFUSED or cell.attention for cell in acts)


def tables_json() -> dict[str, Any]:
    """The four tables as plain JSON: role, service, state, event, decision."""
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

"""The cells of the state tables, and the layout of a table's rows.

The four tables are literals (``requester_loan`` and its three siblings): for each event the states in which
it has the same effect, and that effect. Only ``machine`` reads them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from mailproc.ill.terms import State


class CellKind(StrEnum):
    """The effect of an event.

    A received message BECOMES, is a NOTE in the history, or an ERROR (answered with a
    Status-Or-Error-Report). An action of staff or timer BECOMES, lets the state STAY (its message still goes
    out), or is REFUSED with a sentence.
    """

    BECOMES = "becomes"
    NOTE = "note"
    STAY = "stay"
    ERROR = "error"
    REFUSED = "refused"


@dataclass(frozen=True)
class Cell:
    """One decision.

    ``state``: the new state (None: unchanged, or ``back`` says "to state_before"); ``before``: the new
    state_before; ``replies``: the automatic answers, named like events; ``attention``: staff must look;
    ``source``: the source of the decision (``source_tags``), '' for an action that makes no sense there.
    """

    kind: CellKind
    state: State | None = None
    back: bool = False
    before: State | None = None
    replies: tuple[str, ...] = ()
    attention: bool = False
    source: str = ""


Row = Mapping[State, Cell]
Table = Mapping[State, Mapping[str, Cell]]
Grouped = Mapping[tuple[State, ...], Cell]  # the states of one row that share a decision

_REFUSED = Cell(CellKind.REFUSED)


def becomes(state: State, source: str, *replies: str, before: State | None = None) -> Cell:
    return Cell(CellKind.BECOMES, state=state, source=source, replies=replies, before=before)


def back(source: str) -> Cell:
    """Return to the state before the question that is now answered."""
    return Cell(CellKind.BECOMES, back=True, source=source)


def note(source: str, *replies: str, before: State | None = None) -> Cell:
    return Cell(CellKind.NOTE, source=source, replies=replies, before=before)


def stay(source: str, before: State | None = None) -> Cell:
    return Cell(CellKind.STAY, source=source, before=before)


def alert(cell: Cell) -> Cell:
    """The same, and staff must look."""
    return replace(cell, attention=True)


def error() -> Cell:
    return Cell(CellKind.ERROR)


def refused(source: str) -> Cell:
    return Cell(CellKind.REFUSED, source=source)


def lay_out(states: tuple[State, ...], letters: Mapping[str, Grouped], acts: Mapping[str, Grouped]) -> Table:
    """Return the table by state and event, with every cell defined.

    A message needs a decision in every state; an action without one is refused. Raise ValueError that names a
    row which omits a state, has it twice or invents one.
    """
    everywhere = tuple(states)
    common: dict[str, Grouped] = {
        "DAMAGED": {everywhere: note("I")},
        "MESSAGE": {everywhere: note("I")},
        "STATUS_OR_ERROR_REPORT": {everywhere: note("I")},
        "STATUS_QUERY": {everywhere: note("I", "STATUS_OR_ERROR_REPORT")},
    }
    rows = {event: _row(event, states, grouped) for event, grouped in {**letters, **common}.items()}
    for event, grouped in acts.items():
        silent = tuple(state for state in states if state not in _states_of(grouped))
        rows[event] = _row(event, states, {**grouped, silent: _REFUSED})
    return MappingProxyType(
        {state: MappingProxyType({event: row[state] for event, row in rows.items()}) for state in states}
    )


def _states_of(grouped: Grouped) -> list[State]:
    return [state for group in grouped for state in group]


def _row(event: str, states: Iterable[State], grouped: Grouped) -> Row:
    named = _states_of(grouped)
    if sorted(named) != sorted(states):
        raise ValueError(f"the row {event} decides {sorted(named)}, the table has {sorted(states)}")
    return {state: cell for group, cell in grouped.items() for state in group}

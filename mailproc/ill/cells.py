"""What one cell of the state tables can say, and how the rows of a table are laid out.

The four tables are literals (``requester_loan`` and its three siblings): for each event the
states in which the same thing happens, and what that is. ``machine`` is their only reader.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from mailproc.ill.terms import State


class CellKind(StrEnum):
    """What an event does to a state.

    A letter heard BECOMES, is a NOTE in the history, or an ERROR (answered with a
    Status-Or-Error-Report). An act of staff or clock BECOMES, lets the state STAY (the
    letter goes out all the same), or is REFUSED with a sentence.
    """

    BECOMES = "becomes"
    NOTE = "note"
    STAY = "stay"
    ERROR = "error"
    REFUSED = "refused"


@dataclass(frozen=True)
class Cell:
    """One decision.

    ``state`` is the state entered (None: it stays, or ``back`` says "to state_before");
    ``before`` is what state_before is set to; ``replies`` are the letters that answer by
    themselves, named like events; ``attention`` asks for staff; ``source`` says where the
    decision comes from (``sources``), '' for an act that makes no sense there.
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
    """Where we were before the question that is now answered."""
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
    """The table by state and event, every cell decided.

    A letter must say something in every state, an act is refused where it says nothing.
    ValueError names a row that leaves a state out, speaks of it twice or invents one.
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

"""Write the state tables for people: the page docs/states.md, its diagrams, and a plain text.

Everything here is generated from ``machine.TABLES``, the only copy of the rules.
"""

from collections.abc import Iterator, Mapping

from mailproc.ill import machine
from mailproc.ill.cells import Cell, CellKind, Table
from mailproc.ill.source_tags import SOURCES
from mailproc.ill.terms import Role, Service, State

_INTRO = """\
# The states of a transaction

Generated from the tables in `mailproc/ill` by `mailproc states --markdown`; do not edit it here.

A transaction has two sides, and each keeps its own state. Events move it: a message received (CAPITALS), an
action of our staff or one of our timers (*small*). E-mail may reorder, lose or duplicate messages. So every
cell is defined, also those that no regular exchange reaches: a message of an earlier phase is a note, a
message about the item proves that it was sent, and a repeated question is answered with the current state.
"""

_LEGEND = """\
## How to read the cells

| cell | meaning |
|---|---|
| `STATE` | the new state |
| `BEFORE` | back to the state before the pending question (state_before) |
| `before := X` | a refusal will lead back to X instead |
| `note` | a message that changes no state: a line in the history; its dates, costs and promises are kept |
| `stay` | an action that changes no state: its message goes out |
| `▸ MESSAGE` | answered automatically with this message |
| **!** | staff must look |
| **error** | answered with a Status-Or-Error-Report; the state stays |
| `–` | not possible |

`ANSWER` is ILL-Answer: *promise* stands for will-supply and hold-placed, *unfilled* for unfilled, retry,
locations-provided and estimate. `COND_REPLY` is Conditional-Reply. Actions that end in *-yes* or *-no*
answer a condition, a cancellation or a renewal; *expire* is a timer. *damaged*, *message*, *query* and
*close* change no state and are possible in every transaction. IDLE means that there is no transaction;
SHELVED_CANCEL, that there is none but a Cancel waits for it. state_before is set on entering CANCEL_PENDING
and, as requester, RENEW_PENDING, and cleared on leaving them.

Rules that need the content of messages:

* *ship* in CANCEL_PENDING is possible only if the state before was IN_PROCESS: nothing may be shipped on a
  condition that nobody has accepted.
* A condition equal to the one we have agreed to is a repeat: the state stays, and the agreement is sent
  again. Otherwise two crossing messages would make us answer yes and then no to the same condition.
* An OVERDUE for a due date earlier than the one we hold, and a RENEW_ANSWER.yes without a later one, are
  notes; staff are asked about an OVERDUE before the due date that we hold.

The last word of a cell is the source of the decision:

| tag | source or reason |
|---|---|
"""


def markdown() -> str:
    """Return the text of docs/states.md."""
    parts = [_INTRO]
    for role, service, table in _all():
        parts.append(f"## {role.name.capitalize()}, {service.name.lower()}\n")
        parts.append("\n".join(_markdown_table(table)) + "\n")
        parts.append("\n".join(["```mermaid", *_diagram(role, service, table), "```"]) + "\n")
    parts.append(_LEGEND + "\n".join(f"| {tag} | {reason} |" for tag, reason in SOURCES.items()) + "\n")
    return "\n".join(parts)


def text(role: Role, service: Service) -> str:
    """Return one table for a terminal: event, effect, and the states in which it has that effect."""
    table = machine.TABLES[role][service]
    lines = [f"{role.name}, {service.name}"]
    for event in _events(table):
        grouped: dict[str, list[str]] = {}
        for state, row in table.items():
            if row[event].kind is not CellKind.REFUSED:
                grouped.setdefault(phrase(row[event]).replace("**", ""), []).append(state.name)
        for said, states in grouped.items():
            where = "everywhere" if len(states) == len(table) else " ".join(states)
            lines.append(f"{event:<23} {said:<40} {where}")
    return "\n".join(lines) + "\n"


def phrase(cell: Cell) -> str:
    """Return a cell as Markdown: ``CANCEL_PENDING, before := IN_PROCESS N13``."""
    words = [_outcome(cell)]
    if cell.replies:
        words.append("▸ " + ", ".join(cell.replies))
    if cell.before is not None:
        words[-1] += ","
        words.append(f"before := {cell.before.name}")
    if cell.attention:
        words.append("**!**")
    if cell.source:
        words.append(cell.source)
    return " ".join(words)


def _outcome(cell: Cell) -> str:
    if cell.back:
        return "BEFORE"
    if cell.state is not None:
        return cell.state.name
    return {CellKind.ERROR: "**error**", CellKind.REFUSED: "–"}.get(cell.kind, cell.kind.value)


def _all() -> Iterator[tuple[Role, Service, Table]]:
    for role, tables in machine.TABLES.items():
        for service, table in tables.items():
            yield role, service, table


def _events(table: Table) -> list[str]:
    return list(next(iter(table.values())))


def _markdown_table(table: Table) -> Iterator[str]:
    yield "| event | " + " | ".join(state.name for state in table) + " |"
    yield "|---" * (len(table) + 1) + "|"
    for event in _events(table):
        name = event if event[0].isupper() else f"*{event}*"
        yield f"| {name} | " + " | ".join(phrase(row[event]) for row in table.values()) + " |"


def _diagram(role: Role, service: Service, table: Table) -> Iterator[str]:
    """Yield a Mermaid state diagram of the regular transitions: without those that need attention."""
    yield "stateDiagram-v2"
    yield "    [*] --> IDLE"
    for (start, end), events in _transitions(table).items():
        yield f"    {start.name} --> {end.name}: {', '.join(events)}"
    for state in table:
        if machine.is_final(role, service, state):
            yield f"    {state.name} --> [*]"


def _transitions(table: Table) -> Mapping[tuple[State, State], list[str]]:
    transitions: dict[tuple[State, State], list[str]] = {}
    for start, row in table.items():
        for event, cell in row.items():
            if cell.kind is CellKind.BECOMES and not cell.attention:
                for end in _ends(table, start, cell):
                    transitions.setdefault((start, end), []).append(event)
    return {way: events for way, events in transitions.items() if way[0] is not way[1]}


def _ends(table: Table, start: State, cell: Cell) -> list[State]:
    """Return the states a cell can lead to; "back" leads to all from which this state is reached."""
    if cell.state is not None:
        return [cell.state]
    origins = (
        here.before or state for state, row in table.items() for here in row.values() if here.state is start
    )
    return list(dict.fromkeys(origins))

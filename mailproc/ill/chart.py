"""The state tables for people: the page docs/states.md, its diagrams, and a plain text.

Everything here is made from ``machine.TABLES``; there is no second copy of the law to keep.
"""

from collections.abc import Iterator, Mapping

from mailproc.ill import machine
from mailproc.ill.cells import Cell, CellKind, Table
from mailproc.ill.source_tags import SOURCES
from mailproc.ill.terms import Role, Service, State

_INTRO = """\
# The states of a transaction

Made from the tables in `mailproc/ill` by `mailproc states --markdown`; do not edit it here.

A transaction has two sides, and each keeps a state of its own. What moves it are events: a
letter heard (CAPITALS) or an act of our staff or of a timer of ours (*small*). E-mail may
reorder letters, lose them or bring them twice, so every cell is decided, also those that a
polite exchange never meets: a letter of an earlier phase is a note, a letter about the item
proves that it is out, and a repeated question is answered with what is true now.
"""

_LEGEND = """\
## How to read the cells

| cell | means |
|---|---|
| `STATE` | becomes this state |
| `BEFORE` | goes back to where we were before the pending question (state_before) |
| `before := X` | a refusal will lead back to X instead |
| `note` | a letter that moves nothing: a line in the history; dates, costs and promises in it are taken |
| `stay` | an act that moves nothing: its letter goes out |
| `▸ LETTER` | answered by itself with this letter |
| **!** | staff must look |
| **error** | answered with a Status-Or-Error-Report, the state stays |
| `–` | not offered |

`ANSWER` is ILL-Answer: *promise* stands for will-supply and hold-placed, *unfilled* for unfilled,
retry, locations-provided and estimate. `COND_REPLY` is Conditional-Reply. Acts that end in
*-yes* or *-no* answer a condition, a cancellation or a renewal; *expire* is a timer.
*damaged*, *message*, *query* and *close* move no state and are offered wherever there is a
transaction. IDLE means that there is none; SHELVED_CANCEL that there is none, but a Cancel waits
for it. state_before is remembered on entering CANCEL_PENDING and, as requester, RENEW_PENDING,
and forgotten on leaving.

Guards that need the content of letters:

* *ship* in CANCEL_PENDING only if we were IN_PROCESS before: on a condition that nobody has
  accepted, nothing may be shipped.
* A condition equal to the one we have agreed to is a repeat: the state stays, the agreement
  goes out again. Else two crossing letters make us say yes and then no to the same condition.
* An OVERDUE for an earlier due date than the one we hold, and a RENEW_ANSWER.yes with no later
  one, are notes.

The last word of a cell says where the decision comes from:

| tag | source or reason |
|---|---|
"""


def markdown() -> str:
    """The text of docs/states.md."""
    parts = [_INTRO]
    for role, service, table in _all():
        parts.append(f"## {role.name.capitalize()}, {service.name.lower()}\n")
        parts.append("\n".join(_markdown_table(table)) + "\n")
        parts.append("\n".join(["```mermaid", *_diagram(role, service, table), "```"]) + "\n")
    parts.append(_LEGEND + "\n".join(f"| {tag} | {reason} |" for tag, reason in SOURCES.items()) + "\n")
    return "\n".join(parts)


def text(role: Role, service: Service) -> str:
    """One table for a terminal: event, what happens, and in which states it does."""
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
    """A cell as Markdown: ``CANCEL_PENDING, before := IN_PROCESS N13``."""
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
    """A Mermaid state diagram of the ordinary ways: without those that ask for attention."""
    yield "stateDiagram-v2"
    yield "    [*] --> IDLE"
    for (start, end), events in _ways(table).items():
        yield f"    {start.name} --> {end.name}: {', '.join(events)}"
    for state in table:
        if machine.is_final(role, service, state):
            yield f"    {state.name} --> [*]"


def _ways(table: Table) -> Mapping[tuple[State, State], list[str]]:
    ways: dict[tuple[State, State], list[str]] = {}
    for start, row in table.items():
        for event, cell in row.items():
            if cell.kind is CellKind.BECOMES and not cell.attention:
                for end in _ends(table, start, cell):
                    ways.setdefault((start, end), []).append(event)
    return {way: events for way, events in ways.items() if way[0] is not way[1]}


def _ends(table: Table, start: State, cell: Cell) -> list[State]:
    """The states a decision can lead to; "back" leads to all from which one comes here."""
    if cell.state is not None:
        return [cell.state]
    origins = (
        here.before or state for state, row in table.items() for here in row.values() if here.state is start
    )
    return list(dict.fromkeys(origins))

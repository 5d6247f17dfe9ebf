"""The tables have no holes: every state reached is a row, every cell is decided and makes sense."""

import json
from pathlib import Path

import pytest

from mailproc.ill import chart, machine
from mailproc.ill.actions import ACTIONS, event_said
from mailproc.ill.cells import Cell, CellKind, Grouped, becomes, lay_out, note
from mailproc.ill.source_tags import SOURCES
from mailproc.ill.terms import Role, Service, State

TABLES = [
    pytest.param(role, service, id=f"{role}-{service}")
    for role in Role
    for service in (Service.LOAN, Service.COPY)
]
CELLS = [
    (role, service, state, event, cell)
    for role, tables in machine.TABLES.items()
    for service, table in tables.items()
    for state, row in table.items()
    for event, cell in row.items()
]


@pytest.mark.parametrize(("role", "service"), TABLES)
def test_every_state_reached_is_a_row(role: Role, service: Service) -> None:
    table = machine.TABLES[role][service]
    reached, edge = {State.IDLE}, [State.IDLE]
    while edge:
        for cell in table[edge.pop()].values():
            for state in (cell.state, cell.before):
                if state is not None and state not in reached:
                    reached.add(state)
                    edge.append(state)
    assert reached == set(table), "a row that nothing reaches, or a state without a row"


@pytest.mark.parametrize(("role", "service"), TABLES)
def test_every_state_decides_the_same_events(role: Role, service: Service) -> None:
    rows = [set(row) for row in machine.TABLES[role][service].values()]
    assert len(rows[0]) > 20
    assert all(row == rows[0] for row in rows)


def test_every_cell_says_one_thing() -> None:
    assert len(CELLS) > 1200
    for role, service, state, event, cell in CELLS:
        where = f"{role} {service} {state.name} {event}"
        letter = event[0].isupper()
        kinds = (
            (CellKind.BECOMES, CellKind.NOTE, CellKind.ERROR)
            if letter
            else (CellKind.BECOMES, CellKind.STAY, CellKind.REFUSED)
        )
        assert cell.kind in kinds, where
        assert (cell.kind is CellKind.BECOMES) == (cell.state is not None or cell.back), where
        assert not (cell.back and cell.state is not None), where
        assert letter or not cell.replies, f"{where}: an act's own letter is no reply"
        assert cell.kind not in (CellKind.ERROR, CellKind.REFUSED) or not (cell.replies or cell.attention), (
            where
        )
        assert cell.source in SOURCES or cell.kind in (CellKind.ERROR, CellKind.REFUSED), where
        if cell.before is not None:
            assert State.CANCEL_PENDING in (state, cell.state) or state is State.RENEW_PENDING, where
        if cell.back:
            assert state in (State.CANCEL_PENDING, State.RENEW_PENDING), where


def test_every_source_is_used() -> None:
    assert {cell.source for *_, cell in CELLS} - {""} == set(SOURCES)


@pytest.mark.parametrize(
    ("grouped", "said"),
    [
        ({(State.IDLE,): note("I")}, "leaves one out"),
        ({(State.IDLE, State.PENDING): note("I"), (State.PENDING,): note("D")}, "speaks twice"),
        ({(State.IDLE, State.PENDING, State.LOST): note("I")}, "invents one"),
    ],
)
def test_a_row_with_a_hole_does_not_even_load(grouped: dict[tuple[State, ...], Cell], said: str) -> None:
    with pytest.raises(ValueError, match="OVERDUE"):
        lay_out((State.IDLE, State.PENDING), {"OVERDUE": grouped}, {})


def test_an_act_not_named_is_refused() -> None:
    acts: dict[str, Grouped] = {"ship": {(State.PENDING,): becomes(State.IDLE, "I")}}
    table = lay_out((State.IDLE, State.PENDING), {}, acts)
    assert table[State.IDLE]["ship"].kind is CellKind.REFUSED
    assert table[State.PENDING]["ship"].state is State.IDLE


def test_an_act_has_the_events_that_it_may_be_said_as() -> None:
    for action in ACTIONS:
        if action.by_state:
            assert {event_said(action.name, answer) for answer in (True, False)} == set(action.events)


def test_the_tables_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        machine.TABLES[Role.REQUESTER][Service.LOAN][State.IDLE]["request"] = note("I")  # type: ignore[index]  # that it fails is the test


def test_the_json_says_what_the_tables_say() -> None:
    value = json.loads(json.dumps(machine.tables_json()))
    count = 0
    for role, service, state, event, cell in CELLS:
        shown = value[role.name][service.name][state.name][event]
        assert set(shown) == {"kind", "state", "before", "replies", "attention"}
        assert shown["kind"] == cell.kind.value
        assert (shown["state"] == "BEFORE") == cell.back
        assert shown["replies"] == list(cell.replies)
        count += 1
    assert count == sum(len(row) for r in value.values() for t in r.values() for row in t.values())
    supplied = value["REQUESTER"]["LOAN"]["NOT_SUPPLIED"]["OVERDUE"]
    assert supplied == {
        "kind": "becomes", "state": "NOT_RECEIVED_OVERDUE", "before": None, "replies": [], "attention": True,
    }  # fmt: skip


def test_the_page_about_states_is_current() -> None:
    page = Path(__file__).parents[2] / "docs" / "states.md"
    assert page.read_text(encoding="utf-8") == chart.markdown(), "make docs"


def test_the_page_shows_every_cell_and_a_diagram_of_each_table() -> None:
    page = chart.markdown()
    assert page.count("```mermaid") == 4
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    for _, _, _, event, cell in CELLS:
        name = event if event[0].isupper() else f"*{event}*"
        assert any(row.startswith(f"| {name} |") and f"| {chart.phrase(cell)} |" in row for row in rows)


@pytest.mark.parametrize(("role", "service"), TABLES)
def test_the_terminal_gets_every_decision_of_a_table(role: Role, service: Service) -> None:
    text = chart.text(role, service)
    assert text.startswith(f"{role.name}, {service.name}\n")
    for state, row in machine.TABLES[role][service].items():
        for event, cell in row.items():
            if cell.kind is not CellKind.REFUSED:
                said = chart.phrase(cell).replace("**", "")
                assert any(
                    line.startswith(f"{event} ") and f" {said} " in line
                    and (state.name in line.split() or line.endswith(" everywhere"))
                    for line in text.splitlines()
                ), f"{state.name} {event}"  # fmt: skip

"""One table of reasons: each is raised somewhere, has its rule, and its ways can be offered."""

from pathlib import Path

import pytest

import mailproc
from mailproc.flow.prepare.suggested import COMMANDS
from mailproc.ill import attention
from mailproc.ill.actions import BY_NAME
from mailproc.ill.attention import OF_OUR_LETTER, RULES, Reason, Until, rank, ways

SOURCES = {
    path: path.read_text()
    for path in Path(mailproc.__file__).parent.rglob("*.py")
    if path.name != "attention.py" or path.parent.name != "ill"
}


def test_the_table_has_each_reason_once_and_in_the_order_of_urgency() -> None:
    assert list(RULES) == list(Reason)
    assert sorted(Reason, key=rank) == list(Reason)


@pytest.mark.parametrize("reason", Reason)
def test_each_reason_is_raised_somewhere(reason: Reason) -> None:
    by_table = reason in OF_OUR_LETTER.values() or reason in attention.OUR_TURN.values()
    raised = by_table or any(f"Reason.{reason.name}" in text for text in SOURCES.values())
    assert raised, "nothing raises it: delete it with its words"


@pytest.mark.parametrize("reason", [reason for reason in Reason if "-" in reason])
def test_no_code_stands_in_the_program_as_a_bare_text(reason: Reason) -> None:
    """Languages have words by code, and a protocol may call a component of its own the same."""
    others = {"notices", "protocols"}
    program = (path for path in SOURCES if not others.intersection(path.parts))
    assert [path.name for path in program if f'"{reason.value}"' in SOURCES[path]] == []


@pytest.mark.parametrize("reason", Reason)
def test_each_way_is_an_act_or_a_command(reason: Reason) -> None:
    for way in ways(reason):
        word, _, act = way.partition(" ")
        assert act.split()[0] in BY_NAME if word == "act" else way in COMMANDS


def test_a_reason_that_is_kept_with_no_request_ends_with_none() -> None:
    for reason, rule in RULES.items():
        if rule.until in (Until.TOLD, Until.FOLLOWS):
            assert not rule.turn and not rule.listed and not rule.over_with_next, reason


def test_a_code_of_another_release_comes_last_and_offers_nothing() -> None:
    assert rank("brand-new") > max(map(rank, Reason))
    assert ways("brand-new") == ()

"""What `check` says a partner cannot be told, and that docs/partners.md says the same in its table."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mailproc.app import build, self_check
from mailproc.flow.context import Context
from mailproc.ill.actions import BY_NAME
from mailproc.ill.terms import Role
from mailproc.office.partners import reach
from mailproc.office.partners.reach import Reach
from tests.support.one_partner import LETTER, NOT_POSSIBLE, NOTHING, PAGE
from tests.support.partners import PASSWORD, head, variable
from tests.support.partners_table import ACTIONS, SYSTEMS, table

REACH = {LETTER: Reach.LETTER, NOTHING: Reach.NOTHING, PAGE: Reach.PAGE, NOT_POSSIBLE: Reach.NOT_POSSIBLE}

Configured = Callable[..., Context]


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Configured:
    monkeypatch.setenv(variable("XX-BL"), PASSWORD["XX-BL"])

    def context(partner: str, us: str = "XX-LIBRARY") -> Context:
        file = tmp_path / "config.toml"
        file.write_text(head("sqlite:///store.db", symbol=us) + partner, encoding="utf-8")
        return build.configured(file)

    return context


def test_the_table_has_the_thirteen_actions_and_every_system() -> None:
    assert {column for role in Role for column in table(role)} == set(SYSTEMS)
    for role in Role:
        assert {tuple(cells) for cells in table(role).values()} == {tuple(ACTIONS[role].values())}
        assert {name for name in ACTIONS[role].values() if name != reach.REQUEST} <= set(BY_NAME)


@pytest.mark.parametrize("role", Role)
def test_the_table_says_what_the_program_says(role: Role, configured: Configured) -> None:
    for column, cells in table(role).items():
        for system in SYSTEMS[column]:
            context = configured(system.lines(), system.us)
            (partner,) = context.config.partner
            codec = context.registry.by_name(partner.codec)
            known = {name: reach.reach(codec, partner, said, role) for name, said in reach.said_by(role)}
            told = {name: REACH.get(cell, Reach.MESSAGE) for name, cell in cells.items()}
            assert {name: known[name] for name in told} == told, (column, system)


def checked(context: Context) -> list[str]:
    """The lines of `check` about messages."""
    return [one for one in self_check.check(context, None, connect=False).fine if "no message" in one]


def test_check_says_what_alma_is_not_told(configured: Configured) -> None:
    (alma,) = SYSTEMS["Alma"]
    assert checked(configured(alma.lines())) == [
        "partner IT-XX0002: no message goes by iso10161 for answer-condition, lost, damaged, query, hold,"
        " conditional, answer-retry, locations, estimate, forward, overdue, recall (a letter to its people);"
        " will-supply (nobody is told)"
    ]


def test_check_says_what_can_only_be_booked_or_not_be_asked(configured: Configured) -> None:
    (zfl,) = SYSTEMS["ZFL"]
    (line,) = checked(configured(zfl.lines()))
    assert line.endswith(
        "; return, ship, unfilled (staff book it in its page);"
        " receive, query, will-supply, forward, check-in (nobody is told); request (not possible)"
    )


def test_only_our_side_counts(configured: Configured) -> None:
    """A partner that only lends to us is never told that we recall anything."""
    lines = SYSTEMS["Alma"][0].lines().replace('["REQUESTER", "RESPONDER"]', '["RESPONDER"]')
    assert checked(configured(lines)) == [
        "partner IT-XX0002: no message goes by iso10161 for answer-condition, lost, damaged, query"
        " (a letter to its people)"
    ]


@pytest.mark.parametrize("column", ["ISO 10161", "people"])
def test_who_can_be_told_everything_has_no_line(column: str, configured: Configured) -> None:
    assert checked(configured(SYSTEMS[column][0].lines())) == []


@pytest.mark.parametrize(("column", "codec"), [("ISO 10161", "iso10161"), ("people", "letter")])
def test_a_switch_of_the_partner_counts(column: str, codec: str, configured: Configured) -> None:
    lines = SYSTEMS[column][0].lines() + '[partner.manner]\nreceived = "LOCAL"\nrecall = "REFUSE"\n'
    assert checked(configured(lines)) == [
        f"partner IT-XX0002: no message goes by {codec} for receive (nobody is told); recall (not possible)"
    ]

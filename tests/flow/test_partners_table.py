"""What leaves when staff act is what docs/partners.md says, for each system, action and side."""

from collections.abc import Callable

import pytest

from mailproc.ill.terms import Role
from tests.support.one_partner import OnePartner, System
from tests.support.partners_table import SYSTEMS, table
from tests.support.world import World

STORIES = [
    pytest.param(role, column, system, id="-".join([role.name, column, *system.values.values()]))
    for role in Role
    for column in table(role)
    for system in SYSTEMS[column]
]


@pytest.mark.parametrize(("role", "column", "system"), STORIES)
def test_each_action(
    role: Role, column: str, system: System, make_world: Callable[..., World], sqlite_url: str
) -> None:
    house = OnePartner(system, make_world(sqlite_url, system.lines(), us=system.us))
    told = table(role)[column]
    assert {action: house.said(role, action) for action in told} == told
    assert house.world.verify().differences == ()

"""`hooks try ncip` asks and tells nothing."""

import pytest

from mailproc.app.hook_deliverers import deliverers
from mailproc.ils.hook_outcome import HookOutcome, HookResult
from mailproc.office.queries import hooks
from tests.hooks.house import MakeHouse
from tests.servers.ncip_responder import NcipResponder


def tried(make_house: MakeHouse, system: NcipResponder, more: str = "") -> HookOutcome:
    house = make_house(f'[ncip]\nurl = "{system.url}"\n{more}')
    context = house.world.app.context
    with house.world.store.read() as connection:
        (line,) = hooks.listed(connection, context)
    assert (line.name, line.to) == ("ncip", "127.0.0.1")
    return deliverers(house.world.app)["ncip"](hooks.sample_call(context, "ncip", "key"))


@pytest.mark.parametrize("more", ["", "accept_item = []\ncheck_out_item = []\ncheck_in_item = []\n"])
def test_a_system_that_answers_is_known_by_a_look_up(make_house: MakeHouse, more: str) -> None:
    with NcipResponder() as system:
        outcome = tried(make_house, system, more)
        assert system.received == ["LookupUser"]
        assert system.items == ["100"]
    assert outcome.result is HookResult.DONE
    assert "answers in NCIP" in str(outcome.said)


def test_one_that_greets_is_not_taken_for_one(make_house: MakeHouse) -> None:
    with NcipResponder(token="another") as system:
        outcome = tried(make_house, system)
    assert outcome.result is not HookResult.DONE
    assert "It works!" in str(outcome.said)

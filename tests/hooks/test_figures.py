"""Paused catalogues and partners, requests to review and calls of hooks, in `status` and for Prometheus."""

from collections.abc import Callable

import pytest
from prometheus_client.parser import text_string_to_metric_families

from mailproc.app.figures import Figures
from mailproc.cli import status as verb
from mailproc.ill.apdu import Item
from mailproc.office.catalogues import locate
from mailproc.office.partners import pausing
from mailproc.office.queries import status
from tests.flow.test_form_letters import FORM, WISH, send
from tests.hooks.house import MakeHouse, hook
from tests.servers.hook_receiver import HookReceiver
from tests.servers.ports import free_port
from tests.support import configuration
from tests.support.partners import BL, CUSTOMER
from tests.support.world import World


def figures(world: World) -> dict[str, float]:
    _, text = Figures(world.store, world.app.context).written()
    samples = [one for each in text_string_to_metric_families(text.decode()) for one in each.samples]
    return {" ".join([one.name, *one.labels.values()]): one.value for one in samples}


def look(world: World) -> status.Status:
    with world.store.read() as connection:
        return status.status(world.store, connection, world.app.context)


def test_what_hooks_were_not_told_is_a_figure(make_house: MakeHouse, receiver: HookReceiver) -> None:
    house = make_house(
        hook("ils", "*.request", url=receiver.url) + hook("quiet", "REQUESTER.lost", url=receiver.url)
    )
    world = house.world
    before = figures(world)
    for name in ("ils", "quiet"):
        assert before[f"mailproc_hook_calls_waiting {name}"] == 0
        assert before[f"mailproc_hook_oldest_time_seconds {name}"] == 0
    written = world.now
    world.place()
    assert figures(world)["mailproc_hook_calls_waiting ils"] == 1
    assert figures(world)["mailproc_hook_oldest_time_seconds ils"] == written.timestamp()
    receiver.answers = [404]
    house.call()
    after = figures(world)
    assert (after["mailproc_hook_calls_waiting ils"], after["mailproc_hook_calls_given_up ils"]) == (0, 1)
    assert (after["mailproc_hook_oldest_time_seconds ils"], after["mailproc_hook_calls_given_up quiet"]) == (
        0,
        0,
    )


def test_who_is_paused_is_a_figure(make_house: MakeHouse, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"http://127.0.0.1:{free_port()}/sru"
    world = make_house(configuration.section("[catalogue]", name="union", url=url, use="union")).world
    assert look(world).catalogues == ()
    assert figures(world)["mailproc_catalogue_paused union"] == 0
    assert figures(world)[f"mailproc_partner_paused {BL}"] == 0
    locate.of_item(world.store, world.app.context, Item(title="On Letters"))
    pausing.pause(world.store, world.app.context, BL)
    (one,) = look(world).catalogues
    assert (one.name, one.until > world.now, bool(one.why)) == ("union", True, True)
    after = figures(world)
    assert after["mailproc_catalogue_paused union"] == after[f"mailproc_partner_paused {BL}"] == 1
    assert after[f"mailproc_partner_paused {CUSTOMER}"] == 0
    verb._tell(look(world), world.app.context)
    assert "Catalogue union" in (said := capsys.readouterr().out) and "not asked until" in said
    world.later(minutes=6)
    assert look(world).catalogues == ()


def test_requests_to_review_are_a_figure(
    make_world: Callable[..., World], store_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    world = make_world(store_url, more=FORM)
    assert look(world).to_review == figures(world)["mailproc_requests_to_review"] == 0
    send(world)
    send(world, WISH.replace("On Letters", "On Locks"))
    assert look(world).to_review == figures(world)["mailproc_requests_to_review"] == 2
    verb._tell(look(world), world.app.context)
    row = next(line for line in capsys.readouterr().out.splitlines() if "Requests to review" in line)
    assert row.split()[-1] == "2"

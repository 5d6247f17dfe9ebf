"""A story that fails prints how its requests came where they are, in every world."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.service import SECRETS, Service
from tests.app.installation import ART, CUSTOMER, Installation
from tests.flow_out.office import PASSWORD, Clock, Office
from tests.servers.relay import Relay
from tests.support import empty_store, history, soundness
from tests.support.forking import Forker
from tests.support.quick_store import QuickStore
from tests.support.world import World
from tests.two_offices.office import BORROWER, LENDER, town
from tests.two_offices.post import Post


def test_each_attempt_and_below_it_what_happened(small_world: World) -> None:
    small_world.place("XX-BL", "XX-SECOND")
    small_world.hear("B1-1 NOT")
    told = history.told().splitlines()
    assert told[0] == "1 inbox, 2 outgoing"
    heads = [line for line in told if not line.startswith(" ")][1:]
    assert heads == ["B1-1 REQUESTER with XX-BL: NOT_SUPPLIED", "B1-2 REQUESTER with XX-SECOND: PENDING"]
    events = [line.split()[2] for line in told if line.startswith(" ")]
    assert events == ["request", "ILL_ANSWER", "request"]


def test_of_an_office_with_a_relay(
    sqlite_url: str, tmp_path: Path, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ART_PASSWORD", PASSWORD)
    store = QuickStore.open(sqlite_url)
    office = Office(tmp_path, store, Clock(), relay.port)
    office.place()
    assert "B1-1 REQUESTER with UK-BL" in history.told()
    office.close()
    store.close()


def test_of_two_offices(tmp_path: Path) -> None:
    with town(tmp_path, Post()) as both:
        both[BORROWER].ask(LENDER)
        both.settle()
        told = history.told()
    assert f"B1-1 REQUESTER with {LENDER}" in told
    assert f"L1-1 RESPONDER with {BORROWER}" in told


def test_of_a_service(tmp_path: Path, forker: Forker, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, secret in SECRETS.items():
        monkeypatch.setenv(name, secret)
    empty_store.copy_to(tmp_path / "mailproc.db")
    service = Service(tmp_path, f"sqlite:///{tmp_path}/mailproc.db", 1, forker)
    service.place("A title")
    assert "B1-1 REQUESTER with XX-LENDER" in history.told()
    service.close()


def test_of_a_daemon_in_a_process_of_its_own(
    tmp_path: Path, relay: Relay, forker: Forker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ART_PASSWORD", ART)
    monkeypatch.setenv("CUSTOMER_PASSWORD", CUSTOMER)
    Installation(tmp_path, relay, forker).place()
    assert "B1-1 REQUESTER with UK-BL" in history.told()


def test_what_is_found_wrong_when_a_story_is_over_bears_it(
    make_world: Callable[..., World], sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = make_world(sqlite_url)
    world.place()

    def wrong(_world: Any) -> None:
        raise AssertionError("a timer is missing")

    monkeypatch.setattr(soundness, "_timers_follow", wrong)
    with pytest.raises(AssertionError) as found:
        soundness.check(world)
    assert "B1-1 REQUESTER with XX-BL: PENDING" in "".join(found.value.__notes__)


def test_where_no_house_was_opened_nothing_is_told() -> None:
    assert history.told() == ""

"""The practising hub: loans through it on both sides, by the service's real stations, sender and door."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from queue import SimpleQueue

import pytest

from mailproc.practice.hub import MOST_KEPT, OURS, PATH, SYMBOL, HubHeard, PractisingHub
from mailproc.practice.hub_line import HubLine
from mailproc.practice.hub_messages import BORROWER, LENDER
from mailproc.practice.library_system import LibrarySystem
from mailproc.practice.web_server import WebServer
from mailproc.store.tables import InboxRow, OutgoingRow
from mailproc.transport import http_client
from tests.hub.library import SECRET, HubLibrary, opened
from tests.practice.conftest import Happenings

PATH_OF_OURS = SECRET.format(OURS[3:])


@dataclass
class Practice:
    """The hub and its server; ``url`` and ``doors`` as a library that is opened knows them."""

    hub: PractisingHub
    heard: "SimpleQueue[HubHeard]"
    url: str
    doors: dict[str, tuple[int, str]] = field(default_factory=dict)


@pytest.fixture
def practice(tell: Happenings) -> Iterator[Practice]:
    heard: SimpleQueue[HubHeard] = SimpleQueue()
    hub = PractisingHub(tell, heard.put, lambda: date(2026, 3, 2))
    server = WebServer(LibrarySystem("", print), hub)
    yield Practice(hub, heard, f"http://127.0.0.1:{server.start()}{PATH}")
    server.stop()


@pytest.fixture
def library(practice: Practice, tmp_path: Path) -> Iterator[HubLibrary]:
    with opened(tmp_path / "ours", OURS, SYMBOL, practice) as library:
        yield library


@pytest.fixture
def line(practice: Practice, library: HubLibrary, tell: Happenings) -> HubLine:
    return HubLine(practice.hub, tell, PATH_OF_OURS, ("127.0.0.1", library.port))


def said(line: HubLine, practice: Practice, library: HubLibrary, number: str, *cues: str) -> None:
    for cue in cues:
        assert practice.hub.go(number, cue) == []
        line.hand_over()
        library.run()


def test_we_borrow_and_the_book_goes_home(line: HubLine, practice: Practice, library: HubLibrary) -> None:
    number = library.place(SYMBOL)
    assert practice.heard.get() == HubHeard("900123", "hears ILL-Request of B1-1: 900123 is F118")
    assert practice.hub.knows(number) and practice.hub.knows("900123") and not practice.hub.knows("")
    said(line, practice, library, number, "promised", "ship")
    library.act(number, "receive")
    library.act(number, "renew")
    said(line, practice, library, number, "renewed", "recall")
    library.act(number, "return")
    said(line, practice, library, number, "check-in")
    assert library.events(number) == [
        "request", "STATUS_OR_ERROR_REPORT", "ANSWER.promise", "SHIPPED", "receive", "renew",
        "RENEW_ANSWER.yes", "RECALL", "return", "CHECKED_IN",
    ]  # fmt: skip
    assert library.state(number) == "RETURNED"
    posts = [row["state"] for row in library.rows(OutgoingRow) if row["transport"] == "http"]
    assert posts == ["handed_over"] * 4
    assert {row["state"] for row in library.rows(InboxRow)} == {"done"}


def test_we_lend_and_the_book_comes_home(line: HubLine, practice: Practice, library: HubLibrary) -> None:
    practice.hub.order(OURS)
    line.hand_over()
    library.run()
    library.act("L1", "ship")
    said(line, practice, library, "900123", "received", "renew")
    library.act("L1", "renew-reply", answer=True)
    said(line, practice, library, "900123", "return")
    library.act("L1", "check-in")
    assert library.state("L1") == "CHECKED_IN"
    texts = [practice.heard.get().text for _ in range(3)]
    assert texts == [f"hears {said}" for said in (
        "Shipped: 900123 is F127", "Renew-Answer: 900123 is F129", "Checked-In: 900123 is F128"
    )]  # fmt: skip


def test_a_cancellation_and_a_condition(line: HubLine, practice: Practice, library: HubLibrary) -> None:
    first, second, third = (library.place(SYMBOL) for _ in range(3))
    library.act(first, "cancel")
    said(line, practice, library, first, "cancelled")
    said(line, practice, library, second, "condition")
    library.act(second, "answer-condition", answer=False)
    said(line, practice, library, third, "unfilled")
    assert [library.state(one) for one in (first, second, third)] == [
        "CANCELLED", "NOT_SUPPLIED", "NOT_SUPPLIED"
    ]  # fmt: skip


def test_what_is_not_posted_is_heard_when_we_ask(
    line: HubLine, practice: Practice, library: HubLibrary
) -> None:
    number = library.place(SYMBOL)
    practice.hub.posts = False
    said(line, practice, library, number, "ship")
    practice.hub.order(OURS)
    line.hand_over()
    assert library.run() == 0
    library.ask_hub()
    assert (library.state(number), library.state("L1")) == ("SHIPPED", "IN_PROCESS")


def test_it_refuses_a_library_that_it_does_not_have(practice: Practice, tmp_path: Path) -> None:
    with opened(tmp_path / "ours", OURS, "IT-XX9999", practice) as library:
        library.place("IT-XX9999")
        letter = library.rows(OutgoingRow)[0]
    assert letter["state"] == "shelved"
    assert "Biblioteca non trovata: XX9999" in letter["last_error"]
    assert practice.heard.empty()


@pytest.mark.parametrize(
    "posted",
    ["<no", "<ILL-APDU/>", "<ILL-APDU><Message/></ILL-APDU>", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"],
)
def test_what_is_no_message_is_an_error_report(practice: Practice, posted: str) -> None:
    said = practice.hub.answer(f"BufferILL={posted}")
    assert b"<Error-report>" in said
    assert b">0<" not in said


def test_a_question_without_a_day_is_answered(practice: Practice) -> None:
    asked = "<Status-or-error-report><Requester-Id>X</Requester-Id></Status-or-error-report>"
    said = practice.hub.answer(f"BufferILL=<ILL-APDU>{asked}</ILL-APDU>")
    assert b"<ILL-APDU></ILL-APDU>" in said


def test_it_lists_its_library(practice: Practice) -> None:
    assert b"<idb>PR0002</idb>" in http_client.ask("GET", f"{practice.url}?faseILL=LISTA", b"", {}).content


@pytest.mark.parametrize("cues", [LENDER, BORROWER])
def test_a_cue_that_it_does_not_know_is_told(
    practice: Practice, library: HubLibrary, tell: Happenings, cues: dict[str, object]
) -> None:
    if cues is LENDER:
        library.place(SYMBOL)
    else:
        practice.hub.order(OURS)
    practice.hub.go("900123", "dance")
    assert tell.told[-1]["cues"] == ", ".join(cues)


def test_a_door_that_is_not_there_gets_its_posts_later(
    practice: Practice, library: HubLibrary, line: HubLine, tell: Happenings
) -> None:
    at, line.listener = line.listener, None
    practice.hub.order(OURS)
    line.hand_over()
    with socket.create_server(("127.0.0.1", 0)) as gone:
        line.listener = gone.getsockname()
    practice.hub.order(OURS)
    line.hand_over(now=True)
    assert [told["event"] for told in tell.told] == ["waits", "waits"]
    line.listener = at
    line.hand_over(now=True)
    library.run()
    assert [told["subject"] for told in tell.told[2:]] == ["request 900123", "request 900124"]
    assert (library.state("L1"), library.state("L2")) == ("IN_PROCESS", "IN_PROCESS")


def test_a_door_that_refuses_is_told_and_nothing_is_repeated(
    practice: Practice, line: HubLine, tell: Happenings
) -> None:
    practice.hub.order("IT-XX9999")
    line.hand_over()
    assert (tell.told[-1]["event"], tell.told[-1]["text"]) == ("not-taken", "status 400")
    assert not practice.hub.waiting
    assert PATH_OF_OURS not in str(tell.told)


def test_it_does_not_grow_for_ever(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailproc.practice.hub.MOST_KEPT", 0)
    request = "<ILL-APDU><ILL-Request><Responder-Id>PR0002</Responder-Id></ILL-Request></ILL-APDU>"
    assert b"Troppe richieste" in practice.hub.answer(f"BufferILL={request}")
    assert MOST_KEPT == 1000

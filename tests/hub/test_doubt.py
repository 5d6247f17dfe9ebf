"""The hub answers late, never, or with an error: what is in doubt is settled by what it tells later."""

import logging
from pathlib import Path

import pytest

from mailproc.errors import LocalFault
from mailproc.flow import send
from mailproc.mail.letter import Envelope
from mailproc.sentence import note
from mailproc.store.tables import InboxRow, OutgoingRow
from tests.hub.library import MILAN, ROME, HubLibrary, opened
from tests.servers.ill_hub import IllHub


def letter(library: HubLibrary) -> tuple[str, str]:
    """The state of the order, and why; letters to staff lie beside it."""
    (row,) = [row for row in library.rows(OutgoingRow) if row["partner"]]
    return row["state"], str(note(row["last_error"]))


@pytest.mark.parametrize(
    ("mood", "state", "why"),
    [
        ("refuses", "shelved", "the hub refused it: Biblioteca non abilitata"),
        ("busy", "prepared", "the hub answered with status 503"),
        ("moved", "shelved", "the hub answered with status 302"),
        ("gateway", "in_doubt", "the hub answered with status 504"),
        ("empty", "in_doubt", "the hub answered nothing"),
        ("page", "in_doubt", "the hub answered with what cannot be read"),
        ("deaf", "in_doubt", "the hub may have it"),
    ],
)
def test_what_a_post_that_fails_leaves(
    hub: IllHub, milan: HubLibrary, mood: str, state: str, why: str
) -> None:
    """200 alone means nothing; whatever may have arrived is not posted again by itself."""
    hub.mood = mood
    number = milan.place(ROME)
    found, said = letter(milan)
    assert (found, hub.url in said) == (state, False)
    assert why in said
    assert milan.state(number) == "PENDING"
    assert milan.rows(InboxRow) == []


def test_a_hub_that_is_not_there_is_tried_later(hub: IllHub, milan: HubLibrary) -> None:
    from mailproc.app import delivery

    config = milan.app.config
    nobody = config.model_copy(update={"hub": config.hub.model_copy(update={"url": "http://127.0.0.1:9/x"})})
    milan.deliver, close = delivery.deliverer(nobody, milan.clock, milan.app.keep, milan.app.lines)
    milan.place(ROME)
    assert letter(milan)[0] == "prepared"
    close()


def test_a_request_whose_answer_was_lost_is_found_again(hub: IllHub, milan: HubLibrary) -> None:
    """The hub has it, and nobody asks twice: its number comes with what has changed."""
    hub.mood = "mute"
    number = milan.place(ROME)
    assert letter(milan)[0] == "in_doubt"
    assert "in-doubt" in milan.attention(number)
    with pytest.raises(LocalFault, match="given the request no number yet"):
        milan.act(number, "cancel")
    hub.mood = "fine"
    milan.ask_hub()
    assert letter(milan)[0] == "handed_over"
    assert milan.attention(number) == []
    assert len(hub.held) == 1
    milan.act(number, "cancel")
    assert hub.held["900123"].state == "F112A"


def test_a_message_before_its_number_waits_for_it(hub: IllHub, milan: HubLibrary, rome: HubLibrary) -> None:
    hub.mood = "mute"
    number = milan.place(ROME)
    hub.mood = "fine"
    hub.deliver()
    rome.run()
    rome.act("L1", "ship")
    hub.deliver()
    milan.run()
    assert milan.state(number) == "PENDING"
    milan.ask_hub()
    assert milan.state(number) == "SHIPPED"
    assert milan.events(number).count("SHIPPED") == 1


def test_a_request_that_is_taken_without_a_number_gets_it_later(hub: IllHub, milan: HubLibrary) -> None:
    hub.mood = "numberless"
    number = milan.place(ROME)
    assert letter(milan)[0] == "handed_over"
    with pytest.raises(LocalFault, match="no number yet"):
        milan.act(number, "cancel")
    hub.mood = "fine"
    milan.ask_hub()
    milan.act(number, "cancel")
    assert milan.state(number) == "CANCEL_PENDING"


def test_an_answer_that_cannot_be_stored_leaves_the_request_in_doubt(hub: IllHub, milan: HubLibrary) -> None:
    from concurrent.futures import Future

    from mailproc.app import delivery
    from mailproc.errors import TryLater

    full: Future[list[object]] = Future()
    full.set_exception(TryLater("the disk is full"))
    milan.deliver, close = delivery.deliverer(
        milan.app.config, milan.clock, lambda _letters: full, milan.app.lines
    )  # type: ignore[arg-type,return-value]
    number = milan.place(ROME)
    found, why = letter(milan)
    assert found == "in_doubt"
    assert "the answer could not be stored: the disk is full" in why
    milan.ask_hub()
    assert letter(milan)[0] == "handed_over"
    assert milan.state(number) == "PENDING"
    close()


def test_lost_posts_are_repaired_once(hub: IllHub, milan: HubLibrary, rome: HubLibrary) -> None:
    """Everything that the hub posts is lost, and both ask."""
    number = milan.place(ROME)
    hub.lose()
    rome.ask_hub()
    assert rome.state("L1") == "IN_PROCESS"
    for library, other, request, action in (
        (rome, milan, "L1", "ship"),
        (milan, rome, number, "receive"),
        (milan, rome, number, "return"),
        (rome, milan, "L1", "check-in"),
    ):
        library.act(request, action)
        hub.lose()
        for _ in range(2):
            other.ask_hub()
            library.ask_hub()
    assert (milan.state(number), rome.state("L1")) == ("RETURNED", "CHECKED_IN")
    assert milan.events(number) == [
        "request", "STATUS_OR_ERROR_REPORT", "SHIPPED", "receive", "return", "CHECKED_IN"
    ]  # fmt: skip
    assert rome.events("L1") == ["ILL_REQUEST", "ship", "RECEIVED", "RETURNED", "check-in"]
    assert milan.attention(number) == rome.attention("L1") == []


def test_a_hub_that_does_not_answer_the_question_is_named_in_the_log(
    hub: IllHub, milan: HubLibrary, caplog: pytest.LogCaptureFixture
) -> None:
    hub.mood = "busy"
    with caplog.at_level(logging.WARNING):
        milan.ask_hub()
    assert "the hub did not tell what has changed: the hub answered with status 503" in caplog.text
    assert hub.url not in caplog.text


def test_a_death_between_the_hubs_answer_and_its_record(hub: IllHub, milan: HubLibrary) -> None:
    """The answer was stored, and what became of the post was not: the answer settles it."""

    class Killed(BaseException):
        pass

    def dies(envelope: Envelope, raw: bytes, name: str) -> tuple[str, str]:
        posted(envelope, raw, name)
        raise Killed

    posted, milan.deliver = milan.deliver, dies
    with pytest.raises(Killed):
        milan.place(ROME)
    milan.deliver = posted
    send.recover(milan.app.store, milan.app.context)
    assert letter(milan)[0] == "in_doubt"
    milan.run()
    assert letter(milan)[0] == "handed_over"
    assert milan.attention("B1") == []
    assert len(hub.held) == 1


@pytest.mark.parametrize(("duplicates", "state"), [("keeps", "in_doubt"), ("drops", "prepared")])
def test_a_message_in_doubt_goes_again_only_if_the_hub_drops_repeats(
    hub: IllHub, tmp_path: Path, rome: HubLibrary, duplicates: str, state: str
) -> None:
    """The hub has heard it: the repeat changes nothing there."""
    with opened(tmp_path / "milan", MILAN, ROME, hub, duplicates=duplicates) as milan:
        number = milan.place(ROME)
        hub.deliver()
        rome.run()
        rome.act("L1", "ship")
        hub.deliver()
        milan.run()
        hub.mood = "mute"
        milan.act(number, "receive")
        assert [row["state"] for row in milan.rows(OutgoingRow) if row["transport"] == "http"][-1] == state
        hub.mood = "fine"
        milan.clock.tomorrow()
        milan.run()
        posted = [post for post in hub.posted if b"<Received" in post]
        assert (len(posted), len(set(posted))) == ((1, 1) if duplicates == "keeps" else (2, 1))
        assert ("in-doubt" in milan.attention(number)) == (duplicates == "keeps")


@pytest.mark.parametrize("duplicates", ["keeps", "drops"])
def test_a_request_in_doubt_never_goes_again_by_itself(hub: IllHub, tmp_path: Path, duplicates: str) -> None:
    hub.mood = "mute"
    with opened(tmp_path / "milan", MILAN, ROME, hub, duplicates=duplicates) as milan:
        number = milan.place(ROME)
        hub.mood = "fine"
        milan.clock.tomorrow()
        milan.run()
        assert letter(milan)[0] == "in_doubt"
        assert "in-doubt" in milan.attention(number)
        assert len(hub.posted) == 1
        milan.ask_hub()
        assert letter(milan)[0] == "handed_over"
    assert len(hub.held) == 1

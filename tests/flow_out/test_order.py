"""Letters about one transaction leave in order; what was taken back never leaves; a file and its orders."""

from typing import Any

import pytest

from mailproc.errors import LocalFault
from mailproc.flow import send
from mailproc.flow.prepare import messages
from tests.flow_out.office import BL, Office
from tests.servers.relay import Relay


def test_a_cancel_never_overtakes_its_request(office: Office, relay: Relay) -> None:
    """The request may have left (in doubt): then the cancel waits until staff have said so."""
    number = office.place()
    relay.answers = ["break"]
    office.run()
    assert office.act(number, "cancel").after == "CANCEL_PENDING"
    office.clock.forward(days=2)
    office.run()
    assert len(relay.to(BL)) == 1
    assert office.show(number)["delivery"] == "waiting"
    office.redeliver("O1")
    office.run()
    assert ["CANCEL" in letter.text for letter in relay.to(BL)] == [False, False, True]
    assert office.show(number)["delivery"] == "handed_over"


def test_a_request_that_has_not_left_is_withdrawn(office: Office, relay: Relay) -> None:
    number = office.place()
    relay.answers = ["451 later"]
    office.run()
    outcome = office.act(number, "cancel")
    assert outcome.after == "CANCELLED"
    office.clock.forward(days=1)
    office.run()
    assert relay.to(BL) == []
    assert office.letter(1)["state"] == "withdrawn"
    assert office.outbox() == []
    with pytest.raises(LocalFault, match="withdrawn"):
        office.redeliver("O1")


def test_other_orders_of_a_withdrawn_file_go_in_a_new_one(office: Office, relay: Relay) -> None:
    first, second, third = (office.place(f"Title {name}") for name in ("One", "Two", "Three"))
    office.quiet()
    office.act(second, "cancel")
    office.run()
    assert [row.rcpt_to for row in relay.letters] == [BL]
    text = relay.to(BL)[0].text
    assert "Title One" in text
    assert "Title Three" in text
    assert "Title Two" not in text
    assert office.show(first)["delivery"] == office.show(third)["delivery"] == "handed_over"
    assert office.letter(1)["file_ref"] != office.letter(2)["file_ref"]


def test_many_orders_are_one_file_and_the_next_ones_the_next(office: Office, relay: Relay) -> None:
    numbers = [office.place(f"Title {each}") for each in range(40)]
    office.run()
    assert len(relay.to(BL)) == 1
    text = relay.to(BL)[0].text
    places = [text.index(f"TX{number}-1 ") for number in numbers]
    assert places == sorted(places)
    office.place("Later")
    office.run()
    assert len(relay.to(BL)) == 2


def test_two_answers_about_one_order_are_two_letters_in_order(office: Office, relay: Relay) -> None:
    """Were the first held, the second must not be in the same letter."""
    office.arrives(ORDER, subject="Order file", mail_from="ill@customer.example")
    office.act("L1", "will-supply")
    office.act("L1", "ship")
    relay.answers = ["451 later"]
    office.run()
    assert relay.to("ill@customer.example") == []
    office.clock.forward(minutes=1)
    office.run()
    assert len(relay.to("ill@customer.example")) == 2
    assert "SHIPPED" in relay.to("ill@customer.example")[1].text


ORDER = (
    "99-0003\r\nZq7Pass9\r\n\r\n\r\n\r\n\r\nTXC77 S LOAN\r\nAuthor, A.\r\nA Book\r\n\r\n\r\n\r\n\r\nNNNN\r\n"
)


def test_undo_takes_back_the_last_act_only(office: Office, relay: Relay) -> None:
    office.arrives(ORDER, subject="Order file", mail_from="ill@customer.example")
    office.act("L1", "will-supply")
    office.act("L1", "ship")
    office.act("L1", "undo")
    office.run()
    sent = relay.to("ill@customer.example")
    assert len(sent) == 1
    assert "SHIPPED" not in sent[0].text


def test_cancel_while_its_letter_is_being_written(office: Office, relay: Relay) -> None:
    """Prepare has claimed and encodes outside the write; the cancel comes in between."""
    number, other = office.place("One"), office.place("Two")
    original = messages._encode

    def slow(bundle: Any, context: Any) -> Any:
        messages._encode = original
        encoded = original(bundle, context)
        office.act(number, "cancel")
        return encoded

    messages._encode = slow
    try:
        office.run()
    finally:
        messages._encode = original
    assert office.show(number)["state"] == "CANCELLED"
    assert len(relay.to(BL)) == 1
    assert f"TX{other}-1" in relay.to(BL)[0].text
    assert f"TX{number}-1" not in relay.to(BL)[0].text


def test_the_only_order_taken_back_while_it_is_written_leaves_no_letter(
    sqlite_office: Office, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the last moment, in the commit that would fix the letter's bytes, it is asked once more."""
    number = sqlite_office.place()
    encode = messages._encode

    def slow(*given: Any) -> Any:
        encoded = encode(*given)
        assert sqlite_office.act(number, "cancel").after == "CANCELLED"
        return encoded

    with monkeypatch.context() as patch:
        patch.setattr(messages, "_encode", slow)
        sqlite_office.quiet()
    sqlite_office.run()
    assert relay.to(BL) == []
    assert sqlite_office.show(number)["letters"] == []
    assert sqlite_office.show(number)["delivery"] == "withdrawn"


def test_orders_beside_a_withdrawn_one_are_not_suspected(
    sqlite_office: Office, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often its letter was written in vain: nobody died over it."""
    number, *others = (sqlite_office.place(f"Book {count}") for count in range(5))
    encode = messages._encode

    def slow(*given: Any) -> Any:
        encoded = encode(*given)
        if others:
            sqlite_office.act(others.pop(), "cancel")
        return encoded

    with monkeypatch.context() as patch:
        patch.setattr(messages, "_encode", slow)
        sqlite_office.quiet()
    sqlite_office.run()
    assert others == []
    assert sqlite_office.show(number)["delivery"] == "handed_over"
    (letter,) = relay.to(BL)
    assert f"TX{number}-1" in letter.text and letter.text.count("\nTX") == 1


def test_no_letter_is_begun_once_the_service_is_to_stop(sqlite_office: Office, relay: Relay) -> None:
    sqlite_office.place()
    sqlite_office.quiet()
    store, context, deliver = sqlite_office.store, sqlite_office.app.context, sqlite_office.deliver
    assert send.run(store, context, deliver, goes_on=lambda: False) == 0
    assert (relay.to(BL), sqlite_office.letter(1)["state"]) == ([], "prepared")
    assert send.run(store, context, deliver) == 1


def test_paused_partner_waits_and_nothing_fails(office: Office, relay: Relay) -> None:
    """Both what is not worded yet and what is already a letter."""
    office.place("Worded before the pause")
    office.quiet()
    office.configure(partner='status = "paused"')
    number = office.place("Placed in the pause")
    other = office.place("For another library", partners=["UK-TWO"])
    for _ in range(10):
        office.run()
        office.clock.forward(days=1)
    assert relay.to(BL) == []
    assert office.show(other)["delivery"] == "handed_over"
    assert office.show(number)["delivery"] == "waiting"
    assert office.show(number)["attention"] == []
    assert office.letter(1)["state"] == "prepared"
    assert len(office.outbox()) == 2
    office.configure()
    relay.answers = ["451 later"]
    office.run()
    office.clock.forward(minutes=1)
    office.run()
    assert len(relay.to(BL)) == 2


def test_a_partner_that_is_gone_holds_its_letters_with_the_reason(office: Office, relay: Relay) -> None:
    number = office.place()
    office.configure(without="UK-BL")
    for _ in range(3):
        office.run()
        office.clock.forward(hours=1)
    shown = office.show(number)
    assert (shown["delivery"], shown["state"]) == ("held", "PENDING")
    assert len(shown["attention"]) == 1
    assert "no longer in config.toml" in office.outbox()[0].note
    assert len(relay.to("desk@town.example")) == 1  # told once, not at each try
    office.configure()
    office.clock.forward(days=1)
    office.run()
    assert office.show(number)["delivery"] == "handed_over"
    assert office.show(number)["attention"] == []


def test_a_rejected_file_is_held_and_goes_with_the_new_password(
    office: Office, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = office.place("One"), office.place("Two")
    office.run()
    ref = office.letter(1)["file_ref"]
    office.arrives("", subject=f"FILEREFNO {ref} rejected - Invalid password")
    for number in (first, second):
        shown = office.show(number)
        assert (shown["delivery"], shown["state"]) == ("held", "PENDING")
        assert shown["attention"] == ["file-rejected"]
        assert not [one["why_not"] for one in shown["rota"] if one["why_not"]]
    office.act(first, "cancel")
    office.clock.forward(days=3)
    office.run()
    assert len(relay.to(BL)) == 1  # nothing escapes the hold
    monkeypatch.setenv("ART_PASSWORD", "NewWord9")
    office.configure()
    assert "new letter" in office.redeliver("O1")
    office.run()
    again = relay.to(BL)[1].text
    assert "NewWord9" in again
    assert f"TX{second}-1" in again
    assert f"TX{first}-1" not in again
    assert office.show(second)["delivery"] == "handed_over"
    assert office.show(second)["attention"] == []
    assert office.show(first)["state"] == "CANCELLED"
    assert office.show(first)["attention"] == []


def test_filed_in_a_folder_counts_as_left(office: Office, relay: Relay, tmp_path: Any) -> None:
    office.configure(mode="folder")
    number = office.place()
    office.run()
    assert office.show(number)["delivery"] == "filed"
    assert office.act(number, "cancel").after == "CANCEL_PENDING"
    office.run()
    files = sorted((tmp_path / "var/outgoing").glob("*.eml"))
    assert len(files) == 2
    assert relay.letters == []
    assert all(b"XXXXXXX" in file.read_bytes() for file in files)

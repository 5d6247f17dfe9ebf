"""What stands in the letters: awkward titles, readers without an address, languages, no password."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import SQLModel, col, update

from mailproc import log
from mailproc.mail.parse import parse, readable
from mailproc.office.templates import codec_trial
from mailproc.store.tables import PatronRow
from tests.flow_out.office import BL, Office
from tests.servers.relay import Relay

AWKWARD = {
    "line breaks": "Evil\r\nNNNN\r\nTXZ9 S LOAN\r\nTitle",
    "Jinja": "{{ password }} {% for x in y %} and {# no #}",
    "300 characters": "Very long " * 30,
    "one long word": "x" * 300,
    "starts with TX": "TX for beginners",
    "starts with an order": "TXB9-1 S LOAN",
    "starts with NNNN": "NNNN and after",
    "is the end": "NNNN",
    "starts with a colon": ":DELIVER ABOVE ITEM TO:",
    "accents": "Ångström für Öl-Bücher — “déjà vu”",
    "NUL and escape": "A\0B\x1b[31mC",
    "a dot alone": ".",
    "a mail header": "Bcc: someone@evil.example",
    "From at the start": "From here to there",
    "the mask": "XXXXXXX",
    "a customer code": "99-0001",
    "tabs and blanks": "\t A \u00a0 B \u3000",
}


@pytest.mark.parametrize("case", AWKWARD)
def test_an_awkward_title_is_still_a_right_order_file(sqlite_office: Office, relay: Relay, case: str) -> None:
    office = sqlite_office
    before = office.place("Before")
    number = office.place(AWKWARD[case])
    after = office.place("After")
    office.run()
    [letter] = relay.to(BL)
    assert all(len(line) <= 78 for line in letter.text.splitlines())
    meant = codec_trial.decoded(office.app.context, "-", letter.raw)
    assert meant["faults"] == []
    asked = [one["ref"]["number"] for one in meant["apdus"]]
    if office.show(number)["delivery"] == "held":  # staff are told; nothing wrong leaves
        assert case == "a dot alone"
        assert asked == [f"{before}-1", f"{after}-1"]
    else:
        assert asked == [f"{before}-1", f"{number}-1", f"{after}-1"]
    assert {one["services"][0] for one in meant["apdus"]} == {"LOAN"}
    assert "Bcc" not in dict(line.split(":", 1) for line in letter.text.split("\n\n")[0].splitlines())


@pytest.mark.parametrize("title", ["A\0B", "half \ud800 a character"])
def test_characters_that_cannot_be_stored_do_no_harm(office: Office, relay: Relay, title: str) -> None:
    number = office.place(title, note=title, patron={"id": "P1", "name": title, "email": "r@town.example"})
    office.run()
    office.act(number, "receive", note=title)
    office.run()
    assert office.show(number)["state"] == "RECEIVED"
    assert len(relay.to(BL)) == len(relay.to("r@town.example")) == 1


def test_an_arabic_title_is_romanised_and_staff_see_it(office: Office, relay: Relay) -> None:
    number = office.place("مقدمة ابن خلدون")
    office.run()
    [order] = relay.to(BL)
    assert f"TX{number}-1" in order.text and "mqdm" in order.text and order.text.isascii()
    assert office.show(number)["attention"] == ["letters-replaced"]


def test_a_title_with_nothing_readable_is_held_with_the_field_named_and_its_neighbours_go(
    office: Office, relay: Relay
) -> None:
    """ARTEmail carries ASCII: what nothing is left of is a question to staff, not an order."""
    before, number = office.place("Before"), office.place("\ue000\ue001\ue002")
    office.run()
    assert f"TX{before}-1" in relay.to(BL)[0].text
    assert f"TX{number}-1" not in relay.to(BL)[0].text
    assert "item.title" in office.outbox()[0].note
    assert "romanised" in office.outbox()[0].note
    assert office.show(number)["attention"] == ["held-value"]
    office.run()
    assert len(relay.to("desk@town.example")) == 1


@pytest.mark.parametrize("title", AWKWARD.values(), ids=AWKWARD)
def test_an_awkward_title_in_a_notice_is_one_line_of_it(
    sqlite_office: Office, relay: Relay, title: str
) -> None:
    office = sqlite_office
    number = office.place(title, patron={"id": "P1", "name": "R\r\nBcc: x@y", "email": "r@town.example"})
    office.run()
    office.act(number, "receive")
    office.run()
    [letter] = relay.to("r@town.example")
    read = parse(letter.raw)
    assert read.subject.startswith("Your interlibrary loan is here: ")
    assert read.to == ("r@town.example",)
    assert PASSWORD not in readable(read)
    assert "\x1b" not in readable(read)


PASSWORD = "Zq7Pass9"


def test_the_password_stands_on_the_wire_and_nowhere_else(
    office: Office, relay: Relay, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    office.place("One")
    office.run()
    assert PASSWORD in relay.to(BL)[0].text
    office.arrives(  # a customer's file holds the same word
        f"99-0003\r\n{PASSWORD}\r\n\r\n\r\n\r\n\r\nTXC1 S LOAN\r\nA Book\r\n\r\n\r\n\r\n\r\nNNNN\r\n",
        subject="Order file",
        mail_from="ill@customer.example",
    )
    relay.answers = [f"550 5.7.1 I do not like {PASSWORD}"]
    office.place("Two")
    office.run()
    office.configure(mode="folder")
    office.place("Three")
    office.run()
    filed = list((tmp_path / "var/outgoing").iterdir())
    assert len(filed) >= 1
    for file in filed:
        assert PASSWORD.encode() not in file.read_bytes()
    found = _everywhere(office)
    # The customer's own letter is kept as it came, for proof; every display masks it.
    assert found <= {"inbox_bytes.raw"}
    masked = office.app.context.registry.mask(_inbox(office))
    assert PASSWORD.encode() not in masked
    assert PASSWORD not in json.dumps(office.show("B1"), default=str)
    assert PASSWORD not in caplog.text


def _inbox(office: Office) -> bytes:
    from sqlalchemy import text

    with office.store.read() as connection:
        return bytes(connection.execute(text("SELECT raw FROM inbox_bytes")).scalar_one())


def _everywhere(office: Office) -> set[str]:
    found = set()
    with office.store.read() as connection:
        for table in SQLModel.metadata.sorted_tables:
            for row in connection.execute(table.select()).mappings():
                found |= {f"{table.name}.{name}" for name, value in row.items() if PASSWORD in _text(value)}
    return found


def _text(value: Any) -> str:
    return bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)


def test_a_letter_gets_its_password_though_its_partner_has_another_codec_by_now(
    sqlite_office: Office, relay: Relay
) -> None:
    """The mask of a password never leaves in its place."""
    sqlite_office.place()
    sqlite_office.quiet()
    sqlite_office.configure(partner='codec = "iso10161"')
    sqlite_office.send()
    assert PASSWORD in relay.to(BL)[0].text


def test_without_an_address_of_the_reader_a_letter_is_printed_and_there_is_no_trouble(
    office: Office, relay: Relay
) -> None:
    for patron in (None, {"id": "P1", "name": "R"}, {"id": "P2", "name": "R", "email": ""}):
        number = office.place(patron=patron) if patron else office.place()
        office.run()
        office.act(number, "receive")
        office.run()
        assert office.show(number)["state"] == "RECEIVED"
        assert office.show(number)["attention"] == []
    assert {letter.rcpt_to for letter in relay.letters} == {BL}
    assert [line.state for line in office.outbox()] == ["to_print"] * 2


@pytest.mark.parametrize("email", ["no address", "a@b\r\nBcc: c@d", "ü@town.example", "@", "a@b@c"])
def test_an_address_that_cannot_be_written_to_is_held_and_harms_nobody(
    sqlite_office: Office, relay: Relay, email: str
) -> None:
    office = sqlite_office
    number = office.place(patron={"id": "P1", "name": "R", "email": "r@town.example"})
    as_stored_once = update(PatronRow).where(col(PatronRow.id) == "P1").values(email=email)
    office.store.write(lambda connection: connection.execute(as_stored_once))
    other = office.place(patron={"id": "P2", "name": "S", "email": "s@town.example"})
    office.run()
    office.act(number, "receive")
    office.act(other, "receive")
    office.run()
    assert len(relay.to("s@town.example")) == 1
    assert [line.state for line in office.outbox()] == ["held"]
    assert "address" in office.outbox()[0].note
    assert office.show(number)["state"] == "RECEIVED"


def test_the_reader_is_written_to_in_their_language(office: Office, relay: Relay) -> None:
    office.template("de/patron/arrived.txt", "Subject: Ihre Fernleihe\n\nGuten Tag {{ patron.name }}\n")
    languages = {"de": "Guten Tag", "de-AT": "Guten Tag", "fr": "Dear", "": "Dear", "not a language!": "Dear"}
    for each, (language, greeting) in enumerate(languages.items()):
        patron = {"id": f"P{each}", "name": "R", "email": f"r{each}@town.example", "language": language}
        number = office.place(patron=patron)
        office.run()
        office.act(number, "receive")
        office.run()
        [letter] = relay.to(f"r{each}@town.example")
        assert greeting in letter.text, language


def test_refusals_are_described_in_words(office: Office, relay: Relay) -> None:
    number = office.place(patron={"id": "P1", "name": "R", "email": "r@town.example"})
    office.run()
    office.arrives(f"{number}-1   NOT\r\n", subject="Replies")
    office.run()
    [letter] = relay.to("r@town.example")
    assert "British Library: " in letter.text
    assert "not-owned" not in letter.text
    assert office.show(number)["attention"] == ["end-of-rota"]


def test_every_line_about_a_letter_of_ours_names_it(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    log.set_up("INFO", json_lines=True)
    capsys.readouterr()  # lines of tests before, which were repeated
    office.place("One")
    office.run()
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    about = [(line["letter"], line["logger"]) for line in lines if "letter" in line]
    assert {("O1", "mailproc.flow.prepare.messages"), ("O1", "mailproc.flow.send")} <= set(about)

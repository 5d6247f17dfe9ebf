"""A broken text of the library's own: letters go out by another, staff and the day's letter tell of it."""

from pathlib import Path

import pytest

from mailproc.flow import clock
from mailproc.flow.prepare import site_texts
from mailproc.notices import last_good
from mailproc.office.mailroom import digest_mail
from mailproc.office.queries import agenda
from tests.flow_out.office import Office
from tests.servers.relay import Posted, Relay

NOTICE = "en/patron/arrived.txt"
GOOD = "Subject: Come\n\nOur own words for {{ patron.name }}.\n"
BROKEN = "Subject: Come\n\n{{ request.titel }} {{ gone }}\n"
STAFF = "desk@town.example"


def sweep(office: Office) -> None:
    """As ``run --once``: until a sweep finds nothing more to do."""
    while clock.sweep(office.store, office.app.context):
        office.run()
    office.run()


def arrived(office: Office) -> str:
    number = office.place(patron={"id": "P1", "name": "R. Reader", "email": "r@town.example"})
    office.run()
    office.act(number, "receive")
    office.run()
    return number


def about_texts(relay: Relay) -> list[Posted]:
    return [one for one in relay.to(STAFF) if "a text of yours is broken" in one.text]


def kept(office: Office, path: str = NOTICE) -> str | None:
    with office.store.read() as connection:
        return last_good.good(connection, path)


def test_staff_are_told_of_a_text_that_falls_back(office: Office, relay: Relay) -> None:
    file = office.template(NOTICE, BROKEN)
    arrived(office)
    (told,) = about_texts(relay)
    assert f"{file}, line 3: there is no request.titel" in told.text.replace("\n", " ")
    assert "(and 1 more)" in told.text and "shipped text" in told.text
    assert "waits for you at our desk" in relay.to("r@town.example")[0].text


def test_they_are_told_before_any_letter_goes_by_it_and_once_a_day(office: Office, relay: Relay) -> None:
    office.template(NOTICE, BROKEN)
    sweep(office)
    assert len(about_texts(relay)) == 1
    sweep(office)
    arrived(office)
    assert len(about_texts(relay)) == 1
    office.clock.forward(hours=25)
    sweep(office)
    assert len(about_texts(relay)) == 2
    office.template(NOTICE, BROKEN.replace("titel", "tilte"))  # another fault
    sweep(office)
    assert len(about_texts(relay)) == 3


def test_the_letter_to_staff_about_its_own_broken_text_is_one(sqlite_office: Office, relay: Relay) -> None:
    sqlite_office.template("en/staff/attention.txt", BROKEN)
    sweep(sqlite_office)
    sweep(sqlite_office)
    assert len(about_texts(relay)) == 1


def test_a_text_in_order_is_remembered_though_no_letter_went_by_it(office: Office, relay: Relay) -> None:
    office.template(NOTICE, GOOD)
    sweep(office)
    assert kept(office) == GOOD
    office.template(NOTICE, BROKEN)
    arrived(office)
    assert "Our own words for R. Reader." in relay.to("r@town.example")[0].text
    assert "last good text" in about_texts(relay)[0].text


def test_a_text_that_passed_preview_is_remembered(office: Office) -> None:
    office.template(NOTICE, GOOD)
    site_texts.remember_passed(office.store, office.app.context, NOTICE)
    assert kept(office) == GOOD
    office.template(NOTICE, BROKEN)
    site_texts.remember_passed(office.store, office.app.context, NOTICE)
    site_texts.remember_passed(office.store, office.app.context, "en/patron/renewed.txt")
    assert (kept(office), kept(office, "en/patron/renewed.txt")) == (GOOD, None)


@pytest.mark.parametrize("saved", [BROKEN.encode(), b"", b"\xff"])
def test_a_text_that_is_saved_while_it_is_looked_at_is_not_remembered(
    sqlite_office: Office, monkeypatch: pytest.MonkeyPatch, saved: bytes
) -> None:
    office = sqlite_office
    templates = office.app.context.templates
    file = office.template(NOTICE, GOOD)
    listed, listing = templates.listed(NOTICE), templates.listing()
    assert not listed.problems
    file.write_bytes(saved)
    monkeypatch.setattr(templates, "listed", lambda _path: listed)
    site_texts.remember_passed(office.store, office.app.context, NOTICE)
    monkeypatch.setattr(templates, "listing", lambda: listing)
    site_texts.check(office.store, office.app.context)
    assert kept(office) is None


@pytest.mark.parametrize("path", ["artemail/order.txt", "notes.txt", "en/patron/arived.txt"])
def test_other_files_cause_no_letter_to_staff(sqlite_office: Office, relay: Relay, path: str) -> None:
    """Orders are held by a machine's text, and each says so; what no letter uses replaces none."""
    sqlite_office.template(path, "{{ titel }}")
    sweep(sqlite_office)
    assert about_texts(relay) == []
    assert kept(sqlite_office, path) is None


def test_the_days_letter_names_broken_texts_until_they_are_mended(
    sqlite_office: Office, relay: Relay
) -> None:
    office = sqlite_office
    files = [office.template(path, "Subject: x\n\n{{ titel }}\n") for path in (NOTICE, "artemail/report.txt")]
    office.template("notes.txt", "no text of a letter")
    with office.store.read() as connection:
        found = agenda.agenda(connection, office.app.context).texts
    assert [(one.path, one.more) for one in found] == [(NOTICE, 0), ("artemail/report.txt", 0)]
    digest_mail.send(office.store, office.app.context)
    office.run()
    (digest,) = relay.to(STAFF)
    assert "Broken texts (2)" in digest.text
    for file in files:
        assert f"{file}, line 3: there is no titel" in digest.text.replace("\n", " ")
    for file in files:
        file.unlink()
    with office.store.read() as connection:
        assert agenda.agenda(connection, office.app.context).texts == ()


def test_a_guard_that_a_text_fails_is_a_fault_too(sqlite_office: Office) -> None:
    sqlite_office.template("artemail/cancel.txt", "TX{{ number }} {{ keyword }}\n")
    with sqlite_office.store.read() as connection:
        (found,) = agenda.agenda(connection, sqlite_office.app.context).texts
    assert found.path == "artemail/cancel.txt" and "The reader has it now" in found.error


def test_no_folder_of_own_texts_is_no_trouble(sqlite_office: Office, tmp_path: Path, relay: Relay) -> None:
    sqlite_office.site.rmdir()
    sweep(sqlite_office)
    with sqlite_office.store.read() as connection:
        assert agenda.agenda(connection, sqlite_office.app.context).texts == ()
    assert relay.to(STAFF) == []

"""NCIP messages: well-formed and in the schema's order whatever they hold, and read back as they were."""

import re
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproc import hostile_xml
from mailproc.ils.ncip.element_order import CHILDREN
from mailproc.ils.ncip.messages import (
    AcceptItem,
    CancelRequestItem,
    CheckInItem,
    CheckOutItem,
    LookupUser,
    Message,
    NcipDialect,
    RequestItem,
)
from mailproc.ils.ncip.writing import plain, written
from tests.servers.ncip_responder import broken_rules

GOLDEN = Path(__file__).parent / "golden"
AGENCIES = NcipDialect("OURS", "LMS", zone=ZoneInfo("Europe/Berlin"))
DAY = date(2026, 12, 31)
MESSAGES: dict[str, Message] = {
    "LookupUser": LookupUser("P1"),
    "LookupUser-pin": LookupUser("P1", "4711"),
    "AcceptItem": AcceptItem("B3", "P1", "123", "Größe & <Maß>", "Λόγος, Α.", "A Press", "2019", "MAIN", DAY),
    "AcceptItem-least": AcceptItem("B3", "P1", "123"),
    "CheckOutItem": CheckOutItem("PARTNER", "100", "L7", DAY),
    "CheckInItem": CheckInItem("100"),
    "RequestItem": RequestItem("L7", "PARTNER", "100", needed_on=DAY, pickup="ILL"),
    "CancelRequestItem": CancelRequestItem("L7", "PARTNER"),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_is_as_it_was_written_down(name):
    assert written(MESSAGES[name], AGENCIES) == (GOLDEN / f"{name}.xml").read_bytes().rstrip(b"\n")


@pytest.mark.parametrize("dialect", [AGENCIES, NcipDialect(), NcipDialect("OURS", "LMS", namespace=False)])
@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_is_what_the_schema_allows(name, dialect):
    assert not broken_rules(written(MESSAGES[name], dialect))


def test_the_schema_of_the_tests_knows_the_order():
    right = written(MESSAGES["AcceptItem"], AGENCIES)
    begun, user, rest = re.split(b"(<UserId>.*</UserId>)", right)
    assert broken_rules(begun + rest.replace(b"</AcceptItem>", user + b"</AcceptItem>"))


def test_a_message_without_namespace_has_none():
    content = written(MESSAGES["CheckInItem"], NcipDialect(namespace=False))
    assert b"xmlns" not in content
    assert b" version=" in content


def test_elements_have_no_prefix():
    """Koha's server looks for "NCIPMessage" as it is written."""
    assert b"<NCIPMessage xmlns=" in written(MESSAGES["CheckInItem"], AGENCIES)


def test_only_one_identifier_of_a_kind_is_in_a_message():
    """Koha's server joins the texts of all that it finds."""
    for message in MESSAGES.values():
        content = written(message, AGENCIES)
        for one in (b"<UserIdentifierValue>", b"<ItemIdentifierValue>", b"<RequestIdentifierValue>"):
            assert content.count(one) <= 1


def test_who_was_asked_for_is_in_no_log():
    assert "P1" not in repr(LookupUser("P1", "4711"))
    assert "4711" not in repr(LookupUser("P1", "4711"))


TEXT = st.text(st.characters(), max_size=60)


def _texts(message: Message) -> list[str]:
    return [said for one in fields(message) if isinstance(said := getattr(message, one.name), str)]


@given(st.sampled_from(sorted(MESSAGES)), st.data())
def test_any_text_gives_a_message_that_reads_back(name, data):
    message = MESSAGES[name]
    filled = [one.name for one in fields(message) if isinstance(getattr(message, one.name), str)]
    # an identifier is never empty: who sends it looks first
    said = {one: data.draw(TEXT) for one in filled if getattr(message, one)}
    said = {one: text if plain(text) else "x" for one, text in said.items()}
    changed = replace(message, **said)
    content = written(changed, AGENCIES)
    assert not broken_rules(content)
    read = {one.text for one in hostile_xml.parse(content).iter() if one.text}
    assert {plain(text) for text in _texts(changed) if text} <= read


@given(TEXT)
def test_what_xml_forbids_is_shown_as_such(text):
    made = plain(text)
    assert made == plain(made)
    assert not set("\0\x08\x1f\ud800\ufffe\uffff") & set(made)
    assert plain("a\0b\nc") == "a\ufffdb c"


def test_an_element_that_has_no_place_is_never_sent():
    known = {name for names in CHILDREN.values() for name in names}
    assert {one for one in CHILDREN if one not in known} == {type(one).__name__ for one in MESSAGES.values()}

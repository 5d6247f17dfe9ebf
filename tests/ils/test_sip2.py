"""Messages of SIP2: ours are what another codec reads, and what systems answer is read, however careless."""

from datetime import date, datetime

import pysip2
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mailproc.errors import RemoteFault
from mailproc.ill.patron_block import PatronBlock
from mailproc.ils.patron_standing import PatronStanding
from mailproc.ils.sip2 import message, patron
from mailproc.ils.sip2.patron import Sip2Session, Sip2Terminal
from tests.support.short_form import examples

NOW = datetime(2026, 11, 29, 6, 56, 4)  # noqa: DTZ001  # local time, as the protocol writes it
FLAGS = " " * 14
HEAD = "00120261129    065604" + "0001000000020000" + "00000000"


def said(fields: str, flags: str = FLAGS) -> PatronStanding:
    return patron.standing(message.read(f"64{flags}{HEAD}{fields}".encode(), "utf-8"))


def test_ours_are_read_by_another_codec():
    session = Sip2Session(Sip2Terminal("MPLIB", "ill", "p", "desk", charset="utf-8"))
    login = pysip2.decode_message(session.login(), encoding="utf-8")
    assert (login.message.login_user_id, login.message.login_password) == ("ill", "p")
    assert login.message.location_code == "desk"
    assert pysip2.decode_message(session.status(), encoding="utf-8").message.protocol_version == "2.00"
    asked = pysip2.decode_message(session.patron("Zoë|1\r99", NOW), encoding="utf-8")
    assert asked.message.patron_identifier == "Zoë 1 99"
    assert asked.message.institution_id == "MPLIB"
    assert asked.sequence_number == 2
    assert pysip2.decode_message(session.end("1", NOW), encoding="utf-8").message.patron_identifier == "1"


def test_without_checksums_as_some_systems_want_it():
    asked = Sip2Session(Sip2Terminal("MPLIB", checksums=False)).patron("P1", NOW)
    assert asked == b"6300020261129    065604          AOMPLIB|AAP1|AC|\r"


def test_a_patron_with_all_that_is_said():
    found = said(
        "AOMPLIB|AAP1|AEZoë Leser|BLY|BHEUR|BV3,50|BD1 Road, Town|BEz@town.example|BF123|AFHello|PCSTAFF|"
        "PA20270102    235900|ZZnobody knows|AY1AZ"
    )
    assert found == PatronStanding(
        known=True, id="P1", name="Zoë Leser", email="z@town.example", phone="123", address="1 Road, Town",
        category="STAFF", expires_on=date(2027, 1, 2), owes="3,50 EUR",
        message="Hello",
    )  # fmt: skip


CARELESS = {
    "not there": ("AAP1|BLN|AFUnknown", PatronStanding(known=False, message="Unknown")),
    "not there, and nothing said": ("AAP1|", PatronStanding(known=False)),
    "a name and nothing else": ("AEZoë", PatronStanding(known=True, name="Zoë")),
    "no name, but valid": ("AAP1|BLY|", PatronStanding(known=True, id="P1")),
    "no date, no amount": ("AEZ|PAnever|BVmuch|", PatronStanding(known=True, name="Z", owes="much")),
    "a day that is none": ("AEZ|PA20270231|", PatronStanding(known=True, name="Z")),
    "digits of others": ("AEZ|PA²0270101|", PatronStanding(known=True, name="Z")),
    "an empty field says nothing": ("AE|AEZ|AF|AFb", PatronStanding(known=True, name="Z", message="b")),
    "the first of two counts": ("AEZ|AEY|AFa|AFb", PatronStanding(known=True, name="Z", message="a")),
}


@pytest.mark.parametrize(("fields", "found"), CARELESS.values(), ids=CARELESS)
def test_careless_answers(fields, found):
    assert said(fields) == found


@pytest.mark.parametrize(("position", "block"), list(enumerate(PatronBlock)))
def test_each_position_of_the_status(position, block):
    flags = FLAGS[:position] + "Y" + FLAGS[position + 1 :]
    answer = message.read(f"64{flags}{HEAD}AEZ|".encode(), "utf-8")
    assert patron.standing(answer, stops=tuple(PatronBlock)).blocks == (block,)
    assert patron.standing(answer).blocks == ((block,) if block in patron.STOPS else ())


WRONG = {
    "nothing": b"",
    "another service": b"220 mail.example ESMTP",
    "broken off": b"6400",
    "a wrong checksum": f"64{FLAGS}{HEAD}AEZ|AY1AZ0000".encode(),
    "a megabyte": b"64" + b"x" * 1_000_000,
}


@pytest.mark.parametrize("octets", WRONG.values(), ids=WRONG)
def test_what_is_no_answer(octets):
    with pytest.raises(RemoteFault):
        message.read(octets, "utf-8")


@settings(max_examples=examples(300))
@given(st.binary(max_size=200), st.sampled_from(["utf-8", "cp850"]))
def test_any_octets_are_read_or_refused(octets, charset):
    try:
        found = patron.standing(message.read(b"64" + b" " * 59 + octets, charset))
    except RemoteFault:
        return
    assert isinstance(found.known, bool)
    assert all(word.isprintable() for word in (found.name, found.email, found.message, found.category))


@settings(max_examples=examples(300))
@given(st.text(max_size=40), st.integers(0, 9))
def test_what_is_written_has_a_right_checksum(text, sequence):
    octets = message.write("63", "x", {"AA": text}, sequence, "utf-8")
    assert octets.count(b"\r") == 1
    assert pysip2.verify_checksum(octets.removesuffix(b"\r"))


PRINTED = st.characters(exclude_characters="|", exclude_categories=("C", "Z"), include_characters=" ")
WORDS = st.text(PRINTED, min_size=1, max_size=40).filter(lambda text: text == text.strip())


@settings(max_examples=examples(200))
@example([" "] * 14, "1", "Zoë Leser", "Hello", None, False)
@given(
    st.lists(st.sampled_from(" Y"), min_size=14, max_size=14), WORDS, WORDS, WORDS,
    st.none() | st.integers(0, 9), st.booleans(),
)  # fmt: skip
def test_what_another_codec_writes_is_read(flags, number, name, message_, sequence, checksum):
    counts = ("hold", "overdue", "charged", "fine", "recall")
    answer = pysip2.PatronInformationResponse(
        patron_status="".join(flags), language="001", transaction_date="20261129    065604",
        **{f"{one}_items_count": "0000" for one in counts}, unavailable_holds_count="0000",
        institution_id="MPLIB", patron_identifier=number, personal_name=name, valid_patron="Y",
        screen_message=(message_,),
    )  # fmt: skip
    octets = pysip2.encode_message(
        answer, sequence_number=sequence, checksum=checksum and sequence is not None, encoding="utf-8"
    )
    found = patron.standing(message.read(octets, "utf-8"), tuple(PatronBlock))
    assert (found.id, found.name, found.message) == (number, name, message_)
    assert found.blocks == tuple(block for block, flag in zip(PatronBlock, flags, strict=True) if flag == "Y")

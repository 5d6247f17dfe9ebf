"""The codec on whole letters: what it takes, what it writes, what it refuses; and no letter costs much."""

import tracemalloc
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from time import process_time
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mailproc.errors import RemoteFault
from mailproc.ill.apdu import (
    Apdu,
    Cancel,
    Condition,
    Due,
    IllAnswer,
    IllRequest,
    Item,
    Message,
    Overdue,
    Shipped,
)
from mailproc.ill.terms import ApduType, Results, Role, Service, TransactionId
from mailproc.mail.letter import Letter
from mailproc.mail.parse import parse
from mailproc.protocols.codec import Encoded, Wire
from mailproc.protocols.iso10161 import dialects
from mailproc.protocols.iso10161 import wire as binding
from mailproc.protocols.iso10161.ber import schema
from mailproc.protocols.iso10161.codec import MOST_UNREADABLE, Iso10161Codec
from tests.support.short_form import examples

from .letters import CANCEL, letter, multipart, part
from .trees import decode

NAMED = TransactionId("XX-LIBRARY", "B12", "1")
AT = datetime(2026, 8, 5, 9, 30)  # noqa: DTZ001  # times in an APDU have no zone
CANCELLING = Cancel(transaction=NAMED, requester="XX-LIBRARY", responder="XX-LENDER", sent_at=AT)
SHIPPED = Shipped(
    transaction=NAMED,
    requester="XX-OTHER",
    responder="XX-LIBRARY",
    sent_at=AT,
    shipped_service=Service.LOAN,
    shipped_on=date(2026, 8, 5),
    due=Due(on=date(2026, 9, 16), renewable=True),
)


class Silent:
    """This protocol has no templates."""

    def render(self, path: str, context: Mapping[str, Any]) -> str:
        raise AssertionError(path, context)


@pytest.fixture
def say(codec: Iso10161Codec, wire: Callable[..., Wire]) -> Callable[..., Encoded]:
    def say(*apdus: Apdu, **ends: Any) -> Encoded:
        return codec.encode(apdus, wire(**ends), Silent())

    return say


def heard(encoded: Encoded, codec: Iso10161Codec) -> Apdu:
    assert encoded.body is not None
    (apdu,) = codec.decode(Letter(raw=b"", parts=encoded.body.parts)).apdus
    return apdu


# --- writing ------------------------------------------------------------------------------------


def test_a_message_is_one_bare_part(codec: Iso10161Codec, say: Callable[..., Encoded]) -> None:
    said = say(CANCELLING)
    assert said.body is not None
    assert said.body.subject == "ILL Cancel B12/1"
    assert [one.media_type for one in said.body.parts] == [binding.MEDIA_TYPE]
    assert (said.held, said.unsaid, said.lossy, said.secret_customer_code) == ((), (), (), "")
    back = heard(said, codec)
    assert replace(back, reply_to=(), requester_name=None) == CANCELLING


TWO = (Condition(condition="charges"), Condition(condition="library-use-only"))
ASKING = IllRequest(transaction=NAMED, sent_at=AT, services=(Service.LOAN,), item=Item(title="T"))
ANSWERING = IllAnswer(transaction=NAMED, sent_at=AT, results=Results.CONDITIONAL)


@pytest.mark.parametrize(
    ("apdu", "lost"),
    [
        (replace(ASKING, keywords=("WLX", "URGENT")), {"keywords": "WLX, URGENT"}),
        (replace(ASKING, item=Item(lines=("A book",))), {"item.lines": "lines"}),
        (replace(ASKING, item=Item(title="A book", lines=("A book",))), {}),
        (replace(ANSWERING, conditions=TWO), {"conditions": "library-use-only"}),
        (replace(ANSWERING, conditions=TWO[:1]), {}),
    ],
)
def test_what_does_not_go_out_with_its_message_is_told(
    apdu: Apdu, lost: dict[str, str], say: Callable[..., Encoded]
) -> None:
    said = say(apdu, role=Role.REQUESTER if isinstance(apdu, IllRequest) else Role.RESPONDER)
    assert said.body is not None
    assert {one.field for one in said.lossy} == set(lost)
    assert all(one.index == 0 and lost[one.field] in one.text for one in said.lossy)


def test_where_answers_go_and_who_we_are_is_always_said(
    codec: Iso10161Codec, say: Callable[..., Encoded]
) -> None:
    back = heard(say(Cancel(transaction=NAMED, sent_at=AT)), codec)
    (to,) = back.reply_to
    assert (to.address, to.service, to.encodings) == ("ill@library.example", "SMTP", ("BER_IN_MIME",))
    assert to.aliases == ("NUC:LIB",)
    assert (back.requester, back.responder) == ("XX-LIBRARY", "XX-LENDER")
    back = heard(say(replace(SHIPPED, requester=None, responder=None), role=Role.RESPONDER), codec)
    assert (back.requester, back.responder) == ("XX-LENDER", "XX-LIBRARY")


def recipient(encoded: Encoded) -> bytes:
    assert encoded.body is not None
    _, tree = decode(encoded.body.parts[0].content)
    (extension,) = tree["cancel-extensions"]
    return bytes(extension["item"])


def test_a_learned_address_is_the_recipients(say: Callable[..., Encoded]) -> None:
    assert b"ill@lender.example" in recipient(say(CANCELLING))
    learned = recipient(say(CANCELLING, address="iso@lender.example"))
    assert b"iso@lender.example" in learned
    assert b"ill@lender.example" not in learned


@pytest.mark.parametrize(
    ("apdu", "subject"),
    [
        (IllRequest(transaction=NAMED, sent_at=AT, services=(Service.LOAN,), item=Item(title="T")),
         "ILL-Request B12/1"),
        (IllAnswer(transaction=NAMED, sent_at=AT, results=Results.UNFILLED), "ILL-Answer B12/1"),
        (replace(SHIPPED, transaction=replace(NAMED, stq="2")), "ILL Shipped B12/1/2"),
    ],
)  # fmt: skip
def test_the_subject_is_for_people(apdu: Apdu, subject: str, say: Callable[..., Encoded]) -> None:
    said = say(apdu, role=Role.RESPONDER)
    assert said.body is not None
    assert said.body.subject == subject


def test_one_message_a_letter(codec: Iso10161Codec, say: Callable[..., Encoded]) -> None:
    said = say(CANCELLING, CANCELLING, CANCELLING)
    assert heard(said, codec).type is CANCELLING.type
    assert [one.index for one in said.held] == [1, 2]
    assert not codec.batched("")
    assert say() == Encoded(None)


@pytest.mark.parametrize(
    ("apdu", "why"),
    [
        (Cancel(transaction=NAMED), "sent_at"),
        (Cancel(sent_at=AT), "transaction"),
        (Overdue(transaction=NAMED, sent_at=AT), "due"),
        (Message(transaction=NAMED, sent_at=AT, note="\0"), "note"),
        (IllAnswer(transaction=NAMED, sent_at=AT, results=Results.HOLD_PLACED), "supply_on"),
    ],
    ids=lambda one: one if isinstance(one, str) else one.type.name,
)
def test_what_cannot_be_said_is_held_with_its_field(
    apdu: Apdu, why: str, say: Callable[..., Encoded]
) -> None:
    said = say(apdu)
    assert said.body is None
    assert [one.index for one in said.held] == [0]
    assert why in str(said.held[0].text)


# --- dialects -----------------------------------------------------------------------------------


def laid(**changes: Any) -> Iso10161Codec:
    known = dialects.load()
    return Iso10161Codec({**known, "new": known[""].model_copy(update=changes)})


def test_a_dialect_may_count_units(wire: Callable[..., Wire], codec: Iso10161Codec) -> None:
    for name, units in (("", None), ("vdx", 1)):
        said = codec.encode([SHIPPED], wire(Role.RESPONDER, name), Silent())
        assert said.body is not None
        _, tree = decode(said.body.parts[0].content)
        assert tree["supply-details"].get("chargeable-units") == units


def test_a_dialect_has_its_version(wire: Callable[..., Wire]) -> None:
    for version in (1, 2):
        said = laid(version=version).encode([CANCELLING], wire(dialect="new"), Silent())
        assert said.body is not None
        assert decode(said.body.parts[0].content)[1]["protocol-version-num"] == version


def test_a_dialect_may_want_a_part_for_people(wire: Callable[..., Wire], codec: Iso10161Codec) -> None:
    noted = replace(CANCELLING, note="Found here.")
    said = laid(readable_part=True).encode([noted], wire(dialect="new"), Silent())
    assert said.body is not None
    text, message = said.body.parts
    assert text.text is not None
    assert "ILL Cancel B12/1" in text.text
    assert "Found here." in text.text
    assert message.media_type == binding.MEDIA_TYPE
    assert heard(said, codec).note == "Found here."


def test_people_see_in_the_subject_what_is_said(wire: Callable[..., Wire], codec: Iso10161Codec) -> None:
    """A yes and a no are not told apart by the name of their message."""
    ends = replace(wire(dialect="new"), readable=lambda _apdu: ("we cannot", "Title: A Book"))
    said = laid(readable_part=True).encode([CANCELLING], ends, Silent())
    assert said.body is not None
    assert said.body.subject == "ILL Cancel B12/1: we cannot"
    assert (said.body.parts[0].text or "").splitlines()[2:] == ["Title: A Book"]
    plain = codec.encode([CANCELLING], replace(ends, dialect=""), Silent())
    assert plain.body is not None and plain.body.subject == "ILL Cancel B12/1"


def test_what_a_system_does_not_take_is_refused_before_it_goes(
    codec: Iso10161Codec, say: Callable[..., Encoded]
) -> None:
    conditional = IllAnswer(transaction=NAMED, sent_at=AT, results=Results.CONDITIONAL)
    assert codec.refuses(conditional) == ""
    assert "Ex Libris Alma takes no answer CONDITIONAL; it takes UNFILLED" in str(
        codec.refuses(conditional, "alma")
    )
    assert say(conditional, role=Role.RESPONDER, dialect="alma").held[0].text == codec.refuses(
        conditional, "alma"
    )
    untitled = IllRequest(transaction=NAMED, sent_at=AT, services=(Service.LOAN,))
    assert "title" in str(codec.refuses(untitled, "rlg"))
    assert codec.refuses(untitled) == ""
    assert "ESTIMATE" in str(codec.refuses(replace(SHIPPED, shipped_service=Service.ESTIMATE)))


def test_a_will_supply_that_is_not_accepted_is_not_sent(
    codec: Iso10161Codec, say: Callable[..., Encoded]
) -> None:
    promise = IllAnswer(transaction=NAMED, sent_at=AT, results=Results.WILL_SUPPLY)
    assert codec.refuses(promise, "alma") == ""
    assert say(promise, role=Role.RESPONDER, dialect="alma") == Encoded(None, unsaid=(0,))
    assert say(promise, role=Role.RESPONDER).body is not None


def test_a_dialect_that_left_the_data_is_the_standard_again(codec: Iso10161Codec) -> None:
    assert codec.dialect("was-here-once") == codec.dialect("")


# --- reading ------------------------------------------------------------------------------------


def test_two_messages_in_one_part(codec: Iso10161Codec) -> None:
    said = codec.decode(parse(letter(part(CANCEL + CANCEL))))
    assert len(said.apdus) == 1
    (fault,) = said.faults
    assert fault.position == len(CANCEL)
    assert "second message" in fault.text


@pytest.mark.parametrize("padding", [b"\r\n", b"\n", b"\0\0\0", b"\r\n\r\n"])
def test_padding_after_a_message_is_no_fault(padding: bytes, codec: Iso10161Codec) -> None:
    said = codec.decode(parse(letter(part(CANCEL + padding))))
    assert (len(said.apdus), said.faults) == (1, ())


def test_a_part_that_cannot_be_read_harms_no_other(codec: Iso10161Codec) -> None:
    said = codec.decode(parse(letter(multipart(part(CANCEL[:-1]), part(CANCEL)))))
    assert len(said.apdus) == 1
    assert [fault.text[:7] for fault in said.faults] == ["part 1:"]


def test_a_letter_without_a_message_is_the_partners_fault(codec: Iso10161Codec) -> None:
    with pytest.raises(RemoteFault, match="no part application/iso-10161-ill-1"):
        codec.decode(parse(letter("Content-Type: text/plain\r\n\r\nHello\r\n")))


def test_a_letter_cut_at_any_octet_of_its_message_says_nothing(codec: Iso10161Codec) -> None:
    for length in range(len(CANCEL)):
        found = parse(letter(part(CANCEL[:length])))
        assert codec.recognise(found)
        said = codec.decode(found)
        assert said.apdus == ()
        assert len(said.faults) == 1


QUICK = settings(deadline=None, max_examples=examples(300), suppress_health_check=list(HealthCheck))


@QUICK
@given(content=st.binary(max_size=300))
@example(content=b"")
def test_any_octets_in_a_part(content: bytes, codec: Iso10161Codec) -> None:
    for media_type in (binding.MEDIA_TYPE, "application/octet-stream"):
        found = parse(letter(part(content, media_type)))
        if codec.recognise(found):
            said = codec.decode(found)
            assert said.apdus or said.faults


@QUICK
@given(at=st.integers(0, len(CANCEL) - 1), octet=st.integers(0, 255))
def test_one_wrong_octet(at: int, octet: int, codec: Iso10161Codec) -> None:
    wrong = bytearray(CANCEL)
    wrong[at] = octet
    said = codec.decode(parse(letter(part(bytes(wrong)))))
    assert said.apdus or said.faults


# --- what a hostile letter costs ----------------------------------------------------------------

MESSAGE = schema.encode(
    ApduType.MESSAGE,
    {**decode(CANCEL)[1], "note": ("generalString", b"x" * 900_000)},
)
HOSTILE = {
    "ten thousand levels": b"\x63\x80" + b"\x30\x80" * 10_000,
    "levels of definite length": b"\x63\x83\x0f\x42\x3b" + b"\x30\x80" * 500_000,
    "fifty thousand elements": b"\x69\x82\xc3\x50" + b"\x05\x00" * 25_000,
    "five hundred thousand": b"\x69\x80" + b"\x05\x00" * 500_000,
    "a giant length": b"\x69\x84\xff\xff\xff\xff\x00",
    "a length of 126 octets": b"\x69\xfe" + b"\xff" * 126,
    "a giant number": b"\x69\x83\x03\x0d\x44\x30\x83\x03\x0d\x40\x80\x83\x03\x0d\x3c" + b"\x7f" * 200_000,
    "a tag without end": b"\x7f" + b"\xff" * 1_000_000,
    "a string in a hundred thousand segments": b"\x71\x80\x30\x80\x3b\x80" + b"\x04\x01x" * 100_000,
    "zeros": b"\0" * 1_000_000,
    "too long": b"\x69\x83\x1e\x84\x80" + b"\0" * 2_000_000,
    "a message of nearly a megabyte": MESSAGE,
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_part_is_answered_at_once(content: bytes, codec: Iso10161Codec) -> None:
    """A tenth of a second is the promise; what is asked of the processor leaves room for a slow one."""
    codec.decode(parse(letter(part(CANCEL))))  # the module is compiled
    found = parse(letter(part(content)))
    began = process_time()
    assert codec.recognise(found)
    said = codec.decode(found)
    assert process_time() - began < 1.0
    assert said.apdus or said.faults


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_part_takes_little_memory(content: bytes, codec: Iso10161Codec) -> None:
    codec.decode(parse(letter(part(CANCEL))))
    found = parse(letter(part(content)))
    tracemalloc.start()
    try:
        codec.recognise(found)
        codec.decode(found)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 50_000_000


def test_unreadable_parts_are_not_all_looked_into(codec: Iso10161Codec) -> None:
    bomb = part(HOSTILE["five hundred thousand"])
    said = codec.decode(parse(letter(multipart(*[bomb] * 9))))
    assert len(said.faults) == MOST_UNREADABLE + 1

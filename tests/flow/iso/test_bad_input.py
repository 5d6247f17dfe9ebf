"""Bad input at the door: a clear fault on the shelf, a report where the standard has one and the sender
is proven, and nothing else moves.

What a stranger may make us do is bounded in time and memory, whatever the letter holds.
"""

import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any, NamedTuple

import pytest

from mailproc.config import Iso10161
from mailproc.ill.apdu_json import from_json
from mailproc.ill.terms import ApduType
from mailproc.mail.compose import compose
from mailproc.mail.letter import Body, Part
from mailproc.mail.parse import parse
from mailproc.office.mailroom import dismissal, incoming
from mailproc.protocols.iso10161 import writing
from mailproc.protocols.iso10161.ber import schema
from mailproc.protocols.iso10161.ber.elements import element, inside
from mailproc.protocols.iso10161.wire import MEDIA_TYPE
from mailproc.protocols.iso10161.writing import Ends

from .conftest import BORROWER, LENDER, MAIL, SECOND, US, partner

THEIRS = {"initial_requester": BORROWER, "tgq": "G1", "tq": "1"}
OURS = {"initial_requester": US, "tgq": "B1", "tq": "1"}
NEVER = {"initial_requester": US, "tgq": "B99", "tq": "1"}
EXTENSION = bytes.fromhex("300c 800101 810100 a204 30020500")
CPU_SECONDS = 1.0  # far above what is taken, for the machine may be busy; growth has tests of its own
OCTETS = 50_000_000


def message(kind: str, named: dict[str, str] = THEIRS, **said: Any) -> bytes:
    """One APDU as the partner's program would write it."""
    value = {"type": kind, "transaction": named, "sent_at": "2026-03-02T11:00:00"} | said
    if kind == "ILL_REQUEST":
        value = {"services": ["LOAN"], "item": {"title": "A book"}, "requester": BORROWER} | value
    return schema.encode(ApduType[kind], writing.tree(from_json(value), Ends(version=2)))


def components(octets: bytes) -> bytes:
    """What the SEQUENCE of an APDU holds."""
    return octets[inside(octets, inside(octets, 0)) :]


def with_extensions(many: int) -> bytes:
    held = components(message("CANCEL")) + element(b"\xbf\x31", EXTENSION * many)
    return element(b"\x61", element(b"\x30", held))


def renamed(octets: bytes, first: int) -> bytes:
    return bytes([first]) + octets[1:]


def behind_the_name(more: bytes) -> bytes:
    """A Cancel with ``more`` among its components."""
    return element(b"\x66", element(b"\x30", components(message("CANCEL")) + more))


REQUEST = message("ILL_REQUEST")
GIANT = element(b"\xbf\x31", element(b"\x30", element(b"\x80", b"\x7f" * 200_000) + b"\xa2\x02\x05\x00"))
"""A list of extensions, of which the first has such an identifier."""


class Bad(NamedTuple):
    """``parts`` of one letter; ``why`` stands on the shelf; ``report``: its problem, '' for none."""

    parts: tuple[bytes, ...]
    why: str
    report: str = ""
    of: str = BORROWER


STRUCTURE, UNKNOWN = "badly-structured-APDU", "unknown-transaction-id"

UNREADABLE = {
    "nothing": Bad((b"",), "octet 0"),
    "truncated in the name": Bad((REQUEST[:20],), "octet 0"),
    "truncated behind the name": Bad((REQUEST[: len(REQUEST) // 2],), "octet 0", STRUCTURE),
    "one octet too few": Bad((REQUEST[:-1],), "octet 0", STRUCTURE),
    "random octets": Bad((Random(7).randbytes(3000),), "octet"),  # noqa: S311  # no secret
    "random octets behind a tag of ours": Bad((b"\x61" + Random(8).randbytes(3000),), "octet"),  # noqa: S311  # no secret
    "ten thousand levels": Bad((b"\x61\x80" + b"\x30\x80" * 10_000,), "more than 64 levels"),
    "ten thousand levels behind the name": Bad(
        (b"\x61\x80\x30\x80" + components(message("CANCEL")) + b"\xb0\x80" * 10_000,),
        "more than 64 levels",
        STRUCTURE,
    ),
    "fifty thousand extensions": Bad((with_extensions(50_000),), "more than 20000 elements", STRUCTURE),
    "a giant number": Bad(
        (element(b"\x61", element(b"\x30", element(b"\x80", b"\x7f" * 200_000) + components(REQUEST)[3:])),),
        "octets",
    ),
    "a giant number behind the name": Bad((behind_the_name(GIANT),), "octet", STRUCTURE),
    "a length of 126 octets": Bad((b"\x61\xfe" + b"\xff" * 126,), "octet 0"),
    "a negative length": Bad((b"\x61\x84\xff\xff\xff\xff" + components(REQUEST),), "octet 0", STRUCTURE),
    "a negative length behind the name": Bad(
        (behind_the_name(b"\xb0\x84\xff\xff\xff\xfe\x30\x00"),), "octet", STRUCTURE
    ),
    "unknown length without an end": Bad((b"\x61\x80\x30\x80\x80\x01\x02",), "octet"),
    "unknown length without an end behind the name": Bad(
        (b"\x61\x80\x30\x80" + components(message("CANCEL")),), "octet", STRUCTURE
    ),
    "no such message": Bad((renamed(REQUEST, 0x75),), "begins no APDU", "unrecognized-APDU"),
    "a report that cannot be read": Bad((renamed(REQUEST, 0x73)[:-1],), "octet 0"),
    "without an item": Bad((renamed(message("CANCEL"), 0x61),), "is missing", STRUCTURE),
}


@pytest.fixture
def heard(iso, heard_by) -> Callable[..., float]:
    """``heard(bad)``: the letter comes in and everything is done; seconds of the processor."""
    take: Callable[..., float] = heard_by(iso)
    return take


@pytest.fixture
def heard_by() -> Callable[..., Callable[..., float]]:
    return _heard_by


def _heard_by(iso) -> Callable[..., float]:
    def take(bad: Bad, sender: str = "", run: bool = True, **headers: str) -> float:
        iso.world._count += 1
        body = Body("ILL", tuple(Part(MEDIA_TYPE, part) for part in bad.parts))
        sender = sender or MAIL[bad.of]
        name = f"bad{iso.world._count}@{sender.partition('@')[2]}"
        to = ["ill@library.example"]
        raw = compose(body, sender=sender, sender_name="", to=to, message_id=name, date=iso.world.now)
        for header, value in headers.items():
            name = header.replace("_", "-")
            lines = [line for line in raw.split(b"\r\n") if not line.startswith(f"{name}:".encode())]
            raw = f"{name}: {value}\r\n".encode() + b"\r\n".join(lines)
        began = time.process_time()
        iso.inject(raw, sender)
        if run:
            iso.run()
        return time.process_time() - began

    return take


def reports(iso) -> list[dict[str, Any]]:
    return [said for said in iso.said() if said["type"] == "STATUS_OR_ERROR_REPORT"]


@pytest.mark.parametrize("bad", UNREADABLE.values(), ids=UNREADABLE)
def test_an_unreadable_message_is_a_fault(iso, heard, bad):
    assert heard(bad) < CPU_SECONDS
    (why,) = iso.shelf().values()
    assert bad.why in why
    assert "fault of this program" not in why
    assert [said["report"]["problem"] for said in reports(iso)] == ([bad.report] if bad.report else [])
    assert [said["transaction"] for said in reports(iso)] == ([THEIRS] if bad.report else [])
    assert iso.rows("request") == []
    assert len(iso.world.to("staff@library.example")) == 1


@pytest.mark.parametrize("name", ["fifty thousand extensions", "a giant number", "random octets"])
def test_an_unreadable_message_takes_little_memory(iso, heard, name):
    tracemalloc.start()
    try:
        heard(UNREADABLE[name])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < OCTETS


def test_two_messages_in_one_part(iso, heard):
    heard(Bad((REQUEST + message("CANCEL"),), ""))
    assert iso.state("L1") == "IN_PROCESS"  # the first is taken, the second is not
    (why,) = iso.shelf().values()
    assert "octets behind the message were not read: a second message" in why
    (said,) = reports(iso)  # else its sender would never know
    assert (said["report"]["problem"], said["report"]["correlation"]) == (STRUCTURE, "CANCEL")
    assert said["note"] in why


@pytest.mark.parametrize("behind", [b"\x61 and so on", message("STATUS_OR_ERROR_REPORT"), b"\r\nA footer."])
def test_other_octets_after_a_message_are_not_reported(iso, heard, behind):
    heard(Bad((REQUEST + behind,), ""))
    assert (iso.state("L1"), len(iso.shelf()), reports(iso)) == ("IN_PROCESS", 1, [])


def test_cut_off_at_any_octet(iso, heard_by):
    """Reported from where on the transaction's name is whole."""
    policy = iso.app.config.policy.model_copy(update={"answers_an_hour": 1000})
    config = iso.app.config.model_copy(update={"policy": policy})
    iso.world.app = replace(iso.app, config=config, context=replace(iso.app.context, config=config))
    octets, take = message("CANCEL"), heard_by(iso)
    name = octets.index(b"\xa1")
    named = name + 2 + octets[name + 1]
    for end in range(len(octets)):
        take(Bad((octets[:end],), ""), run=False)
    iso.run()
    assert len(iso.shelf()) == len(octets)
    assert [why for why in iso.shelf().values() if "octet" not in why] == []
    said = [(one["transaction"], one["report"]["problem"]) for one in reports(iso)]
    assert said == [(THEIRS, STRUCTURE)] * (len(octets) - named)
    assert iso.rows("request") == []


CRITICAL = bytes.fromhex("800107 8101ff a208 0406 616e797468 21".replace(" ", ""))
OF_THEIRS = bytes.fromhex("800101 8101ff a20f 280d 060428cf3103 a005 3003020105")


def extended(octets: bytes, *extensions: bytes) -> bytes:
    """The message with these in its list of extensions, which stands last."""
    held = components(octets) + element(b"\xbf\x31", b"".join(element(b"\x30", one) for one in extensions))
    return element(octets[:1], element(b"\x30", held))


def harmless(extension: bytes) -> bytes:
    return extension.replace(b"\x81\x01\xff", b"\x81\x01\x00")


@pytest.mark.parametrize(("extension", "name"), [(CRITICAL, "7"), (OF_THEIRS, "1.0.10161.3")])
@pytest.mark.parametrize("kind", ["ILL_REQUEST", "CANCEL"])
def test_an_unknown_critical_extension_is_withheld(iso, heard, kind, extension, name):
    heard(Bad((extended(message(kind), harmless(extension), extension),), ""))
    (why,) = iso.shelf().values()
    assert why == f"{kind}: the extension {name} is critical, and means nothing here"
    (said,) = reports(iso)
    assert (said["transaction"], said["note"]) == (THEIRS, why)
    assert said["report"] == {
        "kind": "error", "source": "provider", "problem": "other",
        "correlation": f"{kind} 2026-03-02T11:00:00",
    }  # fmt: skip
    assert iso.rows("request") == []
    assert len(iso.world.to("staff@library.example")) == 1


def test_an_extension_that_is_not_critical_is_kept(iso, heard):
    heard(Bad((extended(REQUEST, harmless(CRITICAL), harmless(OF_THEIRS)),), ""))
    assert (iso.state("L1"), iso.shelf(), reports(iso)) == ("IN_PROCESS", {}, [])


def test_a_critical_message_waits_for_staff_not_for_its_request(iso, heard):
    heard(Bad((extended(message("CANCEL"), CRITICAL),), ""))
    heard(Bad((REQUEST,), ""))
    assert iso.state("L1") == "IN_PROCESS"
    (letter_id,) = iso.shelf()
    incoming.release(iso.app.store, iso.app.context, letter_id)
    iso.run()
    assert (iso.state("L1"), iso.shelf()) == ("CANCEL_PENDING", {})
    assert len(reports(iso)) == 1


@pytest.mark.parametrize("put_away", [False, True], ids=["on the shelf", "put away"])
def test_once_released_it_waits_for_its_request_like_any_other(iso, heard, put_away):
    heard(Bad((extended(message("CANCEL"), CRITICAL),), ""))
    (letter_id,) = iso.shelf()
    if put_away:
        dismissal.dismiss(iso.app.store, iso.app.context, [letter_id])
    incoming.release(iso.app.store, iso.app.context, letter_id)
    iso.run()
    assert "waits for its request until" in iso.shelf()[letter_id]
    heard(Bad((REQUEST,), ""))
    assert (iso.state("L1"), iso.shelf()) == ("CANCEL_PENDING", {})


def test_once_released_its_side_of_a_hub_is_still_known(make_iso, heard_by):
    """A hub borrows from itself; a message does not tell by its kind who says it, but its letter is ours."""
    iso = make_iso(partner("XX-HUB"))
    iso.place("XX-HUB")
    iso.inject(iso.sent[0].raw, MAIL["XX-HUB"])
    iso.run()
    iso.act("B1", "message", note="Where is it?")
    held = Bad((extended(message("MESSAGE", OURS, note="Where is it?"), CRITICAL),), "", of="XX-HUB")
    heard_by(iso)(held, Message_ID=f"<{parse(iso.sent[-1].raw).message_id}>")
    (letter_id,) = iso.shelf()
    incoming.release(iso.app.store, iso.app.context, letter_id)
    iso.run()
    assert iso.events("L1")[-1] == "MESSAGE"
    assert "message" in iso.events("B1") and "MESSAGE" not in iso.events("B1")


def test_a_critical_report_is_shelved_and_not_answered(iso, heard):
    iso.place(LENDER)
    octets = message("STATUS_OR_ERROR_REPORT", OURS, report={"kind": "status", "current_state": "SHIPPED"})
    heard(Bad((extended(octets, CRITICAL),), "", of=LENDER))
    assert (reports(iso), len(iso.shelf()), iso.attention("B1")) == ([], 1, ())


@pytest.mark.parametrize("taken", [("1.0.10161.3", "7"), ("*",)])
def test_critical_extensions_that_a_site_accepts(make_iso, heard_by, taken):
    iso = make_iso(iso10161=Iso10161(critical=taken))
    heard_by(iso)(Bad((extended(REQUEST, CRITICAL, OF_THEIRS),), ""))
    assert (iso.state("L1"), iso.shelf(), reports(iso)) == ("IN_PROCESS", {}, [])


def test_one_good_part_beside_a_bad_one(iso, heard):
    heard(Bad((REQUEST[:-1], message("ILL_REQUEST", THEIRS | {"tgq": "G2"})), ""))
    assert iso.listed() == ["L1"]
    assert [said["transaction"]["tgq"] for said in reports(iso)] == ["G1"]


NOT_OURS = {
    "an answer to a request that we never made": Bad(
        (message("SHIPPED", NEVER),), "no transaction with XX-LENDER matches SHIPPED B99/1", UNKNOWN, LENDER
    ),
    "a message about a request that we never made": Bad(
        (message("MESSAGE", NEVER, note="x"),), "matches MESSAGE B99/1", UNKNOWN, LENDER
    ),
    "a report about a request that we never made": Bad(
        (message("STATUS_OR_ERROR_REPORT", NEVER),), "no transaction with XX-LENDER", "", LENDER
    ),
    "our number, but another partner's answer": Bad(
        (message("SHIPPED", OURS),), "SHIPPED B1/1: B1-1 was asked of XX-LENDER", "", SECOND
    ),
    "their number, but another partner's letter": Bad(
        (message("CANCEL"),), "XX-BORROWER asked this of us, but the letter comes from XX-SECOND", "", SECOND
    ),
    "another partner's question": Bad((message("STATUS_QUERY"),), "XX-SECOND", "", SECOND),
    "what may have overtaken its request": Bad(
        (message("CANCEL", THEIRS | {"tgq": "G2"}),), "no transaction with XX-BORROWER matches CANCEL G2/1"
    ),
    "our own request": Bad(
        (message("ILL_REQUEST", OURS, requester=US, responder=LENDER),),
        "it is our own request, returned",
        "",
        LENDER,
    ),
}


@pytest.mark.parametrize("bad", NOT_OURS.values(), ids=NOT_OURS)
def test_a_message_about_somebody_elses_transaction(iso, heard, bad):
    iso.place(LENDER)
    heard(Bad((REQUEST,), ""))
    heard(bad)
    (why,) = iso.shelf().values()
    assert bad.why in why
    assert [said["report"]["problem"] for said in reports(iso)] == ([bad.report] if bad.report else [])
    assert (iso.state("B1"), iso.state("L1")) == ("PENDING", "IN_PROCESS")
    assert sorted(iso.listed()) == ["B1", "L1"]


def test_a_query_about_an_unknown_transaction(iso, heard):
    heard(Bad((message("STATUS_QUERY"),), ""))
    (said,) = reports(iso)
    assert (said["transaction"], said["report"]["current_state"]) == (THEIRS, "UNKNOWN")
    assert len(iso.shelf()) == 1
    heard(Bad((REQUEST,), ""))  # it had overtaken the request: now it is answered with what is true
    assert [one["report"]["current_state"] for one in reports(iso)] == ["UNKNOWN", "IN_PROCESS"]
    assert iso.shelf() == {}


def test_a_transaction_id_reused_for_another_item(iso, heard):
    heard(Bad((REQUEST,), ""))
    again = message("ILL_REQUEST", item={"title": "Another book"}, sent_at="2026-03-03T10:00:00")
    heard(Bad((again,), ""))
    assert [said["report"]["problem"] for said in reports(iso)] == ["duplicate-transaction-id"]
    assert iso.attention("L1") == ("to-answer", "number-used-again")
    assert iso.shown("L1").item["title"] == "A book"


def test_a_message_that_the_state_prohibits(iso, heard):
    heard(Bad((message("ILL_REQUEST", services=["COPY"]),), ""))
    heard(Bad((message("RENEW"),), ""))
    assert [said["report"]["problem"] for said in reports(iso)] == ["state-transition-prohibited"]
    assert iso.state("L1") == "IN_PROCESS"
    assert iso.attention("L1") == ("to-answer", "not-possible-now")


REPORTED = {
    name: bad for table in (UNREADABLE, NOT_OURS) for name, bad in table.items() if bad.report
}  # fmt: skip


@pytest.mark.parametrize("bad", REPORTED.values(), ids=REPORTED)
def test_an_unproven_sender_gets_no_report(iso, heard, bad):
    heard(bad, sender="ill@elsewhere.example")
    assert iso.said() == []
    assert list(iso.shelf().values()) == ["unproven sender ill@elsewhere.example"]


@pytest.mark.parametrize("of", [LENDER, BORROWER])
def test_an_automatic_reply_with_our_message_in_it(iso, heard, of):
    """Each letter of ours comes back under a new name, as part of an automatic reply; and so do the
    letters that this makes us write."""
    iso.place(LENDER)
    iso.asks()
    iso.act("L1", "ship")
    iso.hears("STATUS_QUERY", BORROWER, THEIRS)
    iso.act("B1", "query")
    before, echoed = (iso.state("B1"), iso.state("L1")), 0
    while echoed < len(iso.world.to(MAIL[of])):
        ours = parse(iso.world.to(MAIL[of])[echoed].raw).parts[0].content
        heard(Bad((ours,), "", of=of), Auto_Submitted="auto-replied")
        echoed += 1
        assert echoed < 10, "that is a loop"
    assert (iso.state("B1"), iso.state("L1")) == before
    assert sorted(iso.listed()) == ["B1", "L1"]


def test_reports_on_what_cannot_be_read_are_bounded(iso, heard):
    policy = iso.app.config.policy.model_copy(update={"answers_an_hour": 2})
    config = iso.app.config.model_copy(update={"policy": policy})
    iso.world.app = replace(iso.app, config=config, context=replace(iso.app.context, config=config))
    for bad in (
        UNREADABLE["one octet too few"],
        UNREADABLE["without an item"],
        UNREADABLE["no such message"],
    ):
        heard(bad)
    assert len(reports(iso)) == 2
    assert len(iso.shelf()) == 3


def test_a_report_on_a_report_is_never_written(iso, heard):
    """Whatever is wrong with it: unreadable, unknown, or not possible."""
    for octets in (message("STATUS_OR_ERROR_REPORT", NEVER), message("STATUS_OR_ERROR_REPORT")[:-1]):
        heard(Bad((octets,), "", of=LENDER))
    assert iso.said() == []
    assert len(iso.shelf()) == 2

"""Octets and trees: the same tree comes back, whatever a partner's software makes of the octets."""

import subprocess
import sys
import time
import tracemalloc
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from asn1tools.codecs import ber as codec
from hypothesis import given, settings
from hypothesis import strategies as st

from mailproc.errors import LocalFault, RemoteFault
from mailproc.ill.terms import ApduType
from mailproc.protocols.iso10161.ber import asn1, schema
from mailproc.protocols.iso10161.ber.elements import element, first
from mailproc.protocols.iso10161.ber.schema import NAMES, Tree
from tests.support.short_form import examples

from .disguise import disguised, split
from .trees import FULL, MINIMAL, apdus, decode, external_octets, of

TEXT = ("generalString", b"1")
HEAD: Tree = {
    "protocol-version-num": 1,
    "transaction-id": {"transaction-group-qualifier": TEXT, "transaction-qualifier": TEXT},
    "service-date-time": {"date-time-of-this-service": {"date": b"20260805"}},
}
HEAD_OCTETS = bytes.fromhex("800101 a10a a103 1b0131 a203 1b0131 a20c a00a 8008 3230323630383035")


def apdu(kind: ApduType, content: str) -> bytes:
    """An APDU with the three components that all have, and these octets behind them."""
    return element(bytes([0x60 + kind]), element(b"\x30", HEAD_OCTETS + bytes.fromhex(content)))


@pytest.mark.costly
@pytest.mark.parametrize("fullness", [MINIMAL, FULL, None], ids=["minimal", "full", "mixed"])
@pytest.mark.parametrize("kind", ApduType, ids=lambda kind: kind.name)
def test_the_same_tree_comes_back(kind: ApduType, fullness: float | None) -> None:
    @settings(max_examples=10, deadline=None)
    @given(apdus(kind, fullness), st.integers(0, 2**32))
    def check(tree: Tree, seed: int) -> None:
        octets = schema.encode(kind, tree)
        assert octets[0] == 0x60 + kind
        assert decode(octets) == (kind, tree)
        assert decode(disguised(octets, Random(seed))) == (kind, tree)  # noqa: S311  # no secret
        assert decode(first(octets + b"\r\n")) == (kind, tree)

    check()


@settings(max_examples=40, deadline=None)
@given(of("APDU-Delivery-Info"), of("External"))
def test_where_to_send_the_next_comes_back(info: Tree, external: Tree) -> None:
    assert schema.decode_delivery_info(schema.encode_delivery_info(info)) == info
    assert schema.decode_external(external_octets(external)) == external
    assert schema.decode_external(external_octets(external | {"descriptor": b"a text"})) == external | {
        "descriptor": b"a text"
    }


@settings(max_examples=examples(300), deadline=None)
@given(st.data(), st.sampled_from(ApduType), st.integers(0, 2**32))
def test_damaged_octets_are_a_tree_or_a_fault(data: st.DataObject, kind: ApduType, seed: int) -> None:
    random = Random(seed)  # noqa: S311  # no secret
    octets = bytearray(disguised(schema.encode(kind, data.draw(apdus(kind))), random))
    for _ in range(random.randint(1, 4)):
        at = random.randrange(len(octets))
        match random.randrange(3):
            case 0:
                octets[at] = random.randrange(256)
            case 1:
                del octets[at : at + random.randint(1, 3)]
            case _:
                octets[at:at] = octets[random.randrange(len(octets)) :][:8]
    tree_or_fault(bytes(octets))


@settings(max_examples=examples(200), deadline=None)
@given(st.sampled_from(range(0x60, 0x76)), st.binary(max_size=60))
def test_any_octets_are_a_tree_or_a_fault(tag: int, content: bytes) -> None:
    tree_or_fault(content)
    tree_or_fault(element(bytes([tag]), content))
    tree_or_fault(element(bytes([tag]), element(b"\x30", HEAD_OCTETS + content)))


def tree_or_fault(octets: bytes) -> None:
    """What can be read can be written, and is the same when read again."""
    try:
        kind, tree = decode(octets)
    except RemoteFault as fault:
        assert fault.position is None or 0 <= fault.position <= len(octets)
        return
    assert decode(schema.encode(kind, tree)) == (kind, tree)


@pytest.mark.parametrize("kind", ApduType, ids=lambda kind: kind.name)
def test_cut_off_anywhere_it_is_a_fault(kind: ApduType) -> None:
    @settings(max_examples=1, deadline=None, database=None)
    @given(apdus(kind, FULL))
    def check(tree: Tree) -> None:
        whole = schema.encode(kind, tree)
        for end in range(len(whole)):
            with pytest.raises(RemoteFault):
                decode(whole[:end])

    check()


@pytest.mark.parametrize("kind", ApduType, ids=lambda kind: kind.name)
def test_the_sequence_may_lack_its_own_tag(kind: ApduType) -> None:
    """One library in the field writes 66 len 80 01 … for 66 len 30 len 80 01 …"""

    @settings(max_examples=10, deadline=None)
    @given(apdus(kind, 0.3))
    def check(tree: Tree) -> None:
        tag, content, _ = split(schema.encode(kind, tree))
        _, bare, _ = split(content)
        assert decode(element(tag, bare)) == (kind, tree)

    check()


def test_the_twenty_are_those_of_the_module() -> None:
    for kind, name in NAMES.items():
        assert asn1.types()[name].type.tag == bytes([0x60 + kind])
    assert set(NAMES) == set(ApduType)


def test_each_default_is_written_and_need_not_be_there() -> None:
    """The fifteen of the standard, wherever they stand."""
    met = set()
    for name, compiled in asn1.types().items():
        if not isinstance(sequence := inside(compiled.type), codec.Sequence):
            continue
        defaults = {m.name: m.get_default() for m in sequence.root_members if m.has_default()}
        met |= {(name, component) for component in defaults}
        if not defaults or name in NAMES.values():
            continue
        needed = {"date-due-field": b"20260901", "identifier": 1, "item": b"\x05\x00"}
        tree = {member.name: needed[member.name] for member in sequence.root_members if member.name in needed}
        octets = bytes(compiled.encode(tree))
        assert octets == bytes(compiled.encode(tree | defaults))
        without = bytes(compiled.encode(tree))
        for component in defaults:
            member = next(m for m in sequence.root_members if m.name == component)
            assert bytes(member.tag) in octets
            without = without.replace(
                bytes(member.tag) + b"\x01" + octets[octets.index(member.tag) + 2 :][:1], b"", 1
            )
        assert compiled.decode(element(without[:1], without[2:])) == tree | defaults
    request = {"transaction-type", "place-on-hold", "retry-flag", "forward-flag"}
    cost = {"reciprocal-agreement", "will-pay-fee", "payment-provided"}
    third = {"forward", "chain", "partition", "change-send-to-list"}
    assert met == (
        {("ILL-Request", component) for component in request}
        | {("Shipped", "transaction-type"), ("Search-Type", "expiry-flag")}
        | {("Cost-Info-Type", component) for component in cost}
        | {("Third-Party-Info-Type", f"permission-to-{what}") for what in third}
        | {("Third-Party-Info-Type", "preference"), ("Extension", "critical"), ("Date-Due", "renewable")}
    )


def inside(described: Any) -> Any:
    while isinstance(described, codec.ExplicitTag):
        described = described.inner
    return described


EXTENSION = {"identifier": 7, "critical": False, "item": b"\x05\x00"}
DETAILS = {"damaged-portion": ("complete-document", None)}
RESULTS = {"conditions": 27}

DUE = "bf290d 8008 3230323630393031 8101ff "
DUE_SAID = {"date-due": {"date-due-field": b"20260901", "renewable": True}}
A = ("generalString", b"a")

# A kind, octets behind the three that all have, and what they say.
LENIENT: list[tuple[str, ApduType, str, Tree]] = [
    ("overdue-extensions explicit", ApduType.OVERDUE, DUE + "bf310e 300c 300a 800107 810100 a202 0500",
     {**DUE_SAID, "overdue-extensions": [EXTENSION]}),
    ("overdue-extensions implicit", ApduType.OVERDUE, DUE + "bf310c 300a 800107 810100 a202 0500",
     {**DUE_SAID, "overdue-extensions": [EXTENSION]}),
    ("overdue-extensions implicit, two", ApduType.OVERDUE,
     DUE + "bf3118 300a 800107 810100 a202 0500 300a 800107 810100 a202 0500",
     {**DUE_SAID, "overdue-extensions": [EXTENSION, EXTENSION]}),
    ("overdue-extensions explicit, none", ApduType.OVERDUE, DUE + "bf3102 3000",
     {**DUE_SAID, "overdue-extensions": []}),
    ("critical left out", ApduType.EXPIRED,
     "bf3109 3007 800107 a202 0500", {"expired-extensions": [EXTENSION]}),
    ("damaged-details as [5]", ApduType.DAMAGED, "a502 8100", {"damaged-details": DETAILS}),
    ("damaged-details as [51]", ApduType.DAMAGED, "bf3302 8100", {"damaged-details": DETAILS}),
    ("TRUE is any octet", ApduType.CANCEL_REPLY, "9f230142", {"answer": True}),
    ("a number that no list has", ApduType.ILL_ANSWER, "9f1f017f", {"transaction-results": 127}),
    ("conditional-results without their SEQUENCE", ApduType.ILL_ANSWER, "9f1f0101 bf2005 a103 80011b",
     {"transaction-results": 1, "results-explanation": ("conditional-results", RESULTS)}),
    ("conditional-results with it", ApduType.ILL_ANSWER, "9f1f0101 bf2007 a105 3003 80011b",
     {"transaction-results": 1, "results-explanation": ("conditional-results", RESULTS)}),
    ("an EXTERNAL inside its tag", ApduType.ILL_ANSWER, "9f1f0103 bf210b 2809 06022a03 8103 616263",
     {"transaction-results": 3,
      "responder-specific-results": {"direct-reference": "1.2.3", "encoding": ("octet-aligned", b"abc")}}),
    ("a VisibleString for a note", ApduType.LOST, "bf2e03 1a0161", {"note": ("edifactString", b"a")}),
    ("any octets for a string", ApduType.LOST,
     "bf2e06 1b04 ff00fe0a", {"note": ("generalString", b"\xff\x00\xfe\n")}),
    ("in another order", ApduType.RENEW, "bf2e03 1b0161 9f2a08 3230323630393031",
     {"desired-due-date": b"20260901", "requester-note": A}),
    ("not known, behind", ApduType.LOST, "9f6401ff", {"unknown": [bytes.fromhex("9f6401ff")]}),
    ("not known, between", ApduType.RENEW, "9f6401ff 0500 9f2a08 3230323630393031",
     {"desired-due-date": b"20260901", "unknown": [bytes.fromhex("9f6401ff"), b"\x05\x00"]}),
    ("twice", ApduType.LOST, "bf2e03 1b0161 bf2e03 1b0162",
     {"note": A, "unknown": [bytes.fromhex("bf2e031b0162")]}),
    ("not known, deeper", ApduType.OVERDUE, "bf2910 9f6400 8008 3230323630393031 810100",
     {"date-due": {"date-due-field": b"20260901", "renewable": False, "unknown": [bytes.fromhex("9f6400")]}}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "octets", "said"), [row[1:] for row in LENIENT], ids=[row[0] for row in LENIENT]
)
def test_what_is_met_in_the_field_is_read(kind: ApduType, octets: str, said: Tree) -> None:
    assert decode(apdu(kind, octets)) == (kind, HEAD | said)
    assert decode(schema.encode(kind, HEAD | said)) == (kind, HEAD | said)


def test_damaged_details_and_overdue_extensions_are_written_as_the_standard_has_them() -> None:
    assert schema.encode(ApduType.DAMAGED, HEAD | {"damaged-details": DETAILS}).endswith(b"\xa5\x02\x81\x00")
    due = {"date-due": {"date-due-field": b"20260901"}, "overdue-extensions": [EXTENSION]}
    assert b"\xbf\x31\x0e\x30\x0c\x30\x0a" in schema.encode(ApduType.OVERDUE, HEAD | due)


def test_damaged_details_under_both_tags_keep_the_right_one() -> None:
    _, tree = decode(apdu(ApduType.DAMAGED, "bf3302 8100 a505 a203 020103"))
    assert tree["damaged-details"] == {"damaged-portion": ("specific-units", [3])}


FAULTY = [
    ("no APDU", bytes.fromhex("3003800101"), "octet 0: 30 begins no APDU"),
    ("a number behind the last", bytes.fromhex("7502 3000"), "octet 0: 75 begins no APDU"),
    ("something mandatory is missing", element(b"\x66", HEAD_OCTETS[3:]),
     "Cancel.protocol-version-num: is missing"),
    ("missing deeper", apdu(ApduType.OVERDUE, "bf2900"), "Overdue.date-due.date-due-field: is missing"),
    ("a number of nine octets", apdu(ApduType.ILL_ANSWER, "9f1f09 010000000000000000"),
     "ILL-Answer.transaction-results: a number of 9 octets"),
    ("a number of no octets", apdu(ApduType.ILL_ANSWER, "9f1f00"),
     "ILL-Answer.transaction-results: a number of 0 octets"),
    ("a BOOLEAN of two octets", apdu(ApduType.CANCEL_REPLY, "9f2302 0000"),
     "Cancel-Reply.answer: Expected BOOLEAN"),
    ("no string where one must be", apdu(ApduType.LOST, "bf2e03 020101"), "Lost.note: Expected ILL-String"),
    ("two elements where one must be", apdu(ApduType.LOST, "bf2e06 1b0161 1b0162"),
     "Lost.note: holds more or less than one element"),
    ("nothing where one must be", apdu(ApduType.LOST, "bf2e00 1b0161"),
     "Lost.note: holds more or less than one element"),
    ("nothing where one must be, at the end", apdu(ApduType.LOST, "bf2e00"), "Lost.note: "),
    ("an alternative that is not known", apdu(ApduType.ILL_ANSWER, "9f1f0101 bf2004 a902 3000"),
     "ILL-Answer.results-explanation: Expected CHOICE"),
    ("an object identifier that does not end", apdu(ApduType.DAMAGED, "a506 80022a83 8100"),
     "Damaged.damaged-details.document-type-id: is no object identifier"),
]  # fmt: skip


@pytest.mark.parametrize(("octets", "said"), [row[1:] for row in FAULTY], ids=[row[0] for row in FAULTY])
def test_a_fault_says_where(octets: bytes, said: str) -> None:
    with pytest.raises(RemoteFault) as caught:
        decode(octets)
    assert said in str(caught.value)
    assert caught.value.position is not None


def test_behind_a_disguise_a_fault_names_the_component_alone() -> None:
    plain = element(b"\x66", element(b"\x30", HEAD_OCTETS[3:]))
    with pytest.raises(RemoteFault, match=r"protocol-version-num: is missing") as caught:
        decode(b"\x66\x80" + plain[2:] + b"\0\0")
    assert caught.value.position is None


SECRET = "Mr Reader"


def note(text: Any) -> Tree:
    return {"requester-note": ("generalString", text)}


def item(octets: Any) -> Tree:
    return {"cancel-extensions": [EXTENSION | {"item": octets}]}


UNWRITABLE: list[tuple[str, Tree, str]] = [
    ("misspelt", {"requester-notes": SECRET}, ": there is no component requester-notes"),
    ("misspelt deeper", {"requester-id": {"name": SECRET}}, ".requester-id: there is no component name"),
    ("of no kind at all", {"requester-id": SECRET}, ".requester-id: is of a wrong kind"),
    ("text for octets", note(SECRET), ".requester-note.generalString: is of a wrong kind"),
    ("a number for octets", note(5), ".requester-note.generalString: is of a wrong kind"),
    ("no alternative", {"requester-note": ("utf8String", b"x")}, ".requester-note: is of a wrong kind"),
    ("no pair", {"requester-note": b"x"}, ".requester-note: is of a wrong kind"),
    ("text for a number", {"protocol-version-num": SECRET}, ".protocol-version-num: is no number"),
    ("a truth for a number", {"protocol-version-num": True}, ".protocol-version-num: is no number"),
    ("a large number", {"protocol-version-num": 2**63}, ".protocol-version-num: is too large a number"),
    ("a dict for a list", {"cancel-extensions": {}}, ".cancel-extensions: is of a wrong kind"),
    ("nothing for an element", item(b""), ".cancel-extensions.item: is no whole element"),
    ("half an element", item(b"\x04\x05x"), ".cancel-extensions.item: is no whole element"),
    ("two elements", item(b"\x05\x00\x05\x00"), ".cancel-extensions.item: is more than one element"),
    ("text for an element", item(SECRET), ".cancel-extensions.item: is no whole element"),
    ("text for unknown ones", {"unknown": SECRET}, ": is no whole element"),
    ("half an unknown one", {"unknown": [b"\x04\x05x"]}, ": is no whole element"),
]


@pytest.mark.parametrize(
    ("said", "text"), [row[1:] for row in UNWRITABLE], ids=[row[0] for row in UNWRITABLE]
)
def test_what_cannot_be_written_is_refused_without_telling_the_value(said: Tree, text: str) -> None:
    with pytest.raises(LocalFault) as caught:
        schema.encode(ApduType.CANCEL, HEAD | said)
    assert str(caught.value) == f"Cancel{text}"


def test_something_mandatory_is_asked_for() -> None:
    with pytest.raises(LocalFault, match=r"^Message\.note: is missing$"):
        schema.encode(ApduType.MESSAGE, HEAD)


OBJECTS = [
    ("0.0", "00"),
    ("0.39", "27"),
    ("1.0.10161.13.3", "28cf310d03"),
    ("1.39.1", "4f01"),
    ("2.0", "50"),
    ("2.40.1", "7801"),
    ("2.999.1", "883701"),
    ("2.16.840.1.113883", "6086480186f95b"[:14]),
    ("1.2.128.16384", "2a8100818000"),
]


@pytest.mark.parametrize(("text", "octets"), OBJECTS)
def test_object_identifiers(text: str, octets: str) -> None:
    external = {"direct-reference": text, "encoding": ("octet-aligned", b"")}
    coded = bytes.fromhex(octets)
    expected = element(b"\x28", element(b"\x06", coded) + b"\x81\x00")
    assert external_octets(external) == expected
    assert schema.decode_external(expected) == external


@pytest.mark.parametrize(
    "text", ["", "1", "1.", "3.1", "1.40", "0.-1", "1.2.x", "1.2.-3", "1.2." + "9" * 200, "1.2" + ".1" * 70]
)
def test_what_is_no_object_identifier(text: str) -> None:
    with pytest.raises(LocalFault, match="object identifier"):
        external_octets({"direct-reference": text, "encoding": ("octet-aligned", b"")})


@pytest.mark.parametrize(
    "coded", ["", "80", "2a83", "2a" + "01" * 64], ids=["nothing", "no end", "ends open", "long"]
)
def test_octets_that_are_no_object_identifier(coded: str) -> None:
    with pytest.raises(RemoteFault, match="object identifier"):
        schema.decode_external(element(b"\x28", element(b"\x06", bytes.fromhex(coded)) + b"\x81\x00"))


BIG = 900_000
COSTLY = {
    "a number of 900 kB": element(b"\x64", HEAD_OCTETS + element(b"\x9f\x1f", b"\x01" * BIG)),
    "an object identifier of 900 kB": element(
        b"\x28", element(b"\x06", b"\x81" * BIG + b"\x01") + b"\x81\x00"
    ),
    "nine thousand unknown elements": element(b"\x66", HEAD_OCTETS[3:] + b"\x05\x00" * 9_000),
    "nine thousand notes": element(b"\x66", HEAD_OCTETS[3:] + bytes.fromhex("bf2e031b0178") * 9_000),
    "two thousand extensions, the last one broken": element(
        b"\x74",
        HEAD_OCTETS + element(b"\xbf\x31", bytes.fromhex("300a800107810100a2020500") * 2_000 + b"\x30\x00"),
    ),
}


@pytest.mark.parametrize("octets", COSTLY.values(), ids=COSTLY)
def test_expensive_input_is_a_fault_at_little_cost(octets: bytes) -> None:
    read = schema.decode_external if octets[0] == 0x28 else decode
    asn1.types()
    before = time.process_time()
    with pytest.raises(RemoteFault):
        read(octets)
    assert time.process_time() - before < 2
    tracemalloc.start()
    try:
        with pytest.raises(RemoteFault):
            read(octets)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 50_000_000


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\xa1",
        b"\xa1\x80\0\0",
        b"\xa1\x80\xa1\x80\0\0\0\0",
        b"\xa1\x02\xa1\x80",
        b"\xa1\x84\xff\xff\xff\xff",
    ],
)
def test_a_transaction_id_of_any_octets_is_read_or_refused(octets: bytes) -> None:
    """Also of octets that nothing has brought into plain form."""
    with pytest.raises(RemoteFault):
        schema.decode_transaction_id(octets)


def test_a_transaction_id_of_unknown_length_is_read() -> None:
    inside = element(b"\xa1", element(b"\x1b", b"B1")) + element(b"\xa2", element(b"\x1b", b"1"))
    said = {
        "transaction-group-qualifier": ("generalString", b"B1"),
        "transaction-qualifier": ("generalString", b"1"),
    }
    for octets in (element(b"\xa1", inside), b"\xa1\x80" + inside + b"\0\0"):
        found = schema.decode_transaction_id(octets)
        assert {name: found[name] for name in said} == said


def test_asn1tools_is_loaded_only_when_needed() -> None:
    """asn1tools takes a third of a second to load: the command line goes without."""
    look = "import sys, mailproc.cli; sys.exit('asn1tools' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", look], check=False, timeout=60).returncode == 0


def test_each_component_has_a_tag_of_its_own() -> None:
    """Or ``asn1.Sequence`` could not tell them apart."""
    for sequence in sequences():
        tags = [tag for member in sequence.root_members for tag in asn1.tags(member)]
        assert len(tags) == len(set(tags))


def sequences() -> Iterator[Any]:
    todo = [compiled.type for compiled in asn1.types().values()]
    while todo:
        described = inside(todo.pop())
        if isinstance(described, codec.Sequence):
            yield described
            todo.extend(described.root_members)
        elif isinstance(described, codec.SequenceOf):
            todo.append(described.element_type)
        elif isinstance(described, codec.Choice):
            todo.extend(described.members)

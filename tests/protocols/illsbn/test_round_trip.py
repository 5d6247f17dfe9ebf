"""What is written is read as what the wire carries; what was read is written as the same again."""

from collections.abc import Callable
from dataclasses import replace

from hypothesis import example, given, settings

from mailproc.errors import LocalFault
from mailproc.ill.apdu import Apdu, Cancel, IllRequest, Item, Shipped, StatusOrErrorReport
from mailproc.ill.terms import Ref, Role, Service
from mailproc.protocols.codec import Decoded, Encoded
from mailproc.protocols.illsbn import reading, writing, xml_tree
from mailproc.protocols.illsbn.codec import IllSbnCodec
from mailproc.protocols.illsbn.message_fields import KINDS
from mailproc.protocols.illsbn.wire import root_of
from tests.support.short_form import examples

from .conftest import THEM, US
from .messages import messages

REQUEST = IllRequest(ref=Ref(number="1"), services=(Service.LOAN,), item=Item(title="T"))


@settings(max_examples=examples(600), deadline=None)
@given(apdu=messages())
def test_what_is_written_is_read_as_what_the_wire_carries(
    apdu: Apdu, codec: IllSbnCodec, say: Callable[..., Encoded], hear: Callable[..., Decoded]
) -> None:
    role = apdu.type.said_by or Role.REQUESTER
    ours, theirs = ("requester", "responder") if role is Role.REQUESTER else ("responder", "requester")
    apdu = replace(apdu, **{ours: US, theirs: getattr(apdu, theirs) or THEM})
    said = say(apdu, role=role)
    if said.body is None:
        assert said.held[0].value, "what cannot be written has its reason"
        try:
            codec.project(apdu)
        except LocalFault:
            return
        raise AssertionError(f"{said.held} is held, and the wire can carry it")
    heard = hear(said)
    assert heard.faults == ()
    assert heard.apdus == (codec.project(apdu),)


@settings(max_examples=examples(400), deadline=None)
@given(apdu=messages())
@example(apdu=replace(REQUEST, item=Item(title="T", volume_issue="12 (3)")))
@example(apdu=Shipped(ref=Ref(number="1"), shipped_service=Service.COPY))
def test_what_was_read_is_written_as_the_same_again(apdu: Apdu) -> None:
    try:
        once = writing.project(apdu)
    except LocalFault:
        return
    if isinstance(once, StatusOrErrorReport):
        return  # a state that it names is not ours to write
    at = once.sent_at or apdu.sent_at
    again = writing.project(once)
    assert (again, again.sent_at) == (once, once.sent_at), at


@settings(max_examples=examples(300), deadline=None)
@given(apdu=messages())
def test_every_octet_is_plain(apdu: Apdu) -> None:
    """Decoded once or twice, with blanks as "+" or without: the document is the same."""
    try:
        tree = writing.tree(replace(apdu, sent_at=apdu.sent_at))
    except LocalFault:
        return
    octets = xml_tree.document(KINDS[apdu.type].element, tree)
    assert octets.isascii()
    assert not set(octets) & set(b"+%")
    (element,) = root_of(octets)
    back = xml_tree.tree(element)
    assert reading.apdu(apdu.type, back) == reading.apdu(apdu.type, xml_tree.tree(root_of(octets)[0]))


def test_a_message_without_the_hubs_number_waits(say: Callable[..., Encoded]) -> None:
    for ref in (None, Ref(), Ref(number="B1-1"), Ref(number="9" * 20), Ref(number="٣")):
        said = say(Cancel(ref=ref, sent_at=REQUEST.sent_at))
        assert said.body is None
        assert not said.held[0].value, "it can be written as soon as the number is there"
        assert "number" in str(said.held[0].text)

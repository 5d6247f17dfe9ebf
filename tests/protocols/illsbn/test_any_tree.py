"""Whatever stands where: a document is read, or refused with a reason; nothing of it is lost."""

# ruff: noqa: E501  # tables

from collections.abc import Callable
from xml.sax.saxutils import escape, quoteattr

from hypothesis import example, given, settings
from hypothesis import strategies as st

from mailproc.errors import LocalFault, RemoteFault
from mailproc.ill.apdu_json import from_json, to_json
from mailproc.protocols.codec import Decoded
from mailproc.protocols.illsbn import reading, writing, xml_tree
from mailproc.protocols.illsbn.element_table import CHILDREN, MESSAGES
from mailproc.protocols.illsbn.message_fields import BY_ELEMENT, KINDS
from mailproc.protocols.illsbn.wire import root_of
from tests.support.short_form import examples

NAMES = sorted({*CHILDREN, *(child for children in CHILDREN.values() for child in children), "Altro"})
VALUES = (
    "", "1", "2026", "13", "PR", "RI", "PI", "B", "A", "9", "0", "F127", "F118", "F999", "04", "05", "I", "J", "M",
    "9,00", "EUR", "12 (3)", "a@b.example", "XX0001", "XX0002", "09:15", "Data di scadenza: 01/04/2026", "è", "x: y",
)  # fmt: skip
ATTRIBUTES = (
    "ILL-SERVICE-TYPE", "shippedServiceType", "answer", "conditions", "state", "id", "Ityp", "Mtyp", "SupplyTyp",
    "DelivTyp", "Standard-type", "Standard-code", "CanSendRECEIVED", "responderRECEIVED", "altro",
)  # fmt: skip
VALUE = st.sampled_from(VALUES)


def element(name: str, attributes: dict[str, str], inner: str) -> str:
    said = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<{name}{said}>{inner}</{name}>"


@st.composite
def elements(draw: st.DrawFn, name: str, depth: int = 5) -> str:
    """Mostly what belongs there, and now and then anything."""
    attributes = draw(st.dictionaries(st.sampled_from(ATTRIBUTES), VALUE, max_size=2))
    if name in ("ILL-Request", "Shipped", "Cancel-Reply"):
        attributes |= {"ILL-SERVICE-TYPE": draw(VALUE), "answer": draw(VALUE)}
    if not depth:
        return element(name, attributes, escape(draw(VALUE)))
    names = st.sampled_from((*CHILDREN.get(name, ()), *NAMES))
    children = draw(st.lists(names, max_size=6 if name in CHILDREN else 1))
    inner = "".join(draw(elements(child, depth - 1)) for child in children)
    return element(name, attributes, inner or escape(draw(VALUE)))


documents = st.sampled_from(MESSAGES).flatmap(elements)


@settings(max_examples=examples(300), deadline=None)
@given(written=documents)
@example(written='<Lost><Note/><Note x="1">a</Note></Lost>')
@example(
    written='<ILL-Answer><Answer-type x="1"><Conditional>5</Conditional><Retry/></Answer-type></ILL-Answer>'
)
@example(
    written="<Overdue><Date-due><Date><Year>9999</Year><Month>12</Month><Day>31</Day></Date></Date-due></Overdue>"
)
def test_any_tree_is_read_or_refused_with_a_reason(written: str, hear: Callable[..., Decoded]) -> None:
    heard = hear(f"<ILL-APDU>{written}</ILL-APDU>")
    assert heard.apdus or heard.faults
    for apdu in heard.apdus:
        assert from_json(to_json(apdu)) == apdu


@settings(max_examples=examples(160), deadline=None)
@given(written=documents)
def test_what_was_kept_is_put_back(written: str) -> None:
    """A second reading of what is written from the first says the same, extensions and all."""
    (one,) = root_of(f"<ILL-APDU>{written}</ILL-APDU>".encode())
    kind = BY_ELEMENT[str(one.tag)]
    try:
        apdu = reading.apdu(kind, xml_tree.tree(one))
        tree = writing.tree(apdu)
    except (RemoteFault, LocalFault):
        return
    (again,) = root_of(xml_tree.document(KINDS[kind].element, tree))
    back = reading.apdu(kind, xml_tree.tree(again))
    if KINDS[kind].element not in ("ILL-Answer", "Status-or-error-report"):
        lost = {entry["at"] for entry in apdu.extensions} - {entry["at"] for entry in back.extensions}
        assert lost == set()

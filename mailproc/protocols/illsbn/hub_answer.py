"""What the hub answers at once to a document that was posted: an error, a number, or nothing of note.

Also the question what has changed since a day, whose answer holds many messages.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from lxml import etree

from mailproc import slow_work
from mailproc.errors import RemoteFault
from mailproc.hostile_xml import Limits
from mailproc.ill.apdu import Report, StatusOrErrorReport
from mailproc.ill.terms import Role
from mailproc.protocols.field_codec import Tree
from mailproc.protocols.illsbn import institution_ids, reports, wire, xml_tree
from mailproc.protocols.illsbn.element_table import LIBRARY, ROOT
from mailproc.protocols.illsbn.text import text_of, tidy
from mailproc.sentence import Sentence

LONGEST = 300
"""Characters of an error's words."""
REPORT = "Status-or-error-report"
LARGE = Limits(octets=8 * 2**20, depth=32, elements=200_000, doctype_name=True)
"""Of an answer that holds all that has changed: some ten thousand requests."""


@dataclass(frozen=True)
class HubAnswer:
    """``error``: the hub's words, '' if it took the message. ``number``: of the transaction, '' if it names
    none. ``tells``: it says something that must be kept."""

    error: str = ""
    number: str = ""
    tells: bool = False


_TOO_MUCH = ("xml-too-long", "xml-elements")


def is_too_much(fault: RemoteFault) -> bool:
    """Return whether an answer was refused for its size: one about fewer days may be read."""
    return isinstance(fault.said, Sentence) and fault.said.code in _TOO_MUCH


@slow_work.outside_writes
def read(content: bytes, limits: Limits = wire.LIMITS) -> HubAnswer:
    """Read an answer. Raise RemoteFault if it is no document of the hub, or larger than ``limits``."""
    found = wire.root_of(content, limits)
    trees = [(str(one.tag), xml_tree.tree(one)) for one in found if one.tag != LIBRARY]
    for name, tree in trees:
        if name == REPORT and (words := reports.error_in(tree)):
            return HubAnswer(error=tidy(words)[:LONGEST])
    number = next((said for _, tree in trees if (said := text_of(tree.get("Transaction-Id", "")))), "")
    told = any(name != REPORT or tree.get("Status-report") for name, tree in trees)
    return HubAnswer(number=number[:20], tells=told or bool(number))


def question(ours: str, role: Role, since: date, *, country: bool = False) -> bytes:
    """Return the document that asks what has changed, since that day, of what we ask or are asked."""
    side = "Requester-Id" if role is Role.REQUESTER else "Responder-Id"
    asked: Tree = {side: institution_ids.written(ours, country=country)}
    report = Report(kind="status", history={"date_of_last_transition": since.isoformat()})
    reports.write(StatusOrErrorReport(report=report), asked)
    return xml_tree.document(REPORT, asked)


@slow_work.outside_writes
def messages(content: bytes, day: date) -> list[bytes]:
    """Return each message of an answer as a document of its own.

    Each says in a comment on which ``day`` it was told: a state that comes back after others is no copy of
    the letter that told it first. Raise RemoteFault if it is no document of the hub,
    or beyond ``LARGE``: nothing of it is left out.
    """
    return list(_documents(content, day))


def _documents(content: bytes, day: date) -> Iterator[bytes]:
    for element in wire.root_of(content, LARGE):
        if element.tag not in (LIBRARY, REPORT):
            root = etree.Element(ROOT)
            root.append(etree.Comment(f" told {day} "))
            root.append(element)
            yield etree.tostring(root, encoding="us-ascii")


@slow_work.outside_writes
def libraries(content: bytes) -> frozenset[str]:
    """Return the codes of the libraries in the hub's list, without the country and in capitals."""
    codes = (
        text_of(xml_tree.tree(one).get("idb", "")) for one in wire.root_of(content) if one.tag == LIBRARY
    )
    return frozenset(institution_ids.bare(code.strip()).upper() for code in codes if code.strip())

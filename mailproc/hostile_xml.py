"""Read XML of others: no document type, no entities, no network, no huge trees (docs/decisions.md).

lxml parses; here is only what it may not be asked for. A document type declares entities, and with entities
come the "billion laughs" and files of this machine (CWE-776, CWE-611): no peer of ours sends one, so it is
refused before anything in it is read. Names come without their namespace: many systems leave it out.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from lxml import etree

from mailproc import slow_work
from mailproc.errors import RemoteFault
from mailproc.sentence import sentence

MOST = 10_000_000
"""Octets of a document that is read as a whole."""
DEEPEST = 100
"""Elements in elements."""
MOST_ATTRIBUTES = 100
"""Of one element: lxml looks through all of them for each."""
MOST_OF_RECORD = 1_000_000
"""Octets of one record of a document that is read record by record, and of what stands between two."""


@dataclass(frozen=True)
class Limits:
    """What a document may have: octets, elements in elements, and elements at all (None: as many as fit).

    ``doctype_name``: it may begin with a document type that is a name and nothing else, which is not read.
    """

    octets: int = MOST
    depth: int = DEEPEST
    elements: int | None = None
    doctype_name: bool = False


LIMITS = Limits()
_DOCTYPE_NAME = re.compile(
    rb"(\A(?:\xef\xbb\xbf)?\s*+(?:<\?xml[^<>]{0,200}\?>)?\s*+)(<!DOCTYPE\s++[\w.:-]{1,100}\s*+>)"
)

Element: TypeAlias = etree._Element  # lxml gives its type no public name


@slow_work.outside_writes
def parse(content: bytes, limits: Limits = LIMITS) -> Element:
    """Return the root of a document. Raise RemoteFault with the line of what is wrong."""
    if len(content) > limits.octets:
        raise RemoteFault(sentence("xml-too-long", most=limits.octets))
    if limits.doctype_name:
        content = _DOCTYPE_NAME.sub(_blank, content, count=1)
    for root, _ in _read(content.splitlines(keepends=True), (), limits):
        return root
    raise RemoteFault(sentence("xml-wrong", why="no element"))


def records(
    lines: Iterable[bytes], names: Collection[str], most: int = MOST_OF_RECORD
) -> Iterator[tuple[Element, int]]:
    """Give each outermost element with one of these names, and the line where it begins; without names, the
    root. The document is never in memory as a whole.

    ``lines``: of bounded length. Raise RemoteFault with the line of what is wrong.
    """
    yield from _read(lines, names, Limits(octets=most))


def _read(lines: Iterable[bytes], names: Collection[str], limits: Limits) -> Iterator[tuple[Element, int]]:
    target = _Records(frozenset(names), limits)
    make: Any = etree.XMLParser  # its types know a target less than it does
    parser = make(
        target=target, resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    since = 0
    for target.line, line in enumerate(lines, 1):
        since += len(line)
        if since > limits.octets:
            raise RemoteFault(sentence("xml-record-long", most=limits.octets), target.line)
        _fed(parser, target, line)
        if target.done:
            yield from target.taken()
            since = 0
    _fed(parser, target, None)
    yield from target.taken()


def _blank(doctype: re.Match[bytes]) -> bytes:
    """Keep the lines: faults name them."""
    return doctype[1] + b"\n" * doctype[2].count(b"\n")


def _fed(parser: Any, target: "_Records", line: bytes | None) -> None:
    try:
        parser.close() if line is None else parser.feed(line)
    except etree.XMLSyntaxError as error:
        where = error.lineno if target.line < _LINES_OF_LIBXML2 and error.lineno else target.line
        raise RemoteFault(sentence("xml-wrong", why=_why(error)), where) from None


_LINES_OF_LIBXML2 = 65_535
"""Above it libxml2 does not know in which line it is."""


def _why(error: etree.XMLSyntaxError) -> str:
    """The name of libxml2's code, as "tag name mismatch": its message may quote what the file holds."""
    name = str(etree.ErrorTypes._getName(getattr(error, "code", 0), "ERR_SYNTAX"))
    return name.removeprefix("ERR_").replace("_", " ").lower()


class _Records:
    """Is told by lxml what is in the document (the "target" of its parser), and keeps the records."""

    def __init__(self, names: frozenset[str], limits: Limits) -> None:
        self.line = 0
        self.done: list[tuple[Element, int]] = []
        self._names = names
        self._limits = limits
        self._elements = 0
        self._builder: Any = None
        self._begun = self._depth = self._level = 0

    def doctype(self, *_declared: object) -> None:
        raise RemoteFault(sentence("xml-doctype"), self.line)

    def start(self, tag: str, attributes: Any) -> None:
        name = _local(tag)
        self._level += 1
        self._elements += 1
        if self._level > self._limits.depth:
            raise RemoteFault(sentence("xml-deep", most=self._limits.depth), self.line)
        if self._limits.elements is not None and self._elements > self._limits.elements:
            raise RemoteFault(sentence("xml-elements", most=self._limits.elements), self.line)
        if len(attributes) > MOST_ATTRIBUTES:
            raise RemoteFault(sentence("xml-attributes", most=MOST_ATTRIBUTES), self.line)
        if self._builder is None:
            if self._names and name not in self._names:
                return
            self._builder, self._begun, self._depth = etree.TreeBuilder(), self.line, 0
        self._depth += 1
        self._builder.start(name, {_local(key): value for key, value in attributes.items()})

    def end(self, tag: str) -> None:
        self._level -= 1
        if self._builder is None:
            return
        self._builder.end(_local(tag))
        self._depth -= 1
        if not self._depth:
            self.done.append((self._builder.close(), self._begun))
            self._builder = None

    def data(self, text: str) -> None:
        if self._builder is not None:
            self._builder.data(text)

    def close(self) -> None:
        """Nothing is left to do."""

    def taken(self) -> list[tuple[Element, int]]:
        done, self.done = self.done, []
        return done


def _local(name: str) -> str:
    return name.rpartition("}")[2]

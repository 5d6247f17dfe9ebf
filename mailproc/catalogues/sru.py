"""SRU: the request as a URL, and what is in its answer (SRU 1.1 and 1.2; answers of 2.0 are read too).

Its elements are read without their namespaces, which the versions do not share.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from mailproc import hostile_xml
from mailproc.config_catalogues import Catalogue
from mailproc.errors import RemoteFault
from mailproc.hostile_xml import Element
from mailproc.sentence import Sentence, sentence

MOST_RECORDS = 10
"""Records that are asked for, and read."""
_DIAGNOSTICS = "diagnostics-v1"
_NO_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]+")
_OTHER_ENCODING = re.compile(rb"""^\s*<\?xml[^>]{0,100}encoding\s*=\s*["'](?!utf-?8["'])""", re.IGNORECASE)
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00")


@dataclass(frozen=True)
class SruAnswer:
    """``count``: of all records found. ``faults``: what the server says of records that it cannot give."""

    count: int
    records: tuple[Element, ...]
    faults: tuple[Sentence, ...] = ()


def url(catalogue: Catalogue, query: str, most: int = MOST_RECORDS) -> str:
    """Return the URL of the request. What the catalogue's URL asks already stays in it."""
    asked = {
        "version": catalogue.version, "operation": "searchRetrieve", "query": query,
        "maximumRecords": str(most), "recordSchema": catalogue.record_schema,
    }  # fmt: skip
    joint = "&" if "?" in catalogue.url else "?"
    return f"{catalogue.url}{joint}{urlencode(asked)}"


def read(content: bytes) -> SruAnswer:
    """Return what is in an answer. Raise RemoteFault: it is none, or says that the search failed."""
    root = hostile_xml.parse(readable(content))
    if root.tag != "searchRetrieveResponse":
        raise RemoteFault(sentence("sru-no-answer", root=str(root.tag)[:40]))
    if said := _diagnostics(root.find("diagnostics")):
        raise RemoteFault(said[0])
    records: list[Element] = []
    faults: list[Sentence] = []
    for record in root.findall("records/record")[:MOST_RECORDS]:
        data = record.find("recordData")
        if _DIAGNOSTICS in (record.findtext("recordSchema") or ""):
            faults += _diagnostics(data)
        elif data is not None and (found := _record(data)) is not None:
            records.append(found)
    return SruAnswer(_number(root.findtext("numberOfRecords"), len(records)), tuple(records), tuple(faults))


def readable(content: bytes) -> bytes:
    """Return UTF-8 that XML may hold: an octet that is none becomes U+FFFD, a control sign a space.

    Catalogues copy what old records hold. Other encodings are left to the parser.
    """
    if content.startswith(_WIDE) or _OTHER_ENCODING.match(content[:200]):
        return content
    return _NO_XML.sub(b" ", content.decode("utf-8", "replace").encode())


def _record(data: Element) -> Element | None:
    """Return the record, which stands as an element, or (recordPacking=string) as its text."""
    for child in data:
        return child
    text = (data.text or "").strip()
    return hostile_xml.parse(text.encode("utf-8", "replace")) if text.startswith("<") else None


def _diagnostics(among: Element | None) -> list[Sentence]:
    if among is None:
        return []
    return [sentence("sru-diagnostic", what=_refusal(one)) for one in among.iter("diagnostic")]


def _refusal(diagnostic: Element) -> str:
    said = {name: _said(diagnostic.findtext(name)) for name in ("message", "uri", "details")}
    what = said["message"] or said["uri"]
    return f"{what} ({said['details']})" if said["details"] else what


def _said(text: str | None) -> str:
    return " ".join((text or "").split())[:200]


def _number(text: str | None, least: int) -> int:
    found = (text or "").strip()
    return max(int(found), least) if found.isascii() and found.isdecimal() and len(found) < 10 else least

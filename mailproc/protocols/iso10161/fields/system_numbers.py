"""Item-Id.system-no: the number of a record in some system, as "oCLC:12345".

The component is an EXTERNAL. We write the registered 1.0.10161.6.1 (IPIG-system-number) and read
1.2.124.10161.2 (CanSystemNo) too. Several numbers are joined by "; "; a number without a named system has no
prefix. The two lists number their systems differently (OCLC is 4 in one and 3 in the other).
"""

from typing import Any

from mailproc.errors import RemoteFault
from mailproc.protocols.field_codec import Pair, Tree, UnreadableComponent
from mailproc.protocols.iso10161.ber import schema
from mailproc.protocols.iso10161.ber.elements import First
from mailproc.protocols.iso10161.fields.parties import SYSTEM
from mailproc.protocols.iso10161.fields.strings import WORDS

IPIG, CANADIAN = "1.0.10161.6.1", "1.2.124.10161.2"
_TYPES = {IPIG: "IPIG-System-Number", CANADIAN: "CanSystemNo"}
_WELL_KNOWN = dict(
    enumerate(("library-of-Congress", "bNB", "canadiana", "oCLC", "dialog", "rLIN", "wLN", "cARL"), start=1)
)
_CANADIAN = dict(enumerate(("dobis", "candoc", "oclc", "rlin", "utlas", "other"), start=1))
_NUMBERS = {name.casefold(): number for number, name in _WELL_KNOWN.items()}
_BETWEEN = "; "


def _read(external: Tree) -> str | None:
    name = _TYPES.get(external.get("direct-reference", ""))
    form, octets = external["encoding"]
    if name is None or form != "single-ASN1-type":
        raise UnreadableComponent(f"a system number ({IPIG} or {CANADIAN})")
    try:
        entries = schema.decode_system_numbers(name, First(octets, 0))
    except RemoteFault as fault:
        raise UnreadableComponent(f"a system number: {fault}") from None
    return _BETWEEN.join(filter(None, map(_text, entries))) or None


def _text(entry: Tree) -> str | None:
    if "record-no" in entry:
        system, number = _CANADIAN.get(entry["system"]), WORDS.read(entry["record-no"])
    else:
        system, number = _system(*entry["type"]), WORDS.read(entry["number"])
    return f"{system}:{number}" if system and number else number


def _system(alternative: str, value: Any) -> str | None:
    if alternative == "well-known":
        return _WELL_KNOWN.get(value)
    try:
        return str(SYSTEM.read(value))
    except UnreadableComponent:
        return None


def _write(text: str) -> Any:
    entries = [entry for part in text.split(_BETWEEN) if (entry := _entry(part))]
    if not entries:
        return None
    octets = schema.encode_system_numbers(entries)
    return {"direct-reference": IPIG, "encoding": ("single-ASN1-type", octets)}


def _entry(text: str) -> Tree | None:
    system, _, number = (part.strip() for part in text.rpartition(":"))
    if not (system and number):
        system, number = "", text
    words = WORDS.write(number)
    if words is None:
        return None
    known = _NUMBERS.get(system.casefold())
    kind = ("well-known", known) if known else ("other", SYSTEM.write(system) or {})
    return {"type": kind, "number": words}


SYSTEM_NO = Pair(_read, _write)

"""APDU-Delivery-Info, the registered extension 1.0.10161.13.3: where answers go.

While an APDU is read or written it is a component of the tree like any other, under ``AT``: it is lifted out
of the list of extensions first, and put into it last. Its roles are the sender and the recipient of this
APDU, not requester and responder.
"""

from functools import lru_cache

from mailproc.errors import RemoteFault
from mailproc.ill.apdu import ReplyTo
from mailproc.protocols.field_codec import Pair, Tree, listed
from mailproc.protocols.iso10161.ber import schema
from mailproc.protocols.iso10161.ber.elements import First, element
from mailproc.protocols.iso10161.fields.enumerations import ENCODING
from mailproc.protocols.iso10161.fields.parties import ADDRESS, SYSTEM

AT = "delivery-info"
_OBJECT = bytes.fromhex("0605 28CF310D03")  # the identifier, in octets
_EXTERNAL, _SINGLE_TYPE = b"\x28", b"\xa0"
_BY_MAIL = ("BER_IN_MIME",)
_BY_TCP = ("BER",)


def lifted(tree: Tree, at: str) -> Tree:
    """Return ``tree`` with the delivery info of its extension list ``at`` as a component, if readable."""
    for index, extension in enumerate(tree.get(at, ())):
        if _OBJECT in extension["item"][:16] and (info := _opened(extension["item"])) is not None:
            others = [other for place, other in enumerate(tree[at]) if place != index]
            rest = {name: value for name, value in tree.items() if name != at}
            return rest | {AT: info} | ({at: others} if others else {})
    return tree


def _opened(item: bytes) -> Tree | None:
    return _known(item) if len(item) <= _KEPT_OCTETS else _open(item)


def _open(item: bytes) -> Tree | None:
    try:
        _, octets = schema.decode_external(First(item, 0))["encoding"]
        return schema.decode_delivery_info(First(octets, 0))
    except RemoteFault:
        return None  # it stays in the list of extensions


_KEPT, _KEPT_OCTETS = 256, 1000
_known = lru_cache(_KEPT)(_open)
"""Cached, because a partner sends the same in each letter. The tree must not be changed."""


def lower(tree: Tree, at: str) -> None:
    """Put the delivery info back into the list of extensions, in place, as its first entry."""
    info = tree.pop(AT, None)
    if info is None:
        return
    inner = schema.encode_delivery_info(info)
    item = element(_EXTERNAL, _OBJECT + element(_SINGLE_TYPE, inner))
    tree[at] = [{"identifier": 1, "critical": False, "item": item}, *tree.get(at, [])]


def _read_entry(entry: Tree) -> ReplyTo:
    to: ReplyTo = ADDRESS.read(entry["transport"])
    return ReplyTo(
        address=to.address,
        service=to.service,
        encodings=tuple(map(ENCODING.read, entry["encoding"])),
        aliases=_SYMBOLS.read(entry.get("aliases", [])) or (),
    )


def _write_entry(to: ReplyTo) -> Tree:
    aliases = _SYMBOLS.write(to.aliases)
    return {
        "encoding": [ENCODING.write(name) for name in to.encodings],
        "transport": ADDRESS.write(to),
        **({"aliases": aliases} if aliases else {}),
    }


_SYMBOLS = listed(SYSTEM)
SENDER = listed(Pair(_read_entry, _write_entry))


@lru_cache(_KEPT)
def by_mail(address: str, aliases: tuple[str, ...] = ()) -> Tree | None:
    """Return the entry of a party reached by mail; cached, so the tree must not be changed."""
    if not address:
        return None
    return _write_entry(ReplyTo(address=address, encodings=_BY_MAIL, aliases=aliases))


@lru_cache(_KEPT)
def by_tcp(place: str, aliases: tuple[str, ...] = ()) -> Tree | None:
    """Return the entry of a party that listens on a socket ("host:port"); cached as ``by_mail``."""
    if not place:
        return None
    return _write_entry(ReplyTo(address=place, service="TCP/IP", encodings=_BY_TCP, aliases=aliases))

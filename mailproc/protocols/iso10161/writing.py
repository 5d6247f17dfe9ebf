"""Turn the neutral APDU into a tree.

Three steps: the APDU's own fields (``said``), what it kept of a message that was read (``unmapped``), and
mandatory components without a value (``_complete``).
"""

from dataclasses import dataclass, replace
from datetime import datetime

from mailproc.errors import LocalFault
from mailproc.ill.apdu import Apdu
from mailproc.ill.terms import Role
from mailproc.protocols.field_codec import Tree, found
from mailproc.protocols.iso10161 import reading
from mailproc.protocols.iso10161.fields import delivery_info, unmapped
from mailproc.protocols.iso10161.fields.apdu_fields import KINDS, said
from mailproc.protocols.iso10161.fields.parties import INSTITUTION, NAME_AT, SYSTEM
from mailproc.sentence import Part

_ANY_TIME = datetime(2000, 1, 1)  # noqa: DTZ001  # times in an APDU have no zone


@dataclass(frozen=True, kw_only=True)
class Ends:
    """What must be known of both ends. ``role`` is ours; empty values are omitted.

    ``our_port``, ``their_port``: where each listens, "host:port", if this partner is reached by TCP.
    ``chargeable_units``: what a Shipped says if it names none; 0 for nothing.
    """

    role: Role = Role.REQUESTER
    our_symbol: str = ""
    our_name: str = ""
    our_address: str = ""
    our_aliases: tuple[str, ...] = ()
    their_symbol: str = ""
    their_address: str = ""
    our_port: str = ""
    their_port: str = ""
    version: int = 1
    chargeable_units: int = 0


NOBODY = Ends()


def tree(apdu: Apdu, ends: Ends) -> Tree:
    """Return the tree. Raise LocalFault that names the field that has no room, or that is missing."""
    if apdu.sent_at is None:
        raise LocalFault("sent_at: a message must say its time")
    if apdu.transaction is None:
        raise LocalFault("transaction: ISO 10161 knows a message by its transaction")
    whole = said(apdu)
    unmapped.put_back(whole, apdu.extensions)
    _complete(apdu, whole, ends)
    delivery_info.lower(whole, KINDS[apdu.type].extensions)
    return whole


def project(apdu: Apdu) -> Apdu:
    """Return what the wire carries of ``apdu``, with the standard's values for what is missing.

    Not carried: ``ref``, ``reply_code``, and what ``losses`` reports or puts into the note. What only the two
    ends know (names, our address) is added later. Raise LocalFault as ``tree`` does.
    """
    at = apdu.sent_at or _ANY_TIME
    back = reading.apdu(apdu.type, tree(replace(apdu, sent_at=at), NOBODY))
    return replace(back, sent_at=apdu.sent_at and back.sent_at)


def refuses(apdu: Apdu) -> Part:
    """Return why ``apdu`` cannot be expressed, as a sentence, or ''; time and name may still be missing."""
    try:
        whole = said(apdu)
        if (complete := KINDS[apdu.type].complete) is not None:
            complete(apdu, whole)
    except LocalFault as fault:
        return fault.said
    return ""


def _complete(apdu: Apdu, whole: Tree, ends: Ends) -> None:
    _name_parties(whole, ends)
    how = KINDS[apdu.type]
    if how.complete is not None:
        how.complete(apdu, whole)
    _charge(whole, ends)
    _set_reply_address(whole, ends)
    whole["protocol-version-num"] = 2 if _needs_two(whole) else ends.version


def _name_parties(whole: Tree, ends: Ends) -> None:
    """Name both parties: OPTIONAL in the module, but mandatory by mail (a comment in the module)."""
    symbols = [ends.our_symbol, ends.their_symbol]
    if ends.role is Role.RESPONDER:
        symbols.reverse()
    for component, symbol in zip(("requester-id", "responder-id"), symbols, strict=True):
        if component not in whole and (party := SYSTEM.write(symbol)):
            whole[component] = party
    ours = SYSTEM.write(ends.our_symbol)
    name = INSTITUTION.write(ends.our_name)
    for component in ("requester-id", "responder-id"):
        if ours and name and whole.get(component) == ours:
            whole[component] = ours | {NAME_AT: name}


def _charge(whole: Tree, ends: Ends) -> None:
    if ends.chargeable_units and "supply-details" in whole:
        whole["supply-details"].setdefault("chargeable-units", ends.chargeable_units)


def _set_reply_address(whole: Tree, ends: Ends) -> None:
    """Keep the APDU's own reply_to; without one, answers go to our address."""
    info = whole.setdefault(delivery_info.AT, {})
    ours = (
        delivery_info.by_tcp(ends.our_port, ends.our_aliases),
        delivery_info.by_mail(ends.our_address, ends.our_aliases),
    )
    theirs = delivery_info.by_tcp(ends.their_port), delivery_info.by_mail(ends.their_address)
    for at, ways in (("sender-info", ours), ("recipient-info", theirs)):
        if known := [way for way in ways if way]:
            info.setdefault(at, known)
    if not info:
        del whole[delivery_info.AT]
        return
    info.setdefault("sender-info", [])
    info.setdefault("recipient-info", [])


def _needs_two(whole: Tree) -> bool:
    """Return whether version 2 is needed: for electronic delivery or damaged-details (module comment)."""
    alternative, inner = whole.get("results-explanation", ("", {}))
    return (
        "damaged-details" in whole
        or whole.get("delivery-service", ("",))[0] == _ELECTRONIC
        or (found(whole, ("supply-details", "shipped-via")) or ("",))[0] == _ELECTRONIC
        or (alternative == "will-supply-results" and "electronic-delivery-service" in inner)
        or inner.get("proposed-delivery-service", ("",))[0] == _ELECTRONIC
    )


_ELECTRONIC = "electronic-delivery"

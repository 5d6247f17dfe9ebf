"""Decode or explain a letter, and encode messages, without a store."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from mailproc.errors import LocalFault, RemoteFault
from mailproc.flow.context import Context
from mailproc.flow.partners import Sender, account
from mailproc.flow.reading import form_letters
from mailproc.ill import apdu_json
from mailproc.ill.apdu import Apdu
from mailproc.ill.terms import ApduType, Role
from mailproc.mail import apdu_stream, received
from mailproc.mail.channel import INJECT, TCP
from mailproc.mail.compose import compose, domain_of, message_id
from mailproc.mail.letter import Letter
from mailproc.mail.parse import parse
from mailproc.protocols.codec import ReadLine, Wire
from mailproc.sentence import sentence


def decoded(context: Context, name: str, raw: bytes) -> dict[str, Any]:
    """Return {"file", "codec", "apdus", "unsure", "faults"}; codec is None if no protocol recognises it.

    A letter of a form says its name too ("form").
    """
    bare = not apdu_stream.why_not_whole(raw)  # as it comes by TCP
    letter = received.letter(raw, TCP if bare else INJECT)
    codec = context.registry.recognise(letter)
    meant: dict[str, Any] = {"file": name, "codec": codec.name if codec else None}
    empty: dict[str, Any] = {"apdus": [], "unsure": [], "faults": []}
    if codec is None:
        return meant | empty | _as_form(context, letter)
    try:
        found = codec.decode(letter)
    except RemoteFault as fault:
        return meant | empty | {"faults": [{"position": fault.position, "text": str(fault)}]}
    if found.placed:  # what the partner brings as a request of ours
        meant["placed"] = [apdu_json.to_json(one.request) for one in found.placed]
    return meant | {
        "apdus": [apdu_json.to_json(apdu) for apdu in found.apdus],
        "unsure": [apdu_json.to_json(apdu) for apdu in found.unsure],
        "faults": [{"position": fault.position, "text": fault.text} for fault in found.faults],
    }


def _as_form(context: Context, letter: Letter) -> dict[str, Any]:
    """Return what the letter says as that of a form; {} if no form has its sender, or it has no label."""
    sender = Sender(INJECT, None, letter.sender)
    alone = not context.partners.claimed_by(sender)
    found = form_letters.read(letter, context.forms.claimed_by(sender), context, alone=alone)
    if found is None or found.said is None:
        return {}
    doubts = [{"position": None, "text": line} for line in found.said.doubtful]
    asked = apdu_json.to_json(found.said.request)
    return {"codec": form_letters.CODEC, "form": found.form.name, "apdus": [asked], "faults": doubts}


def explained(context: Context, name: str, raw: bytes) -> dict[str, Any]:
    """Show how a letter is read, line by line, so that staff can adapt the patterns of a protocol.

    Return {"file", "read_as", "means", "overlay", "lines": [{"line", "text", "kind", …}]}, masked.

    ``line`` counts the lines of the body from 1; 0 is the subject. Raise LocalFault if no protocol has
    patterns.
    """
    found = context.registry.explain(parse(context.registry.mask(raw)))
    if found is None:
        raise LocalFault(sentence("no-patterns"))
    return {
        "file": name,
        "read_as": found.kind or None,
        "means": found.means,
        "overlay": found.overlay,
        "lines": [_line(told) for told in found.lines],
    }


def _line(told: ReadLine) -> dict[str, Any]:
    shown: dict[str, Any] = {"line": told.line, "text": told.text, "kind": told.kind}
    if told.row:
        shown |= {"row": told.row, "from": "site" if told.overlaid else "shipped"}
    if told.means:
        shown["means"] = told.means
    if told.apdu is not None:
        shown["apdu"] = apdu_json.to_json(told.apdu)
    return shown


def encoded(context: Context, apdus: Sequence[Apdu], codec_name: str, to: str) -> bytes:
    """Return the letter as it would be sent, without the password. Raise LocalFault that names what was lost.

    We write as borrower if the first APDU is a borrower's; messages without a time get the present one.
    """
    if not apdus:
        raise LocalFault(sentence("no-apdu"))
    codec = context.registry.by_name(codec_name)
    asks = apdus[0].type is ApduType.STATUS_QUERY  # either may, mostly the borrower
    role = apdus[0].type.said_by or (Role.REQUESTER if asks else Role.RESPONDER)
    other = Role.RESPONDER if role is Role.REQUESTER else Role.REQUESTER
    partner = context.partners.known(to) if to else None
    partner = partner or next((one for one in context.partners if other in one.roles), None)
    if partner is None:
        raise LocalFault(sentence("say-whom"))
    known = account(partner, "out" if role is Role.REQUESTER else "in")
    ref = apdus[0].ref
    wire = Wire(
        library=context.config.library,
        partner=partner,
        role=role,
        dialect=partner.dialect,
        customer_code=(ref.customer_code if ref and ref.customer_code else "")
        or (known.customer_code if known else ""),
        file_ref=ref.file_ref if ref else "",
        today=context.today(),
    )
    now = context.clock().astimezone(context.zone)
    said = [apdu if apdu.sent_at else replace(apdu, sent_at=now.replace(tzinfo=None)) for apdu in apdus]
    written = codec.encode(said, wire, context.templates)
    if written.held or written.body is None:
        lost = "; ".join(f"APDU {one.index + 1}: {f'{one.field} {one.text}'.strip()}" for one in written.held)
        raise LocalFault(sentence("cannot-be-written", why=lost))
    library = context.config.library
    return compose(
        written.body,
        sender=library.email,
        sender_name=library.name,
        to=[partner.address],
        message_id=message_id(domain_of(library.email), "trial"),
        date=now,
    )

"""Read what our own relay reports about DMARC: the Authentication-Results field (RFC 8601).

Anything irregular proves nothing: the relay is ours, and strangers write the rest.
"""

import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass

from mailproc import slow_work
from mailproc.proof import addressee, header
from mailproc.proof.header import Header, HeaderField, Irregular
from mailproc.proof.tokens import parts, tokens
from mailproc.sentence import Part, sentence

_VERSION = b"1"
_NAME = re.compile(rb"[a-z][a-z0-9.-]*")


@dataclass(frozen=True)
class Dmarc:
    """``reason`` says why it did not hold, '' if it did."""

    held: bool
    reason: Part


@dataclass(frozen=True)
class _Result:
    """One statement about DMARC; ``domain`` is header.from, b'' if there is none."""

    result: bytes
    domain: bytes


@dataclass(frozen=True)
class _Said:
    """What our relay reports: about DMARC, and the envelope senders' domains for which SPF passed."""

    dmarc: tuple[_Result, ...]
    spf: tuple[bytes, ...]


@slow_work.outside_writes
def dmarc(raw: bytes, author: str, authserv_id: str, received_by: str, ours: Collection[str]) -> Dmarc:
    """Return whether the relay ``authserv_id`` reports that DMARC passed for the domain of ``author``.

    ``author`` is the bare lower-case address in From, ``ours`` are our own, one of which To or Cc must name.
    Unless SPF passed for a domain of the author's, the signatures by which DMARC may have passed must cover
    that field. Only fields above the topmost Received field whose ``by`` is ``received_by`` count, because
    others wrote everything below it. So this proves nothing for a letter that did not come by that relay: the
    caller must check that.
    """
    domain = author.rpartition("@")[2].encode()
    if not domain:
        return _unproven(sentence("proof-no-author"))
    try:
        found = header.split(raw)
        said = _said(_above(found, received_by.lower().encode()), authserv_id.lower().encode())
    except Irregular as fault:
        return _unproven(sentence("proof-results-unreadable", why=fault.said))
    if not said.dmarc:
        return _unproven(_nothing(found, authserv_id, received_by))
    if any(one.result != b"pass" for one in said.dmarc):
        return _unproven(sentence("proof-dmarc-not-passed", relay=authserv_id))
    if any(one.domain != domain for one in said.dmarc):
        return _unproven(sentence("proof-dmarc-other-domain", relay=authserv_id))
    direct = any(one == domain or one.endswith(b"." + domain) for one in said.spf)
    signed = None if direct else addressee.signed_by_all(found, domain.decode())
    if elsewhere := addressee.missing(found, ours, signed):
        return _unproven(elsewhere)
    return Dmarc(held=True, reason="")


def _above(found: Header, received_by: bytes) -> list[HeaderField]:
    """Return the fields above our relay's own Received; raise Irregular if that is ambiguous."""
    for number, one in enumerate(found.fields):
        if one.key == b"received" and _receiver(one) == received_by:
            return list(found.fields[:number])
    raise Irregular(sentence("proof-not-received-by", host=received_by.decode()))


def _nothing(found: Header, authserv_id: str, received_by: str) -> Part:
    """Return why nothing is reported about DMARC.

    Fields below our relay's Received are named, but not believed.
    """
    with suppress(Irregular):
        if _said(list(found.fields), authserv_id.lower().encode()).dmarc:
            return sentence("proof-results-below", relay=authserv_id, host=received_by)
    return sentence("proof-dmarc-silent", relay=authserv_id)


def _receiver(field: HeaderField) -> bytes:
    """Return the host after ``by``; there must be one only, because a client chooses its greeting."""
    words = parts(tokens(field.value), b";")[0]
    if words.count(b"by") != 1:
        raise Irregular(sentence("proof-received-by"))
    return b"".join(words[words.index(b"by") + 1 :][:1])


def _said(fields: list[HeaderField], authserv_id: bytes) -> _Said:
    results, spf = list[_Result](), list[bytes]()
    for statement in _statements(fields, authserv_id):
        if statement[:1] in ([b"dmarc"], [b"dmarc/1"]):
            results.append(_result(statement))
        elif statement[:3] == [b"spf", b"=", b"pass"]:
            spf += _mail_from(statement)
    return _Said(tuple(results), tuple(spf))


def _statements(fields: list[HeaderField], authserv_id: bytes) -> Iterator[list[bytes]]:
    for one in fields:
        if one.key != b"authentication-results":
            continue
        said_by, *statements = parts(tokens(one.value), b";")
        if said_by[:1] != [authserv_id]:
            continue
        if said_by[1:] not in ([], [_VERSION]):
            raise Irregular(sentence("proof-results-version"))
        yield from statements


def _mail_from(statement: list[bytes]) -> Iterator[bytes]:
    """Yield the domain of smtp.mailfrom, an address or a domain.

    Nothing unless the statement is only names with a value each: strangers choose the part before the "@",
    which may hold "=" and comments.
    """
    names, signs, values = statement[0::3], statement[1::3], statement[2::3]
    plain = len(statement) % 3 == 0 and all(sign == b"=" for sign in signs) and b"=" not in values
    if plain and all(map(_NAME.fullmatch, names)) and names.count(b"smtp.mailfrom") == 1:
        yield values[names.index(b"smtp.mailfrom")].rpartition(b"@")[2]


def _result(statement: list[bytes]) -> _Result:
    """Read "dmarc=pass action=none header.from=lender.example": names, each with one value."""
    if len(statement) % 3 or any(sign != b"=" for sign in statement[1::3]):
        raise Irregular(sentence("proof-dmarc-malformed"))
    names, values = statement[0::3], statement[2::3]
    if names.count(b"header.from") > 1:
        raise Irregular(sentence("proof-dmarc-two-authors"))
    properties = dict(zip(names, values, strict=True))
    return _Result(values[0], properties.get(b"header.from", b""))


def _unproven(reason: Part) -> Dmarc:
    return Dmarc(held=False, reason=reason)

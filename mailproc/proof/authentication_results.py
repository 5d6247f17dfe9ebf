"""What our own relay said of DMARC: the Authentication-Results field (RFC 8601).

Whatever is not as it should be proves nothing: the relay is ours, and strangers write the rest.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from mailproc import slow_work
from mailproc.proof import header
from mailproc.proof.header import Field, Header, Irregular
from mailproc.proof.tokens import parts, tokens

_VERSION = b"1"


@dataclass(frozen=True)
class Dmarc:
    """``reason`` says why it did not hold, '' where it did."""

    held: bool
    reason: str


@dataclass(frozen=True)
class _Result:
    """One statement about DMARC; ``domain`` is header.from, b'' where there is none."""

    result: bytes
    domain: bytes


@slow_work.outside_writes
def dmarc(raw: bytes, author: str, authserv_id: str, received_by: str) -> Dmarc:
    """Read whether the relay ``authserv_id`` says that DMARC passed for the domain of ``author``.

    ``author`` is the bare lower-case address in From. Only fields above the topmost Received field
    whose ``by`` is ``received_by`` count, for everything below it was written by others. So this
    proves nothing of a letter that did not come by that relay: the caller must see to it.
    """
    domain = author.rpartition("@")[2].encode()
    if not domain:
        return _unproven("the letter names no author")
    try:
        found = header.split(raw)
        results = list(_results(_above(found, received_by.lower().encode()), authserv_id.lower().encode()))
    except Irregular as fault:
        return _unproven(f"what our relay says of the letter cannot be read: {fault}")
    if not results:
        return _unproven(_nothing(found, authserv_id, received_by))
    if any(one.result != b"pass" for one in results):
        return _unproven(f"{authserv_id} does not say that DMARC passed")
    if any(one.domain != domain for one in results):
        return _unproven(f"{authserv_id} says that DMARC passed for another domain than the author's")
    return Dmarc(held=True, reason="")


def _above(found: Header, received_by: bytes) -> list[Field]:
    """The fields above our relay's own Received; Irregular where it cannot be told which that is."""
    for number, one in enumerate(found.fields):
        if one.key == b"received" and _receiver(one) == received_by:
            return list(found.fields[:number])
    raise Irregular(
        f"no Received field is by {received_by.decode()}: [proof] received_by must be the host behind"
        " by in the field that our relay writes"
    )


def _nothing(found: Header, authserv_id: str, received_by: str) -> str:
    """Why nothing is said of DMARC: what stands below our relay's Received is not believed, but named."""
    with suppress(Irregular):
        if any(_results(list(found.fields), authserv_id.lower().encode())):
            return (
                f"a field of {authserv_id} stands below the Received of {received_by},"
                " where anybody may have written it (docs/security.md)"
            )
    return f"{authserv_id} says nothing of DMARC"


def _receiver(field: Field) -> bytes:
    """The host behind ``by``. A client chooses the name that it greets with, so there must be one only."""
    words = parts(tokens(field.value), b";")[0]
    if words.count(b"by") != 1:
        raise Irregular("a Received field does not have one by")
    return b"".join(words[words.index(b"by") + 1 :][:1])


def _results(fields: list[Field], authserv_id: bytes) -> Iterator[_Result]:
    for one in fields:
        if one.key != b"authentication-results":
            continue
        said_by, *statements = parts(tokens(one.value), b";")
        if said_by[:1] != [authserv_id]:
            continue
        if said_by[1:] not in ([], [_VERSION]):
            raise Irregular("an Authentication-Results field of another version than 1")
        for statement in statements:
            if statement[:1] in ([b"dmarc"], [b"dmarc/1"]):
                yield _result(statement)


def _result(statement: list[bytes]) -> _Result:
    """Of "dmarc=pass action=none header.from=lender.example": names, each with one value."""
    if len(statement) % 3 or any(sign != b"=" for sign in statement[1::3]):
        raise Irregular("a statement about DMARC is not made of names and values")
    names, values = statement[0::3], statement[2::3]
    if names.count(b"header.from") > 1:
        raise Irregular("a statement about DMARC names two authors")
    properties = dict(zip(names, values, strict=True))
    return _Result(values[0], properties.get(b"header.from", b""))


def _unproven(reason: str) -> Dmarc:
    return Dmarc(held=False, reason=reason)

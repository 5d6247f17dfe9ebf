"""Check one DKIM-Signature field as far as possible without its key (RFC 6376, 3.5 and 6.1.1).

Stricter than the RFC if a letter is to change a request: see ``unsigned``.
"""

import base64
import re
from dataclasses import dataclass
from datetime import datetime

from dkim.util import InvalidTagValueList, parse_tag_value

from mailproc.proof.header import Header, HeaderField, Irregular
from mailproc.sentence import Part, Sentence, sentence

MOST_OF_SIGNATURE = 8_192  # octets of the field; one with a key of 4096 bits and eighty names has 2,500
MOST_SIGNED = 200  # names in h=
CLOCK_SKEW = 300  # seconds that the signer's clock may be ahead

SIGNED = (b"from", b"subject", b"message-id")
"""Must be in h=, whether or not the letter has them: none may be added either."""
SIGNED_IF_PRESENT = (
    b"date",
    b"mime-version",
    b"content-type",
    b"content-transfer-encoding",
    b"content-disposition",
)
"""Other fields that change how a letter is read."""

Tags = dict[bytes, bytes]

_LABEL = rb"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(_LABEL + rb"(?:\." + _LABEL + rb")*", re.IGNORECASE)
_MOST_OF_NAME = 253  # octets (RFC 1035)
_BASE64 = re.compile(rb"[A-Za-z0-9+/]+={0,2}")
_SECONDS = re.compile(rb"[0-9]{1,12}")
_BLANK = b" \t\r\n"
_CANONICAL = {b"simple", b"relaxed"}
_ALGORITHMS = {b"rsa-sha256": b"rsa", b"ed25519-sha256": b"ed25519"}


@dataclass(frozen=True)
class Signature:
    """``key_type`` is "rsa" or "ed25519"; ``signed`` are the names in h=, lower case, in order.

    ``relaxed``: how the body was canonicalised; ``identity`` is the domain of i=.
    """

    field: HeaderField
    tags: Tags
    domain: str
    identity: str
    key_name: str
    key_type: bytes
    signed: tuple[bytes, ...]
    relaxed: bool
    body_hash: bytes
    signature: bytes


def tags(value: bytes) -> Tags:
    """Return the tags of a signature or key record (section 3.2). Raise Irregular if it has none."""
    try:
        found: Tags = parse_tag_value(value)
    except (InvalidTagValueList, IndexError) as fault:
        raise Irregular(sentence("proof-no-tags")) from fault
    return found


def domain_of(field: HeaderField) -> str:
    """Return the signing domain (d=) in lower case; '' if the field cannot be read."""
    if len(field.value) > MOST_OF_SIGNATURE:
        return ""
    try:
        return _text(tags(field.value).get(b"d", b""))
    except Irregular:
        return ""


def names_of(field: HeaderField) -> tuple[bytes, ...]:
    """Return the names in h= in lower case; none if the field cannot be read."""
    if len(field.value) > MOST_OF_SIGNATURE:
        return ()
    try:
        return _signed(tags(field.value))
    except Irregular:
        return ()


def read(field: HeaderField, at: datetime) -> Signature:
    """Read the field as of the time ``at`` (aware). Raise Irregular with why it proves nothing."""
    found = tags(field.value)
    _demand(found.get(b"v") == b"1", sentence("proof-version"))
    _demand(b"l" not in found, sentence("proof-body-part"))
    key_type = _ALGORITHMS.get(found.get(b"a", b""))
    _demand(b"dns/txt" in _list(found.get(b"q", b"dns/txt")), sentence("proof-key-elsewhere"))
    domain, selector = found.get(b"d", b""), found.get(b"s", b"")
    name = selector + b"._domainkey." + domain
    plain = _NAME.fullmatch(domain) and _NAME.fullmatch(selector) and len(name) <= _MOST_OF_NAME
    _demand(bool(plain), sentence("proof-names"))
    _check_times(found, int(at.timestamp()))
    if key_type is None:
        raise Irregular(sentence("proof-algorithm"))
    return Signature(
        field=field,
        tags=found,
        domain=_text(domain),
        identity=_identity(found, _text(domain)),
        key_name=_text(name),
        key_type=key_type,
        signed=_signed(found),
        relaxed=_relaxed(found),
        body_hash=decoded(found.get(b"bh", b""), sentence("proof-tag-bh")),
        signature=decoded(found.get(b"b", b""), sentence("proof-tag-b")),
    )


def unsigned(signature: Signature, header: Header) -> Part:
    """Return why the signature covers less than what is read of a letter, '' if it covers it.

    We read the topmost field of a name and DKIM signs the lowest, so there may be only one of each.
    """
    keys = [field.key for field in header.fields]
    for key in (*SIGNED, *SIGNED_IF_PRESENT):
        if keys.count(key) > 1:
            return sentence("proof-field-twice", field=_title(key))
        if key not in signature.signed and (key in SIGNED or key in keys):
            return sentence("proof-field-unsigned", field=_title(key))
    return ""


def decoded(value: bytes, what: Sentence) -> bytes:
    """Return the octets of a base64 value that may be folded."""
    compact = value.translate(None, _BLANK)
    whole = bool(_BASE64.fullmatch(compact)) and len(compact) % 4 == 0
    _demand(whole, sentence("proof-not-base64", tag=what))
    return base64.b64decode(compact)


def _check_times(found: Tags, now: int) -> None:
    for tag, what in ((b"t", sentence("proof-tag-t")), (b"x", sentence("proof-tag-x"))):
        _demand(bool(_SECONDS.fullmatch(found.get(tag, b"0"))), sentence("proof-no-seconds", tag=what))
    signed = int(found.get(b"t", b"0"))
    _demand(signed <= now + CLOCK_SKEW, sentence("proof-future"))
    if b"x" in found:
        _demand(int(found[b"x"]) > max(now, signed), sentence("proof-expired"))


def _identity(found: Tags, domain: str) -> str:
    if b"i" not in found:
        return domain
    _, at, identity = _text(found[b"i"]).rpartition("@")
    within = identity == domain or identity.endswith("." + domain)
    _demand(bool(at) and within, sentence("proof-identity"))
    return identity


def _signed(found: Tags) -> tuple[bytes, ...]:
    names = _list(found.get(b"h", b""))
    _demand(len(names) <= MOST_SIGNED, sentence("proof-names-too-many", most=MOST_SIGNED))
    return tuple(name.lower() for name in names)


def _relaxed(found: Tags) -> bool:
    head, slash, body = found.get(b"c", b"simple/simple").partition(b"/")
    body = body if slash else b"simple"
    _demand({head, body} <= _CANONICAL, sentence("proof-canonical"))
    return body == b"relaxed"


def _list(value: bytes) -> list[bytes]:
    return [one.strip(_BLANK) for one in value.split(b":")]


def _text(value: bytes) -> str:
    return value.lower().decode("ascii", "replace")


def _title(key: bytes) -> str:
    return key.decode("ascii").title().replace("Id", "ID").replace("Mime", "MIME")


def _demand(holds: bool, otherwise: Part) -> None:
    if not holds:
        raise Irregular(otherwise)

"""Check that a letter was written to us.

A signature proves the content of a letter, not who brings it: anybody who has a letter of a partner to
somebody else could bring that. So its To or Cc must name us, and if a signature is the proof it must cover
that field.
"""

from collections.abc import Collection

from mailproc.mail import addresses
from mailproc.mail.defects import Defects
from mailproc.mail.headers import MOST_OF_FIELD
from mailproc.proof import signature
from mailproc.proof.header import Header, HeaderField
from mailproc.sentence import Part, sentence

_FIELDS = (b"to", b"cc")
MOST_SIGNATURES = 50
"""Signatures of a letter that are read; a letter with more proves nothing here."""


def missing(found: Header, ours: Collection[str], signed: Collection[bytes] | None = None) -> Part:
    """Return why the letter is not known to be for one of ``ours``, '' if it is.

    ``ours``: bare lower-case addresses; an address with a detail after "+" counts as the one without (RFC
    5233). ``signed``: the lower-case names of the proven fields, None for all.
    """
    naming = [key for key in _FIELDS if _names(found, key, ours)]
    if not naming:
        if any(len(one.value) > MOST_OF_FIELD for key in _FIELDS for one in found.named(key)):
            return sentence("proof-addressee-too-long")
        return sentence("proof-not-to-us")
    if signed is None or any(key in signed for key in naming):
        return ""
    return sentence("proof-addressee-unsigned", field=naming[0].decode().title())


def signed_by_all(found: Header, domain: str) -> Collection[bytes] | None:
    """Return the fields that every signature of ``domain`` or a relative covers; None if there is none.

    Needed when a relay reports that one of them held, but not which. Relatives share the last two labels,
    which includes all that DMARC may align (RFC 7489, 3.1).
    """
    fields = [one for one in found.named(b"dkim-signature") if _may_be_of(domain, one)]
    if not fields:
        return None
    if len(fields) > MOST_SIGNATURES:
        return ()
    return set.intersection(*(set(signature.names_of(one)) for one in fields))


def _names(found: Header, key: bytes, ours: Collection[str]) -> bool:
    """Return whether the field of that name has an address of ours.

    There must be only one: of two fields readers choose differently.
    """
    fields = found.named(key)
    if len(fields) != 1:
        return False
    named = addresses.mailboxes([fields[0].value], Defects())
    return any(one in ours or _plain(one) in ours for one in named)


def _plain(address: str) -> str:
    local, at, domain = address.rpartition("@")
    return local.partition("+")[0] + at + domain


def _may_be_of(domain: str, field: HeaderField) -> bool:
    """Return whether it may be that domain's, also if its own domain cannot be read: others may read it."""
    signed_by = signature.domain_of(field)
    return not signed_by or signed_by.split(".")[-2:] == domain.split(".")[-2:]

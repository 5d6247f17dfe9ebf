"""The key record of a DKIM signature, as DNS gives it (RFC 6376, section 3.6.1; RFC 8301; RFC 8463)."""

from dkim.crypto import UnparsableKeyError, parse_public_key

from mailproc.proof.header import Irregular
from mailproc.proof.signature import Signature, decoded, tags
from mailproc.sentence import sentence

MOST_OF_RECORD = 4_096  # octets: an RSA key of 8192 bits takes 1,400
FEWEST_BITS, MOST_BITS = 1_024, 8_192
_MOST_EXPONENT = 2**32
_ED25519_KEY, _ED25519_SIGNATURE = 32, 64  # octets


def check(record: bytes | None, signature: Signature) -> None:
    """Raise Irregular, with the reason, if the record is no key for this signature."""
    if record is None:
        raise Irregular(sentence("proof-no-key"))
    if len(record) > MOST_OF_RECORD:
        raise Irregular(sentence("proof-key-too-long"))
    found = tags(record)
    _check_use(found, signature)
    key = found.get(b"p")
    if key is None:
        raise Irregular(sentence("proof-key-empty"))
    if not key:
        raise Irregular(sentence("proof-key-revoked"))
    octets = decoded(key, sentence("proof-tag-p"))
    if signature.key_type == b"rsa":
        _check_rsa(octets, signature.signature)
    elif (len(octets), len(signature.signature)) != (_ED25519_KEY, _ED25519_SIGNATURE):
        raise Irregular(sentence("proof-ed25519-length"))


def _check_use(found: dict[bytes, bytes], signature: Signature) -> None:
    """Check what the key may be used for: version, type, hashes, services, flags."""

    def listed(tag: bytes, default: bytes) -> list[bytes]:
        return [one.strip() for one in found.get(tag, default).split(b":")]

    if found.get(b"v", b"DKIM1") != b"DKIM1":
        raise Irregular(sentence("proof-key-version"))
    if found.get(b"k", b"rsa") != signature.key_type:
        raise Irregular(sentence("proof-key-type"))
    if b"sha256" not in listed(b"h", b"sha256"):
        raise Irregular(sentence("proof-key-hash"))
    if not {b"*", b"email"} & set(listed(b"s", b"*")):
        raise Irregular(sentence("proof-key-service"))
    if b"y" in listed(b"t", b""):
        raise Irregular(sentence("proof-key-testing"))
    if b"s" in listed(b"t", b"") and signature.identity != signature.domain:
        raise Irregular(sentence("proof-key-subdomain"))


def _check_rsa(octets: bytes, signature: bytes) -> None:
    """Check sizes, and accept one form of a signature only.

    dkimpy also accepts s + n for s (RFC 8017, section 5.2.2).
    """
    try:
        key = parse_public_key(octets)
    except (UnparsableKeyError, AssertionError) as fault:
        raise Irregular(sentence("proof-rsa-unreadable")) from fault
    modulus, exponent = key["modulus"], key["publicExponent"]
    if modulus.bit_length() < FEWEST_BITS:
        raise Irregular(sentence("proof-rsa-short", least=FEWEST_BITS))
    if modulus.bit_length() > MOST_BITS or not (3 <= exponent <= _MOST_EXPONENT and exponent % 2):
        raise Irregular(sentence("proof-rsa-size"))
    if len(signature) != (modulus.bit_length() + 7) // 8 or int.from_bytes(signature) >= modulus:
        raise Irregular(sentence("proof-signature-size"))

"""Which key records hold for a signature, and which forms of a signature."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from dkim.crypto import EMSA_PKCS1_v1_5_encode
from hypothesis import given
from hypothesis import strategies as st

from tests.proof.signer import LETTER, Key, rsa_key, signed
from tests.proof.verifier import NAME, Keys, held


@pytest.mark.parametrize(
    "record",
    [b"p=%s", b"v=DKIM1; p=%s", b"v=DKIM1; k=rsa; s=email; p=%s;", b"h=sha1:sha256; s=*; t=s; n=note; p=%s"],
)
def test_key_records_that_hold(record: bytes, key: Key) -> None:
    assert held(signed(LETTER, key), Keys({NAME: record % key.public})).held


def test_a_bare_rsa_key_holds(key: Key) -> None:
    """Some publish the RSAPublicKey alone, as RFC 6376 itself says."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    assert isinstance(key.private, rsa.RSAPrivateKey)
    bare = key.private.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)
    assert held(signed(LETTER, key), Keys({NAME: b"p=" + base64.b64encode(bare)})).held


RECORDS = {
    "none": (None, "no key for it"),
    "revoked": (b"v=DKIM1; p=", "revoked"),
    "no key": (b"v=DKIM1; k=rsa", "no p="),
    "testing": (b"t=y; p=%s", "testing"),
    "testing beside": (b"t=s : y; p=%s", "testing"),
    "another service": (b"s=tlsrpt; p=%s", "not for e-mail"),
    "sha1 only": (b"h=sha1; p=%s", "SHA-256"),
    "another version": (b"v=DKIM2; p=%s", "version"),
    "another type": (b"k=ed25519; p=%s", "another type"),
    "no base64": (b"p=***", "base64"),
    "no key inside": (b"p=AAAA", "cannot be read"),
    "no tags": (b"hello", "no list of tags"),
    "empty": (b"", "no p="),
    "binary": (bytes(range(256)), "no list of tags"),
    "huge": (b"p=" + b"A" * 60_000, "too long"),
    "twice": (b"p=%s; p=", "no list of tags"),
}


@pytest.mark.parametrize(("record", "why"), RECORDS.values(), ids=RECORDS.keys())
def test_key_records_that_prove_nothing(record: bytes | None, why: str, key: Key) -> None:
    filled = record.replace(b"%s", key.public) if record is not None else None
    found = held(signed(LETTER, key), lambda _: filled)
    assert not found.held
    assert why in str(found.reason)


def test_a_key_for_the_very_domain_does_not_vouch_for_a_subdomain(key: Key) -> None:
    letter = signed(LETTER, key, i="@ill.lender.example")
    assert held(letter, Keys({NAME: b"p=" + key.public})).held
    assert "t=s" in str(held(letter, Keys({NAME: b"t=s; p=" + key.public})).reason)


class OnePrime(Key):
    """An RSA key whose modulus is a single prime: libraries make no short ones any more."""

    @property
    def _prime(self) -> int:
        assert isinstance(self.private, rsa.RSAPrivateKey)
        return self.private.private_numbers().p

    @property
    def public(self) -> bytes:
        size = (self._prime.bit_length() + 8) // 8
        modulus = b"\x02\x81" + bytes([size]) + self._prime.to_bytes(size)
        return base64.b64encode(b"\x30\x81" + bytes([len(modulus) + 5]) + modulus + b"\x02\x03\x01\x00\x01")

    def sign(self, data: bytes) -> bytes:
        size = (self._prime.bit_length() + 7) // 8
        padded = int.from_bytes(EMSA_PKCS1_v1_5_encode(hashlib.sha256(data), size))
        return pow(padded, pow(65_537, -1, self._prime - 1), self._prime).to_bytes(size)


@pytest.mark.parametrize(("bits", "why"), [(1023, "fewer than 1024 bits"), (1024, "")])
def test_short_rsa_keys_are_refused(bits: int, why: str) -> None:
    key = OnePrime(rsa_key(2 * bits).private)
    assert key._prime.bit_length() == bits
    found = held(signed(LETTER, key), Keys({NAME: key.record}))
    assert (found.held, str(found.reason).endswith(why)) == (not why, True)


def der(tag: int, content: bytes) -> bytes:
    return bytes([tag, 0x82]) + len(content).to_bytes(2) + content


def rsa_record(modulus: int, exponent: int) -> bytes:
    numbers = (number.to_bytes(number.bit_length() // 8 + 1) for number in (modulus, exponent))
    return b"p=" + base64.b64encode(der(0x30, b"".join(der(2, number) for number in numbers)))


@pytest.mark.parametrize("exponent", [0, 1, 2, 65_536, 2**32 + 1, 2**2047 + 1])
def test_an_exponent_that_proves_nothing_or_costs_much_is_refused(exponent: int, key: Key) -> None:
    """With 1 the padded hash is its own signature; a long one takes a second of arithmetic."""
    assert isinstance(key.private, rsa.RSAPrivateKey)
    modulus = key.private.public_key().public_numbers().n
    assert held(signed(LETTER, key), lambda _: rsa_record(modulus, 65_537)).held
    assert "unusual" in str(held(signed(LETTER, key), lambda _: rsa_record(modulus, exponent)).reason)


@pytest.mark.parametrize(("bits", "why"), [(8192, "size of its key"), (8193, "unusual"), (16_000, "unusual")])
def test_a_modulus_of_more_than_8192_bits_is_refused(bits: int, why: str, key: Key) -> None:
    assert why in str(held(signed(LETTER, key), lambda _: rsa_record(2**bits - 1, 65_537)).reason)


def test_one_form_of_an_rsa_signature_holds() -> None:
    """s + n is another way to write s (RFC 8017, 5.2.2 refuses it); so is a zero in front."""
    key = rsa_key(2047)  # so that s + n has as many octets as n
    assert isinstance(key.private, rsa.RSAPrivateKey)
    letter = signed(LETTER, key)
    head, _, rest = letter.partition(b" b=")
    written, _, rest = rest.partition(b"\r\n")
    number = int.from_bytes(base64.b64decode(written))
    modulus = key.private.public_key().public_numbers().n
    assert held(letter, lambda _: key.record).held
    for other in (number.to_bytes(257), (number + modulus).to_bytes(256)):
        changed = head + b" b=" + base64.b64encode(other) + b"\r\n" + rest
        assert str(held(changed, lambda _: key.record).reason).endswith("the size of its key")


@pytest.mark.parametrize("length", [31, 33])
def test_an_ed25519_key_of_another_length_is_refused(length: int, ed25519: Key) -> None:
    record = b"k=ed25519; p=" + base64.b64encode(b"x" * length)
    assert "wrong length" in str(held(signed(LETTER, ed25519), lambda _: record).reason)


@given(octets=st.binary(max_size=200), record=st.sampled_from([b"p=%s", b"k=ed25519; p=%s"]))
def test_any_bytes_for_a_key_prove_nothing(octets: bytes, record: bytes, key: Key) -> None:
    filled = record.replace(b"%s", base64.b64encode(octets))
    assert not held(signed(LETTER, key), lambda _: filled).held
    assert not held(signed(LETTER, key), lambda _: octets).held


@given(data=st.data())
def test_a_damaged_key_is_read_or_refused(data: st.DataObject, key: Key) -> None:
    """Lengths and types of its DER, where a reader may run off the end."""
    octets = bytearray(base64.b64decode(key.public))
    for _ in range(data.draw(st.integers(1, 4))):
        octets[data.draw(st.integers(0, 40))] = data.draw(
            st.sampled_from([0, 2, 3, 5, 0x30, 0x7F, 0x80, 0x84, 0xFF])
        )
    found = held(signed(LETTER, key), lambda _: b"p=" + base64.b64encode(bytes(octets)))
    assert found.held != bool(str(found.reason))

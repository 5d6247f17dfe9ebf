"""A DKIM signer that signs whatever it is told, rules or no rules (RFC 6376), and the keys for it."""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

DOMAIN, SELECTOR = "lender.example", "mail"
AUTHOR = "ill@lender.example"
SIGNED = "from:to:subject:message-id:date:mime-version:content-type:content-transfer-encoding"

LETTER = (
    b"From: Lender <ill@lender.example>\r\n"
    b"To: ill@library.example\r\n"
    b"Subject: Order 12:\r\n\tnot  available \r\n"
    b"Message-ID: <1@lender.example>\r\n"
    b"Date: Sun, 29 Nov 2026 09:00:00 +0000\r\n"
    b"MIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=us-ascii\r\n"
    b"Content-Transfer-Encoding: 7bit\r\n"
    b"\r\n"
    b"TRANSACTION-ID:  12 \r\n\tthe second  line\r\n\r\n \r\nend\r\n\r\n\r\n"
)


@dataclass(frozen=True)
class Key:
    """``record`` is its TXT record, without flags; ``secret`` and ``pkcs8`` the private half."""

    private: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey

    @property
    def algorithm(self) -> str:
        return "rsa-sha256" if isinstance(self.private, rsa.RSAPrivateKey) else "ed25519-sha256"

    @property
    def public(self) -> bytes:
        public = self.private.public_key()
        if isinstance(public, rsa.RSAPublicKey):
            form = serialization.PublicFormat.SubjectPublicKeyInfo
            return base64.b64encode(public.public_bytes(serialization.Encoding.DER, form))
        return base64.b64encode(public.public_bytes_raw())

    @property
    def record(self) -> bytes:
        return b"v=DKIM1; k=" + self.algorithm.partition("-")[0].encode() + b"; p=" + self.public

    @property
    def secret(self) -> bytes:
        """As dkimpy wants it: PEM of an RSA key (Mail::DKIM too), base64 of an Ed25519 key."""
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            return base64.b64encode(self.private.private_bytes_raw())
        form = serialization.PrivateFormat.TraditionalOpenSSL
        return self.private.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())

    @property
    def pkcs8(self) -> bytes:
        """As Mail::DKIM wants an Ed25519 key."""
        form = serialization.PrivateFormat.PKCS8
        return self.private.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())

    def sign(self, data: bytes) -> bytes:
        if isinstance(self.private, rsa.RSAPrivateKey):
            return self.private.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self.private.sign(hashlib.sha256(data).digest())


def rsa_key(bits: int = 2048) -> Key:
    return Key(rsa.generate_private_key(public_exponent=65_537, key_size=bits))


def ed25519_key() -> Key:
    return Key(ed25519.Ed25519PrivateKey.generate())


def signed(letter: bytes, key: Key, **changed: str | None) -> bytes:
    """The letter, which has CRLF, with a signature on top. ``changed``: tags to set, None to leave out;
    the signature is true of whatever they say, if a verifier were to believe it."""
    tags = _tags(letter, key, changed)
    head, _, _ = letter.partition(b"\r\n\r\n")
    form = tags.get("c", "simple/simple").partition("/")[0]
    field = (
        b"DKIM-Signature: " + "; ".join(f"{tag}={value}" for tag, value in tags.items()).encode() + b"; b="
    )
    hashed = _header(head + b"\r\n", tags.get("h", ""), form) + _form(field, form)
    return field + base64.b64encode(key.sign(hashed)) + b"\r\n" + letter


def _tags(letter: bytes, key: Key, changed: Mapping[str, str | None]) -> dict[str, str]:
    tags: dict[str, str | None] = {
        "v": "1", "a": key.algorithm, "c": "relaxed/relaxed", "d": DOMAIN, "s": SELECTOR, "h": SIGNED,
    }  # fmt: skip
    tags.update(changed)
    body = letter.partition(b"\r\n\r\n")[2]
    form = (tags["c"] or "simple/simple").partition("/")[2]
    if tags.get("l") is not None:
        body = body[: int(tags["l"] or 0)]
    tags.setdefault("bh", base64.b64encode(hashlib.sha256(body_of(body, form or "simple")).digest()).decode())
    return {tag: value for tag, value in tags.items() if value is not None}


def body_of(body: bytes, form: str) -> bytes:
    """Line by line, as the RFC tells it (3.4.3, 3.4.4)."""
    lines = body.split(b"\r\n")
    if form == "relaxed":
        lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in lines]
    while lines and not lines[-1]:
        lines.pop()
    return b"".join(line + b"\r\n" for line in lines) or (b"" if form == "relaxed" else b"\r\n")


def _header(head: bytes, names: str, form: str) -> bytes:
    fields = re.findall(rb"[^\r\n]+\r\n(?:[ \t][^\r\n]*\r\n)*", head)
    chosen = []
    for name in names.lower().split(":"):
        for number in reversed(range(len(fields))):
            if fields[number].partition(b":")[0].strip().lower() == name.strip().encode():
                chosen.append(_form(fields.pop(number), form) + (b"\r\n" if form == "relaxed" else b""))
                break
    return b"".join(chosen)


def _form(field: bytes, form: str) -> bytes:
    if form == "simple":
        return field
    name, _, value = field.partition(b":")
    return name.lower().strip() + b":" + b" ".join(value.split())

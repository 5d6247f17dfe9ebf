"""A certificate that signs itself."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Certificate:
    """Paths of PEM files; the certificate is for localhost, and not for 127.0.0.1."""

    certificate: str
    key: str


def self_signed(folder: Path, ends: timedelta = timedelta(days=1)) -> Certificate:
    """``ends``: so long from now on; it began 400 days ago."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + ends)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    files = Certificate(str(folder / "cert.pem"), str(folder / "key.pem"))
    Path(files.certificate).write_bytes(made.public_bytes(encoding))
    Path(files.key).write_bytes(key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain))
    return files

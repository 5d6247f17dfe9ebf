"""TLS for both directions: what we demand of a server, and what we show to a client."""

import re
import ssl
from pathlib import Path

from mailproc.errors import Misconfigured

_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----")


def client_context() -> ssl.SSLContext:
    """Verify certificate and host name, TLS 1.2 or newer.

    The trusted authorities are the system's; OpenSSL reads the environment's SSL_CERT_FILE
    and SSL_CERT_DIR at each call, which is the way to trust a library's own authority.
    """
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def server_context(certificate: str, key: str) -> ssl.SSLContext:
    """Our certificate chain and its key, from PEM files; ``key`` '' = in the same file.

    Raises Misconfigured, naming the keys of [listen], where they cannot be loaded.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if why := _not_loaded(context, certificate, key):
        raise Misconfigured(f"[listen] tls_cert, tls_key: {why}")
    return context


def mutual_context(certificate: str, key: str, clients: str) -> ssl.SSLContext:
    """As ``server_context``, and each client must show a certificate that ``clients`` holds or has signed.

    ``clients``: a PEM file of certificates, of authorities or of the clients themselves. No session tickets
    are given: a client that waits for its answer alone (libyaz) misses it behind one. Raises Misconfigured.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.num_tickets = 0
    _demand(context, clients)
    if why := _not_loaded(context, certificate, key):
        raise Misconfigured(why)
    return context


def calling_context(certificate: str, key: str, authority: str) -> ssl.SSLContext:
    """As ``client_context``, showing our certificate where ``certificate`` names one. Raises Misconfigured.

    ``authority``: a PEM file that the server's certificate is checked by, '' for the system's.
    """
    context = client_context()
    if authority:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        _demand(context, authority)
    if certificate and (why := _not_loaded(context, certificate, key)):
        raise Misconfigured(why)
    return context


def one_certificate(file: str) -> bytes:
    """Return the one certificate of a PEM file as DER; text may stand around it. Raise Misconfigured."""
    try:
        found = _PEM.findall(Path(file).read_bytes())
    except OSError as error:
        raise Misconfigured(f"{file}: {_why(error)}") from None
    if len(found) != 1:
        raise Misconfigured(f"{file}: must hold one certificate in PEM form, and holds {len(found)}")
    try:
        der = ssl.PEM_cert_to_DER_cert(found[0].decode("ascii"))
        ssl.create_default_context(cadata=der)
    except (OSError, ValueError):
        raise Misconfigured(f"{file}: its certificate is damaged") from None
    return der


def _demand(context: ssl.SSLContext, trusted: str) -> None:
    """The other end must show a certificate that this file holds, or that one in it has signed."""
    context.verify_mode = ssl.CERT_REQUIRED
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # a certificate alone may be trusted
    try:
        context.load_verify_locations(trusted)
    except OSError as error:
        raise Misconfigured(f"{trusted}: {_why(error)}") from None


def _not_loaded(context: ssl.SSLContext, certificate: str, key: str) -> str:
    """Load our chain; return why that is not possible."""
    try:
        context.load_cert_chain(certificate, key or None, password=_no_passphrase)
    except (OSError, ValueError) as error:
        return f"{f'{certificate} and {key}' if key else certificate}: {_why(error)}"
    return ""


def _why(error: OSError | ValueError) -> str:
    if isinstance(error, ssl.SSLError):  # whose own words name a line of Python's source
        other = error.reason == "KEY_VALUES_MISMATCH"
        return "the key is another certificate's" if other else "no certificate with its key, in PEM form"
    return (isinstance(error, OSError) and error.strerror) or str(error)


def _no_passphrase() -> str:
    """Give no passphrase: OpenSSL would ask at the terminal, where a service would wait endlessly."""
    raise ValueError("the key is locked with a passphrase")

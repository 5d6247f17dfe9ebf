"""TLS for both directions: what we demand of a server, and what we show to a client."""

import ssl

from mailproc.errors import Misconfigured


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
    try:
        context.load_cert_chain(certificate, key or None, password=_no_passphrase)
    except (OSError, ValueError) as error:
        held = f"{certificate} and {key}" if key else certificate
        raise Misconfigured(f"[listen] tls_cert, tls_key: {held}: {_why(error)}") from None
    return context


def _why(error: OSError | ValueError) -> str:
    if isinstance(error, ssl.SSLError):  # whose own words name a line of Python's source
        other = error.reason == "KEY_VALUES_MISMATCH"
        return "the key is another certificate's" if other else "no certificate with its key, in PEM form"
    return (isinstance(error, OSError) and error.strerror) or str(error)


def _no_passphrase() -> str:
    """Give no passphrase: OpenSSL would ask at the terminal, where a service would wait endlessly."""
    raise ValueError("the key is locked with a passphrase")

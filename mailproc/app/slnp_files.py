"""The files of [listen_slnp] must be there and be what they are named as."""

import ssl
from collections.abc import Iterator

from mailproc import config_load
from mailproc.config import Config
from mailproc.config_load.problem import ConfigProblem
from mailproc.errors import Misconfigured
from mailproc.transport.tls import mutual_context, one_certificate


def problems(config: Config) -> Iterator[ConfigProblem]:
    """Certificates and keys that cannot be used. Changes nothing."""
    if config.listen_slnp.enabled and isinstance(found := _read(config), ConfigProblem):
        yield found


def tls_of(config: Config) -> tuple[ssl.SSLContext, bytes] | None:
    """Our side of TLS and the certificate that is pinned (DER), or None; Misconfigured with key and line."""
    found = _read(config)
    if isinstance(found, ConfigProblem):
        raise config_load.all_wrong(config, [found])
    return found


def _read(config: Config) -> tuple[ssl.SSLContext, bytes] | ConfigProblem | None:
    listen = config.listen_slnp
    if not listen.tls_cert:
        return None
    ours, key, theirs = config.files(listen.tls_cert, listen.tls_key, listen.client_cert)
    try:
        pinned = one_certificate(theirs)
    except Misconfigured as error:
        return ConfigProblem(("listen_slnp", "client_cert"), str(error), listen.client_cert)
    try:
        return mutual_context(ours, key, theirs), pinned
    except Misconfigured as error:
        return ConfigProblem(("listen_slnp", "tls_cert"), str(error), listen.tls_cert)

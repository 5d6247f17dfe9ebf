"""The files of [listen_tcp] and [partner.tcp] must be there and be what they are named as."""

from collections.abc import Iterator

from mailproc.config import Config
from mailproc.config_load.problem import ConfigProblem
from mailproc.errors import Misconfigured
from mailproc.transport.tls import calling_context, mutual_context

_CURE = 'correct it, or write ""'


def problems(config: Config) -> Iterator[ConfigProblem]:
    """Certificates, keys and authorities that cannot be used. Changes nothing."""
    listen, base = config.listen_tcp, config.file.parent
    if listen.enabled and listen.tls_cert:
        try:
            mutual_context(*config.files(listen.tls_cert, listen.tls_key, listen.tls_clients))
        except Misconfigured as error:
            yield ConfigProblem(("listen_tcp", "tls_cert"), f"{error}; {_CURE}", listen.tls_cert)
    for position, partner in enumerate(config.partner):
        tcp = partner.tcp
        if not tcp.tls:
            continue
        try:
            calling_context(*config.files(tcp.tls_cert, tcp.tls_key, tcp.tls_authority))
        except Misconfigured as error:
            loc = ("partner", position, "tcp", "tls")
            yield ConfigProblem(loc, f"{error}; name files below {base}, or whole paths", tcp.tls)

"""The files of [listen_tcp] and [partner.tcp] must be there and be what they are named as."""

from collections.abc import Callable, Iterator, Mapping

from mailproc.app import named_tls_files
from mailproc.config import Config
from mailproc.config_load.problem import ConfigProblem, Loc
from mailproc.errors import Misconfigured
from mailproc.transport.tls import calling_context, mutual_context


def problems(config: Config) -> Iterator[ConfigProblem]:
    """Certificates, keys and authorities that cannot be used. Changes nothing."""
    listen = config.listen_tcp
    if listen.enabled and listen.tls_cert:
        named = {"tls_cert": listen.tls_cert, "tls_key": listen.tls_key, "tls_clients": listen.tls_clients}
        yield from _wrong(config, ("listen_tcp",), named, "tls_cert", mutual_context)
    for position, partner in enumerate(config.partner):
        tcp = partner.tcp
        if tcp.tls:
            named = {"tls_cert": tcp.tls_cert, "tls_key": tcp.tls_key, "tls_authority": tcp.tls_authority}
            yield from _wrong(config, ("partner", position, "tcp"), named, "tls", calling_context)


def _wrong(
    config: Config,
    loc: Loc,
    named: Mapping[str, str],
    whole: str,
    load: Callable[[str, str, str], object],
) -> Iterator[ConfigProblem]:
    """Name each file that cannot be read under its own key; else, under ``whole``, what is wrong with all."""
    missing = list(named_tls_files.unreadable(config, loc, named))
    yield from missing
    if missing:
        return
    try:
        load(*config.files(*named.values()))
    except Misconfigured as error:
        text = f"{error}; {named_tls_files.cure(config)}"
        yield ConfigProblem((*loc, whole), text, named["tls_cert"])

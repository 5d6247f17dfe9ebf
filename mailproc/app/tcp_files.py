"""The files of [listen_tcp] and [partner.tcp] must be there and be what they are named as."""

from collections.abc import Callable, Iterator, Mapping

from mailproc import private
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
    base, cure = config.file.parent, f"name files below {config.file.parent}, or whole paths"
    missing = {key: why for key, name in named.items() if name and (why := private.unreadable(base / name))}
    for key, why in missing.items():
        yield ConfigProblem((*loc, key), f"{base / named[key]} cannot be read: {why}; {cure}", named[key])
    if missing:
        return
    try:
        load(*config.files(*named.values()))
    except Misconfigured as error:
        yield ConfigProblem((*loc, whole), f"{error}; {cure}", named["tls_cert"])

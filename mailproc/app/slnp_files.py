"""The files of [listen_slnp] must be there and be what they are named as."""

import ssl
from collections.abc import Iterator

from mailproc import config_load
from mailproc.app import named_tls_files
from mailproc.config import Config
from mailproc.config_load.problem import ConfigProblem, Loc
from mailproc.errors import Misconfigured
from mailproc.transport.tls import mutual_context, one_certificate

_SECTION: Loc = ("listen_slnp",)


def problems(config: Config) -> Iterator[ConfigProblem]:
    """Certificates and keys that cannot be used, all at once. Changes nothing."""
    if config.listen_slnp.enabled and isinstance(found := _read(config), list):
        yield from found


def tls_of(config: Config) -> tuple[ssl.SSLContext, bytes] | None:
    """Our side of TLS and the certificate that is pinned (DER), or None; Misconfigured with key and line."""
    found = _read(config)
    if isinstance(found, list):
        raise config_load.all_wrong(config, found)
    return found


def _read(config: Config) -> tuple[ssl.SSLContext, bytes] | list[ConfigProblem] | None:
    listen = config.listen_slnp
    if not listen.tls_cert:
        return None
    named = {"tls_cert": listen.tls_cert, "tls_key": listen.tls_key, "client_cert": listen.client_cert}
    if missing := list(named_tls_files.unreadable(config, _SECTION, named)):
        return missing
    ours, key, theirs = config.files(*named.values())
    wrong, pinned = list[ConfigProblem](), b""
    try:
        pinned = one_certificate(theirs)
    except Misconfigured as error:
        wrong.append(ConfigProblem((*_SECTION, "client_cert"), str(error), listen.client_cert))
    try:
        made = mutual_context(ours, key, theirs if pinned else ours)
    except Misconfigured as error:
        return [*wrong, ConfigProblem((*_SECTION, "tls_cert"), str(error), listen.tls_cert)]
    return wrong or (made, pinned)

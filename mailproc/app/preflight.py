"""What config.toml names must be there and be of use: files, folders, a language, an address to listen on.

Looked at before the service starts and by ``check``. Left to the moment of use it would stop the
service in its start without a line, or (a folder of templates) be passed over in silence.

Asked by ``os.path``: pathlib's ``exists`` and ``is_dir`` raise where a folder may not be searched.
"""

import os
import shutil
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

from mailproc import private
from mailproc.app import archive_place, document_place, oauth, slnp_files, tcp_files, web_extra
from mailproc.config import Config, TemplateSettings
from mailproc.config_load.problem import ConfigProblem, Loc
from mailproc.errors import Misconfigured
from mailproc.notices.language_files import shipped_tags
from mailproc.office.upkeep import backup_folder
from mailproc.protocols import registry
from mailproc.store import connections
from mailproc.transport import yaz_client
from mailproc.transport.tls import server_context


def problems(config: Config) -> Iterator[ConfigProblem]:
    """Everything named that cannot work, each with what to do. Changes nothing."""
    base = config.file.parent
    yield from _language(config, base / config.templates.site)
    yield from _site(config, base / config.templates.site)
    for loc, name in registry.files(config):
        yield from _data(loc, name, base)
    if config.deliver.mode == "folder":
        yield from _outgoing(config.deliver.folder, base)
    yield from _store(config)
    yield from document_place.problems(config)
    yield from _backups(config, base)
    yield from archive_place.problems(config)
    yield from oauth.problems(config)
    if config.listen.enabled:
        yield from _certificate(config)
        yield from _host(("listen", "host"), config.listen.host)
    if config.listen_tcp.enabled:
        yield from _host(("listen_tcp", "host"), config.listen_tcp.host)
    yield from tcp_files.problems(config)
    if config.listen_slnp.enabled:
        yield from _host(("listen_slnp", "host"), config.listen_slnp.host)
    yield from slnp_files.problems(config)
    yield from _authorities(config)
    yield from _nameservers(config)
    for section, enabled in (("web", config.web.enabled), ("listen_http", config.listen_http.enabled)):
        if enabled and (lacking := web_extra.lacking()):
            yield ConfigProblem((section, "enabled"), web_extra.needed(lacking), True)
    if config.web.enabled and config.web.auth == "oidc" and (lacking := web_extra.lacking(web_extra.OF_OIDC)):
        yield ConfigProblem(("web", "auth"), web_extra.needed(lacking), "oidc")


def _language(config: Config, site: Path) -> Iterator[ConfigProblem]:
    language = config.library.language
    if language not in shipped_tags() and not os.path.isdir(site / language):
        shipped = " and ".join(shipped_tags())
        text = f"there are letters in {shipped}; for another language put your own into {site / language}"
        yield ConfigProblem(("library", "language"), text, language)


def _site(config: Config, site: Path) -> Iterator[ConfigProblem]:
    """The folder of the default need not be there. Whatever is there must be readable to its ground."""
    if config.templates.site == TemplateSettings().site and not os.path.lexists(site):
        return
    loc, told = ("templates", "site"), config.templates.site
    for error in _hidden(site):
        text = f"{error.filename} cannot be read ({error.strerror}): the shipped texts would go out instead"
        yield ConfigProblem(loc, f"{text}; make it, give it to the service, or take it away", told)


def _hidden(folder: Path) -> Iterator[OSError]:
    """Why folders and files below ``folder``, or itself, cannot be looked into."""
    errors: list[OSError] = []
    for here, _, files in os.walk(folder, onerror=errors.append):
        for file in files:
            try:
                (Path(here) / file).stat()
            except OSError as error:
                errors.append(error)
    yield from errors


def _data(loc: Loc, name: str, base: Path) -> Iterator[ConfigProblem]:
    if name and (why := private.unreadable(base / name)):
        yield ConfigProblem(
            loc, f'the file {base / name} cannot be read: {why}; correct the name, or write ""', name
        )


def _store(config: Config) -> Iterator[ConfigProblem]:
    """Where the store is not there yet, its folder must take it; so must that of the file of its numbers."""
    base = config.file.parent
    file = connections.file_of(connections.parse(config.store.url, base))
    if file is not None and _is_absent(file.parent) and _is_absent(file.parent.parent):
        text = f"{file.parent.parent} is not there: make it, or bring its disk back"
        yield ConfigProblem(("store", "url"), text, config.store.url)
    elif file is not None and _is_absent(file) and (why := private.unwritable(file.parent)):
        yield ConfigProblem(("store", "url"), f"{file} cannot be made: {why}", config.store.url)
    named = config.store.counters
    if named and _is_absent(base / named) and (why := private.unwritable((base / named).parent)):
        yield ConfigProblem(("store", "counters"), f"{base / named} cannot be made: {why}", named)


def _is_absent(file: Path) -> bool:
    """Return whether it is not there. Of one that this user may not look for, opening it says more."""
    try:
        file.lstat()
    except PermissionError:
        return False
    except OSError:
        return True
    return False


def warnings(config: Config) -> Iterator[str]:
    """What works now and will not in the night: no reason to keep letters waiting."""
    yield from _programs(config)
    store = connections.file_of(connections.parse(config.store.url, config.file.parent))
    if store is not None and _is_absent(store.parent):
        yield f"store.url: {store.parent} is not there: the first start makes it, with a new store"
    folder = config.file.parent / config.backup.folder
    if not config.schedule.backup or not config.backup.folder:
        return
    if _is_absent(folder.parent):
        yield f"backup.folder: {folder.parent} is not there: make it, or bring its disk back"
    elif why := private.unwritable(folder):
        yield f"backup.folder: no backup can be written into {folder}: {why}"


def _programs(config: Config) -> Iterator[str]:
    for one in config.catalogue:
        if one.protocol == "z39.50" and shutil.which(one.program, path=yaz_client.PATH) is None:
            yield f"catalogue {one.name}: there is no program {one.program}: install the Debian package yaz"


def _outgoing(name: str, base: Path) -> Iterator[ConfigProblem]:
    """The folder is made when the first letter goes; until then its nearest parent must take it."""
    folder = base / name
    if why := private.unwritable(folder):
        yield ConfigProblem(("deliver", "folder"), f"letters cannot be written into {folder}: {why}", name)


def _backups(config: Config, base: Path) -> Iterator[ConfigProblem]:
    name = config.backup.folder
    if name and backup_folder.is_the_stores(config, base / name):
        text = f"the store or its documents lie in {base / name}; name a folder of its own, on another disk"
        yield ConfigProblem(("backup", "folder"), text, name)


def certificate(config: Config) -> dict[str, Path]:
    """The files of the listener's ``tls_cert`` and ``tls_key``, as far as they are named: like every path in
    config.toml they are read from its folder."""
    named = {"tls_cert": config.listen.tls_cert, "tls_key": config.listen.tls_key}
    return {key: config.file.parent / name for key, name in named.items() if name}


def _certificate(config: Config) -> Iterator[ConfigProblem]:
    listen, files = config.listen, certificate(config)
    missing = {key: why for key, file in files.items() if (why := private.unreadable(file))}
    for key, why in missing.items():
        text = f'the file {files[key]} cannot be read: {why}; correct the name, or write ""'
        yield ConfigProblem(("listen", key), text, getattr(listen, key))
    if listen.tls_cert and not missing:
        try:
            server_context(str(files["tls_cert"]), str(files.get("tls_key", "")))
        except Misconfigured as error:
            why = str(error).partition(": ")[2]  # which keys it is about is said anyway
            yield ConfigProblem(("listen", "tls_cert"), f'{why}; correct it, or write ""', listen.tls_cert)


def _host(loc: Loc, host: str) -> Iterator[ConfigProblem]:
    """Is it an address of this machine? The port may be taken by the very service that runs."""
    try:
        found = socket.getaddrinfo(host or None, 0, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        if not any(_is_ours(family, address) for family, _, _, _, address in found):
            yield ConfigProblem(loc, "this machine has no such address", host)
    except OSError as error:
        text = f"no address of that name is known: {error.strerror}"
        yield ConfigProblem(loc, f'{text}; write an address of this machine, as "127.0.0.1"', host)


def _is_ours(family: int, address: tuple[str | int, ...] | tuple[int, bytes]) -> bool:
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.bind(address)
    except OSError:
        return False
    return True


def _authorities(config: Config) -> Iterator[ConfigProblem]:
    """OpenSSL passes over a file of authorities that it cannot read, and then trusts nobody."""
    file = os.environ.get("SSL_CERT_FILE")
    if file is None:
        return
    doors: list[tuple[Loc, str]] = [
        (("mailbox", at, "security"), one.security) for at, one in enumerate(config.mailbox)
    ]
    if config.deliver.mode == "smtp":
        doors.append((("deliver", "security"), config.deliver.security))
    for loc, security in doors:
        if security != "none" and (why := _no_authorities(file)):
            text = f"certificates are checked by SSL_CERT_FILE in the environment: {file} {why}"
            yield ConfigProblem(loc, f"{text}; correct or unset it", security)


def _no_authorities(file: str) -> str:
    try:
        ssl.create_default_context(cafile=file)
    except ssl.SSLError:
        return "holds no certificates"
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return ""


def _nameservers(config: Config) -> Iterator[ConfigProblem]:
    if not config.proof.nameservers:
        return
    from mailproc.transport.dns_keys import nameserver  # here: DNS takes its time to load

    for position, server in enumerate(config.proof.nameservers):
        try:
            nameserver(server)
        except ValueError:
            text = 'must be an IP address, "192.0.2.53" or "192.0.2.53:5353"; [] = those of this machine'
            yield ConfigProblem(("proof", "nameservers", position), text, server)

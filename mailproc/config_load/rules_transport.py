"""What must hold for the ways in and out: [listen], [[mailbox]], [deliver]."""

import re
from collections.abc import Iterator

from mailproc.config import Config, Mailbox
from mailproc.config_load import poll, rules_oauth
from mailproc.config_load.first_use import FirstUse
from mailproc.config_load.problem import ConfigProblem, Loc
from mailproc.config_load.value_checks import (
    ADDRESS,
    HOST,
    is_address,
    is_host,
    is_loopback,
    network_problems,
)
from mailproc.mail import verp
from mailproc.mail.channel import DOORS


def problems(config: Config) -> Iterator[ConfigProblem]:
    yield from _listen(config)
    taken = FirstUse()
    for position, mailbox in enumerate(config.mailbox):
        yield from _mailbox(mailbox, ("mailbox", position), taken)
    yield from _deliver(config)


def _listen(config: Config) -> Iterator[ConfigProblem]:
    listen = config.listen
    yield from network_problems(("listen", "networks"), listen.networks)
    if listen.enabled and not listen.networks and not is_loopback(listen.host):
        text = (
            f'a listener on {listen.host} must know who may connect: name your relay, as in ["192.0.2.25/32"]'
        )
        yield ConfigProblem(("listen", "networks"), text)
    for position, recipient in enumerate(listen.recipients):
        if not is_address(recipient):
            yield ConfigProblem(("listen", "recipients", position), ADDRESS, recipient)
    if listen.tls_key and not listen.tls_cert:
        yield ConfigProblem(("listen", "tls_cert"), "tls_key needs its certificate", "")
    if listen.require_tls and not listen.tls_cert:
        yield ConfigProblem(("listen", "require_tls"), "needs tls_cert", True)


def _mailbox(mailbox: Mailbox, loc: Loc, taken: FirstUse) -> Iterator[ConfigProblem]:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", mailbox.name):
        yield ConfigProblem((*loc, "name"), "must be a short name of letters, digits, - . _", mailbox.name)
    if mailbox.name.casefold() in DOORS:
        yield ConfigProblem((*loc, "name"), "this name is reserved; choose another", mailbox.name)
    if first := taken.before(mailbox.name.casefold(), (*loc, "name")):
        text = "two mailboxes have this name; choose another"
        yield ConfigProblem((*loc, "name"), text, mailbox.name, first)
    for key, value in (("host", mailbox.host), ("user", mailbox.user), ("folder", mailbox.folder)):
        if not value or not value.isprintable():
            yield ConfigProblem((*loc, key), "must not be empty", value)
    yield from _server((*loc, "host"), mailbox.host)
    if mailbox.auth == "password" and not mailbox.password.get_secret_value():
        yield ConfigProblem(
            (*loc, "password"), 'is missing: write password = { env = "NAME" } or { file = "…" }'
        )
    yield from rules_oauth.problems(mailbox, loc)
    if not 0 <= mailbox.port <= 65535:
        yield ConfigProblem((*loc, "port"), "must be 0 (the usual one) to 65535", mailbox.port)
    if wrong := not_a_time(mailbox.poll):
        yield ConfigProblem((*loc, "poll"), wrong, mailbox.poll)
    if wrong := _not_an_end(mailbox):
        yield ConfigProblem((*loc, "after"), wrong, mailbox.after)


def _server(loc: Loc, host: str) -> Iterator[ConfigProblem]:
    if host and not is_host(host):
        yield ConfigProblem(loc, HOST, host)


def not_a_time(text: str) -> str:
    try:
        poll.read(text)
    except ValueError as error:
        return str(error)
    return ""


def _not_an_end(mailbox: Mailbox) -> str:
    """What becomes of a letter that is ours: seen, delete, or move:FOLDER (rules of IMAP MOVE)."""
    if mailbox.after in ("seen", "delete"):
        return ""
    word, colon, folder = mailbox.after.partition(":")
    if word != "move" or not colon or not folder.strip():
        return 'must be "seen", "delete" or "move:FOLDER"'
    return "moves letters into the folder they are read from" if folder == mailbox.folder else ""


def _deliver(config: Config) -> Iterator[ConfigProblem]:
    deliver = config.deliver
    has_password = bool(deliver.password.get_secret_value())
    if deliver.mode == "smtp" and not deliver.host:
        yield ConfigProblem(("deliver", "host"), 'mode = "smtp" needs the relay\'s name', "")
    yield from _server(("deliver", "host"), deliver.host)
    if deliver.mode == "folder" and not deliver.folder:
        yield ConfigProblem(("deliver", "folder"), 'mode = "folder" needs a folder', "")
    if not 0 <= deliver.port <= 65535:
        yield ConfigProblem(("deliver", "port"), "must be 0 (the usual one) to 65535", deliver.port)
    if deliver.verp and len(config.library.email.rpartition("@")[0]) > verp.MOST_OF_LOCAL_PART:
        text = f"needs a library.email of at most {verp.MOST_OF_LOCAL_PART} characters before the @"
        yield ConfigProblem(("deliver", "verp"), text, True)
    yield from rules_oauth.problems(deliver, ("deliver",))
    if deliver.user and deliver.auth == "password" and not has_password:
        text = 'deliver.user needs one: write password = { env = "NAME" } or { file = "…" }'
        yield ConfigProblem(("deliver", "password"), text)
    if has_password and not deliver.user:
        yield ConfigProblem(("deliver", "user"), "deliver.password needs a user", "")

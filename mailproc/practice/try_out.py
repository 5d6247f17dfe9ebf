"""The verb ``practice``: the practice world for a person's own configuration."""

import os
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mailproc.config import Config, Listen, ListenHttp, ListenSlnp, ListenTcp
from mailproc.practice import british_library, configuration, hub, ready_file
from mailproc.practice.configuration import Ports
from mailproc.practice.telling import Telling, sentence
from mailproc.practice.world import PASSWORDS, Ground, World

PORTS = Ports(relay=8125, mailbox=8143, web=8180, aleph=8161)
DEFAULTS = {
    **dict.fromkeys(PASSWORDS, "PRACT1CE"),
    "hook": "this-signs-calls-of-practice",
    "hub": "this-path-is-of-the-practice-hub",
}
"""No secrets: printed, in the documentation, and good for nothing else."""

_JOIN = """\
These lines join your config.toml to it ([deliver], [hub] and [listen_…] in place of your own):

{lines}
And in the terminal of `mailproc run` (`check`, `fetch` and `hooks try` need them too, other verbs do not):

{exports}
"""
_JOINED = "Your configuration is joined to it: start `mailproc run` in another terminal.\n"
_HOW_TO = """\
The practice world stands on 127.0.0.1. {join}
{listener}
Write `go B2 renewed`, `order {address}`, `pfl {symbol}`, `sbn {isil}` or `stop`; Ctrl-C ends it.
The words for the title stand in docs/practice.md.
"""


def run(config: Config, ports: Ports = PORTS) -> int:
    """Until Ctrl-C or "stop". Raises LocalFault where a port is taken."""
    telling = Telling()
    passwords = {who: os.environ.get(name, DEFAULTS[who]) for who, name in PASSWORDS.items()}
    ground = Ground(
        passwords, ports.relay, ports.mailbox, ports.web, ports.aleph,
        _listener(config), _found(config.listen_tcp), _found(config.listen_slnp), _found(config.listen_http),
    )  # fmt: skip

    def tell(event: str, **particulars: Any) -> None:
        if event == "ready":
            bound = Ports(**particulars)
            sys.stdout.write(how_to(config, passwords, configuration.lines(bound, "every 5s")))
            sys.stdout.flush()
        elif text := sentence({"event": event, **particulars}):
            telling.line(text)

    try:
        World(ground, tell).run(_lines())
    except KeyboardInterrupt:
        sys.stdout.write("\n")
    return 0


def write(file: Path) -> str:
    """Write a configuration that is joined already; return what to do with it. Raises LocalFault."""
    here, password, secret, path = ready_file.write(file, PORTS, DEFAULTS)
    return (
        f"{here} is a configuration for practice, {password} holds its password, {secret} the secret of its"
        f" hook, {path} that of its hub. Each in a terminal:\n\n"
        f"mailproc --config {here} practice\nmailproc --config {here} run\n"
        f"mailproc --config {here} request FILE --partner {british_library.SYMBOL}"
    )


def how_to(config: Config, passwords: Mapping[str, str], lines: str) -> str:
    """What to write into config.toml, unless it is there. A password of the person's own is not printed."""
    values = {
        name: DEFAULTS[who] if passwords[who] == DEFAULTS[who] else "…" for who, name in PASSWORDS.items()
    }
    listener = _listener(config)
    host, port = listener or ("", 0)
    exports = "\n".join(f"export {name}={value}" for name, value in values.items())
    joined = any(partner.symbol == british_library.SYMBOL for partner in config.partner)
    return _HOW_TO.format(
        join=_JOINED if joined else _JOIN.format(lines=lines, exports=exports),
        listener=f"Half of the answers come to your listener on {host}:{port}."
        if listener
        else "Your listener is off (or on a free port): all answers come into the mailbox.",
        address=config.library.email,
        symbol=config.library.symbol,
        isil=hub.OURS,
    )


def _listener(config: Config) -> tuple[str, int] | None:
    return _found(config.listen)


def _found(listen: Listen | ListenTcp | ListenSlnp | ListenHttp) -> tuple[str, int] | None:
    return (listen.host, listen.port) if listen.enabled and listen.port else None


def _lines() -> Iterator[str]:
    """What the person writes; after the end of the input (a service, a pipe) nothing, for ever."""
    yield from sys.stdin
    threading.Event().wait()

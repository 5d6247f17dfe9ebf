"""The lines of config.toml that join a mailproc to the practice world."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec

from mailproc.practice import (
    aleph,
    british_library,
    catalogue,
    customer,
    hub,
    library_system,
    neighbour,
    second_library,
    town,
    zfl,
)
from mailproc.practice.mailbox import USER
from mailproc.practice.world import PASSWORDS

Secret = Callable[[str], str]
"""Writes where the password of one of PASSWORDS is read from."""

_LENDER = (("bl", british_library, 12), ("second", second_library, 6))
"""Each with what a loan or a copy costs: by it a rota is made."""


@dataclass(frozen=True)
class Ports:
    """Where the world stands on 127.0.0.1."""

    relay: int
    mailbox: int
    web: int
    aleph: int


@dataclass(frozen=True)
class Doors:
    """Where the world's Aleph, ZFL and hub find us on 127.0.0.1; 0 takes free ports.

    ``http`` None: there is no hub.
    """

    tcp: int = 1611
    slnp: int = 9001
    http: int | None = 8027


DOORS = Doors()

_NEIGHBOUR = f"""\
[[partner]]
symbol = "{neighbour.SYMBOL}"
name = "{neighbour.NAME}"
address = "{neighbour.ADDRESS}"
codec = "{neighbour.CODEC}"
proof = ["none"]
"""

_TOWN = f"""\
[[partner]]
symbol = "{town.SYMBOL}"
name = "{town.NAME}"
address = "{town.ADDRESS}"
codec = "{town.CODEC}"
proof = ["none"]
"""

_DOORS = f"""\
[listen_tcp]
enabled = true
port = {{tcp}}
{{public}}
[listen_slnp]
enabled = true
port = {{slnp}}
partner = "{zfl.SYMBOL}"
"""

_ALEPH = f"""\
[[partner]]
symbol = "{aleph.SYMBOL}"
name = "{aleph.NAME}"
address = "{aleph.ADDRESS}"
codec = "{neighbour.CODEC}"
dialect = "{aleph.DIALECT}"
transport = "tcp"
proof = ["none"]
[partner.tcp]
address = "127.0.0.1:{{port}}"
networks = ["127.0.0.0/8"]
"""

_ZFL = f"""\
[[partner]]
symbol = "{zfl.SYMBOL}"
name = "{zfl.NAME}"
address = "{zfl.ADDRESS}"
codec = "{zfl.CODEC}"
roles = ["REQUESTER", "RESPONDER"]
language = "de"
proof = ["none"]
"""

_HUB = f"""\
[hub]
url = "http://127.0.0.1:{{port}}{hub.PATH}"

[listen_http]
enabled = {{enabled}}
port = {{http}}
path = {{path}}

[[partner]]
symbol = "{hub.SYMBOL}"
name = "{hub.LIBRARY}"
address = "{hub.ADDRESS}"
codec = "{hub.CODEC}"
transport = "http"
roles = ["RESPONDER", "REQUESTER"]
proof = ["none"]
[partner.illsbn]
our_id = "{hub.OURS}"
"""

_CATALOGUES = f"""\
[[catalogue]]
name = "own"
url = "http://127.0.0.1:{{port}}{catalogue.OWN}"

[[catalogue]]
name = "union"
use = "union"
url = "http://127.0.0.1:{{port}}{catalogue.UNION}"
partners = {{{{ "{catalogue.SECOND}" = "{second_library.SYMBOL}" }}}}

[[rota]]
name = "practice"
partners = ["{british_library.SYMBOL}"]
order = ["cost"]
"""

_HOOK = f"""\
[[hook]]
name = "practice"
events = ["REQUESTER.receive", "REQUESTER.return", "RESPONDER.ship", "RESPONDER.check-in"]
url = "http://127.0.0.1:{{port}}{library_system.PATH}"
secret = {{secret}}
"""


def lines(ports: Ports, poll: str, files: Mapping[str, str] | None = None, doors: Doors = DOORS) -> str:
    """Return the sections of all players. ``files``: of the passwords by the keys of PASSWORDS; without
    them they come from the environment. ``doors``: our ports that three of them call."""

    def secret(who: str) -> str:
        return f'{{ file = "{files[who]}" }}' if files else f'{{ env = "{PASSWORDS[who]}" }}'

    mail = [_deliver(ports.relay), _mailbox(ports.mailbox, poll, secret("mailbox"))]
    around = [
        _CATALOGUES.format(port=ports.web),
        _HOOK.format(port=ports.web, secret=secret("hook")),
    ]
    behind = [] if doors.http is None else [_hub(ports.web, doors.http, secret("hub"))]
    return "\n".join([*mail, _doors(doors), *_partners(secret, ports), *behind, *around])


def _hub(port: int, http: int, path: str) -> str:
    """Without the HTTP server (mailproc-ill[web]) the hub is only asked, and posts nothing to us."""
    return _HUB.format(port=port, enabled="true" if has_web() else "false", http=http, path=path)


def has_web() -> bool:
    """Return whether what serves by HTTP is installed."""
    return all(find_spec(name) for name in ("uvicorn", "starlette"))


def _doors(doors: Doors) -> str:
    public = f'public = "127.0.0.1:{doors.tcp}"\n' if doors.tcp else ""
    return _DOORS.format(tcp=doors.tcp, public=public, slnp=doors.slnp)


def _partners(secret: Secret, ports: Ports) -> list[str]:
    lenders = [
        _partner(
            module.SYMBOL,
            module.NAME,
            module.ADDRESS,
            "RESPONDER",
            ("out", module.CUSTOMER_CODE, secret(who)),
        )
        + f"[partner.lending]\nloan_cost = {cost}\ncopy_cost = {cost}\n"
        for who, module, cost in _LENDER
    ]
    borrower = _partner(
        customer.SYMBOL, customer.NAME, customer.ADDRESS, "REQUESTER",
        ("in", customer.CUSTOMER_CODE, secret("customer")),
    )  # fmt: skip
    return [*lenders, borrower, _NEIGHBOUR, _TOWN, _ALEPH.format(port=ports.aleph), _ZFL]


def _deliver(port: int) -> str:
    return f"""\
[deliver]
mode = "smtp"
host = "127.0.0.1"
port = {port}
security = "none"
"""


def _mailbox(port: int, poll: str, secret: str) -> str:
    return f"""\
[[mailbox]]
name = "practice"
host = "127.0.0.1"
port = {port}
security = "none"
user = "{USER}"
password = {secret}
poll = "{poll}"
"""


def _partner(symbol: str, name: str, address: str, role: str, account: tuple[str, str, str]) -> str:
    direction, customer_code, secret = account
    return f"""\
[[partner]]
symbol = "{symbol}"
name = "{name}"
address = "{address}"
proof = ["none"]
roles = ["{role}"]
[[partner.artemail.account]]
direction = "{direction}"
customer_code = "{customer_code}"
password = {secret}
"""

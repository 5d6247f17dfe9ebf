"""The lines of config.toml that join a mailproc to the practice world."""

from mailproc.practice import british_library, customer, neighbour, second_library, town
from mailproc.practice.mailbox import USER
from mailproc.practice.world import PASSWORDS

_LENDER = (("bl", british_library), ("second", second_library))

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


def lines(relay_port: int, mailbox_port: int, poll: str, password_file: str = "") -> str:
    """[deliver], [[mailbox]] and the five [[partner]]s; passwords come from the environment, or that file."""

    def secret(who: str) -> str:
        return f'{{ file = "{password_file}" }}' if password_file else f'{{ env = "{PASSWORDS[who]}" }}'

    lenders = [
        _partner(
            module.SYMBOL,
            module.NAME,
            module.ADDRESS,
            "RESPONDER",
            ("out", module.CUSTOMER_CODE, secret(who)),
        )
        for who, module in _LENDER
    ]
    borrower = _partner(
        customer.SYMBOL, customer.NAME, customer.ADDRESS, "REQUESTER",
        ("in", customer.CUSTOMER_CODE, secret("customer")),
    )  # fmt: skip
    doors = [_deliver(relay_port), _mailbox(mailbox_port, poll, secret("mailbox"))]
    return "\n".join([*doors, *lenders, borrower, _NEIGHBOUR, _TOWN])


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

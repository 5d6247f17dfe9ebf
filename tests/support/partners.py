"""The configuration of the stories: one library, its usual partners, and the words for others."""

from collections.abc import Sequence

from tests.support import configuration
from tests.support.configuration import Account

US = "ill@library.example"
BL, SECOND, CUSTOMER, OTHER, NET = "XX-BL", "XX-SECOND", "XX-CUSTOMER", "XX-OTHER", "XX-NET"
ADDRESS = {
    BL: "orders@bl.example",
    SECOND: "orders@second.example",
    CUSTOMER: "ill@customer.example",
    OTHER: "ill@other.example",
    NET: "ill@net.example",
    "XX-HUB": US,
}
CODE = {symbol: f"99-{number:04}" for number, symbol in enumerate(ADDRESS, start=1)}
PASSWORD = {symbol: f"PW{code[-4:]}XQ" for symbol, code in CODE.items()}
GAP = "\n" * 5


def head(url: str, relay: int = 0, symbol: str = "XX-LIBRARY") -> str:
    """All but the partners. ``url``: of the store; ``relay``: its port, if there is one; ``symbol``: ours."""
    ours = configuration.library(symbol, US, "Our Library", staff="staff@library.example")
    return ours + configuration.section("store", url=url) + configuration.relay(relay)


def partner_lines(symbol: str, roles: Sequence[str], *accounts: str, more: str = "") -> str:
    """A [[partner]] with an account for each direction named."""
    known = [Account(direction, CODE[symbol], variable(symbol)) for direction in accounts]
    proof = () if "proof =" in more else ("none",)
    name = f"Library {symbol}"
    return configuration.partner(
        symbol, ADDRESS[symbol], *known, name=name, roles=roles, proof=proof, more=more
    )


def variable(symbol: str) -> str:
    return "TEST_" + symbol.replace("-", "_")


SILENT = "[partner.artemail]\nreceipts = false"
"""The stories count the answers to orders; receipts have stories of their own."""

USUAL = "".join(
    [
        partner_lines(BL, ["RESPONDER"], "out"),
        partner_lines(SECOND, ["RESPONDER"], "out"),
        partner_lines(CUSTOMER, ["REQUESTER"], "in", more=SILENT),
        partner_lines(OTHER, ["REQUESTER"], "in", more=SILENT),
    ]
)

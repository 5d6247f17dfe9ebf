"""The configuration of the stories: one library, its usual partners, and the words for others."""

import json
from collections.abc import Sequence

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

HEAD = """
[library]
symbol = "XX-LIBRARY"
name = "Our Library"
email = "ill@library.example"
staff = "staff@library.example"
[store]
url = "{url}"
[deliver]
mode = "smtp"
host = "127.0.0.1"
security = "none"
"""


def partner_lines(symbol: str, roles: Sequence[str], *accounts: str, more: str = "") -> str:
    """A [[partner]] with an account for each direction named."""
    lines = [
        "[[partner]]",
        f'symbol = "{symbol}"',
        f'name = "Library {symbol}"',
        f'address = "{ADDRESS[symbol]}"',
        f"roles = {json.dumps(list(roles))}",
        *(() if "proof =" in more else ('proof = ["none"]',)),
        more,
    ]
    for direction in accounts:
        lines += [
            "[[partner.artemail.account]]",
            f'direction = "{direction}"',
            f'customer_code = "{CODE[symbol]}"',
            f'password = {{ env = "{variable(symbol)}" }}',
        ]
    return "\n".join(lines)


def variable(symbol: str) -> str:
    return "TEST_" + symbol.replace("-", "_")


SILENT = "[partner.artemail]\nreceipts = false"
"""The stories count the answers to orders; receipts have stories of their own."""

USUAL = "\n".join(
    [
        partner_lines(BL, ["RESPONDER"], "out"),
        partner_lines(SECOND, ["RESPONDER"], "out"),
        partner_lines(CUSTOMER, ["REQUESTER"], "in", more=SILENT),
        partner_lines(OTHER, ["REQUESTER"], "in", more=SILENT),
    ]
)

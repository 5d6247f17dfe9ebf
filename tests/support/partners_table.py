"""The table of docs/partners.md, and the systems that each of its columns is about."""

from pathlib import Path

from mailproc.ill.terms import Role
from tests.support.one_partner import PARTNER, System

DOCS = Path(__file__).parents[2] / "docs/partners.md"
HEADINGS = {Role.REQUESTER: "### Where we borrow", Role.RESPONDER: "### Where we lend"}
ACTIONS = {
    Role.REQUESTER: {
        "Request": "request", "Receive": "receive", "Return": "return", "Cancel": "cancel",
        "Request renewal": "renew",
    },
    Role.RESPONDER: {
        "Will supply": "will-supply", "Ship": "ship", "Unfilled": "unfilled", "Check in": "check-in",
        "Confirm cancellation": "cancel-reply", "Accept renewal": "renew-reply", "Overdue": "overdue",
        "Recall": "recall",
    },
}  # fmt: skip
"""The thirteen, by the names of the page: how the command line calls them."""

_KEYWORDS = '[partner.artemail]\nkeywords = { cancel = "CANCEL", renew = "RENEW" }'
_TCP = '[partner.tcp]\naddress = "127.0.0.1:9"'
_DOOR = f'[listen_slnp]\nenabled = true\npartner = "{PARTNER}"\n'
_INFO = '[partner.slnp.info]\nhost = "127.0.0.1"\nport = 9\nfields = ["Status:{word}"]'


def _by_mail(dialect: str) -> System:
    return System("iso10161", {"dialect": dialect})


def _by_tcp(dialect: str, **more: str) -> System:
    return System("iso10161", {"dialect": dialect, "transport": "tcp"}, _TCP, **more)  # type: ignore[arg-type]  # names


_ARTEMAIL = System("artemail", accounts=("out", "in"))
SYSTEMS = {
    "British Library": [_ARTEMAIL],
    "British Library, keywords": [System("artemail", more=_KEYWORDS, accounts=("out", "in"))],
    "ARTEmail customer": [_ARTEMAIL],
    "labelled lines": [System("artemail", {"dialect": "plain"}, accounts=("out", "in"))],
    "ISO 10161": [
        *(_by_mail(one) for one in ("", "vdx", "ladd", "relais", "rlg")),
        *(_by_tcp(one) for one in ("", "aleph", "vdx", "ladd", "relais")),
        _by_tcp("illiad", symbol="NS:PARTNER", us="NS:LIBRARY"),
    ],
    "Alma": [_by_tcp("alma")],
    "ILL SBN": [System("illsbn", {"transport": "http"})],
    "ZFL": [System("slnp", house=_DOOR)],
    "ZFL, fields known": [System("slnp", {"transport": "slnp"}, _INFO, _DOOR)],
    "people": [System("letter")],
}
"""By column."""


def table(role: Role) -> dict[str, dict[str, str]]:
    """Return what the page says: of each column, the cell of each action."""
    under = DOCS.read_text("utf-8").partition(HEADINGS[role])[2].strip().partition("\n\n")[0]
    (_, *columns), _, *rows = [_cells(line) for line in under.splitlines()]
    names = ACTIONS[role]
    return {
        column: {names[row[0]]: row[at].strip("`") for row in rows} for at, column in enumerate(columns, 1)
    }


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]

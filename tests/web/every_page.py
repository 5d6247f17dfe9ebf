"""Every page of the desk and of readers: how one comes to it, and what its form refuses."""

from dataclasses import dataclass, field
from typing import Literal

from tests.web.full_house import TEXT

Who = Literal["staff", "reader", "nobody"]
TOKEN = "TOKEN"
"""Stands in an address for that of a link by mail."""


@dataclass(frozen=True)
class Refused:
    """What is typed into the form with this ``action`` (and this ``key``, where several have it), so that it
    is refused. ``hidden``: what was tampered with."""

    action: str
    typed: dict[str, str] = field(default_factory=dict)
    hidden: dict[str, str] = field(default_factory=dict)
    key: str = ""


@dataclass(frozen=True)
class DeskPage:
    """``address``: in the full house. ``typed``: what is typed into the field of that name, and sent, to get
    from there to the page; ``follows``: the end of the link that is followed."""

    route: str
    address: str
    refused: Refused | None = None
    typed: tuple[str, str] | None = None
    follows: str = ""
    who: Who = "staff"
    status: int = 200


_NOTHING = Refused("/note", {"text": "  "})

PAGES = (
    DeskPage("/login", "/login", Refused("/login", {"login": "rau", "password": "wrong"}), who="nobody"),
    DeskPage("/", "/"),
    DeskPage("/requests", "/requests"),
    DeskPage("/requests", "/requests?role=RESPONDER&state=LOST"),
    DeskPage("/requests", "/requests?due=soon", Refused("/requests/save", {"name": "  "})),
    DeskPage("/find/{name}", "/", typed=("find", "alert")),
    DeskPage("/r/{number}", "/r/B1", Refused("/act", {"on": "2099-01-01"}, key="act-return")),
    DeskPage(
        "/r/{number}", "/r/B2", Refused("/act", {"on": "2099-01-01", "note": "kept"}, key="act-receive")
    ),
    DeskPage("/r/{number}", "/r/B3"),
    DeskPage("/r/{number}", "/r/L1", _NOTHING),
    DeskPage("/r/{number}/rota", "/r/B2/rota", Refused("/rota/add", {"symbol": "XX-NOBODY"})),
    DeskPage("/r/{number}/correct", "/r/B2/correct"),
    DeskPage("/new", "/new", Refused("/new/place", {"isbn": "123", "note": "kept"})),
    DeskPage("/lend", "/lend"),
    DeskPage("/reviews", "/reviews"),
    DeskPage("/reviews/{number}", "/reviews/B3"),
    DeskPage("/letters", "/letters"),
    DeskPage("/letters", "/letters?day=2026-03-02&direction=out"),
    DeskPage("/letters/{name}", "/letters/O1", Refused("/redeliver", hidden={"seen": "long ago"})),
    DeskPage("/letters/{name}", "/letters/I2"),
    DeskPage("/letters/{name}", "/letters/I3", Refused("/dismiss", hidden={"seen": "long ago"})),
    DeskPage("/letters/{name}", "/letters/I4"),
    DeskPage("/letters/{name}", "/letters/I5"),
    DeskPage("/letters/{name}", "/unplaced", Refused("/attach", hidden={"number": "B999"}), follows="/E"),
    DeskPage("/unplaced", "/unplaced"),
    DeskPage("/patrons", "/patrons"),
    DeskPage("/patrons/found/{name}", "/patrons", typed=("who", "read")),
    DeskPage("/r/{number}/reader", "/r/B1/reader", Refused("/live")),
    DeskPage("/patrons/{name}", "/r/B1/reader", Refused("/again", hidden={"letter": "O999"})),
    DeskPage("/patrons/{name}/forget", "/r/B1/reader", follows="/forget", status=404),  # something is open
    DeskPage("/scan/{act}", "/scan/receive", Refused("/do", {"code": "nonsense"})),
    DeskPage("/slips", "/slips"),
    DeskPage("/slips", "/slips?again=B999", status=404),
    DeskPage("/templates", "/templates"),
    DeskPage("/templates/{name}", f"/templates/{TEXT}", Refused("/save", {"text": "Subject: {{ x.y }}"})),
    DeskPage("/templates/{name}", "/templates/artemail.order"),
    DeskPage("/templates/{name}/versions/{number}", f"/templates/{TEXT}", follows="/versions/1"),
    DeskPage("/partners", "/partners"),
    DeskPage("/partners/{symbol}", "/partners/XX-BL", Refused("/confirm", hidden={"learned": "A999"})),
    DeskPage("/service", "/service"),
    DeskPage("/figures", "/figures"),
    DeskPage("/keys", "/keys"),
    DeskPage("/audit/{login}", "/audit/rau"),
    DeskPage("/my", "/my", who="reader"),
    DeskPage("/my", "/my", who="nobody"),
    DeskPage("/my/{rest:path}", "/my/nowhere", who="reader", status=404),
    DeskPage("/my/new", "/my/new", Refused("/my/new/send", {"title": "  "}), who="reader"),
    DeskPage("/my/new", "/my/new?service=COPY", who="reader"),
    DeskPage("/my/r/{number}", "/my/r/B1", who="reader"),
    DeskPage("/my/r/{number}", "/my/r/B2", Refused("/ask", hidden={"what": "nonsense"}), who="reader"),
    DeskPage("/my/in/{token}", f"/my/in/{TOKEN}", Refused("/my/in", hidden={"token": "x"}), who="nobody"),
)
FILES = {
    "/events",
    "/figures/figures.csv",
    "/letters/{name}/file/{place}",
    "/patrons/{name}/data",
    "/slips/sheet.css",
    "/slips/slips.pdf",
}
"""What a GET gives that is no page."""

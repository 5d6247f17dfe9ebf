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
    is refused. ``hidden``: what was tampered with; ``route``: where it goes, if not below its page."""

    action: str
    typed: dict[str, str] = field(default_factory=dict)
    hidden: dict[str, str] = field(default_factory=dict)
    key: str = ""
    route: str = ""


@dataclass(frozen=True)
class DeskPage:
    """``address``: in the full house. ``typed``: what is typed into the field of that name, and sent, to get
    from there to the page; ``follows``: the end of the link that is followed. ``keeps``: only who
    keeps has it."""

    route: str
    address: str
    refused: Refused | None = None
    typed: tuple[str, str] | None = None
    follows: str = ""
    who: Who = "staff"
    status: int = 200
    keeps: bool = False

    @property
    def posts(self) -> str:
        """The route of the form that is refused."""
        assert self.refused is not None
        below = f"{self.route.rstrip('/')}/{self.refused.action.rpartition('/')[2]}"
        return self.refused.route or below


_STALE = {"seen": "long ago"}
_NOTHING = Refused("/note", {"text": "  "})

PAGES = (
    DeskPage(
        "/login",
        "/login",
        Refused("/login", {"login": "rau", "password": "wrong"}, route="/login"),
        who="nobody",
    ),
    DeskPage("/", "/", Refused("/act", hidden={"number": "B999"})),
    DeskPage("/requests", "/requests"),
    DeskPage("/requests", "/requests?role=RESPONDER&state=LOST"),
    DeskPage("/requests", "/requests?due=soon", Refused("/requests/save", {"name": "  "})),
    DeskPage("/find/{name}", "/", typed=("find", "alert")),
    DeskPage("/r/{number}", "/r/B1", Refused("/act", {"on": "2099-01-01"}, key="act-return")),
    DeskPage(
        "/r/{number}", "/r/B2", Refused("/act", {"on": "2099-01-01", "note": "kept"}, key="act-receive")
    ),
    DeskPage("/r/{number}", "/r/B3"),
    DeskPage("/r/{number}", "/r/B1", Refused("/due", {"due": "1999-01-01"})),
    DeskPage("/r/{number}", "/r/L1", _NOTHING),
    DeskPage("/r/{number}/rota", "/r/B2/rota", Refused("/rota/add", {"symbol": "XX-NOBODY"})),
    DeskPage("/r/{number}/rota", "/r/B8/rota", Refused("/rota/drop", {"reason": "kept"}, {"symbol": "X"})),
    DeskPage("/r/{number}/correct", "/r/B2/correct"),
    DeskPage("/r/{number}/correct", "/r/B4/correct", Refused("/correct/save")),
    DeskPage("/new", "/new", Refused("/new/place", {"isbn": "123", "note": "kept"})),
    DeskPage("/lend", "/lend", Refused("/lend/place", {"title": "kept", "isbn": "123"})),
    DeskPage("/reviews", "/reviews"),
    DeskPage("/reviews/{number}", "/reviews/B3", Refused("/correct")),
    DeskPage("/reviews/{number}", "/reviews/B3", Refused("/accept", {"partner1": "XX-NOBODY"})),
    DeskPage("/reviews/{number}", "/reviews/B3", Refused("/decline", {"reason": "kept"}, _STALE)),
    DeskPage("/reviews/{number}", "/reviews/B5", Refused("/undo", hidden=_STALE)),
    DeskPage("/letters", "/letters"),
    DeskPage("/letters", "/letters?day=2026-03-02&direction=out"),
    DeskPage("/letters/{name}", "/letters/O1", Refused("/redeliver", hidden=_STALE)),
    DeskPage("/letters/{name}", "/letters/I2"),
    DeskPage("/letters/{name}", "/letters/I3", Refused("/dismiss", hidden=_STALE)),
    DeskPage("/letters/{name}", "/letters/I4", Refused("/release", hidden=_STALE)),
    DeskPage("/letters/{name}", "/letters/I5"),
    *(
        DeskPage(
            "/letters/{name}", f"/letters?state={state}", Refused(act, hidden=_STALE), follows="/letters/O"
        )
        for state, act in (("in_doubt", "/arrived"), ("to_print", "/printed"), ("prepared", "/hold"))
    ),
    DeskPage("/letters/{name}", "/unplaced", Refused("/attach", hidden={"number": "B999"}), follows="/E"),
    DeskPage("/unplaced", "/unplaced"),
    DeskPage("/patrons", "/patrons"),
    DeskPage("/patrons/found/{name}", "/patrons", typed=("who", "read")),
    DeskPage("/r/{number}/reader", "/r/B1/reader", Refused("/live", route="/patrons/{name}/live")),
    DeskPage("/patrons/{name}", "/r/B1/reader", Refused("/again", hidden={"letter": "O999"})),
    DeskPage(
        "/patrons/{name}/forget", "/r/B1/reader", follows="/forget", status=404, keeps=True
    ),  # something is open
    DeskPage("/scan/{act}", "/scan/receive", Refused("/do", {"code": "nonsense"})),
    DeskPage("/slips", "/slips"),
    DeskPage("/slips", "/slips?again=B999", status=404),
    DeskPage("/templates", "/templates"),
    DeskPage("/templates/{name}", f"/templates/{TEXT}", Refused("/save", {"text": "Subject: {{ x.y }}"})),
    DeskPage("/templates/{name}", f"/templates/{TEXT}", Refused("/revert", hidden=_STALE)),
    DeskPage("/templates/{name}", "/templates/artemail.order"),
    DeskPage("/templates/{name}/versions/{number}", f"/templates/{TEXT}", follows="/versions/1"),
    DeskPage("/partners", "/partners"),
    DeskPage("/partners/{symbol}", "/partners/XX-BL", Refused("/confirm", hidden={"learned": "A999"})),
    DeskPage("/partners/{symbol}", "/partners/XX-BL", Refused("/forget", hidden={"learned": "A999"})),
    DeskPage("/partners/{symbol}", "/partners/XX-SECOND"),
    DeskPage("/service", "/service"),
    DeskPage("/figures", "/figures"),
    DeskPage("/keys", "/keys"),
    DeskPage("/audit/{login}", "/audit/rau", keeps=True),
    DeskPage("/my", "/my", who="reader"),
    DeskPage("/my", "/my", who="nobody"),
    DeskPage("/my/{rest:path}", "/my/nowhere", who="reader", status=404),
    DeskPage("/my/new", "/my/new", Refused("/my/new/send", {"title": "  "}), who="reader"),
    DeskPage("/my/new", "/my/new?service=COPY", who="reader"),
    DeskPage("/my/r/{number}", "/my/r/B1", who="reader"),
    DeskPage("/my/r/{number}", "/my/r/B2", Refused("/ask", hidden={"what": "nonsense"}), who="reader"),
    DeskPage(
        "/my/in/{token}",
        f"/my/in/{TOKEN}",
        Refused("/my/in", hidden={"token": "x"}, route="/my/in"),
        who="nobody",
    ),
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
NOT_REFUSED = {
    "/find": "finds nothing, and says so",
    "/marked": "says of each row what came of it: test_row_acts.py",
    "/slips/printed": "marks what is still to be printed: test_slips.py",
    "/r/{number}/rota/up": "is refused as a skip is: test_rota_desk.py",
    "/keys/switch": "holds for whoever presses it",
    "/logout": "ends what there is",
    "/requests/drop": "a list that is gone is gone",
    "/new/check": "says what is wrong as it says what is right",
    "/lend/check": "says what is wrong as it says what is right",
    "/patrons/find": "finds nobody, and says so",
    "/patrons/{name}/forget": "the page before it refuses: status 404 above",
    "/r/{number}/rota/propose": "proposes nobody, and says so",
    "/r/{number}/rota/next": "is refused as its page was read: test_rota_desk.py",
    "/letters/{name}/take-off": "is refused as an attaching is: test_unplaced.py",
    "/r/{number}/write": "is refused as a note is: test_write_to_reader.py",
    "/letters/{name}/report": "is refused as an attaching is",
    "/templates/{name}/preview": "shows what is wrong beside what is typed",
    "/templates/{name}/discard": "a draft that is gone is gone",
    "/partners/{symbol}/pause": "a second click is told that it was done: test_partners.py",
    "/partners/{symbol}/resume": "a second click is told that it was done: test_partners.py",
    "/my/link": "says the same to everybody",
    "/my/out": "ends what there is",
    "/my/r/{number}/document": "is refused as it counts: test_my_documents.py",
    "/my/{rest:path}": "is no form",
}
"""Forms that are never refused in a way of their own, and why."""

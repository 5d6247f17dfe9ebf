"""Every statement of the program is looked at: those that are made once, as they stand, and those that are
made when they are asked, as a day at the office says them. None goes through a table that grows, or sorts
what waits.
"""

import ast
import json
import pkgutil
import shlex
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Executable, make_url

import mailproc
from mailproc.app.build import build
from mailproc.office.acts.overtaken import Overtaken
from mailproc.office.desk.once_answered import OnceKey
from mailproc.office.desk.staff_desk import StaffDesk
from mailproc.office.staff.people import StaffPerson, StaffRole
from mailproc.store import queue
from mailproc.store.engine import Store
from mailproc.store.prepared_statements import Constant
from mailproc.store.tables import EventRow, InboxRow, IntentRow, OutgoingRow
from tests.command_line import Ran, run
from tests.store.by_position import rows_compared, unheard
from tests.store.plans import Said, faults, faults_of_constant, grow, is_asked, listening
from tests.support import configuration
from tests.support.configuration import Account

HEAD = "".join(
    [
        configuration.library("XX-TOWN", "ill@town.example", "Town Library", staff="staff@town.example"),
        configuration.section("listen", enabled=False),
        configuration.section("deliver", mode="folder", folder="out"),
    ]
)
PARTNERS = (
    ("XX-BL", "orders@bl.example", "RESPONDER", "out", "99-0001"),
    ("XX-SECOND", "orders@second.example", "RESPONDER", "out", "99-0002"),
    ("XX-CUSTOMER", "ill@customer.example", "REQUESTER", "in", "99-0003"),
    ("XX-OTHER", "ill@other.example", "REQUESTER", "in", "99-0004"),
)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def office(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Ran]]:
    url, lent = "sqlite:///mailproc.db", ""
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
        lent = server.lend()
        database = make_url(server.url(lent))
        monkeypatch.setenv("PGPASSWORD", str(database.password))
        url = database._replace(password=None).render_as_string(hide_password=False)
    partners = [
        configuration.partner(symbol, address, Account(direction, code, "PLAN_PASSWORD"), roles=[role])
        for symbol, address, role, direction, code in PARTNERS
    ]
    partners.append(
        configuration.section("[form]", name="wishes", accepts_from=["web@www.example"], lenders=["XX-BL"])
    )
    store = configuration.section("store", url=url)
    (tmp_path / "config.toml").write_text(HEAD + store + "".join(partners))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PLAN_PASSWORD", "Zq7Pass9")
    monkeypatch.delenv("MAILPROC_CONFIG", raising=False)
    yield run
    if lent:
        server.drop(lent)  # it was grown, and its statistics stay


MORNING = """
act L1 ship --date 2026-12-31
act L2 unfilled
act B3 receive
act B2 cancel --dry-run
act B2 cancel
next B1
amend B4 --title "Another title"
rota B4 --add XX-SECOND
pause XX-BL
act B4 query
resume XX-BL
dismiss I4
amend B5 --year 1969
note B5 "a wish"
accept B5
decline B6 --reason "we hold it"
patrons forget R9
"""
"""What staff do; where the program refuses it, it has asked the store all the same."""

QUESTIONS = """
digest
digest --send
status
jobs
outbox
outbox --partner XX-BL --state prepared
outbox --service LOAN
shelved
shelved --partner XX-BL
charges --partner XX-BL
charges --service LOAN
slips --dry-run
stats
stats --by month --from 2026-01-01
stats --by partner --role lender
letters
partners
verify
requests
requests --limit 1
requests --find wish
requests --service LOAN --since 2026-01-01
review
review B7
show B6
letters --limit 1
letters --json
letters --service LOAN --limit 1
requests --attention
requests --attention --state CONDITIONAL
requests --attention --partner XX-BL
requests --attention --role RESPONDER
requests --state PENDING
requests --partner XX-BL
requests --role RESPONDER
requests --partner XX-BL --state PENDING
requests --role RESPONDER --state SHIPPED
requests --find B1
requests --find book
requests --find qx
requests --find "book first" --state PENDING
show B1
show B1-1
show L1
show C77
show C77/99-0003
show SAME1
rota B1
letter I1
letter O1
letter E1
redeliver O1
redeliver --all
restore --here
restore --go
restore
trace I1
trace I3
trace O1
trace E1
trace B1
trace B1-1
trace B4
trace L1
"""


class Day:
    """A day at the office, by the command line."""

    def __init__(self, cli: Callable[..., Ran]) -> None:
        self._cli = cli
        self._letters = 0

    def do(self, *words: str, stdin: str = "") -> None:
        self._cli(*words, stdin=stdin)

    def work(self) -> None:
        self._cli("run", "--once")

    def begin(self) -> None:
        """Letters go out and come in: an answer of each kind, orders, words, and a stranger's letter."""
        reader = {"id": "R1", "name": "A Reader", "email": "r@readers.example"}
        for title in ("A first book", "A second book", "A third book", "A fourth book"):
            value = {"service": "LOAN", "item": {"title": title}, "patron": reader}
            self.do("request", "-", stdin=json.dumps(value | {"partners": ["XX-BL", "XX-SECOND"]}))
        self.work()
        self.hear("REPLIES FOR 99-0001   02-03-2026\n\nB1-1 NOT\nB2-1 USE*3\nB3-1 DES\nB9-1 NOT\nB4-1 ZZZ\n")
        self.hear("REPLIES FOR 99-0002   02-03-2026\n\nB2-1 NOT\n", sender="orders@second.example")
        for sender, code, number in (
            ("ill@customer.example", "99-0003", "TXC77"),
            ("ill@customer.example", "99-0003", "TXSAME1"),
            ("ill@other.example", "99-0004", "TXSAME1"),
        ):
            order = f"{code}\nZq7Pass9\n\n\n\n\n\n{number} S LOAN\nAuthor, A.\nA Book\n\n\n\n\n\nNNNN\n"
            self.hear(order, subject="Order file FILEREFNO 1", sender=sender)
        self.work()
        self.hear("Dear all, is B4-1 on its way?")
        self.hear("Dear all", sender="stranger@elsewhere.example")
        for number in (7, 8, 9):
            wish = f"Service: Loan\nTitle: Wish {number}\nName: A Reader\nCard number: R{number}\n"
            self.hear(wish, sender="web@www.example")
        self.work()

    def hear(self, text: str, subject: str = "Replies", sender: str = "orders@bl.example") -> None:
        self._letters += 1
        name = f"<{self._letters}@letters.example>"
        head = {"From": sender, "To": "ill@town.example", "Subject": subject, "Message-ID": name}
        lines = [*(f"{key}: {value}" for key, value in head.items()), "", *text.split("\n")]
        self.do("inject", "-", stdin="\r\n".join(lines))


def test_no_statement_of_a_day_grows_and_each_row_is_made_of_its_columns(office: Callable[..., Ran]) -> None:
    _opened().close()  # what brings a store up to date is none of the day's
    with listening() as said, rows_compared() as rows:
        day = Day(office)
        day.begin()
        for line in MORNING.strip().splitlines():
            day.do(*shlex.split(line))
            day.work()
        for line in QUESTIONS.strip().splitlines():
            day.do(*shlex.split(line))
        _at_the_desk()
    with closing(_opened()) as store:
        assert _asked(store, lambda connection: faults(connection, said)) == []
    assert _unheard(said) == UNHEARD
    assert rows.wrong == []
    assert unheard(rows, "flow/**/*.py") + unheard(rows, "office/**/*.py") == []


def _at_the_desk() -> None:
    """Every page of the desk, and an act on one that is out of date."""
    app = build(Path("config.toml"))
    with closing(app.store):
        desk = StaffDesk(app.store, app.context)
        desk.to_do(), desk.requests.one("B1"), desk.just_done()
        person = StaffPerson("rau", "M. Rau", StaffRole.WORK)
        assert not desk.marked.act(person, {"B1": "0.0"}, {"action": "return", "answer": ""}).done
        desk.reviews.listed(), desk.rotas.page("B1"), desk.corrections.page("B1", {})
        for waiting in desk.reviews.listed().rows:
            assert desk.reviews.one(waiting.number, {}).waits
        looked = {"service": "LOAN", "title": "A book", "patron": "R1", "partner1": "XX-BL"}
        assert desk.new.checked(person, looked).asks == "XX-BL"
        assert not desk.new.place(person, {"service": "LOAN"}).number
        assert desk.handed.checked(person, {"borrower": "XX-CUSTOMER", **looked}).groups
        desk.letters.listed({}), desk.letters.one("I1"), desk.letters.acts("O1")
        for asked in (
            {"partner": "XX-BL", "day": "2026-03-02"},
            {"direction": "in", "state": "done", "came": "9"},
        ):
            desk.letters.listed(asked)
        for chosen in (
            {},
            {"attention": "1"},
            {"role": "RESPONDER"},
            {"due": "overdue"},
            {"due": "soon", "role": "REQUESTER"},
            {"partner": "XX-BL", "state": "SHIPPED"},
        ):
            desk.requests.listed(chosen)
        desk.requests.listed({}, "book"), desk.requests.hits("book")
        assert len(desk.news.marks(("todo", "unplaced", "B1", "I1", "O1", "E1"))) == 6
        desk.templates.listed(), desk.templates.one("en.patron.arrived")
        for key in ("en.patron.arrived", "artemail.order", "en.slip.pull"):
            desk.templates.preview(key, None, "")
        desk.templates.preview_typed("rau", "en.patron.arrived", "Subject: x\n\nx\n", "B1")
        desk.patrons.one(desk.patrons.of_request("B1"))
        if (reader := desk.readers.sessions.named(desk.patrons.of_request("B1"))) is not None:
            desk.readers.home(reader), desk.readers.one(reader, "B1"), desk.readers.documents(reader, "B1")
        desk.readers.ask_link("r1", "r@readers.example", often=False)
        desk.partners.listed(), desk.partners.one("XX-BL"), desk.service.page()
        for row in desk.unplaced.listed().rows:
            assert desk.unplaced.placing(row.name, "B1", "XX-BL") is not None
        for at, chosen in enumerate(({}, {"attention": "1"}, {"due": "overdue"})):
            desk.saved_lists.save(person, f"list {at}", chosen)
        assert len(desk.saved_lists.listed(person)) == 3
        desk.saved_lists.drop(person, "list 1")
        desk.slips.page(""), desk.figures.page({}), desk.figures.page({"by": "partner"})
        assert not desk.scans.scan(person, "ship", "TXC1-1/x", "").done
        desk.audit.of(KEEPER, "rau")
        desk.api.partners(), desk.api.request("B1"), desk.api.door.holder("mailproc_wrong")
        once = OnceKey("catalogue", "k1", "d")
        for _ in range(2):
            desk.api.act(person, "B1", {"action": "message", "note": "A word"}, once=once)
        desk.templates.save(KEEPER, "en.patron.arrived", "Subject: x\n\nIt is here.\n", "shipped", "")
        desk.templates.version("en.patron.arrived", "1")
        with pytest.raises(Overtaken):
            desk.requests.act(person, "B1", {"action": "cancel", "seen": "an older one"})


KEEPER = StaffPerson("head", "M. Head", StaffRole.KEEP)

UNHEARD = [
    "office/mailroom/redelivery.py:redeliver_all",
    "office/mailroom/redelivery.py:job",
    "notices/last_good.py:good",
    *["notices/last_good.py:remember"] * 2,
]
"""Places that ask the store, and not in this day: of letters that wait for another try, by their numbers;
of the table of templates, which has a row for each."""


def test_no_constant_statement_grows(office: Callable[..., Ran]) -> None:
    with closing(_opened()) as store:
        found = _asked(store, _faults_of_constants)
    assert found == []


def _faults_of_constants(connection: Connection) -> list[str]:
    named = _constants().items()
    return [f"{name}: {fault}" for name, one in named for fault in faults_of_constant(connection, one)]


def _opened() -> Store:
    return build(Path("config.toml")).store


class _Undone(Exception):
    """Nothing of it is to be kept."""


def _asked(store: Store, ask: Callable[[Connection], list[str]]) -> list[str]:
    found: list[str] = []

    def job(connection: Connection) -> None:
        grow(connection)
        found.extend(ask(connection))
        raise _Undone

    with pytest.raises(_Undone):
        store.write(job)
    return found


def _constants() -> dict[str, Executable]:
    """Every statement that a module of mailproc holds, by its place."""
    found: dict[str, Any] = {}
    for module in pkgutil.walk_packages(mailproc.__path__, "mailproc."):
        if ".migrations" not in module.name and not module.name.endswith("__main__"):
            found |= {f"{module.name}.{name}": one for name, one in vars(import_module(module.name)).items()}
    for table in (InboxRow, EventRow, IntentRow, OutgoingRow):
        statements = vars(queue._statements(table))
        found |= {f"queue of {table.__name__}.{name}": one for name, one in statements.items()}
    bare = {name: one.statement if isinstance(one, Constant) else one for name, one in found.items()}
    return {name: one for name, one in bare.items() if isinstance(one, Executable) and is_asked(str(one))}


def _unheard(said: list[Said]) -> list[str]:
    """Places in mailproc's source that ask the store, and did not in this day."""
    heard: dict[str, set[int]] = {}
    for one in said:
        heard.setdefault(one.file, set()).add(one.line)
    home = Path(mailproc.__file__).parent
    files = (
        file for folder in ("office", "flow", "notices") for file in sorted((home / folder).rglob("*.py"))
    )
    return [
        f"{name}:{function}"
        for name, file in ((str(file.relative_to(home)), file) for file in files)
        for function, lines in _asks(file)
        if not heard.get(name, set()) & lines
    ]


def _asks(file: Path) -> Iterator[tuple[str, set[int]]]:
    for function in ast.walk(ast.parse(file.read_text())):
        for node in ast.walk(function) if isinstance(function, ast.FunctionDef) else ():
            match node:
                case ast.Call(func=ast.Attribute(attr="execute", value=ast.Name(id="connection"))):
                    yield function.name, set(range(node.lineno, (node.end_lineno or node.lineno) + 1))

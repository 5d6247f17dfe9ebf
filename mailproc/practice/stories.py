"""What the demo plays: what we ask for by ARTEmail, ISO 10161 and letter, a customer's three orders, what
lies around them (readers, catalogues, the library system, paper), a loan by TCP, an order of a ZFL."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from mailproc.office.queries.request_details import RequestDetails
from mailproc.practice import aleph, british_library, catalogue, neighbour, second_library, town, zfl
from mailproc.practice.desk import Desk, Missed
from mailproc.practice.stage import LIBRARY, SYMBOL, Stage
from mailproc.practice.telling import Telling

BL, SECOND, NEIGHBOUR = british_library.SYMBOL, second_library.SYMBOL, neighbour.SYMBOL
TOWN = town.SYMBOL
_READER = {"id": "R-1", "name": "A Reader", "email": "reader@demo-library.example"}
_LARK = "lark@demo-library.example"
_READERS = f"""\
id;barcodes;name;email;category;pickup;language
R-2;20002;Ada Lark;{_LARK};STAFF;Main desk;en
R-3;20003;Ben Heron;heron@demo-library.example;STUDENT;Branch at the harbour;de
"""
_PAPER = {"pull": "pull slips", "bands": "book bands"}


class Stories:
    """``ends`` maps each request to the state it must be in when the curtain falls, ``lent`` by the name
    of another mailproc those that it lent, to the state that they must be in there."""

    def __init__(self, stage: Stage, desk: Desk, telling: Telling) -> None:
        self.ends: dict[str, str] = {}
        self.lent: dict[str, dict[str, str]] = {}
        self._stage = stage
        self._desk = desk
        self._telling = telling

    def all(self) -> tuple[Callable[[], None], ...]:
        return (
            self.copy, self.loan, self.cancelled, self.next_library, self.supplier, self.iso_loan,
            self.people, self.broker, self.tcp_loan, self.zfl_order,
        )  # fmt: skip

    def copy(self) -> None:
        self._telling.heading("1  A copy is filled")
        number = self._place(_article("SHIP: Tidal memory in braided estuaries"), BL)
        self._telling.line("The order file as it went (its password masked):")
        self._telling.quote(self._desk.do("letter", "O1", "--raw").replace("\r\n", "\n"))
        self._reaches(number, "SHIPPED")
        self._acts(number, "RECEIVED", "receive")
        self._stage.happening("the letter to the reader", event="post", to=_READER["email"])

    def loan(self) -> None:
        self._telling.heading("2  A loan is renewed by itself, overdue, returned")
        number = self._place(_book("RENEW: Cartography of vanished rivers"), BL)
        self._acts(number, "RECEIVED", "receive")
        self._hears(number, "automatic", "MESSAGE", "will be renewed by itself")
        shown = self._hears(number, "renewed", "RENEW_ANSWER.yes", "is renewed")
        self._telling.line(f"{number} is due on {shown.line.due}")
        self._stage.practice.write(f"go {number} due")
        self._reaches(number, "OVERDUE")
        self._acts(number, "RETURNED", "return")
        self._telling.line("Its history:")
        self._telling.quote(self._desk.do("show", number))

    def cancelled(self) -> None:
        self._telling.heading("3  A request is cancelled")
        number = self._place(_article("CANCEL YES: Weirs considered"), BL)
        self._acts(number, "CANCEL_PENDING", "cancel")
        self._reaches(number, "CANCELLED")

    def next_library(self) -> None:
        self._telling.heading("4  Not held at the British Library: the next one is asked by itself")
        number = self._place(_article("NOT: A tide table for inland towns"), BL, SECOND)
        self._reaches(number, "SHIPPED", SECOND)
        self._acts(number, "RECEIVED", "receive")

    def supplier(self) -> None:
        self._telling.heading("5  We lend: a customer's file of three orders")
        self._stage.practice.write(f"order {LIBRARY}")
        rows = self._desk.until_listed(3, "RESPONDER")
        titles = {line.number: line.title for line in rows}
        copy, loan, unheld = sorted(titles)
        for number in (copy, loan, unheld):
            self._telling.line(f"{number} has come in: {titles[number]}")
        self._desk.until_looked_up(loan)
        self._prints("pull", loan)
        self._acts(copy, "SHIPPED", "ship")
        self._acts(unheld, "NOT_SUPPLIED", "unfilled", "--reason", "not-owned")
        self._acts(loan, "SHIPPED", "ship")
        self._reports(("C1-1", "SHIPPED COPY"), ("C1-2", "SHIPPED LOAN"), ("C1-3", "NOT"))
        self._acts(loan, "CHECKED_IN", "check-in")

    def iso_loan(self) -> None:
        self._telling.heading("6  Two mailprocs: a loan by ISO 10161, renewed and returned")
        self._telling.line("Staff place a request: A lighthouse for an inland town")
        number = self._desk.request(_book("A lighthouse for an inland town"), NEIGHBOUR)
        self._neighbour_hears(number, "ILL_REQUEST")
        self._stage.practice.write(f"go {number} ship")
        self._reaches(number, "SHIPPED", NEIGHBOUR)
        self._acts(number, "RECEIVED", "receive")
        self._acts(number, "RENEW_PENDING", "renew")
        self._neighbour_hears(number, "RENEW")
        shown = self._hears(number, "renewed", "RENEW_ANSWER.yes", "is renewed")
        self._telling.line(f"{number} is due on {shown.line.due}")
        self._acts(number, "RETURNED", "return")
        self._neighbour_hears(number, "RETURNED")
        self._hears(number, "check-in", "CHECKED_IN", "is home again: the neighbour says so")
        self.lent[neighbour.NAME] = {number: "CHECKED_IN"}

    def people(self) -> None:
        self._telling.heading("7  A library that has people and a mailbox: asked by letter, answers by hand")
        number = self._by_letter(_book("Wells of the upper valley"))
        shown = self._desk.show(number)
        self._telling.line("The order as it went:")
        self._telling.quote(self._desk.do("letter", shown.letters[0].id))
        self._writes(number, "promise")
        due = (datetime.now(UTC) + timedelta(weeks=4)).date()
        self._acts(number, "SHIPPED", "ship", "--heard-by", "post", "--date", str(due))
        self._acts(number, "RECEIVED", "receive")
        self._writes(number, "recall")
        self._acts(number, "RECALL", "recall", "--heard-by", "post")
        self._acts(number, "RETURNED", "return")
        self._writes(number, "home")
        self._acts(number, "RETURNED", "check-in", "--heard-by", "post")
        self._telling.line("Its history:")
        self._telling.quote(self._desk.do("show", number))
        copy = self._by_letter(_article("A flood remembered by those who were there"))
        self._acts(copy, "SHIPPED", "ship", "--heard-by", "phone")
        self._writes(copy, "copy")
        self._acts(copy, "RECEIVED", "receive")
        self._stage.happening("the copy to its reader", event="post", to=_READER["email"], documents=1)

    def broker(self) -> None:
        self._telling.heading("8  The broker: readers, catalogues, the library system, paper")
        said = self._desk.do("patrons", "import", "-", "--form", "csv", given=_READERS)
        self._telling.line("Staff import a file of the library system:")
        self._telling.quote(f"{_READERS}\n{said}")
        ours, theirs = catalogue.BOOKS[:2]
        self._telling.line(f"Staff place a request: {ours.title}")
        self._telling.quote(self._desk.refused("request", *_options(ours)))
        self._telling.line(f"Staff place another, and name no library: {theirs.title}")
        number, why = self._desk.ordered(*_options(theirs))
        self._telling.quote(why)
        self._stage.happening(f"order {number}-1 at the second library", event="came", number=f"{number}-1")
        self._acts(number, "RECEIVED", "receive", "--barcode", "700200")
        self._library_system_hears(number, "REQUESTER.receive")
        self._stage.happening("the letter to the reader", event="post", to=_LARK)
        self._prints("bands", number)
        self._acts(number, "RETURNED", "return")
        self._library_system_hears(number, "REQUESTER.return")

    def tcp_loan(self) -> None:
        self._telling.heading("9  A loan by ISO 10161 on a TCP socket: the partner has an Aleph")
        self._telling.line("Staff place a request: Sluices of the old harbour")
        number = self._desk.request(_book("Sluices of the old harbour"), aleph.SYMBOL)
        self._neighbour_hears(number, "ILL_REQUEST")
        self._stage.practice.write(f"go {number} ship")
        self._reaches(number, "SHIPPED", aleph.SYMBOL)
        self._acts(number, "RECEIVED", "receive")
        self._acts(number, "RETURNED", "return")
        self._neighbour_hears(number, "RETURNED")
        self._hears(number, "check-in", "CHECKED_IN", "is home again: the Aleph says so")
        self.lent[aleph.NAME] = {number: "CHECKED_IN"}

    def zfl_order(self) -> None:
        self._telling.heading("10  A central server orders for a reader of ours, by SLNP")
        self._stage.practice.write(f"pfl {SYMBOL}")
        heard = self._stage.happening("the answer to the order", event="slnp", order="PFL", code="600")
        number = str(heard["number"]).partition("-")[0]
        self._reaches(number, "PENDING", zfl.SYMBOL)
        self._stage.practice.write(f"go {number} lender")
        self._reaches(number, "SHIPPED", zfl.SYMBOL)
        self._acts(number, "RECEIVED", "receive")

    def _by_letter(self, wanted: dict[str, Any]) -> str:
        self._telling.line(
            f"Staff place a request: {wanted['item'].get('article_title', wanted['item']['title'])}"
        )
        number = self._desk.request(wanted, TOWN)
        self._stage.happening(f"the order {number} at the town library", event="letter", number=f"{number}-1")
        return number

    def _writes(self, number: str, cue: str) -> None:
        """A person of the town library answers; it stands in the history in the person's words."""
        self._stage.practice.write(f"go {number} {cue}")
        said = town.CUES[cue].partition("{")[0].strip()
        self._desk.until_said(number, said)
        self._telling.line(f"{number}: they write: {said}")

    def _neighbour_hears(self, number: str, what: str) -> None:
        self._stage.happening(f"{what} at the neighbour", event="history", number=number, heard=what)

    def _library_system_hears(self, number: str, what: str) -> None:
        self._stage.happening(f"{what} at the library system", event="hook", number=number, heard=what)

    def leave_work(self) -> None:
        """Leave something of each kind for whoever looks at the desk: it reaches no end by itself."""
        self._telling.heading("Work that is left at the desk")
        for item in (
            _article("NUKL: Lamps for a winter harbour"), _article("CRF: A history of salt roads"),
            _book("WAITING: Small rivers of the north"), _book("MOREVOLS: A grammar of bells"),
        ):  # fmt: skip
            self._place(item, BL)
        self._place(_article("GARBAGE: Bread and weather"), BL)
        lent = sum(line.role == "RESPONDER" for line in self._desk.requests())
        self._stage.practice.write(f"order {LIBRARY}")
        self._desk.until_listed(lent + 3, "RESPONDER")

    def _place(self, wanted: dict[str, Any], *partners: str) -> str:
        title = wanted["item"].get("article_title", wanted["item"]["title"])
        self._telling.line(f"Staff place a request: {title}")
        number = self._desk.request(wanted, *partners)
        self._stage.happening(f"order {number}-1 at the British Library", event="came", number=f"{number}-1")
        return number

    def _reaches(self, number: str, state: str, partner: str = BL) -> None:
        self._desk.until(number, state, partner)
        self._is(number, state)

    def _prints(self, kind: str, number: str) -> None:
        """Print the slips of a kind; show that of this request. Raise Missed if there is none."""
        pages = self._desk.do("slips", kind).split("\f")
        page = next((one for one in pages if number in one.split()), None)
        if page is None:
            raise Missed(f"There should be a slip for {number} among the {_PAPER[kind]}.")
        self._telling.line(f"Staff print the {_PAPER[kind]}; the one of {number}:")
        self._telling.quote(page)

    def _acts(self, number: str, state: str, *action: str) -> None:
        """Staff act, and the request is at once in the state that the act leads to."""
        self._telling.line(f"{number}: staff {' '.join(action)}")
        found = self._desk.act(number, *action)
        if found != state:
            raise Missed(f"{number} should be {state} after `{' '.join(action)}`, but is {found}.")
        self._is(number, state)

    def _is(self, number: str, state: str) -> None:
        """The last state that a story tells is where its request must be at the end."""
        self.ends[number] = state
        self._telling.line(f"{number} is {state}")

    def _hears(self, number: str, cue: str, event: str, what: str) -> RequestDetails:
        self._stage.practice.write(f"go {number} {cue}")
        shown = self._desk.until_heard(number, event)
        self._telling.line(f"{number} {what}")
        return shown

    def _reports(self, *expected: tuple[str, str]) -> None:
        for number, code in expected:
            what = f"our report {number} {code} at the customer"
            self._stage.happening(what, event="report", number=number, code=code)


def _article(title: str) -> dict[str, Any]:
    item = {
        "type": "SERIAL", "title": "Journal of Imaginary Hydrology", "publication_date": "2019",
        "volume_issue": "12", "pagination": "201-219", "article_title": title, "issn": "1234-5679",
    }  # fmt: skip
    delivery = {"electronic": _READER["email"]}
    return {
        "service": "COPY",
        "item": item,
        "delivery": delivery,
        "patron": _READER,
        "copyright_declared": True,
    }


def _book(title: str) -> dict[str, Any]:
    item = {"type": "MONOGRAPH", "title": title, "author": "Marsh, Eleanor", "publication_date": "1974"}
    return {"service": "LOAN", "item": item, "patron": _READER}


def _options(book: catalogue.Book) -> tuple[str, ...]:
    """Return how a book is asked for by options, for the reader whose card is scanned."""
    return ("--service", "LOAN", "--title", book.title, "--isbn", book.isbn, "--patron", "20002")

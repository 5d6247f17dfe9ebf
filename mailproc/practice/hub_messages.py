"""What the libraries behind the practising hub say, as documents of ILL SBN. No line of mailproc's codec."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from types import MappingProxyType

Inner = Callable[[date], str]


@dataclass(frozen=True)
class Cue:
    """A message: its element, its ``answer`` where it has one, the state that it makes, and what is in it."""

    kind: str
    state: str
    inner: Inner = lambda _today: ""
    answer: str = ""


def day(name: str, when: date) -> str:
    inside = f"<Year>{when.year}</Year><Month>{when.month}</Month><Day>{when.day}</Day>"
    return f"<{name}><Date>{inside}</Date></{name}>"


def _in_a_month(today: date) -> date:
    return today + timedelta(weeks=4)


def _shipped(today: date) -> str:
    return (
        f"<Supply-details>{day('Date-shipped', today)}{day('Date-due', _in_a_month(today))}</Supply-details>"
    )


def _answer(inside: str) -> Inner:
    return lambda _today: f"<Answer-type>{inside}</Answer-type>"


def _condition(today: date) -> str:
    until = day("Date-for-reply", today + timedelta(days=7))
    note = "<Responder-note><Note>costo 9 euro</Note></Responder-note>"
    return f'{note}<Answer-type><Conditional conditions="02">{until}</Conditional></Answer-type>'


LENDER: Mapping[str, Cue] = MappingProxyType(
    {
        "promised": Cue("ILL-Answer", "F1214", _answer("<Will-supply/>")),
        "condition": Cue("ILL-Answer", "F1211", _condition),
        "unfilled": Cue("ILL-Answer", "F1212", _answer("<Unfilled/>")),
        "ship": Cue("Shipped", "F127", _shipped),
        "renewed": Cue("Renew-Answer", "F129", lambda today: day("Date-due", _in_a_month(today)), "9"),
        "refused": Cue("Renew-Answer", "F12A", lambda today: day("Date-due", today), "A"),
        "overdue": Cue("Overdue", "F12D", lambda today: day("Date-due", today)),
        "recall": Cue("Recall", "F12E"),
        "cancelled": Cue("Cancel-Reply", "F1221", answer="1"),
        "check-in": Cue("Checked-In", "F128", lambda today: day("Date-checked-in", today)),
    }
)
"""What may be said, after ``go NUMBER``, to the library that lends to us."""

BORROWER: Mapping[str, Cue] = MappingProxyType(
    {
        "agree": Cue("Conditional-Reply", "F113B", answer="B"),
        "cancel": Cue("Cancel", "F112A"),
        "received": Cue("Received", "F114", lambda today: day("Date-received", today)),
        "renew": Cue("Renew", "F115", lambda today: day("Desired-due-date", _in_a_month(today))),
        "return": Cue("Returned", "F116", lambda today: day("Date-returned", today)),
    }
)
"""The same to the library that borrows of us."""

STATES: Mapping[tuple[str, str], str] = MappingProxyType(
    {(cue.kind, cue.answer): cue.state for cue in (*LENDER.values(), *BORROWER.values())}
    | {
        ("ILL-Request", ""): "F118", ("Conditional-Reply", "A"): "F113A", ("Cancel-Reply", "0"): "F1220",
        ("Lost", ""): "F116A", ("Damaged", ""): "F116B", ("Expired", ""): "F1218",
        ("ILL-Answer", "Will-supply"): "F1214", ("ILL-Answer", "Unfilled"): "F1212",
        ("ILL-Answer", "Conditional"): "F1211", ("ILL-Answer", "Hold-placed"): "F1215",
    }
)  # fmt: skip
"""The state that a message makes, by its element and its answer."""


@dataclass(frozen=True)
class Head:
    number: str
    borrower: str
    lender: str

    def text(self, today: date) -> str:
        parts = {"Requester-Id": self.borrower, "Responder-Id": self.lender}
        ends = "".join(f"<{name}>{escape(isil)}</{name}>" for name, isil in parts.items())
        said = day("Service-date-time", today).replace("</Date>", "</Date><Time>09:15:00.0</Time>")
        return f"<Transaction-Id>{self.number}</Transaction-Id>{said}{ends}"


def message(cue: Cue, head: Head, today: date) -> bytes:
    answer = f' answer="{cue.answer}"' if cue.answer else ""
    return document(f"<{cue.kind}{answer}>{head.text(today)}{cue.inner(today)}</{cue.kind}>")


def request(head: Head, title: str, today: date) -> str:
    """Return the element of a request for a loan, without its state."""
    item = f"<Item-Id><Author>Marsh, Eleanor</Author><Title>{escape(title)}</Title></Item-Id>"
    inside = f'{head.text(today)}<Supply-medium-type SupplyTyp="05"/><Client-Id/>{item}'
    return f'<ILL-Request ILL-SERVICE-TYPE="PR">{inside}</ILL-Request>'


def document(*inside: str) -> bytes:
    told = f"<!DOCTYPE ILL-APDU>\n<ILL-APDU>{''.join(inside)}</ILL-APDU>"
    return f'<?xml version="1.0" encoding="iso-8859-1"?>\n{told}'.encode("ascii", "xmlcharrefreplace")


def report(error: str = "0") -> bytes:
    """Return the answer to a message: "0" is no error."""
    inside = f"<Error-report>{escape(error)}</Error-report>"
    return document(f"<Status-or-error-report>{inside}</Status-or-error-report>")


def libraries(isil: str) -> bytes:
    return document(f"<bib><idb>{isil}</idb><std>A</std><servprestito>N</servprestito></bib>")

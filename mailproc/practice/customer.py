"""A library that borrows from us: sends an order file of three orders, reads our reports."""

import re

from mailproc.practice.order_file import ADDRESS as DELIVER
from mailproc.practice.order_file import GAP, letter_of, text_of
from mailproc.practice.supplier import Answer, Tell

SYMBOL, NAME = "PRACTICE-CUSTOMER", "Customer (practice)"
ADDRESS = "ill@customer.practice.example"
CUSTOMER_CODE = "99-0003"

_ORDERS = (
    (
        ("S SED99", "Journal of Imaginary Hydrology", "2019 VOL 12 PT 3 PP 201-219"),
        ("Tidal memory in braided estuaries", "Okafor N", "1234-5679"),
        "reader@customer.practice.example",
    ),
    (
        ("S LOAN", "Cartography of vanished rivers", "Marsh, Eleanor"),
        ("Fenland Press Norwich", "1974 ED/PT: 2"),
        "",
    ),
    (
        ("S SED99", "Annals of Lost Weirs", "1931 VOL 2 PP 5-9"),
        ("On a weir that nobody has seen", "Nemo A"),
        "reader@customer.practice.example",
    ),
)
_LINE = re.compile(r"(C\d+-\d+)\s++(\S.*+)")


class Customer:
    """Numbers its orders C1-1, C1-2, C1-3, in the next file C2-1 …"""

    name, address = NAME, ADDRESS

    def __init__(self, password: str, tell: Tell) -> None:
        self._password = password
        self._tell = tell
        self._files = 0

    def order(self, to: str) -> Answer:
        """An order file: a copy, a loan, and a copy of something that we do not hold."""
        self._files += 1
        numbers = [f"C{self._files}-{position}" for position in range(1, len(_ORDERS) + 1)]
        orders = [self._order(number, *row) for number, row in zip(numbers, _ORDERS, strict=True)]
        text = GAP.join([f"{CUSTOMER_CODE}\n{self._password}", *orders, "NNNN"])
        self._tell("ordered", player=self.name, numbers=numbers)
        return Answer(self.address, to, f"Order file FILEREFNO {self._files}", text, "order")

    def take(self, raw: bytes) -> list[Answer]:
        """What we write to a customer: a report with a line for each order, or a letter."""
        letter = letter_of(raw)
        lines = (line.strip() for line in text_of(letter).split("\n"))
        found = [line for line in map(_LINE.fullmatch, lines) if line]
        for line in found:
            self._tell("report", player=self.name, number=line[1], code=line[2])
        if not found:
            self._tell("letter", player=self.name, subject=str(letter["Subject"]))
        return []

    def _order(self, number: str, head: tuple[str, ...], more: tuple[str, ...], address: str) -> str:
        keywords, *lines = head
        text = "\n".join([f"TX{number} {keywords}", *lines, *more])
        return GAP.join([text, f"{DELIVER}\n{address}"]) if address else text

"""The practising British Library: a word in the title decides what it answers."""

from datetime import date

from mailproc.practice.scripts import choose
from mailproc.practice.supplier import Supplier, Tell

SYMBOL, NAME = "PRACTICE-BL", "British Library (practice)"
ADDRESS = "orders@bl.practice.example"
CUSTOMER_CODE = "99-0001"


def british_library(password: str, tell: Tell) -> Supplier:
    return Supplier(NAME, ADDRESS, {CUSTOMER_CODE: password}, choose, tell, date.today)

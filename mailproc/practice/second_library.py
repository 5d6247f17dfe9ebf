"""A second library that lends to us: it fills whatever it is asked for."""

from mailproc.practice.scripts import filled
from mailproc.practice.supplier import Supplier, Tell

SYMBOL, NAME = "PRACTICE-SECOND", "Second Library (practice)"
ADDRESS = "orders@second.practice.example"
CUSTOMER_CODE = "99-0002"


def second_library(password: str, tell: Tell) -> Supplier:
    return Supplier(NAME, ADDRESS, {CUSTOMER_CODE: password}, lambda _lines: filled(), tell)

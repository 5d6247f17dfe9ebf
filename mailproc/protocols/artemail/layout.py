"""The fixed marks of an order file, for its reader, its writer and its guard."""

import re

CUSTOMER_CODE = re.compile(r"[0-9]{2}-[0-9]{4}")
TERMINATOR = "NNNN"
DELIVER = ":DELIVER ABOVE ITEM TO:"
GAP = 4
"""Blank lines before each order, before its address and before the terminator, as both known writers do."""

MASK = "XXXXXXX"
"""Stands for the password wherever a letter is kept or shown; letters only, so that a masked file
still reads as one."""

COLUMNS = 40
"""Characters of a bibliographic or postal line."""

ADDRESS_LINES = 6
LONGEST_EMAIL = 99
"""A vendor's limit for an e-mail address in the delivery block."""

LONGEST_NUMBER = 20
"""Characters of a request number we write; no public text gives the limit."""

NUMBER = re.compile(r"[A-Z0-9][A-Z0-9/-]*")
_SPLITS = re.compile(r"TX|NNNN|:", re.IGNORECASE)


def would_split(line: str) -> bool:
    """Could a receiver take this line of text for an order, an end or a command?"""
    return _SPLITS.match(line) is not None

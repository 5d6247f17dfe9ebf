"""The fixed marks of an order file, for its reader, its writer and its guard."""

import re

CUSTOMER_CODE = re.compile(r"[0-9]{2}-[0-9]{4}")
TERMINATOR = "NNNN"
DELIVER = ":DELIVER ABOVE ITEM TO:"
GAP = 4
"""Blank lines before each order, before its address and before the terminator, as both known writers have."""

COLUMNS = 40
"""Characters of a bibliographic or postal line."""

ADDRESS_LINES = 6
LONGEST_EMAIL = 99
"""A vendor's limit for an e-mail address in the delivery block, in characters."""

NUMBER = re.compile(r"(?=.*[0-9])[A-Z0-9][A-Z0-9/-]{0,19}")
"""A request number as we write it; no public text defines its characters or its length."""

CUSTOMERS_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z/_.-]{0,39}")
"""A request number that we accept and quote in answers."""

_SPLITS = re.compile(r"TX|NNNN|:", re.IGNORECASE)


def would_split(line: str) -> bool:
    """Return whether a receiver could take this line of text for an order, an end or a command."""
    return _SPLITS.match(line) is not None

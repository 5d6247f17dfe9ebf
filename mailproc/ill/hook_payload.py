"""What the library system is told of an event: the JSON that hooks get (docs/integration.md).

A promise to the scripts of libraries: a key is added, never renamed or taken away, while ``VERSION`` stays.
It holds no password and nothing of a letter's bytes.
"""

from typing import TypedDict

from mailproc.ill.apdu_json import ItemJson

VERSION = 1


class HookNumbers(TypedDict):
    """``request``: ours, "B17"; ``transaction``: of this attempt, "B17-1"; ``group`` and ``qualifier``: the
    borrower's names of it (ISO 10161: transaction-group-qualifier, transaction-qualifier)."""

    request: str
    transaction: str
    group: str
    qualifier: str


class HookStates(TypedDict):
    """Names of the states, as in docs/states.md."""

    before: str
    after: str


class HookReader(TypedDict):
    """``id`` and ``barcodes`` as the library system knows them."""

    id: str
    barcodes: list[str]


class HookPayload(TypedDict):
    """``event``: with its role, "REQUESTER.receive" (docs/states.md); ``cause``: letter | staff | timer |
    policy; ``sample``: true if nothing happened, and somebody tries the hook. ``at``: UTC, ISO 8601;
    ``due_on``: the lender's date, ISO 8601. ``barcode``: of the item, '' if staff gave none. ``reader``: null
    where we lend, and of a request without one. ``wrong``, ``partial``: of a receipt, another item came, or
    only a part of what was asked for.
    """

    version: int
    sample: bool
    event: str
    role: str
    cause: str
    at: str
    numbers: HookNumbers
    service: str
    partner: str
    state: HookStates
    due_on: str | None
    item: ItemJson
    barcode: str
    reader: HookReader | None
    wrong: bool
    partial: bool

"""Shipped, Renew, Renew-Answer and the dates of a loan: what a table of fields cannot express."""

from collections.abc import Callable
from typing import Any

from mailproc.ill.apdu import Apdu, Due, Renew, Shipped
from mailproc.ill.terms import Service
from mailproc.protocols.field_codec import Tree
from mailproc.protocols.illsbn import note_words
from mailproc.protocols.illsbn.codes import SHIPPED_SERVICE
from mailproc.protocols.illsbn.dates import WRAPPED


def dated(element: str) -> Callable[[Any, Tree], None]:
    """Return a writer that fills a day which must be there with the day of the message."""

    def complete(apdu: Apdu, tree: Tree) -> None:
        if apdu.sent_at is not None:
            tree.setdefault(element, WRAPPED.write(apdu.sent_at.date()))

    return complete


def read_shipped(tree: Tree, values: dict[str, Any], unread: dict[str, str]) -> None:
    """Take day and cost from the note where their elements are missing; a copy has no due date."""
    if values.get("shipped_service") is Service.COPY:
        values.pop("due", None)
    else:
        read_due(tree, values, unread)
    if "cost" not in values and (cost := note_words.cost_in(values.get("note"))):
        values["cost"] = cost


def complete_shipped(shipped: Shipped, tree: Tree) -> None:
    """Add service and days: those of a copy are the day of shipping, because both must be there."""
    is_copy = shipped.shipped_service is Service.COPY or (
        shipped.shipped_service is None and shipped.due is None
    )
    tree.setdefault("@shippedServiceType", SHIPPED_SERVICE.write(Service.COPY if is_copy else Service.LOAN))
    details = tree.setdefault("Supply-details", {})
    if "Date-shipped" not in details:
        details["Date-shipped"] = WRAPPED.write(shipped.sent_at.date()) if shipped.sent_at else ""
    if is_copy:
        details["Date-due"] = details["Date-shipped"]
    details.setdefault("Date-due", "")


def read_due(tree: Tree, values: dict[str, Any], unread: dict[str, str]) -> None:  # noqa: ARG001
    """Take the due date from the hub's words in the note, if its element is missing."""
    if "due" not in values and (day := note_words.day_in(values.get("note"), note_words.DUE)):
        values["due"] = Due(on=day)


def complete_due(_apdu: Apdu, tree: Tree) -> None:
    tree.setdefault("Date-due", "")


def read_renew(tree: Tree, values: dict[str, Any], unread: dict[str, str]) -> None:  # noqa: ARG001
    """Take the day from the note if need be; what the note says of it besides is no remark of a person."""
    note = values.get("note")
    day = values.get("desired_due_on") or note_words.day_in(note, note_words.DESIRED_DUE)
    if day is None:
        return
    values["desired_due_on"] = day
    values["note"] = note_words.without_day(note, note_words.DESIRED_DUE, day)


def complete_renew(_renew: Renew, tree: Tree) -> None:
    tree.setdefault("Desired-due-date", "")

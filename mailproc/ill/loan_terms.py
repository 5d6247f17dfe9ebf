"""On what terms we have an item: its conditions and insurance, and whether the lender may renew the loan."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mailproc.ill.apdu import Apdu, Overdue, Shipped
from mailproc.ill.apdu_json import value_to_json
from mailproc.ill.facts import Facts, LoanTerms

if TYPE_CHECKING:
    from mailproc.ill.transaction_state import TransactionState

NOT_RENEWABLE = "not-renewable"  # Date-Due says so (renewable FALSE)
WAITED_FOR = "waited-for"  # others wait for it: the reply code DUE WAIT
LAST_DEMAND = "last-demand"
REFUSED = "refused"  # one that it had announced itself
IN_LIBRARY_ONLY = "library-use-only"
LASTING = (
    IN_LIBRARY_ONLY, "special-collections-supervision-required", "client-signature-required",
    "no-reproduction", "other",
)  # fmt: skip
"""Conditions under which an item may be lent (Shipped-Conditions of ISO 10161-1), the strictest first."""


def of_shipped(shipped: Shipped, named: Sequence[Any] = ()) -> LoanTerms | None:
    """Return the terms that a Shipped names; None if it names none.

    A condition that was ``named`` before holds for the loan, also if the Shipped does not repeat it.
    """
    terms: LoanTerms = {}
    if condition := shipped.shipped_conditions or _lasting(named):
        terms["condition"] = condition
    if shipped.insured_for is not None:
        terms["insured_for"] = value_to_json(shipped.insured_for)
    if shipped.return_insurance is not None:
        terms["return_insurance"] = value_to_json(shipped.return_insurance)
    return terms or None


def _lasting(named: Sequence[Any]) -> str:
    return next((one for one in LASTING if one in named), "")


def _of_receipt(current: "TransactionState", named: Sequence[Any]) -> LoanTerms | None:
    """Return the terms of what came before any Shipped said how it is lent; None if none were named."""
    known: LoanTerms = {**(current.loan_terms or {})}
    condition = "" if known.get("condition") else _lasting(named)
    if not condition:
        return None
    known["condition"] = condition
    return known


def in_library_only(terms: LoanTerms | None) -> bool:
    """Return whether the item may be used in our library only."""
    return (terms or {}).get("condition") == IN_LIBRARY_ONLY


def facts_of(event: str, apdu: Apdu | None, current: "TransactionState") -> Facts:
    """Return what an event says of a loan's terms, to be stored with it; a step acts only on what is stored.

    So what an earlier release did, which did not look, stays as it was. ``current``: before the event. A
    library may send the item before we answer its condition: then the condition holds too.
    """
    named = (*current.agreed, *current.offered)
    if isinstance(apdu, Shipped) and (terms := of_shipped(apdu, named)):
        return {"terms": terms}
    if event == "receive" and (terms := _of_receipt(current, named)):
        return {"terms": terms}
    if isinstance(apdu, Overdue) and is_final(apdu):
        return {"last_demand": True}
    if event == "renew" and (why := against_renewal(current.loan_terms, current.renewable)):
        return {"no_renewal": why}
    return {}


def without_renewal(terms: LoanTerms | None, why: str) -> LoanTerms:
    """Return the terms after the lender has said that it renews no more."""
    kept: LoanTerms = {**(terms or {})}
    kept["no_renewal"] = why
    return kept


def renewable_again(terms: LoanTerms | None) -> LoanTerms | None:
    """Return the terms after a renewal was granted: what was said against one is over."""
    kept: LoanTerms = {**(terms or {})}
    kept.pop("no_renewal", None)
    return kept or None


def is_final(overdue: Overdue) -> bool:
    """Return whether this is the lender's last demand."""
    return (overdue.level or 0) > 1


def is_last_demand(terms: LoanTerms | None) -> bool:
    """Return whether the lender has made its last demand."""
    return (terms or {}).get("no_renewal") == LAST_DEMAND


def against_renewal(terms: LoanTerms | None, renewable: bool | None) -> str:
    """Return why a renewal should not be asked for, as a code; '' if it may be."""
    said = (terms or {}).get("no_renewal", "")
    return said or (NOT_RENEWABLE if renewable is False else "")

"""The page that enters an order of a partner: its form as it is filled in, and what the checks say."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.ill.terms import Role
from mailproc.office.desk import handed_order_form as form
from mailproc.office.desk import new_request_page as pages
from mailproc.office.desk.new_request_form import Typed
from mailproc.office.desk.new_request_page import FieldGroup, FindingWords
from mailproc.office.requests.entry_preview import EntryPreview


@dataclass(frozen=True)
class HandedOrderPage:
    """Fields as in ``NewRequestPage``. ``borrowers``: symbols and names of who may ask us."""

    groups: tuple[FieldGroup, ...]
    refused: tuple[FindingWords, ...]
    findings: tuple[FindingWords, ...]
    needs_anyway: bool
    borrowers: tuple[tuple[str, str], ...]


def page(connection: Connection, context: Context, typed: Typed, seen: EntryPreview) -> HandedOrderPage:
    """Return the page."""
    refused, findings = (_at_their_fields(one) for one in pages.said_of(connection, seen, context))
    return HandedOrderPage(
        groups=tuple(pages.groups(form.GROUPS, typed, (*refused, *findings), context)),
        refused=refused,
        findings=findings,
        needs_anyway=seen.needs_anyway,
        borrowers=tuple(_borrowers(context)),
    )


def _at_their_fields(said: Sequence[FindingWords]) -> tuple[FindingWords, ...]:
    """Return them with the field of who asks, where a request of ours has the one of who is asked."""
    return tuple(replace(one, field="borrower") if one.field == "partner1" else one for one in said)


def _borrowers(context: Context) -> Iterator[tuple[str, str]]:
    borrowing = [one for one in context.config.partner if Role.REQUESTER in one.roles]
    for one in sorted(borrowing, key=lambda partner: partner.symbol)[: pages.MOST_LENDERS]:
        yield one.symbol, one.name or one.symbol

"""Look at a request before it is placed: what is refused, what the checks find, and whom it would ask."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.ill.holding import LookUp
from mailproc.office.catalogues import locate
from mailproc.office.patrons.live_standing import LiveStanding
from mailproc.office.requests import entry_findings, lend, place, rota_rules
from mailproc.office.requests.entry_checks import Weight
from mailproc.office.requests.entry_findings import EntryFinding
from mailproc.office.requests.lend import HandedOrder
from mailproc.office.requests.place import Wanted
from mailproc.sentence import Part, Sentence
from mailproc.store.engine import Store


@dataclass(frozen=True)
class EntryPreview:
    """``refused``: why it cannot be placed, without what ``findings`` say. ``lenders``: symbols of those whom
    it would ask, in order; ``by_rule``: why, where a rule chose them."""

    refused: tuple[Part, ...] = ()
    findings: tuple[EntryFinding, ...] = ()
    lenders: tuple[str, ...] = ()
    by_rule: Sentence | None = None

    @property
    def needs_anyway(self) -> bool:
        """Return whether it is placed only if staff say so once more."""
        return any(one.weight in entry_findings.STOPS for one in self.findings)


def preview(store: Store, context: Context, wanted: Wanted) -> EntryPreview:
    """Return what placing it would say. Nothing is kept but what catalogues answer. Raise TryLater."""
    try:
        wanted, live = place.standing(store, context, place.checked(wanted, context))
    except LocalFault as fault:
        return EntryPreview((fault.said, *fault.also))
    looked = locate.at_entry(store, context, wanted.item)
    with store.read() as connection:
        seen = _seen(connection, context, wanted, live, looked)
    if seen.refused or any(one.weight is Weight.REFUSED for one in seen.findings):
        return seen
    return _placed(store, context, wanted, seen)


def of_order(store: Store, context: Context, wanted: HandedOrder) -> EntryPreview:
    """Return what entering an order of a partner would say. Nothing is kept."""
    try:
        entered = lend.enter(store, context, wanted, anyway=True, dry_run=True)
        with store.read() as connection:
            found = lend.findings(connection, context, wanted)
    except LocalFault as fault:
        return EntryPreview((fault.said, *fault.also))
    return EntryPreview(findings=_with_more(found, entered.warnings))


def _with_more(found: Sequence[EntryFinding], said: Sequence[Sentence]) -> tuple[EntryFinding, ...]:
    """Return what the checks find, and what only came to light when it was tried."""
    known = [one.said for one in found]
    return (*found, *(EntryFinding(Weight.WARNED, one) for one in said if one not in known))


def _seen(
    connection: Connection, context: Context, wanted: Wanted, live: LiveStanding, looked: Sequence[LookUp]
) -> EntryPreview:
    """Return what the checks find, whoever is asked or not."""
    by_rule, refused = None, tuple[Part, ...]()
    try:
        if not wanted.partners:
            rota = rota_rules.propose(connection, context, place.occasion(connection, wanted, looked))
            wanted, by_rule = replace(wanted, partners=rota.symbols), rota.told
        lenders = place.lenders_of(wanted, context)
    except LocalFault as fault:
        lenders, refused = [], (fault.said, *fault.also)
    found = entry_findings.found(place.entry_of(wanted, lenders, live, looked), connection, context)
    return EntryPreview(refused, found, tuple(one.symbol for one in lenders), by_rule)


def _placed(store: Store, context: Context, wanted: Wanted, seen: EntryPreview) -> EntryPreview:
    """Return it with what only comes to light when it is placed: what a protocol cannot say."""
    try:
        entered = place.place(store, context, wanted, anyway=True, dry_run=True)
    except LocalFault as fault:
        return replace(seen, refused=(fault.said, *fault.also))
    more = [one for one in entered.warnings if one.code != rota_rules.BY_RULE]
    return replace(seen, findings=_with_more(seen.findings, more))

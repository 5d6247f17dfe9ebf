"""The barcode of an item, by which the library system knows it: staff give it with an act, or correct it."""

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.advance import steps
from mailproc.flow.advance.steps import StepOutcome
from mailproc.flow.context import Context
from mailproc.flow.hook_receivers import NCIP
from mailproc.ill.actions import BY_NAME, event_said
from mailproc.ill.facts import Facts
from mailproc.ill.hook_events import event_name
from mailproc.ill.terms import Service
from mailproc.ill.transaction_state import BARCODE_NOTED
from mailproc.office.acts.dry_run import foreseen
from mailproc.office.acts.staff_act import StaffAct
from mailproc.office.queries.find import transaction_of
from mailproc.sentence import Sentence, sentence, stored
from mailproc.store import item_barcodes
from mailproc.store.engine import Store
from mailproc.store.events import NewEvent
from mailproc.store.rows import Transaction

LONGEST = 64


@dataclass(frozen=True)
class ItemBarcode:
    """The right ``barcode`` of the item of ``number`` (its latest attempt, or the one that it names)."""

    number: str
    barcode: str
    by: str = ""


def checked(barcode: str) -> str:
    """Return it without blanks around it. Raise LocalFault if it cannot be one."""
    found = barcode.strip()
    if not found or len(found) > LONGEST or not found.isprintable():
        raise LocalFault(sentence("barcode-wrong", given=found[:LONGEST], most=LONGEST))
    return found


def check(act: StaffAct) -> None:
    """Raise LocalFault for a barcode with what we do not do now, or not with the right item."""
    if act.barcode and (act.heard_by or act.repeat or act.wrong):
        raise LocalFault(sentence("barcode-alone"), (f"mailproc amend {act.number} --barcode NUMBER",))


def wanted(
    connection: Connection, context: Context, act: StaffAct, transaction: Transaction
) -> tuple[Sentence, ...]:
    """Return word that the library system wants a barcode with what was done, and has none; () if it has."""
    known = BY_NAME.get(act.action)
    if known is not None and not known.by_state:
        return ()  # it stands in no table, and lets no item go
    if act.heard_by or act.repeat or act.wrong or transaction.service is not Service.LOAN:
        return ()
    hooks = context.hooks.wanting(event_name(transaction.role, event_said(act.action, act.answer)))
    if act.barcode or all(one.kind != NCIP for one in hooks):
        return ()
    if item_barcodes.latest(connection, transaction.id):
        return ()
    return (sentence("ncip-wants-barcode", command=f"mailproc amend {act.number} --barcode NUMBER"),)


def still_out(store: Store, act: StaffAct) -> tuple[Sentence, ...]:
    """Return word of a loan that has gone out with the barcode of the item that is to be shipped."""
    if act.action != "ship" or not act.barcode:
        return ()
    with store.read() as connection:
        transaction = transaction_of(connection, act.number)
        number = item_barcodes.lent_with(connection, checked(act.barcode), transaction.id)
    return (sentence("barcode-still-out", barcode=checked(act.barcode), number=number),) if number else ()


def correct(store: Store, context: Context, wanted: ItemBarcode, *, dry_run: bool = False) -> StepOutcome:
    """Record the right barcode; with ``dry_run`` return what that would do, and keep nothing.

    The library system is told nothing: a call that lacked the barcode takes it when staff let it go again.
    Raise LocalFault if it is known already, or cannot be one.
    """
    right = replace(wanted, barcode=checked(wanted.barcode))

    def job(connection: Connection) -> StepOutcome:
        return _correct(connection, context, right)

    return foreseen(store, job) if dry_run else store.write(job)


def _correct(connection: Connection, context: Context, wanted: ItemBarcode) -> StepOutcome:
    transaction = transaction_of(connection, wanted.number)
    was = item_barcodes.latest(connection, transaction.id)
    if was == wanted.barcode:
        raise LocalFault(sentence("barcode-same", number=wanted.number, barcode=was))
    what = sentence("barcode-becomes", was=was or sentence("none-given"), now=wanted.barcode)
    facts: Facts = {"barcode": wanted.barcode, "text": str(what), "why": stored(what)}
    event = NewEvent(
        cause="staff",
        type=BARCODE_NOTED,
        at=context.clock(),
        facts=facts,
        actor=wanted.by,
        door="cli",
        partner=transaction.partner,
        transaction_id=transaction.id,
        request_id=transaction.request_id,
    )
    done = steps.begin(connection, event, context)
    item_barcodes.note(connection, transaction.id, wanted.barcode)
    return replace(done, words=(what, *done.words))

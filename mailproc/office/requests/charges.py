"""Money that staff record by hand: a charge that no message named, or what was paid."""

from dataclasses import dataclass

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.advance import steps
from mailproc.flow.advance.steps import StepOutcome
from mailproc.flow.context import Context
from mailproc.ill import apdu_json
from mailproc.ill.apdu import Money
from mailproc.ill.charges import ChargeKind, ChargeStatus, written
from mailproc.ill.facts import Facts
from mailproc.ill.transaction_state import CHARGE_NOTED
from mailproc.office.acts import written_amount
from mailproc.office.queries.find import transaction_of
from mailproc.sentence import Word, sentence, stored
from mailproc.store.engine import Store
from mailproc.store.events import NewEvent
from mailproc.store.text import storable

LONGEST_NOTE = 200


@dataclass(frozen=True)
class ChargeEntry:
    """``number``: of the request or one attempt; ``amount``: as "12.50 EUR"."""

    number: str
    amount: str
    kind: str = ChargeKind.SUPPLY
    status: str = ChargeStatus.CHARGED
    note: str = ""


def add(store: Store, context: Context, entry: ChargeEntry, by: str) -> StepOutcome:
    """Record the charge with a line in the history. Raise LocalFault that names what is wrong in it."""
    money = _money(entry.amount)
    kind, status = _one_of("--kind", entry.kind, ChargeKind), _one_of("--status", entry.status, ChargeStatus)
    note = " ".join(storable(entry.note).split())
    if len(note) > LONGEST_NOTE:
        raise LocalFault(sentence("too-long", name="--note", count=len(note), most=LONGEST_NOTE))
    why = sentence(
        "charge-noted", status=Word("labels.charges", status), kind=Word("labels.charge_kinds", kind),
        amount=written(money),
    )  # fmt: skip
    told = sentence("charge-noted-why", charge=why, note=note) if note else why
    facts: Facts = {
        "text": str(told),
        "why": stored(told),
        "charge": {"kind": kind, "status": status, "money": apdu_json.value_to_json(money)},
    }

    def job(connection: Connection) -> StepOutcome:
        row = transaction_of(connection, entry.number)
        event = NewEvent(
            cause="staff",
            type=CHARGE_NOTED,
            at=context.clock(),
            facts=facts,
            actor=by,
            door="cli",
            partner=row.partner,
            transaction_id=row.id,
            request_id=row.request_id,
        )
        return steps.begin(connection, event, context)

    return store.write(job)


def _money(given: str) -> Money:
    """Return the amount. A currency is needed: sums of another one would be wrong."""
    figures, currency = written_amount.parted(given)
    wrong = LocalFault(sentence("charge-amount", given=given[:60]))
    try:
        value = apdu_json.amount(figures)
    except ValueError:
        raise wrong from None
    if value <= 0 or not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        raise wrong
    return Money(amount=value, currency=currency.upper())


def _one_of(option: str, given: str, known: type[ChargeKind] | type[ChargeStatus]) -> str:
    if given not in list(known):
        raise LocalFault(sentence("option-none-of", option=option, given=given[:60], known=", ".join(known)))
    return given

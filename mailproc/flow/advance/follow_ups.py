"""Actions of ours that policy adds after a step, in the same commit; and which library is asked next."""

from mailproc.errors import LocalFault
from mailproc.flow.advance.work import Work
from mailproc.flow.matching import accounts
from mailproc.ill import apdu_json
from mailproc.ill.apdu import Apdu
from mailproc.ill.attention import Reason
from mailproc.ill.facts import Facts
from mailproc.store import events, requests, rotas
from mailproc.store.events import NewEvent


def ask_again(work: Work) -> None:
    """Put the same library next in the rota, and ask it."""
    request_id, partner = work.transaction.request_id, work.transaction.partner
    if can_be_asked(work, partner, Reason.ASK_NOW):
        rotas.put_next(work.connection, request_id, partner)
        follow_up(work, "request", request_id=request_id, transaction_id=None)


def can_be_asked(work: Work, partner: str, otherwise: Reason) -> bool:
    """Return whether ``partner`` still lends; if config.toml has changed since, staff must look."""
    try:
        lender = work.context.partners.lender(partner)
        request = requests.load(work.connection, work.transaction.request_id)
        accounts.choose(lender, request.service, request.account)
    except LocalFault as fault:
        work.attend(otherwise)
        work.words.append(fault.said)
        return False
    return True


def follow_with(work: Work, action: str, apdu: Apdu | None = None) -> None:
    """Add an action of ours in the same transaction, in the same commit."""
    row = work.transaction
    follow_up(work, action, row.request_id, row.id, apdu)


def follow_up(
    work: Work, action: str, request_id: int, transaction_id: int | None, apdu: Apdu | None = None
) -> None:
    """Add an event of policy in the same commit; its step follows this one."""
    letter = events.due_to(work.event)
    facts: Facts = {} if letter is None else {"from_letter": letter}
    if (work.event.facts or {}).get("answered_at_once"):
        facts["answered_at_once"] = True
    event = NewEvent(
        cause="policy",
        type=action,
        at=work.event.at,
        facts=facts or None,
        apdu=apdu_json.to_json(apdu) if apdu is not None else None,
        partner=work.transaction.partner,
        request_id=request_id,
        transaction_id=transaction_id,
    )
    work.follow_ups.append(events.add(work.connection, event))

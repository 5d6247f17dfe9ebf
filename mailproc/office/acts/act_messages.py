"""Turn a staff action into the APDU that it sends (or, recorded by telephone, that the partner sent)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from mailproc import slow_work
from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.ill import apdu_json, loan_terms, note_sentences
from mailproc.ill.actions import BY_MAIL, DATE, HEARD_BY, OF_ROLE, Action, Option
from mailproc.ill.apdu import (
    Apdu,
    Cancel,
    CancelReply,
    CheckedIn,
    Condition,
    ConditionalReply,
    Damaged,
    Due,
    ForwardNotification,
    IllAnswer,
    Location,
    Lost,
    Message,
    Money,
    Overdue,
    Recall,
    Received,
    Renew,
    RenewAnswer,
    ReplyTo,
    Returned,
    Shipped,
    StatusQuery,
)
from mailproc.ill.date_arithmetic import later
from mailproc.ill.note_sentences import FOUND, PARTIAL, PRICE, WANTED_BY, WRONG
from mailproc.ill.terms import CONDITIONS, REASON_UNFILLED, Results, Role, Service, TransactionId
from mailproc.notices.language_files import ENGLISH
from mailproc.office.acts import action_names, written_amount
from mailproc.office.acts.staff_act import StaffAct
from mailproc.sentence import Sentence, Word, sentence
from mailproc.store.rows import Transaction


@dataclass(frozen=True)
class Scene:
    """Where an action takes place: its transaction, the day, and the known partners."""

    transaction: Transaction
    context: Context

    @property
    def today(self) -> date:
        return self.context.today()

    @property
    def service(self) -> Service:
        return self.transaction.service


Maker = Callable[[StaffAct, Scene], Apdu]


def apdu_of(act: StaffAct, transaction: Transaction, context: Context) -> Apdu | None:
    """Return the APDU that the action sends (or, with heard_by, that the partner sent); None for close, undo.

    Raise LocalFault for an action that our role (or the partner's) does not have, or that lacks a mandatory
    value.
    """
    role = transaction.role
    speaker = role.other if act.heard_by else role
    if act.heard_by and act.heard_by not in HEARD_BY:
        raise LocalFault(sentence("heard-by-one-of", known=", ".join(HEARD_BY)))
    action = OF_ROLE[speaker].get(act.action)
    if action is None:
        code = "act-not-theirs" if act.heard_by else "act-not-ours"
        known = ", ".join(OF_ROLE[speaker])
        meant = _other_side(act, role) or action_names.meant(act.action, OF_ROLE[speaker], act.number)
        said = sentence(code, side=sentence(_SIDES[speaker]), action=act.action[:40], known=known)
        raise LocalFault(sentence("act-meant", said=said, meant=meant) if meant else said)
    if action.message is None:
        return None
    _check_needed(act, action)
    made = MAKERS[action.name](act, Scene(transaction, context))
    note = note_sentences.joined(act.note, (made.note if made.note != act.note else "") or "")
    return replace(made, note=note) if note else made


def _other_side(act: StaffAct, role: Role) -> Sentence | None:
    """Return how to say an action that is the other side's, or ours though it was said to be theirs."""
    if act.heard_by:
        return sentence("act-said-by-us", action=act.action) if act.action in OF_ROLE[role] else None
    if act.action not in OF_ROLE[role.other]:
        return None
    command = f"mailproc act {act.number} {act.action} --heard-by {BY_MAIL}"
    return sentence("act-said-by-them", action=act.action, command=command, known=", ".join(HEARD_BY))


def _check_needed(act: StaffAct, action: Action) -> None:
    """Raise LocalFault that names a missing option without which the action has no meaning."""
    needed = action.needs if act.heard_by else (*action.needs, *action.tells)
    for option in needed:
        if getattr(act, option.field) in (None, "", ()):
            raise LocalFault(
                sentence("act-needs", action=action.name, option=option.usage, names=_names(action, option))
            )


_SIDES = {Role.REQUESTER: "as-requester", Role.RESPONDER: "as-responder"}


def _names(action: Action, option: Option) -> Word:
    own = f"{action.name} {option.name}"
    return Word("options", own if own in ENGLISH.texts.options else option.name)


def _known(word: str, words: Mapping[str, int], unknown: str) -> str:
    """Raise LocalFault with the sentence ``unknown`` if the standard does not have the word."""
    if word not in words:
        raise LocalFault(sentence(unknown, given=word, known=", ".join(words)))
    return word


def _reason(act: StaffAct) -> str:
    """Return the reason. None is guessed: the reader is told it, and the rota depends on it."""
    return _known(act.reason or "other", REASON_UNFILLED, "reason-unknown")


def _due(act: StaffAct) -> Due | None:
    return Due(on=act.on) if act.on else None


def _ahead(act: StaffAct, scene: Scene) -> date | None:
    """Return the day asked for, which must not have passed; a day told by telephone may be any."""
    if act.on is not None and act.on < scene.today and not act.heard_by:
        raise LocalFault(sentence("act-day-passed", day=act.on, action=act.action))
    return act.on


def _happened(act: StaffAct, scene: Scene) -> date:
    """Return the day on which it was done, today by default.

    A day in the future is refused, also if the partner told it by telephone: the history would state it as a
    fact.
    """
    if act.on is not None and act.on > scene.today:
        raise LocalFault(sentence("act-day-to-come", day=act.on, today=scene.today, action=act.action))
    return act.on or scene.today


def _money(act: StaffAct) -> Money | None:
    if not act.cost:
        return None
    amount, currency = written_amount.parted(act.cost)
    wrong = LocalFault(sentence("cost-written", given=act.cost[:60]))
    try:
        value = apdu_json.amount(amount)
    except ValueError:
        raise wrong from None
    if currency and not (len(currency) == 3 and currency.isalpha()):
        raise wrong
    return Money(amount=value, currency=currency.upper() or None)


def _receive(act: StaffAct, scene: Scene) -> Apdu:
    kind = _shipped_service(act, scene)
    if act.partial and (act.wrong or kind is Service.LOAN):
        raise LocalFault(sentence("part-of-loan"))
    flaw = WRONG if act.wrong else PARTIAL if act.partial else ""
    said = note_sentences.written(flaw) if flaw else None
    return Received(received_on=_happened(act, scene), shipped_service=kind, note=said)


def _return(act: StaffAct, scene: Scene) -> Apdu:
    """Return a Returned. That the item is the wrong one may not have been said: a receipt is optional."""
    wrong = (scene.transaction.options or {}).get("flaw") == WRONG
    return Returned(
        returned_on=_happened(act, scene),
        returned_via=act.via or None,
        insured_for=_money(act),
        note=note_sentences.written(WRONG) if wrong and not act.heard_by else None,
    )


def _shipped_service(act: StaffAct, scene: Scene) -> Service:
    """Only a loan or a copy can be on its way."""
    if act.service and act.service.upper() not in (Service.LOAN, Service.COPY):
        raise LocalFault(sentence("service-option"))
    if act.service:
        return Service[act.service.upper()]
    return Service.LOAN if scene.service is Service.LOAN else Service.COPY


def _ship(act: StaffAct, scene: Scene) -> Apdu:
    kind = _shipped_service(act, scene)
    shipped = Shipped(
        shipped_service=kind, shipped_on=scene.today, cost=_money(act), shipped_via=act.via or None,
        shipped_conditions=_lent_on(act),
    )  # fmt: skip
    if kind is not Service.LOAN or act.heard_by:
        return replace(shipped, due=_due(act) if kind is Service.LOAN else None)
    usual = Due(on=scene.today + timedelta(days=scene.context.config.policy.loan_days))
    if act.on is None and not _can_tell(replace(shipped, due=usual), scene):
        return shipped  # a due date that is not sent to the borrower does not count
    return replace(shipped, due=_due(act) or usual)


def _lent_on(act: StaffAct) -> str | None:
    if act.condition and act.condition not in loan_terms.LASTING:
        known = ", ".join(loan_terms.LASTING)
        raise LocalFault(sentence("condition-unknown", given=act.condition[:60], known=known))
    return act.condition or None


def _can_tell(shipped: Shipped, scene: Scene) -> bool:
    """Return whether the partner's protocol carries the due date."""
    codec = scene.context.registry.by_name(scene.transaction.codec)
    row = scene.transaction
    with slow_work.exempt():  # only our own short texts (options.check)
        told = codec.project(replace(shipped, transaction=TransactionId(tgq=row.tgq, tq=row.tq)))
    return isinstance(told, Shipped) and told.due is not None


def _renew_reply(act: StaffAct, scene: Scene) -> Apdu:
    if not act.answer:
        return RenewAnswer(answer=False)
    if act.heard_by and act.on is None:
        raise LocalFault(sentence("renew-reply-day", action=act.action, option=DATE.usage))
    until = max(scene.transaction.due_on or scene.today, scene.today)
    usual = later(until, scene.context.config.policy.loan_days)
    return RenewAnswer(answer=True, due=_due(act) or Due(on=usual))


def _conditional(act: StaffAct, _scene: Scene) -> Apdu:
    words = {word for word in (act.condition, act.reason) if word} or {"other"}
    if len(words) != 1:
        raise LocalFault(sentence("one-condition", known=", ".join(CONDITIONS)))
    condition = Condition(condition=_known(words.pop(), CONDITIONS, "condition-unknown"), reply_by=act.on)
    return IllAnswer(results=Results.CONDITIONAL, conditions=(condition,), note=_price(act))


def _price(act: StaffAct) -> str | None:
    """Return the price for the note: these answers have no field for money."""
    cost = _money(act)
    return note_sentences.written(PRICE, f"{cost.amount} {cost.currency or ''}".rstrip()) if cost else None


def _recall(act: StaffAct, scene: Scene) -> Apdu:
    """Return a Recall; it has no field for the day."""
    on = _ahead(act, scene)
    return Recall(note=note_sentences.written(WANTED_BY, on.isoformat()) if on else None)


def _locations(act: StaffAct, _scene: Scene) -> Apdu:
    where = tuple(Location(symbol=symbol) for symbol in act.locations)
    reason = _reason(act) if act.reason else None
    return IllAnswer(results=Results.LOCATIONS_PROVIDED, locations=where, reason=reason)


def _forward(act: StaffAct, scene: Scene) -> Apdu:
    context = scene.context
    known = context.partners.get(act.to) if act.to else None
    address = ReplyTo(address=known.address, encodings=("BER_IN_MIME",)) if known else None
    theirs, ours = scene.transaction.symbol, context.config.library.symbol
    before = theirs if act.heard_by else ours
    return ForwardNotification(responder=act.to or None, intermediary=before, responder_address=address)


def _overdue(act: StaffAct, scene: Scene) -> Apdu:
    due = act.on or scene.transaction.due_on
    return Overdue(due=Due(on=due) if due else None, level=act.level or 1)


MAKERS: Mapping[str, Maker] = {
    "answer-condition": lambda act, _scene: ConditionalReply(answer=bool(act.answer)),
    "receive": _receive,
    "return": _return,
    "renew": lambda act, scene: Renew(desired_due_on=_ahead(act, scene)),
    "cancel": lambda _act, _scene: Cancel(),
    "cancel-reply": lambda act, _scene: CancelReply(answer=bool(act.answer)),
    "ship": _ship,
    "will-supply": lambda act, scene: IllAnswer(
        results=Results.WILL_SUPPLY, supply_on=_ahead(act, scene), reason=act.reason or None, note=_price(act)
    ),
    "hold": lambda act, scene: IllAnswer(
        results=Results.HOLD_PLACED, position=act.position, supply_on=_ahead(act, scene)
    ),
    "conditional": _conditional,
    "unfilled": lambda act, _scene: IllAnswer(results=Results.UNFILLED, reason=_reason(act)),
    "answer-retry": lambda act, scene: IllAnswer(
        results=Results.RETRY, retry_on=_ahead(act, scene), reason=_reason(act)
    ),
    "locations": _locations,
    "estimate": lambda act, _scene: IllAnswer(results=Results.ESTIMATE, cost_estimate=_money(act)),
    "forward": _forward,
    "check-in": lambda act, scene: CheckedIn(checked_in_on=_happened(act, scene)),
    "renew-reply": _renew_reply,
    "overdue": _overdue,
    "recall": _recall,
    "lost": lambda _act, _scene: Lost(),
    "found": lambda _act, _scene: Message(note=note_sentences.written(FOUND)),
    "damaged": lambda act, _scene: Damaged(damaged_details=act.reason or None),
    "message": lambda act, _scene: Message(note=act.note),
    "query": lambda _act, _scene: StatusQuery(),
}
"""The APDU of each action. Whose action it is, and what it needs, is checked before."""

"""Check which options an action uses, and which of the given ones its message does not carry.

An option that reaches nobody must not be accepted silently: staff would believe that it was sent.
"""

from dataclasses import fields, replace
from typing import Any

from mailproc import slow_work
from mailproc.errors import LocalFault
from mailproc.flow import delivery_mode
from mailproc.flow.context import Context
from mailproc.ill.actions import BY_NAME, LOCATION, OPTIONS, Option
from mailproc.ill.apdu import Apdu, IllAnswer
from mailproc.ill.terms import Ref, Results, TransactionId
from mailproc.office.acts.staff_act import StaffAct
from mailproc.protocols.codec import Codec, Manner
from mailproc.sentence import Sentence, Word, sentence
from mailproc.store.rows import Transaction

MOST_LOCATIONS = 100


def given(act: StaffAct) -> tuple[Option, ...]:
    """Return the options that staff gave."""
    usual = {each.name: each.default for each in fields(StaffAct)}
    return tuple(one for one in OPTIONS if getattr(act, one.field) != usual[one.field])


def check(act: StaffAct) -> None:
    """Raise LocalFault that names an option which the action does not use.

    An unknown action is not checked here. Texts have a maximum length, because an action is checked against
    the protocol while the store is held.
    """
    for one in OPTIONS:
        if isinstance(said := getattr(act, one.field), str) and len(said) > slow_work.SHORT:
            raise LocalFault(sentence("too-long", name=one.word, count=len(said), most=slow_work.SHORT))
    if len(act.locations) > MOST_LOCATIONS:
        raise LocalFault(
            sentence("option-too-often", option=LOCATION.word, count=len(act.locations), most=MOST_LOCATIONS)
        )
    action = BY_NAME.get(act.action)
    if action is None:
        return
    for one in given(act):
        if one not in action.takes:
            known = ", ".join(map(str, action.takes))
            raise LocalFault(sentence("option-no-use", action=act.action, option=one.word, known=known))


def check_same(act: StaffAct, first: Apdu, now: Apdu | None) -> None:
    """Raise LocalFault if an option of --repeat differs from what was sent ``first``.

    ``now``: what the action would send by default.
    """
    for one in given(act):
        if now is None or any(
            getattr(now, name, None) not in (None, (), getattr(first, name, None)) for name in one.fills
        ):
            raise LocalFault(sentence("repeat-differs", option=one.word))


def untold(act: StaffAct, said: Apdu, transaction: Transaction, context: Context) -> tuple[Sentence, ...]:
    """Return sentences: the options that the partner's system cannot be sent, and a reason it reads instead.

    () if it can be sent all of them, or nothing goes to a system.
    """
    codec = context.registry.by_name(transaction.codec)
    partner = context.partners.get(transaction.partner)
    role, dialect = transaction.role, transaction.dialect
    if delivery_mode.of_message(codec, partner, said, role, dialect) is not Manner.SEND:
        return ()
    if codec.refuses(said, dialect):
        return ()  # the step refuses it, with its own sentence
    whole = _named(said, transaction, context)
    lost = tuple(option.word for option in given(act) if _is_lost(option, whole, codec))
    told = sentence("option-not-told", partner=transaction.partner, options=lost)
    return (*([told] if lost else []), *_other_reason(said, codec.project(whole), act, transaction))


def reason_read(reason: str, transaction: Transaction, context: Context) -> str:
    """Return the reason that the partner's system reads instead of ours; '' if it reads the same."""
    said = IllAnswer(results=Results.UNFILLED, reason=reason)
    codec, role = context.registry.by_name(transaction.codec), transaction.role
    partner = context.partners.get(transaction.partner)
    manner = delivery_mode.of_message(codec, partner, said, role, transaction.dialect)
    if manner is not Manner.SEND or codec.for_people or codec.refuses(said, transaction.dialect):
        return ""
    read = codec.project(_named(said, transaction, context))
    found = read.reason if isinstance(read, IllAnswer) else None
    return found if found and found != reason else ""


def _other_reason(said: Apdu, read: Apdu, act: StaffAct, transaction: Transaction) -> tuple[Sentence, ...]:
    """Return a sentence if a code of the partner's protocol names a reason that we did not give."""
    if not isinstance(said, IllAnswer) or not isinstance(read, IllAnswer):
        return ()
    if read.reason is None or read.reason == said.reason or said.reply_code:
        return ()
    means = Word("reasons", read.reason)
    partner, code = transaction.partner, read.reply_code or ""
    return (sentence("reason-read-as", partner=partner, code=code, means=means, number=act.number),)


def _is_lost(option: Option, said: Apdu, codec: Codec) -> bool:
    """Return whether the receiver reads another value, the same as without the option."""
    filled = [name for name in option.fills if getattr(said, name, None) not in (None, ())]
    read = codec.project(said)
    return bool(filled) and not any(_is_told(name, said, read, codec) for name in filled)


def _is_told(name: str, said: Apdu, read: Apdu, codec: Codec) -> bool:
    value = getattr(said, name)
    if getattr(read, name, None) == value:
        return True
    nothing: Any = () if isinstance(value, tuple) else None
    try:
        return codec.project(replace(said, **{name: nothing})) != read
    except LocalFault:  # it is mandatory, so it is sent
        return True


def _named(said: Apdu, row: Transaction, context: Context) -> Apdu:
    """Add what a codec needs to read the message back: its transaction, and the day that weeks count from."""
    number = str((row.options or {}).get("number", "")) or row.tgq
    return replace(
        said,
        transaction=TransactionId(tgq=row.tgq, tq=row.tq),
        ref=Ref(number=number),
        sent_at=context.local(context.clock()),
    )

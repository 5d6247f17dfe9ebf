"""The acts that the desk offers for a request: what is possible now, its consequence, and its fields.

What is possible, and what follows, is ``possible_actions``' answer; nothing is decided here.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.ill import actions, loan_terms
from mailproc.ill.actions import Option
from mailproc.ill.events import PUT_OFF, PUTTING_OFF
from mailproc.ill.status import RequestStatus
from mailproc.ill.terms import CONDITIONS, REASON_UNFILLED, Role, Service
from mailproc.notices.language import Language
from mailproc.office.acts.options import reason_read
from mailproc.office.queries import possible_actions
from mailproc.office.queries.find import transaction_of
from mailproc.office.queries.possible_actions import Choice
from mailproc.protocols.codec import Manner
from mailproc.store.rows import Transaction

NOT_HERE = (actions.ANSWER, actions.ATTACH)
"""A yes or no is the act itself here. A file is named by its path on the service's machine, which is nobody's
at a browser."""
_KINDS = {
    actions.DATE: "date",
    actions.POSITION: "number",
    actions.LEVEL: "number",
    actions.QUIET: "flag",
    actions.WRONG: "flag",
    actions.PARTIAL: "flag",
}


@dataclass(frozen=True)
class ActField:
    """A field of a form. ``kind``: text | date | number | flag | choice; ``choices``: codes and words;
    ``value``: what stands in it."""

    name: str
    label: str
    kind: str
    needed: bool
    choices: tuple[tuple[str, str], ...] = ()
    value: str = ""


@dataclass(frozen=True)
class ActForm:
    """An act. ``key``: names it on its page; ``does``: in words; ``leads``: what follows; ``against``: why it
    needs a second thought, '' mostly. ``heard``: that the partner told us so. ``early``: it speaks of what
    was sent, and nothing was; of what the partner told us, that it does not fit how the request stands."""

    action: str
    answer: str
    does: str
    leads: str
    against: str
    fields: tuple[ActField, ...]
    heard: bool = False
    early: bool = False

    @property
    def key(self) -> str:
        """Return what names it on its page."""
        return "-".join(filter(None, ("told" if self.heard else "act", self.action, self.answer)))


def offered(connection: Connection, number: str, now: RequestStatus, context: Context) -> tuple[ActForm, ...]:
    """Return what is possible now, ``now`` being how the request stands. Raise LocalFault as
    ``possible_actions.choices``."""
    found = possible_actions.choices(connection, number, context)
    forms = tuple(form(one, now, context) for one in found if not _asks_nobody(one))
    row = transaction_of(connection, number)
    return tuple(_as_read(one, row, context) if one.action == "unfilled" else one for one in forms)


def _as_read(refusal: ActForm, row: Transaction, context: Context) -> ActForm:
    """Return the form with what the partner's system reads of each reason, where it is another."""
    language = context.language

    def worded(code: str, word: str) -> str:
        read = reason_read(code, row, context)
        means = language.own_reason_word(read) if read else ""
        return language.label("desk", "read_as", reason=word, means=means) if read else word

    fields = (
        replace(one, choices=tuple((code, worded(code, word)) for code, word in one.choices))
        if one.name == actions.REASON.field
        else one
        for one in refusal.fields
    )
    return replace(refusal, fields=tuple(fields))


def _asks_nobody(one: Choice) -> bool:
    """Return whether it would ask a partner whose protocol carries no question: nothing at all follows."""
    return one.action.name == "query" and one.told is Manner.LOCAL


def form(one: Choice, now: RequestStatus, context: Context) -> ActForm:
    """Return the form of a choice, ``now`` being how its request stands."""
    language, name = context.language, one.action.name
    needs = (*one.needs, actions.REASON) if is_asked_why(name) else one.needs
    due = (_due(language),) if name == "receive" and one.service is Service.LOAN else ()
    return ActForm(
        action=name,
        answer=one.answer,
        does=language.way_word(f"act {name} {one.answer}".rstrip()),
        leads=_leads(one, now, context),
        against=language.word(one.against),
        fields=(*due, *_dated(fields_of(name, one.options, needs, language, ours=True), one, context)),
        early=one.early,
    )


def _dated(fields: Iterable[ActField], one: Choice, context: Context) -> Iterator[ActField]:
    """Yield them with the day that the partner wishes, and the day that is granted where none is named."""
    today = context.today()
    for field in fields:
        if field.name != actions.DATE.field or one.usual is None:
            yield field
            continue
        day = context.language.day_word(one.usual, today)
        label = context.language.label("desk", "day_if_empty", field=field.label, day=day)
        wish = one.wished.isoformat() if one.wished and one.wished > today else ""
        yield replace(field, label=label, value=wish)


def is_asked_why(action: str) -> bool:
    """Return whether the desk asks why: a partner is told a reason in any case, and not a wrong one."""
    return action == "unfilled"


def _due(language: Language) -> ActField:
    return ActField("due", language.texts.labels["desk"]["due_on_slip"], "date", needed=False)


def _leads(one: Choice, now: RequestStatus, context: Context) -> str:
    language = context.language
    if one.action.event in PUTTING_OFF:
        return language.texts.labels["desk"]["put_off_most"] if one.action.event == PUT_OFF else ""
    after = replace(now, closed=True) if one.action.name == "close" else one.status
    leads = language.label(
        "act",
        "would" if after else "would_stay",
        state=language.status(after or now, context.today(), ours=one.role is Role.RESPONDER),
        told=language.label("told", one.told),
    )
    heard = [language.texts.labels["untold"].get(notice.rpartition("/")[2], notice) for notice in one.notices]
    hears = (language.label("desk", "reader_hears", what=what) for what in heard)
    has = [language.texts.labels["desk"]["reader_has_it"]] if one.reader_has else []
    return "; ".join([*has, leads, *hears, *_days(one, context)])


def _days(one: Choice, context: Context) -> Iterator[str]:
    """Yield until when they wish to keep it, and what is granted where no day is named."""
    language, today = context.language, context.today()
    if one.wished is not None:
        yield language.label("desk", "they_wish", day=language.day_word(one.wished, today))
    if one.usual is not None:
        yield language.label("desk", "grants", day=language.day_word(one.usual, today))


def fields_of(
    action: str,
    options: tuple[Option, ...],
    needs: tuple[Option, ...],
    language: Language,
    *,
    ours: bool = False,
) -> Iterator[ActField]:
    """Yield a field for each option. ``ours``: we say it, so reasons are ours."""
    for option in options:
        if option in NOT_HERE:
            continue
        choices = tuple(_choices(action, option, language, ours=ours).items())
        kind = "choice" if choices else _KINDS.get(option, "text")
        label = language.option_word(action, option.name)
        yield ActField(option.field, label, kind, option in needs, choices)


def _choices(action: str, option: Option, language: Language, *, ours: bool) -> Mapping[str, str]:
    """Return the words that the standard knows for a reason or a condition; {} where any text will do."""
    reason = language.own_reason_word if ours else language.reason_word
    condition = language.own_reason_word if ours else language.condition_word
    if option is actions.SERVICE:
        return {code: language.service_word(code) for code in ("LOAN", "COPY")}
    if option is actions.CONDITION:
        known = loan_terms.LASTING if action == "ship" else tuple(CONDITIONS)
        return {code: condition(code) for code in known}
    if option is actions.REASON and action in ("unfilled", "answer-retry", "locations"):
        return {code: reason(code) for code in REASON_UNFILLED}
    return {}

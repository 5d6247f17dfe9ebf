"""The acts that the desk offers for a request: what is possible now, its consequence, and its fields.

What is possible, and what follows, is ``possible_actions``' answer; nothing is decided here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.ill import actions, loan_terms
from mailproc.ill.actions import ACTIONS, HEARD_BY, Option
from mailproc.ill.status import RequestStatus
from mailproc.ill.terms import CONDITIONS, REASON_UNFILLED, Role
from mailproc.notices.language import Language
from mailproc.office.queries import possible_actions
from mailproc.office.queries.possible_actions import Choice

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
    """A field of a form. ``kind``: text | date | number | flag | choice; ``choices``: codes and words."""

    name: str
    label: str
    kind: str
    needed: bool
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ActForm:
    """An act. ``key``: names it on its page; ``does``: in words; ``leads``: what follows; ``against``: why it
    needs a second thought, '' mostly. ``heard``: that the partner told us so."""

    action: str
    answer: str
    does: str
    leads: str
    against: str
    fields: tuple[ActField, ...]
    heard: bool = False

    @property
    def key(self) -> str:
        """Return what names it on its page."""
        return "-".join(filter(None, ("told" if self.heard else "act", self.action, self.answer)))


def offered(connection: Connection, number: str, now: RequestStatus, context: Context) -> tuple[ActForm, ...]:
    """Return what is possible now, ``now`` being how the request stands. Raise LocalFault as
    ``possible_actions.choices``."""
    found = possible_actions.choices(connection, number, context)
    return tuple(_form(one, now, context) for one in found)


def told_by(role: Role, context: Context) -> tuple[ActForm, ...]:
    """Return what a partner may have told us; whether it fits is decided when it is recorded.

    ``role``: ours in the request.
    """
    language = context.language
    found: list[ActForm] = []
    for action in ACTIONS:
        if action.role is not role.other or action.message is None:
            continue
        for answer, event in action.said_as:
            fields = (_heard_by(language), *_fields(action.name, action.takes, action.needs, language))
            word = language.event_word(_heard(action.message.name, answer, event, language))
            found.append(ActForm(action.name, answer, word, "", "", fields, heard=True))
    return tuple(found)


def _heard(message: str, answer: str, event: str, language: Language) -> str:
    """Return the code by which the words of the other side's messages are found."""
    known = (f"{message}.{answer}", f"{message}.{event}", message)
    return next((one for one in known if one in language.texts.heard), event)


def _heard_by(language: Language) -> ActField:
    ways = tuple((way, language.texts.labels["heard_by"].get(way, way)) for way in HEARD_BY)
    return ActField("heard_by", language.texts.labels["desk"]["heard_by"], "choice", True, ways)


def _form(one: Choice, now: RequestStatus, context: Context) -> ActForm:
    language, name = context.language, one.action.name
    return ActForm(
        action=name,
        answer=one.answer,
        does=language.way_word(f"act {name} {one.answer}".rstrip()),
        leads=_leads(one, now, context),
        against=language.word(one.against),
        fields=tuple(_fields(name, one.options, one.needs, language)),
    )


def _leads(one: Choice, now: RequestStatus, context: Context) -> str:
    language = context.language
    after = replace(now, closed=True) if one.action.name == "close" else one.status
    return language.label(
        "act",
        "would" if after else "would_stay",
        state=language.status(after or now, context.today(), ours=one.role is Role.RESPONDER),
        told=language.label("told", one.told),
    )


def _fields(
    action: str, options: tuple[Option, ...], needs: tuple[Option, ...], language: Language
) -> Iterator[ActField]:
    for option in options:
        if option in NOT_HERE:
            continue
        choices = tuple(_choices(action, option, language).items())
        kind = "choice" if choices else _KINDS.get(option, "text")
        label = language.option_word(action, option.name)
        yield ActField(option.field, label, kind, option in needs, choices)


def _choices(action: str, option: Option, language: Language) -> Mapping[str, str]:
    """Return the words that the standard knows for a reason or a condition; {} where any text will do."""
    if option is actions.SERVICE:
        return {code: language.service_word(code) for code in ("LOAN", "COPY")}
    if option is actions.CONDITION:
        known = loan_terms.LASTING if action == "ship" else tuple(CONDITIONS)
        return {code: language.condition_word(code) for code in known}
    if option is actions.REASON and action in ("unfilled", "answer-retry", "locations"):
        return {code: language.reason_word(code) for code in REASON_UNFILLED}
    return {}

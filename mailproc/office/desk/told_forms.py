"""What a partner told us by telephone, post or a portal: the forms that record it.

Which messages move the request, or are noted, is the state tables' answer. They take what comes late or
overtakes another message, too; so what does not fit how a request stands is not withheld, it stands last.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from mailproc.flow.context import Context
from mailproc.ill import machine
from mailproc.ill.actions import BARCODE, HEARD_BY, NOTE, OF_ROLE, PARTIAL, QUIET, WRONG, Action
from mailproc.ill.cells import CellKind
from mailproc.ill.event_names import heard_as, heard_reply
from mailproc.ill.expected_acts import expected
from mailproc.ill.terms import State
from mailproc.notices.language import Language
from mailproc.office.desk.act_forms import ActField, ActForm, fields_of
from mailproc.store.rows import Transaction

_ALWAYS = ("message", "query")
_OURS = (BARCODE, QUIET, WRONG, PARTIAL)
"""Options of what we do ourselves: of our shelves, and of our readers."""


def told_by(row: Transaction, context: Context) -> tuple[ActForm, ...]:
    """Return what the partner may have told us of ``row``: what moves it before what is only noted."""
    found: list[tuple[bool, ActForm]] = []
    for action in OF_ROLE[row.role.other].values():
        if action.message is None or (action.only_in and row.state not in action.only_in):
            continue
        for answer, _ in action.said_as:
            heard = heard_reply(action, answer) if action.asks else heard_as(action)
            after = machine.next_state(row.role, row.service, row.state, row.state_before, heard)
            if after.kind in (CellKind.BECOMES, CellKind.NOTE):
                told = _told(action, answer, after.state, row, context)
                found.append((after.kind is not CellKind.BECOMES, told))
    return tuple(form for _, form in sorted(found, key=lambda one: one[0]))


def _told(action: Action, answer: str, after: State, row: Transaction, context: Context) -> ActForm:
    language = context.language
    becomes = "" if after is row.state else language.label("desk", "then", state=language.term_word(after))
    takes = tuple(option for option in action.takes if option not in _OURS)
    fields = (
        _heard_by(language),
        *_as_theirs(fields_of(action.name, takes, action.needs, language), language),
    )
    does = language.texts.labels["they_told"]["-".join(filter(None, (action.name, answer)))]
    return ActForm(
        action.name, answer, does, becomes, "", fields, heard=True, early=not _fits(action.name, row)
    )


def _as_theirs(fields: Iterable[ActField], language: Language) -> Iterator[ActField]:
    """Yield them with the plain word for a note: what stands with ours is about what we send."""
    note = language.option_word("", NOTE.name)
    for one in fields:
        yield replace(one, label=note) if one.name == NOTE.field and not one.needed else one


def _fits(action: str, row: Transaction) -> bool:
    return action in _ALWAYS or action in expected(row.role.other, row.state).acts


def _heard_by(language: Language) -> ActField:
    ways = tuple((way, language.texts.labels["heard_by"].get(way, way)) for way in HEARD_BY)
    return ActField("heard_by", language.texts.labels["desk"]["heard_by"], "choice", True, ways)

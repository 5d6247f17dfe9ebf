"""The history of a request in words: each line in the library's language, made from what was said.

What a line of an older release holds in words alone is shown as it was written.
"""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from mailproc.flow.context import Context
from mailproc.ill.apdu import Apdu, IllAnswer, StatusOrErrorReport
from mailproc.ill.findings import Noted
from mailproc.ill.status import OF_STATE
from mailproc.ill.terms import Role, State
from mailproc.notices import not_told
from mailproc.notices.incoming_details import plain_note, said
from mailproc.notices.language import Language
from mailproc.notices.outgoing_details import remark, telling
from mailproc.office.queries.recorded_history import HistoryLine
from mailproc.sentence import sentence

FOLDED = 3
"""So many lines of a history that say the same become one."""
LONGEST = 160
"""Characters of a note."""
_OF_OLD = "we answered: "
"""How 0.1.0 noted an answer of ours; since then its code stands with the event."""


@dataclass(frozen=True)
class WordedChange:
    """A line of a history in words: ``when``, ``what`` happened, how it stands ``now`` ('' if nothing moved),
    ``by`` whom, and the ``note``. ``attempt`` and ``cause`` are those of its (first) change."""

    when: str
    what: str
    now: str
    by: str
    note: str
    attempt: int
    cause: Mapping[str, str]


def rows(changes: Sequence[HistoryLine], role: str, context: Context) -> list[WordedChange]:
    """Return the history, the first change first."""
    return [_row(run, Role[role], context) for run in _runs(changes)]


def _runs(changes: Sequence[HistoryLine]) -> Iterator[Sequence[HistoryLine]]:
    """Join repeated entries with the same text that moved nothing into one line; others get one each."""
    for same, run in groupby(changes, key=lambda one: None if one.from_state != one.to_state else _said(one)):
        alike = list(run)
        if same is None or len(alike) < FOLDED:
            yield from ([change] for change in alike)
        else:
            yield alike


def _said(change: HistoryLine) -> tuple[object, ...]:
    kind = change.cause["kind"]
    return change.attempt, change.spoken, change.to_state, change.note, kind, change.documents


def _row(run: Sequence[HistoryLine], role: Role, context: Context) -> WordedChange:
    change, language = run[0], context.language
    moved = change.to_state != change.from_state
    parts = [textwrap.shorten("; ".join(_note(change, role, context)), LONGEST, placeholder=" …")]
    if change.documents:
        parts.insert(0, language.counted("documents", change.documents))
    if change.foreign:
        parts.insert(0, language.texts.labels["history"]["foreign"])
    if len(run) > 1:
        times, last = language.counted("said_times", len(run)), context.shown(run[-1].at)
        parts.insert(0, language.label("history", "last", times=times, day=last, cause=run[-1].cause["id"]))
    return WordedChange(
        when=context.shown(change.at),
        what=language.event_word(change.spoken),
        now=language.texts.terms[OF_STATE[State[change.to_state]]] if moved else "",
        by=_by(change, language),
        note=". ".join(filter(None, parts)),
        attempt=change.attempt,
        cause=change.cause,
    )


def _by(change: HistoryLine, language: Language) -> str:
    heard_by = change.cause.get("heard_by")
    way = language.texts.labels["heard_by"].get(heard_by or "", heard_by)
    told = f" ({language.label('history', 'heard_by', value=way)})" if way else ""
    kind = language.texts.labels["cause"].get(change.cause["kind"], change.cause["kind"])
    return f"{kind} {change.cause['id']}{told}".strip()


def _note(change: HistoryLine, role: Role, context: Context) -> Iterator[str]:
    """Everything that the line says beside its kind, each once."""
    language, apdu = context.language, change.apdu
    if change.why is not None:
        yield language.words_of(change.why)
        yield from _not_told(change, language)
        return
    if not _is_typed(change):
        yield plain_note(change.note, role, language)
        return
    yield from (language.noted_word(part) for part in change.note.split("; ") if part in _NOTED)
    if apdu is not None:
        yield from content(apdu, role, context, theirs=change.theirs)
    if change.remark:
        yield change.remark
    if change.barcode:
        yield language.label("history", "barcode", value=change.barcode)
    for code in change.answered:
        yield language.label("history", "answered", value=language.told_word(code))
    if change.not_looked_up is not None:
        yield language.word(sentence("reader-not-looked-up", why=change.not_looked_up.parts))
    yield from _not_told(change, language)


def _not_told(change: HistoryLine, language: Language) -> Iterator[str]:
    if change.not_told:
        yield language.word(not_told.told(change.not_told))


def _is_typed(change: HistoryLine) -> bool:
    if change.remark and change.note == change.remark:
        return True
    if change.apdu is None:
        parts = change.note.split("; ")
        return not change.note or all(part == change.remark or part in _NOTED for part in parts)
    return bool(change.answered) or _OF_OLD not in change.note


_NOTED = frozenset(one.value for one in Noted)


def content(apdu: Apdu, role: Role, context: Context, *, theirs: bool) -> Iterator[str]:
    """What the message itself says: theirs as theirs, ours as ours. A reply code that is known says it all,
    with what it means beside it."""
    language, today = context.language, context.today()
    means = context.registry.means(apdu.reply_code) if apdu.reply_code else ""
    if not means and theirs and isinstance(apdu, IllAnswer | StatusOrErrorReport):
        yield from said(apdu, role, (), today, language, beside=False)
    elif not means:
        yield from telling(apdu, today, language)
    if apdu.reply_code:
        yield language.reply_code(apdu.reply_code, means)
    if apdu.note != means and (note := remark(apdu)):
        yield note

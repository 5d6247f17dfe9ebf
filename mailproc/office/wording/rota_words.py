"""What became of a library of a rota, in words."""

from mailproc.flow.context import Context
from mailproc.ill import apdu_json
from mailproc.ill.facts import Promise
from mailproc.ill.status import status as status_of
from mailproc.ill.terms import Role, State
from mailproc.notices.incoming_details import plain_note
from mailproc.office.queries.rota import RotaPlace
from mailproc.office.wording import history_words
from mailproc.office.wording.plain_text import cut

_PROMISES = {"HOLD_PLACED": "HOLD_PLACED", "ANSWER.promise": "WILL_SUPPLY"}
"""Their last word, as a promise."""
LONGEST_ANSWER = 80
"""Characters of an answer in one line."""


def became(one: RotaPlace, context: Context) -> tuple[str, str, str]:
    """Return what became of a candidate, when it was asked, and what it answered."""
    language, words = context.language, context.language.texts.labels["rota"]
    if one.became != "asked":
        waits = {"next": words["next"], "waiting": words["waiting"]}
        word = waits.get(one.became, language.reason_word(one.why_not))
        return (f"{word} ({one.unable})" if one.unable else word), "", ""
    why = f": {language.reason_word(one.why_not)}" if one.why_not else ""
    passed = f"{language.label('rota', 'passed_on', value=one.passed_to)}: " if one.passed_to else ""
    promise: Promise | None = {"what": _PROMISES[one.spoken]} if one.spoken in _PROMISES else None
    term = language.texts.terms[status_of(State[one.state], promise=promise, moved=one.spoken).term]
    asked = context.day_shown(one.asked_at) if one.asked_at else ""
    return f"{passed}{term}{why}", f"{one.attempt}, {asked}", _answer(one, context)


def _answer(one: RotaPlace, context: Context) -> str:
    if one.answered_at is None:
        return ""
    language = context.language
    return (
        f"{language.event_word(one.spoken)}{_answer_note(one, context)}, {context.day_shown(one.answered_at)}"
    )


def _answer_note(one: RotaPlace, context: Context) -> str:
    """What the answer says beside its kind; an older release kept words alone."""
    if one.answer_apdu is not None:
        parts = history_words.content(
            apdu_json.from_json(one.answer_apdu), Role.REQUESTER, context, theirs=True
        )
        told = "; ".join(parts)
    else:
        told = plain_note(one.answer_note, Role.REQUESTER, context.language)
    return f" ({cut(told, LONGEST_ANSWER)})" if told else ""

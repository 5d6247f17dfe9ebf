"""Which reasons for attention still stand after an event; new ones are policy's (``carry_out``)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from mailproc.flow.case import Case
from mailproc.flow.matching import readers_copy
from mailproc.ill.actions import BY_MAIL
from mailproc.ill.attention import (
    ENDS_WITH_A_NOTE,
    ENDS_WITH_THE_STATE,
    OF_RECEIPT,
    OUTLASTS_A_LOOK,
    Reason,
)
from mailproc.ill.events import READER_WROTE, WRITTEN_TO_READER, Timer
from mailproc.ill.facts import Facts
from mailproc.ill.transaction_state import NOTED, Step
from mailproc.notices import written_words
from mailproc.store import events
from mailproc.store.rows import Event, Transaction

SETTLES: Mapping[str, tuple[Reason, ...]] = {
    "CHECKED_IN": (Reason.DEMANDED_AFTER_RETURN,),
    "RENEW_ANSWER": (Reason.RENEWAL_SILENT, Reason.RENEWAL_NOT_COME),
    Timer.READER_OVERDUE: (Reason.DUE_SOON,),
    WRITTEN_TO_READER: (Reason.READER_WROTE,),
}
"""Events that end a reason, whatever the state: the lender has it again; something is heard; its day has
passed; the reader is answered."""
OF_DOCUMENTS = (Reason.DOCUMENT_WITHHELD, Reason.DOCUMENT_CAME)
"""Files lie with us; over once all of them have gone to the reader."""
OF_WHAT_CAME = frozenset({*OF_DOCUMENTS, Reason.DOCUMENT_LINK})
"""Over once staff record that what came is wrong."""
WORDS_OF_PARTNER = frozenset({Reason.MESSAGE, Reason.UNKNOWN_CODE})
"""Over once staff record what they say, or answer them."""
OF_READER = frozenset({Reason.READER_WROTE})
"""Over once staff write to the reader, or do what all of it may mean."""


def after(case: Case, event: Event, taken: Step, known: Facts) -> list[str]:
    """Return the reasons that stood before ``event`` and still do. ``known``: the facts stored with it."""
    stays = taken.entered is None
    had = [
        reason for reason in case.transaction.attention or () if stays or reason not in ENDS_WITH_THE_STATE
    ]
    if event.heard_by:
        had = [reason for reason in had if reason not in WORDS_OF_PARTNER]
    if known.get("another_day") and not known.get("repeat"):
        had = [reason for reason in had if reason != Reason.RECALLED]  # it is raised again, for the new day
    if event.type == "undo":
        had = list(known.get("attention") or ())
    elif event.type == "close":
        had = []
    elif event.type == "note" and not known.get("aside"):
        had = [reason for reason in had if reason not in ENDS_WITH_A_NOTE]
    elif event.type in SETTLES:
        had = [reason for reason in had if reason not in SETTLES[event.type]]
    elif event.type == "DOCUMENT_SENT" and not readers_copy.is_with_us(case.connection, case.transaction):
        had = [reason for reason in had if reason not in OF_DOCUMENTS]
    elif known.get("cost_settled"):
        had = [reason for reason in had if reason != Reason.LOST]
    elif event.cause == "staff" and event.heard_by in ("", BY_MAIL) and event.type not in NOTED:
        settled = _settled_by_receipt(case, known) if event.type == "receive" else _answered(case, event)
        had = [reason for reason in had if reason in OUTLASTS_A_LOOK - settled]
    return had


def since(attention: Sequence[str], row: Transaction, now: datetime) -> dict[str, str] | None:
    """Return since when each reason has stood; one that stood in ``row`` before keeps its time."""
    stood = dict.fromkeys(row.attention or (), row.updated_at.isoformat()) | (row.attention_since or {})
    return {reason: stood.get(reason, now.isoformat()) for reason in attention} or None


def _answered(case: Case, event: Event) -> frozenset[Reason]:
    """Return the words that the act answers: a scan of the book is no sign that anybody has read them."""
    if event.type == "message":
        return WORDS_OF_PARTNER
    wrote = Reason.READER_WROTE in (case.transaction.attention or ())
    return OF_READER if wrote and _is_all_that_the_reader_wants(case, event) else frozenset()


def _is_all_that_the_reader_wants(case: Case, event: Event) -> bool:
    """Return whether each letter of the reader's that stands may mean this act."""
    since = (case.transaction.attention_since or {}).get(Reason.READER_WROTE)
    wrote = [one for one in events.standing(case.connection, case.id) if one.type == READER_WROTE]
    stands = [one for one in wrote if not since or one.at >= datetime.fromisoformat(since)]
    return bool(stands) and all(event.type in written_words.meant(_words(one), "reader") for one in stands)


def _words(letter: Event) -> str:
    return str((letter.facts or {}).get("text") or "")


def _settled_by_receipt(case: Case, known: Facts) -> frozenset[Reason]:
    """Return what a receipt settles; one of a wrong item covers the files that had come before it."""
    settled = OF_RECEIPT | _words_with_the_files(case)
    return settled | OF_WHAT_CAME if known.get("wrong") else settled


def _words_with_the_files(case: Case) -> frozenset[Reason]:
    """Return the words of the letter that brought the files, if it wrote last: who took those has seen it."""
    since = case.transaction.attention_since or {}
    wrote = since.get(Reason.MESSAGE)
    if wrote is None or wrote not in {since.get(reason) for reason in OF_WHAT_CAME}:
        return frozenset()
    at, happened = datetime.fromisoformat(wrote), events.standing(case.connection, case.id)
    later = any(one.cause == "letter" and one.at > at for one in happened)
    return frozenset() if later else frozenset({Reason.MESSAGE})

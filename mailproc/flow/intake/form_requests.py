"""Settle a letter of a form: it becomes a request to review, in the letter's own commit."""

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.flow.reading.letter_reading import RELEASED, LetterReading
from mailproc.ill.submitted import Submitted
from mailproc.sentence import Sentence, sentence


def submitted(connection: Connection, reading: LetterReading, context: Context) -> Submitted:
    """Submit what the form says; return what became of it. Nothing is answered from here."""
    letter = reading.form
    if letter is None or letter.said is None:
        raise LookupError(f"I{reading.inbox_id} says nothing")
    released = reading.proof == RELEASED
    source = letter.source(reading.inbox_id, context, reading.letter.sender, released=released)
    return context.submit(connection, context, letter.said, source)


def said(done: Submitted) -> Sentence:
    """Return the note of a letter that was taken."""
    if done.again:
        return sentence("form-again", number=done.number)
    return sentence("form-ordered" if done.ordered else "form-to-review", number=done.number)

"""Settle a letter of a form: it becomes a request to review, in the letter's own commit."""

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.flow.reading.form_letters import FormLetter
from mailproc.sentence import Sentence, sentence


def settled(connection: Connection, inbox_id: int, letter: FormLetter, context: Context) -> Sentence:
    """Submit what the form says; return what became of it. Nothing is answered from here."""
    if letter.said is None:
        raise LookupError(f"I{inbox_id} says nothing")
    done = context.submit(connection, context, letter.said, letter.source(inbox_id, context))
    if done.again:
        return sentence("form-again", number=done.number)
    return sentence("form-ordered" if done.ordered else "form-to-review", number=done.number)

"""What is said of a reader: as stored, as the library system says now, and after the reader was forgotten."""

from collections.abc import Iterator
from datetime import date

from mailproc.flow.context import Context
from mailproc.ils.patron_standing import PatronStanding
from mailproc.office.patrons.forgetting import ForgottenReader
from mailproc.office.patrons.patron_details import PatronDetails
from mailproc.office.patrons.said_readers import NAMES
from mailproc.office.requests import reader_rules
from mailproc.sentence import Sentence, sentence

LIVE = ("id", "name", "email", "address", "category", "expires_on", "owes", "message")


def cell(one: PatronDetails | PatronStanding, name: str, context: Context) -> str:
    """Return a field in words; '' where there is nothing."""
    value = getattr(one, name)
    if isinstance(value, tuple):
        return "; ".join(value)
    if isinstance(value, date):
        day = context.language.day_word(value, context.today())
        return context.language.label("patrons", "expired", day=day) if value < context.today() else day
    return str(value or "")


def particulars(one: PatronDetails, context: Context) -> Iterator[tuple[str, str]]:
    """Yield what is stored, each with its label; the empty is left out."""
    words = context.language.texts.labels["patrons"]
    for name in (*NAMES, "open"):
        if text := cell(one, name, context):
            yield words[name], text
    if one.gone:
        yield words["gone"], words["no"]


def live(said: PatronStanding, context: Context) -> Iterator[str]:
    """Yield what the library system says, a line each."""
    language, words = context.language, context.language.texts.labels["patrons"]
    if not said.known:
        yield language.word(sentence("reader-not-there"))
    if said.blocks:
        yield language.word(sentence("reader-blocks", blocks=reader_rules.block_words(said)))
    for name in LIVE:
        if text := cell(said, name, context):
            yield f"{words[name.removesuffix('_on')]}: {text}"


def forgotten(done: ForgottenReader | None) -> Iterator[Sentence]:
    """Yield what was erased, or would be, and what stays; None: the reader may be imported again."""
    if done is None:
        yield sentence("patron-remembered")
        return
    code = "patron-would-forget" if done.dry_run else "patron-forgotten"
    yield sentence(code, requests=", ".join(done.requests) or "–")
    if done.declined:
        yield sentence("patron-declined", requests=", ".join(done.declined))
    if done.letters:
        yield sentence("patron-letters", letters=", ".join(done.letters))
    if done.others:
        yield sentence("patron-others", requests=", ".join(done.others))
    if done.anonymised:
        yield sentence("patron-anonymised-forms")
    if done.declared:
        yield sentence("patron-declared", requests=", ".join(done.declared))
    yield sentence("patron-copies")

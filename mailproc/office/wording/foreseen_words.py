"""What would become of a letter that staff attach or release, in words."""

from collections.abc import Iterator

from mailproc.flow.context import Context
from mailproc.ill.terms import Role
from mailproc.office.mailroom.foresight import Foreseen, ForeseenRelease


def of_request(said: Foreseen, context: Context) -> tuple[str, ...]:
    """Return a line for each thing that would happen: "B17 would become: Shipped, due Thu 3 Dec"."""
    return tuple(_of_request(said, context))


def _of_request(said: Foreseen, context: Context) -> Iterator[str]:
    language, words = context.language, "desk_unplaced"
    status = language.status(said.status, context.today(), ours=said.role is Role.RESPONDER)
    yield language.label(words, "becomes" if said.moves else "stays", number=said.number, state=status)
    if said.due is not None:
        yield language.label(words, "due", day=language.day_word(said.due, context.today()))
    for reason in said.asks:
        yield language.label(words, "asks", reason=language.attention_word(reason))
    for notice in said.notices:
        told = language.texts.labels["untold"].get(notice.rpartition("/")[2], notice)
        yield language.label(words, "reader_hears", what=told)
    if said.answers:
        yield language.texts.labels[words]["answers"]


def of_release(said: ForeseenRelease, context: Context) -> tuple[str, ...]:
    """Return the same of all messages of a letter."""
    return tuple(_of_release(said, context))


def _of_release(said: ForeseenRelease, context: Context) -> Iterator[str]:
    language, words = context.language, "desk_unplaced"
    for one in said.requests:
        yield from of_request(one, context)
    if said.begins:
        yield language.label(words, "begins", count=said.begins)
    if said.count > len(said.requests) + said.begins and not said.stays:
        yield language.label(words, "more", count=said.count)
    if said.stays:
        yield language.label(words, "stays_here", why=language.words_of(said.stays))
    if not (said.requests or said.begins or said.stays or said.count):
        yield language.texts.labels[words]["read_again"]

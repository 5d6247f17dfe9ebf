"""What `show` and `review` say of a request that somebody submitted."""

from collections.abc import Iterator

from mailproc.flow.prepare.suggested import Suggestion
from mailproc.ill.submitted import READERS_PAGES
from mailproc.notices.language import Language
from mailproc.office.queries.request_details import RequestDetails


def to_decide(found: RequestDetails, language: Language) -> Iterator[Suggestion]:
    """Yield how staff decide."""
    number = found.line.number
    if found.closed_at is not None:
        if is_erased(found):
            return  # nobody can say any more whose it was
        yield Suggestion("decline undo", language.label("review", "undoes"), number)
        return
    nobody = any(one.code == "lacks-reader" for one in found.review.lacks) if found.review else False
    for key, word in (
        ("accept for" if nobody else "accept", "accepts"),
        ("amend review", "amends"),
        ("decline", "declines"),
    ):
        yield Suggestion(key, language.label("review", word), number)


def is_erased(found: RequestDetails) -> bool:
    """Return whether the reader, and all that was written, was taken out of it."""
    return found.review is not None and not (found.review.words or found.review.reader)


def reviewed(found: RequestDetails, language: Language) -> Iterator[tuple[str, str]]:
    """Yield what is missing of it, what should be looked at, and where it came from."""
    review, words = found.review, language.texts.labels["review"]
    if review is None:
        return
    for lack in review.lacks:
        yield words["lacks"], language.word(lack)
    for doubt in review.doubts:
        yield words["doubts"], language.word(doubt)
    yield words["source"], " ".join(filter(None, (review.source, review.letter)))
    reader = (review.patron_id, *(review.reader.get(name, "") for name in ("name", "email", "status")))
    waits = found.line.attempt == 0  # afterwards the request itself says both
    if waits and any(reader):
        yield words["said_reader"], ", ".join(filter(None, map(str, reader)))
    if waits and found.closed_at is None and found.note and not review.partner:
        yield words["note"], " / ".join(found.note.split("\n"))
    if not waits and review.source == READERS_PAGES and review.words:  # a remark is for staff, and goes on
        yield words["words"].rstrip(":"), " / ".join(review.words.split("\n"))
    if waits and review.lenders:
        yield words["lenders"], " → ".join(review.lenders)
    if waits and review.by_rule:
        yield words["lenders"], language.word(review.by_rule)
    for line in review.unread:
        yield words["unread"], line

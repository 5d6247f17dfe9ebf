"""The page of a request to review: all that it says, what to look at, and what deciding would bring about."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.ill.terms import Role
from mailproc.office.desk import correction_form
from mailproc.office.desk import new_request_page as pages
from mailproc.office.desk.new_request_form import LENDERS, Typed
from mailproc.office.desk.new_request_page import FieldGroup, FindingWords, NewField
from mailproc.office.queries import request_details, reviews
from mailproc.office.queries.find import request_of
from mailproc.office.queries.request_details import RequestDetails
from mailproc.office.queries.reviews import Review
from mailproc.office.requests import declined_letter, review_steps
from mailproc.office.requests.entry_checks import CHECKS, Weight
from mailproc.office.wording import request_words
from mailproc.office.wording.plain_text import cut
from mailproc.office.wording.review_words import is_erased, reviewed
from mailproc.sentence import Part, sentence
from mailproc.store import submissions
from mailproc.store.rows import StoredRequest
from mailproc.store.submissions import DECLINED, REVIEW

LONGEST = 20_000
"""Characters of the words that are shown."""
OURS, THEIRS = ("service", "patron", *LENDERS), ("service",)
"""Fields of accepting."""


@dataclass(frozen=True)
class ReviewPage:
    """``waits``: it can be decided; ``undoes``: its refusal can be taken back; ``ours``: we would order it.
    ``lacks``: what is missing; ``doubts``: what to look at. ``fields``: what is said when it is accepted.
    ``asks``: whom accepting would ask; ``tells``: who would hear that it was declined; ``typed``: what
    somebody wrote who was too late."""

    number: str
    name: str
    stands: str
    waits: bool
    undoes: bool
    ours: bool
    lacks: tuple[str, ...]
    doubts: tuple[FindingWords, ...]
    needs_anyway: bool
    came: tuple[tuple[str, str], ...]
    letter: str
    words: str
    groups: tuple[FieldGroup, ...]
    fields: tuple[NewField, ...]
    lenders: tuple[tuple[str, str], ...]
    asks: str
    tells: str
    typed: tuple[tuple[str, str], ...]
    refused: tuple[FindingWords, ...]
    seen: str


def page(
    connection: Connection, number: str, context: Context, typed: Typed, refused: Sequence[Part] = ()
) -> ReviewPage:
    """Return the page, also of one that was decided: what was typed is not lost. Raise LocalFault if it was
    never a request to review."""
    request = request_of(connection, number)
    submission = submissions.load(connection, request.id)
    if submission is None:
        raise LocalFault(sentence("no-review", number=request.number))
    found = request_details.shown(connection, number, context, context.language)
    review = reviews.shown(connection, request, submission, context)
    said = tuple(pages.refusal(one, context) for one in refused)
    doubts = tuple(_doubts(connection, review, context))
    was = {**correction_form.typed_of(request), **_proposed(request, review)}
    filled = {**was, **typed}
    ours = request.role is Role.REQUESTER
    return ReviewPage(
        number=request.number,
        name=request_words.named(found, context.language),
        stands=request_words.headline(found, context),
        waits=review.state == REVIEW,
        undoes=review.state == DECLINED and not is_erased(found),
        ours=ours,
        lacks=tuple(map(context.language.word, review.lacks)),
        doubts=doubts,
        needs_anyway=any(one.stops for one in doubts),
        came=tuple(_came(found, context)),
        letter=review.letter,
        words=cut(review.words, LONGEST) if len(review.words) > LONGEST else review.words,
        groups=tuple(pages.groups(correction_form.GROUPS, filled, said, context)),
        fields=tuple(pages.field(name, filled, said, context) for name in (OURS if ours else THEIRS)),
        lenders=tuple(pages.lenders(context)),
        asks=_asks(review, context),
        tells=_tells(connection, request, context) if review.state == REVIEW else "",
        typed=tuple(_typed(typed, was, context)),
        refused=said,
        seen=review_steps.mark(submission),
    )


def _proposed(request: StoredRequest, review: Review) -> dict[str, str]:
    """Return what accepting takes from the form that came, where staff say nothing else."""
    return {
        "service": request.service.name,
        "patron": review.patron_id,
        **dict(zip(LENDERS, review.lenders, strict=False)),
    }


def _doubts(connection: Connection, review: Review, context: Context) -> Iterator[FindingWords]:
    for said in review.doubts:
        check = CHECKS.get(said.code)
        stops = check is not None and check.weight is Weight.ANYWAY
        yield pages.finding(connection, said, context, stops=stops)


def _came(found: RequestDetails, context: Context) -> Iterator[tuple[str, str]]:
    words = context.language.texts.labels["review"]
    elsewhere = (words["lacks"], words["doubts"], words["note"])
    return (pair for pair in reviewed(found, context.language) if pair[0] not in elsewhere)


def _asks(review: Review, context: Context) -> str:
    if review.lenders or review.by_rule is None:
        return " → ".join(review.lenders)
    return context.language.word(review.by_rule)


def _tells(connection: Connection, request: StoredRequest, context: Context) -> str:
    """Return who hears of it if it is declined as it stands."""
    words = context.language.texts.labels["desk_review"]
    reader = declined_letter.reader_to_tell(connection, context, request)
    if reader is None:
        return words["tells_nobody"]
    how = words["tells_by_mail"] if reader.email else words["tells_on_paper"]
    return how.format(reader=reader.name or reader.id, address=reader.email)


def _typed(typed: Typed, was: Typed, context: Context) -> Iterator[tuple[str, str]]:
    """Yield what somebody has written of their own, for a page without its form."""
    words = context.language.texts.labels["desk_review"]
    for name in ("reason", "reader"):
        if typed.get(name, "").strip():
            yield words[name], typed[name]
    for name in was:
        if typed.get(name, "").split() not in ([], was[name].split()):
            yield pages.label(name, context), typed[name]

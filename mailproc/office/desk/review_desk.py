"""Requests to review at the desk: the list, one of them, and what staff decide."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.ill.terms import Role
from mailproc.office.acts.overtaken import Overtaken
from mailproc.office.desk import correction_form, review_page
from mailproc.office.desk import new_request_page as pages
from mailproc.office.desk.acting import DOOR, MOST_ONCE
from mailproc.office.desk.desk_room import DeskRoom
from mailproc.office.desk.new_request_form import LENDERS, Typed
from mailproc.office.desk.review_page import ReviewPage
from mailproc.office.queries import listing
from mailproc.office.queries.find import request_of
from mailproc.office.queries.listing import RequestLine
from mailproc.office.queries.request_filter import Filter
from mailproc.office.requests import amend, corrections, place, review_steps, reviewing
from mailproc.office.requests.amend import Amended
from mailproc.office.requests.reviewing import Acceptance, Declined
from mailproc.office.staff.people import StaffPerson, StaffRole
from mailproc.office.wording.plain_text import cut
from mailproc.sentence import Part, Sentence, sentence
from mailproc.store.rows import StoredRequest

MOST = 100
LONGEST = 80
COLUMNS = ("number", "title", "service", "reader", "partner", "since")


@dataclass(frozen=True)
class ReviewRow:
    """``cells`` in the order of ``COLUMNS``, the number first."""

    number: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class ReviewListPage:
    """``left_out``: a sentence where not all are shown."""

    columns: tuple[str, ...]
    rows: tuple[ReviewRow, ...]
    left_out: str
    empty: str


@dataclass(frozen=True)
class ReviewDone:
    """``number`` of the request; ``ordered``: it is one like the others now."""

    number: str
    words: tuple[str, ...]
    ordered: bool = False


class ReviewDesk(DeskRoom):
    """Requests to review. Acts raise LocalFault (``Overtaken`` if somebody was quicker) and TryLater."""

    def listed(self) -> ReviewListPage:
        """Return those that wait, the newest first."""
        with self.store.read() as connection:
            return self._list(connection)

    def one(self, number: str, typed: Typed, refused: Sequence[Part] = ()) -> ReviewPage:
        """Return one, its forms as they were filled in."""
        with self.store.read() as connection:
            return review_page.page(connection, number, self.context, typed, refused)

    def correct(self, person: StaffPerson, number: str, typed: Typed) -> ReviewDone:
        """Correct it; it still waits."""
        person.must(StaffRole.WORK)
        done = self._correct(person, number, typed, _seen(typed))
        if done is None:
            raise LocalFault(sentence("amend-same", number=number))
        return ReviewDone(number, tuple(self._told(done)))

    def accept(self, person: StaffPerson, number: str, typed: Typed) -> ReviewDone:
        """Correct what was changed, and order it. What was corrected stays so if it is then refused."""
        person.must(StaffRole.WORK)
        seen, once = _seen(typed), typed.get("once", "")[:MOST_ONCE]
        with self.store.read() as connection:
            known = place.entered_before(connection, once)
            request = request_of(connection, number)
        given, said = self._acceptance(request, typed), list[str]()
        if known is None and (done := self._correct(person, number, typed, seen)) is not None:
            said, seen = self._told(done), done.mark  # not what somebody corrects in between
        try:
            entered = reviewing.accept(
                self.store, self.context, number, given, person.login,
                anyway=bool(typed.get("anyway")), door=DOOR, once=once, seen=seen,
            )  # fmt: skip
        except LocalFault as fault:
            if not said or isinstance(fault, Overtaken):
                raise
            raise LocalFault(fault.said, also=(*fault.also, sentence("desk-corrected"))) from None
        code = "desk-placed" if request.role is Role.REQUESTER else "desk-taken"
        accepted = sentence(code, number=entered.number, partner=entered.partner or "–")
        said += (pages.in_words(one, self.context) for one in (accepted, *entered.warnings))
        return ReviewDone(number, tuple(said), ordered=True)

    def decline(self, person: StaffPerson, number: str, typed: Typed) -> ReviewDone:
        """Close it; nobody is asked. Its reader is written to, unless that is ticked off."""
        person.must(StaffRole.WORK)
        done = reviewing.decline(
            self.store, self.context, number, typed.get("reason", ""), person.login,
            patron=typed.get("reader", "").strip(), quiet=bool(typed.get("quiet")), door=DOOR,
            once=typed.get("once", "")[:MOST_ONCE], seen=_seen(typed),
        )  # fmt: skip
        return self._done(done, "is-declined")

    def take_back(self, person: StaffPerson, number: str, typed: Typed) -> ReviewDone:
        """Let a declined one wait for review again."""
        person.must(StaffRole.WORK)
        done = reviewing.take_back(
            self.store, self.context, number, person.login, door=DOOR, seen=_seen(typed)
        )
        return self._done(done, "review-again")

    def _done(self, done: Declined, code: str) -> ReviewDone:
        number = done.request.number
        said = (sentence(code, number=number), *((done.said,) if done.said is not None else ()))
        return ReviewDone(number, tuple(map(self.context.language.word, said)))

    def _correct(self, person: StaffPerson, number: str, typed: Typed, seen: str) -> Amended | None:
        """Correct it; None where nothing is new."""
        with self.store.read() as connection:
            request, _ = review_steps.of(connection, number, seen)
        wanted, odd = correction_form.correction(request, typed)
        if odd:
            raise LocalFault(odd[0], also=odd[1:])
        if not corrections.changes(request, wanted):
            return None
        return amend.amend(self.store, self.context, number, wanted, by=person.login, door=DOOR, seen=seen)

    def _told(self, done: Amended) -> list[str]:
        parts: tuple[Sentence | Part, ...] = (*done.changed, *done.follows)
        return [self.context.language.word(one) for one in parts]

    def _acceptance(self, request: StoredRequest, typed: Typed) -> Acceptance:
        service = typed.get("service", "")
        if service not in ("", "LOAN", "COPY"):
            raise LocalFault(sentence("service-wrong"))
        if request.role is not Role.REQUESTER:
            return Acceptance(service=service)
        lender = self.context.partners.lender
        named = tuple(lender(one).symbol for name in LENDERS if (one := typed.get(name, "").strip()))
        return Acceptance(named, typed.get("patron", "").strip(), bool(typed.get("nobody")), service)

    def _list(self, connection: Connection) -> ReviewListPage:
        wanted = Filter(state="IDLE", limit=MOST)
        lines = [one for one in listing.listed(connection, wanted, self.context.today()) if not one.attempt]
        words = self.context.language.texts.labels["review"]
        return ReviewListPage(
            columns=tuple(words[name] for name in COLUMNS),
            rows=tuple(ReviewRow(line.number, tuple(self._cells(line))) for line in lines),
            left_out=self.context.language.label("desk", "newest", count=MOST) if len(lines) == MOST else "",
            empty=words["empty"],
        )

    def _cells(self, line: RequestLine) -> Iterator[str]:
        yield line.number
        yield cut(line.title, LONGEST)
        yield self.context.language.service_word(line.service)
        yield cut(line.reader, 40)
        yield f"{line.partner} {line.their_number}".strip()
        yield self.context.day_shown(line.updated_at)


def _seen(typed: Typed) -> str:
    return typed.get("seen", "")[:MOST_ONCE]

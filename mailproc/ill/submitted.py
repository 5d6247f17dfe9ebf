"""A request that was submitted to us and waits for staff: what it says, as a value."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from mailproc.ill.apdu import Delivery, IllRequest, Item, Money, Person
from mailproc.ill.terms import Ref, Role, Service
from mailproc.sentence import Part

LONGEST_WORDS = 20_000
"""Characters of the words that are kept with it; the letter is kept whole."""


READERS_PAGES, READERS_DOOR = "/my", "my"
"""The source of what readers ask for at their own pages, and the door by which they do."""


@dataclass(frozen=True, kw_only=True)
class WrittenReader:
    """A reader as somebody wrote one into a form; nothing of it is proven. '' is left out."""

    id: str = ""
    name: str = ""
    email: str = ""
    status: str = ""


@dataclass(frozen=True, kw_only=True)
class SubmittedRequest:
    """What was submitted.

    ``role``: ours. ``service``: LOAN or COPY; ``guessed``: it was not said, and follows from the citation.
    ``declared``: the reader has agreed to the declaration of copyright. ``number``: as RESPONDER, that of who
    asks. ``unread``: lines of what a request has no field for; ``doubtful``: of what could not be read, or
    seems to be another field. ``words``: all of it as it was written. ``note`` goes to the library that is
    asked; ``remark`` is for our staff alone, and leaves with no letter.
    """

    role: Role
    service: str
    item: Item
    guessed: bool = False
    reader: WrittenReader = WrittenReader()
    delivery: Delivery | None = None
    need_before: date | None = None
    max_cost: Money | None = None
    level_of_service: str | None = None
    note: str = ""
    remark: str = ""
    declared: bool = False
    number: str = ""
    unread: Sequence[str] = ()
    doubtful: Sequence[str] = ()
    words: str = ""

    @property
    def request(self) -> IllRequest:
        """The same as an ILL-Request."""
        person = Person(
            name=self.reader.name or None, id=self.reader.id or None, status=self.reader.status or None
        )
        return IllRequest(
            services=(Service[self.service],),
            item=self.item,
            patron=person if person != Person() else None,
            delivery=self.delivery,
            need_before=self.need_before,
            max_cost=self.max_cost,
            level_of_service=self.level_of_service,
            note=self.note or None,
            ref=Ref(number=self.number) if self.number else None,
        )

    @property
    def content(self) -> str:
        """Return SHA-256 (hex) of what it says: equal if somebody has sent a form twice."""
        said = (
            self.role, self.service, self.item, self.reader, self.delivery, self.need_before, self.max_cost,
            self.level_of_service, " ".join(self.note.split()), self.declared, self.number,
        )  # fmt: skip
        told = (*said, self.remark) if self.remark else said
        return sha256(repr(told).encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where a request comes from.

    ``name``: of the form, or of who uses the desk. ``partner``: as RESPONDER, the symbol of who asks.
    ``lenders``: whom to ask if staff name nobody. ``straight``: it may be ordered without review.
    ``inbox_id``: the letter that brought it, and ``sender`` its address; ``released``: staff vouch for it.
    """

    name: str
    partner: str = ""
    lenders: tuple[str, ...] = ()
    straight: bool = False
    inbox_id: int | None = None
    sender: str = ""
    released: bool = False


@dataclass(frozen=True)
class Submitted:
    """What came of it. ``number``: of its request. ``again``: it was here already. ``ordered``: without
    review. ``refused``: why it was not taken, '' if it was."""

    number: str
    again: bool = False
    ordered: bool = False
    refused: Part = ""

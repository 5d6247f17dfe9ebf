"""What staff do with a request to review: accept it, decline it, take the refusal back, correct it."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.ill import apdu_json, copyright_rules
from mailproc.ill.apdu import Delivery, IllRequest, Item, Money, Person
from mailproc.ill.copyright_rules import Declaration
from mailproc.ill.holding import LookUp
from mailproc.ill.terms import Role, Service
from mailproc.office.acts.dry_run import foreseen
from mailproc.office.catalogues import locate
from mailproc.office.patrons import patron_details
from mailproc.office.patrons.live_standing import NOT_ASKED, LiveStanding
from mailproc.office.queries.find import request_of
from mailproc.office.requests import declined_letter, lend, missing, place, request_checks, review_steps
from mailproc.office.requests.entered import Entered
from mailproc.office.requests.lend import HandedOrder
from mailproc.office.requests.place import Wanted
from mailproc.sentence import Sentence, sentence
from mailproc.store import events, patrons, requests, submissions
from mailproc.store.engine import Store
from mailproc.store.patrons import NamedReader
from mailproc.store.rows import StoredPatron, StoredRequest
from mailproc.store.submissions import ACCEPTED, DECLINED, REVIEW, Submission
from mailproc.store.text import storable

LONGEST_REASON = 500


@dataclass(frozen=True)
class Acceptance:
    """What staff add when they accept a request. ``lenders``: instead of the form's. ``patron``: number or
    barcode instead of what was written; ``nobody``: it is for no reader. ``service``: LOAN | COPY."""

    lenders: tuple[str, ...] = ()
    patron: str = ""
    nobody: bool = False
    service: str = ""


@dataclass(frozen=True)
class Declined:
    """A request that was declined, or waits for review again.

    ``said``: who hears of it, or does not; ``writes``: a letter to the reader follows.
    """

    request: StoredRequest
    said: Sentence | None = None
    writes: bool = False


def accept(
    store: Store, context: Context, number: str, given: Acceptance, by: str, *,
    anyway: bool = False, dry_run: bool = False, door: str = "cli", once: str = "", seen: str = "",
) -> Entered:  # fmt: skip
    """Order it, as ``mailproc request`` does; an order of a partner's comes into process.

    ``once``: a mark that makes a double click one act; ``seen``: as ``review_steps.mark`` had it. Raise
    LocalFault if it is no request to review, if something is missing, or if a check refuses it.
    """
    live, reader = NOT_ASKED, None
    looked: tuple[LookUp, ...] = ()
    with store.read() as connection:
        if (known := place.entered_before(connection, once)) is not None:
            return known
        request, submission = review_steps.of(connection, number, seen)
        given = replace(given, patron=_known(connection, request, submission, given))
        asked = wanted(connection, context, request, submission, given) if _is_ours(request) else None
    if asked is not None:
        asked, live = place.standing(store, context, asked)
        reader, looked = asked.patron, locate.at_entry(store, context, asked.item)

    def job(connection: Connection) -> Entered:
        if (known := place.entered_before(connection, once)) is not None:
            return known
        request, submission = review_steps.of(connection, number, seen)
        if submission.state == DECLINED:
            raise LocalFault(sentence("review-declined", number=request.number), (_again(request),))
        if not _is_ours(request):
            return _take_order(
                connection, context, request, submission, by,
                given=given, anyway=anyway, door=door, once=once,
            )  # fmt: skip
        asked = replace(wanted(connection, context, request, submission, given), patron=reader)
        entered = order(
            connection, context, submission, asked, by,
            live=live, looked=looked, anyway=anyway, door=door, once=once,
        )  # fmt: skip
        doubts = (*_other_address(connection, submission, asked), *missing.not_understood(submission))
        return replace(entered, warnings=(*entered.warnings, *doubts))

    return foreseen(store, job) if dry_run else store.write(job)


def _other_address(connection: Connection, submission: Submission, asked: Wanted) -> tuple[Sentence, ...]:
    """Return word of another address in the form than that of the reader whom staff named."""
    known = patrons.load(connection, asked.patron.id) if asked.patron is not None else None
    return missing.other_address(submission, known) if known is not None else ()


def _is_ours(request: StoredRequest) -> bool:
    return request.role is Role.REQUESTER


def _known(connection: Connection, request: StoredRequest, submission: Submission, given: Acceptance) -> str:
    """Return the reader's number as the store has it: the barcode may have been written."""
    typed = given.patron or (submission.patron_id if _is_ours(request) and not given.nobody else "")
    found = patron_details.by_number(connection, typed) if typed else None
    return found.id if found is not None else given.patron


def wanted(
    connection: Connection,
    context: Context,
    request: StoredRequest,
    submission: Submission,
    given: Acceptance,
) -> Wanted:
    """Return the request as ``place`` takes it. Raise LocalFault that names what is missing."""
    item = _item(request)
    lenders = given.lenders or tuple(submission.lenders or ())
    if not lenders and not context.config.rota:
        raise LocalFault(
            sentence("partners-missing"), (f"mailproc accept {request.number} --lenders SYMBOL",)
        )
    more: dict[str, Any] = dict(request.more or {})
    reader = _reader(connection, request, submission, given)
    declaration = _optional(Declaration, more.get("declaration"), "declaration")
    if declaration is None and request.copyright_declared:
        declaration = _declared(context, request, submission)
    return place.checked(
        Wanted(
            service=given.service or request.service.name,
            item=item,
            partners=lenders,
            patron=reader,
            delivery=_optional(Delivery, request.delivery, "delivery"),
            need_before=request.need_before_on,
            max_cost=_optional(Money, request.max_cost, "max_cost"),
            note=request.note,
            keywords=tuple(request.keywords or ()),
            copyright_declared=request.copyright_declared,
            level_of_service=more.get("level_of_service"),
            copyright_compliance=more.get("copyright_compliance"),
            declaration=declaration,
        ),
        context,
    )


def order(
    connection: Connection, context: Context, submission: Submission, asked: Wanted, by: str, *,
    live: LiveStanding = NOT_ASKED, looked: Sequence[LookUp] = (), anyway: bool = False,
    door: str = "cli", once: str = "",
) -> Entered:  # fmt: skip
    """Ask the first lender. Raise LocalFault as ``place.enter`` does."""
    review_steps.decided(connection, context, submission, ACCEPTED, by, door=door, once=once)
    return place.enter(
        connection, context, asked, by,
        live=live, looked=looked, anyway=anyway, request_id=submission.request_id, door=door,
    )  # fmt: skip


def decline(
    store: Store, context: Context, number: str, reason: str, by: str, *,
    patron: str = "", quiet: bool = False, dry_run: bool = False,
    door: str = "cli", once: str = "", seen: str = "",
) -> Declined:  # fmt: skip
    """Close it without asking anybody, and write to its reader; ``quiet``: nobody is told.

    ``patron``: number or barcode of the reader of the store who wished it, instead of what was written.
    ``once`` and ``seen``: as in ``accept``. Raise LocalFault without a reason, for a ``patron`` whom the
    store does not know, and for a partner's.
    """
    kept = " ".join(storable(reason).split())[:LONGEST_REASON]
    if not kept:
        raise LocalFault(sentence("decline-why"))

    def job(connection: Connection) -> Declined:
        if events.known_once(connection, once) is not None:
            return Declined(request_of(connection, number))
        request, submission = review_steps.of(connection, number, seen)
        if submission.state == DECLINED:
            raise LocalFault(sentence("review-declined", number=request.number), (_again(request),))
        named = _named(connection, request, patron)
        event_id = review_steps.decided(
            connection, context, submission, DECLINED, by, (kept,), door=door, once=once
        )
        requests.close(connection, request.id, context.clock(), DECLINED)
        if named is not None:
            requests.name_reader(connection, request.id, named.id)
        reader = None if quiet else declined_letter.reader_to_tell(connection, context, request, named)
        if reader is None:
            return Declined(request, untold(connection, request, named))
        declined_letter.write(connection, context, request, reader, event_id, kept)
        return Declined(request, declined_letter.told(reader), writes=True)

    return foreseen(store, job) if dry_run else store.write(job)


def _named(connection: Connection, request: StoredRequest, patron: str) -> StoredPatron | None:
    if not patron:
        return None
    if not _is_ours(request):
        raise LocalFault(sentence("review-theirs", number=request.number))
    if (found := patron_details.by_number(connection, patron)) is None:
        raise LocalFault(sentence("patron-unknown", named=patron[:80]), ("mailproc patrons find",))
    return found


def untold(
    connection: Connection, request: StoredRequest, by_staff: StoredPatron | None = None
) -> Sentence | None:
    """Return word of who wished a declined request, with the address to write to; None if nobody is named.

    What the store knows of a reader stands: an address in a form proves nothing.
    """
    submission = submissions.load(connection, request.id)
    if submission is None:
        return None
    none = sentence("none-given")
    if not _is_ours(request):
        return sentence("declined-partner", partner=submission.partner, number=submission.number or none)
    known, said = by_staff, submission.reader or {}
    if known is None and submission.patron_id:
        with suppress(LocalFault):  # several readers have the barcode
            known = patron_details.by_number(connection, submission.patron_id)
    name = (known.name if known is not None else said.get("name")) or submission.patron_id
    address = known.email if known is not None else said.get("email")
    return sentence("declined-reader", reader=name, address=address or none) if name or address else None


def take_back(
    store: Store, context: Context, number: str, by: str, *, door: str = "cli", seen: str = ""
) -> Declined:
    """Let a declined request wait for review again. Raise LocalFault if it was not declined."""

    def job(connection: Connection) -> Declined:
        request, submission = review_steps.of(connection, number, seen)
        if submission.state != DECLINED:
            raise LocalFault(sentence("review-not-declined", number=request.number))
        review_steps.decided(connection, context, submission, REVIEW, by, door=door)
        requests.reopen(connection, request.id)
        return Declined(request, declined_letter.take_back(connection, request))

    return store.write(job)


def _take_order(
    connection: Connection, context: Context, request: StoredRequest, submission: Submission, by: str, *,
    given: Acceptance, anyway: bool, door: str, once: str,
) -> Entered:  # fmt: skip
    """Enter the order of a partner, as ``mailproc request --as lender`` does."""
    if given.lenders or given.patron or given.nobody:
        raise LocalFault(sentence("review-theirs", number=request.number))
    said = submission.reader or {}
    person = Person(name=said.get("name") or None, id=submission.patron_id or None)
    wanted = HandedOrder(
        partner=submission.partner,
        order=IllRequest(
            services=(Service[given.service or request.service.name],),
            item=_item(request),
            patron=person if person != Person() else None,
            delivery=_optional(Delivery, request.delivery, "delivery"),
            need_before=request.need_before_on,
            max_cost=_optional(Money, request.max_cost, "max_cost"),
            level_of_service=(request.more or {}).get("level_of_service"),
            keywords=tuple(request.keywords or ()),
            note=request.note or None,
        ),
        their_number=submission.number,
        asked_by="mail",
        asked_on=context.local(submission.at).date(),
    )
    review_steps.decided(connection, context, submission, ACCEPTED, by, door=door, once=once)
    done = lend.entered(connection, context, wanted, by, anyway=anyway, request_id=request.id, door=door)
    return replace(done, warnings=(*done.warnings, *missing.not_understood(submission)))


def _item(request: StoredRequest) -> Item:
    item: Item = apdu_json.value_from_json(Item, request.item or {}, "item")
    if not (item.title or "").strip():
        raise LocalFault(sentence("title-missing"), (f"mailproc amend {request.number} --title TEXT",))
    return item


def _reader(
    connection: Connection, request: StoredRequest, submission: Submission, given: Acceptance
) -> NamedReader | None:
    """Return whom it is for. What the store knows of a reader stands: a form proves nothing."""
    if given.nobody:
        return None
    reader_id = given.patron or submission.patron_id
    said = submission.reader or {}
    if not reader_id:
        ways = (
            f"mailproc accept {request.number} --patron ID",
            f"mailproc accept {request.number} --no-patron",
        )
        raise LocalFault(sentence("review-reader", number=request.number, name=said.get("name") or "–"), ways)
    if not reader_id.isprintable():
        raise LocalFault(sentence("patron-id-signs"))
    if patrons.load(connection, reader_id) is not None:
        return NamedReader(reader_id)
    return NamedReader(reader_id, said.get("name", ""), said.get("email", ""), said.get("status", ""))


def _declared(context: Context, request: StoredRequest, submission: Submission) -> Declaration | None:
    """Return the declaration that the reader made in the form, where the law asks for one."""
    by = (submission.reader or {}).get("name", "")
    law = context.config.policy.copyright
    if not by or not copyright_rules.lacks_declaration(law, request.service, request.more):
        return None
    return request_checks.checked(Declaration(by, context.local(submission.at).date()), context)


def _again(request: StoredRequest) -> str:
    return f"mailproc decline {request.number} --undo"


def _optional(hint: Any, value: Any, name: str) -> Any:
    return None if value is None else apdu_json.value_from_json(hint, value, name)

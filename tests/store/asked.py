"""Every question of the store, put once, by the functions that put it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

from sqlalchemy import Connection

from mailproc.ill.attempt_figures import Leg, Outcome
from mailproc.ill.holding import LookUp
from mailproc.ill.item_identity import ItemKey
from mailproc.ill.terms import Role, Service, State, TransactionId
from mailproc.store import (
    acts_of_person,
    alarms,
    api_answers,
    api_tokens,
    attached_events,
    auto_replies,
    backups,
    catalogue_answers,
    charges,
    counters,
    documents,
    earlier_messages,
    events,
    find,
    finished_attempts,
    hook_calls,
    hook_lists,
    hook_repeats,
    inbox,
    item_barcodes,
    letter_bytes,
    letter_effects,
    letters,
    letters_before_order,
    letters_to_reader,
    link_letters,
    look_ups,
    named_requests,
    older_attempts,
    order_letters,
    outgoing,
    partner_addresses,
    partner_turns,
    patron_erasure,
    patron_imports,
    patron_lists,
    patrons,
    put_off,
    queue,
    reader_access,
    reader_in_messages,
    request_erasure,
    requests,
    restored,
    rotas,
    same_item,
    saved_lists,
    settled_letters,
    slips,
    staff,
    staff_letters,
    submission_sums,
    submissions,
    template_uses,
    template_versions,
    timers,
    transactions,
    undelivered,
    wishes_of_reader,
)
from mailproc.store.charges import NewCharge
from mailproc.store.documents import NewDocument
from mailproc.store.events import NewEvent
from mailproc.store.finished_attempts import FinishedAttempt
from mailproc.store.hook_calls import NewHookCall
from mailproc.store.inbox import NewLetter
from mailproc.store.intent_bodies import SendApdu
from mailproc.store.outgoing import NewLetterOut
from mailproc.store.patron_imports import FiledReader
from mailproc.store.reader_access import ReaderLink
from mailproc.store.reader_words import ReaderWords
from mailproc.store.requests import NewRequest
from mailproc.store.rows import InboxLetter, SaidIntent
from mailproc.store.saved_lists import SavedList
from mailproc.store.staff import StaffMember
from mailproc.store.submissions import Submission
from mailproc.store.tables import EventRow, InboxRow
from mailproc.store.template_versions import NewTemplateVersion, VersionState
from mailproc.store.transactions import NewTransaction
from tests.store.plans import Call

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
LETTER = NewLetter(door="listener", raw=b"Subject: a letter\r\n\r\nwords\r\n", received_at=NOW)
REQUEST = NewRequest(
    role="REQUESTER", service="LOAN", item={}, title="", author="", created_at=NOW, patron_id="r1"
)
TRANSACTION = NewTransaction(
    request_id=1, attempt=1, role="REQUESTER", initial_requester="XX-A", tgq="B1", tq="1", partner="XX-BL",
    symbol="XX-BL", address="a@bl.example", codec="artemail", service="LOAN", updated_at=NOW,
)  # fmt: skip
EVENT = NewEvent(cause="letter", type="SHIPPED", at=NOW, inbox_id=1, position=0, transaction_id=1)
OURS = NewLetterOut(
    partner="XX-BL", mail_from="a@x.example", rcpt_to="a@bl.example", message_id="m@x.example",
    subject="", raw=b"", prepared_at=NOW,
)  # fmt: skip
CHARGE = NewCharge(
    request_id=1, transaction_id=1, event_id=1, role="REQUESTER", partner="XX-BL", kind="supply",
    status="charged", amount="5.00", currency="GBP", at=NOW,
)  # fmt: skip
DOCUMENT = NewDocument(
    digest="d" * 64, size=1, type="pdf", name="a.pdf", recipient="reader", event_id=1, request_id=1,
    transaction_id=1, stored_at=NOW,
)  # fmt: skip
LOOKED = LookUp(catalogue="own", use="own", at=NOW)
OVER = FinishedAttempt(
    transaction_id=1, role=Role.REQUESTER, partner="XX-BL", service=Service.LOAN, category="student",
    outcome=Outcome.FILLED, reason="", attempt=1, place=1, cost="", asked_on=NOW.date(), ended_on=NOW.date(),
    legs={Leg.ASKED_TO_SHIPPED: 3600},
)  # fmt: skip
PAYLOAD: Any = {"event": "REQUESTER.receive", "reader": {"id": "r1", "barcodes": []}}
CALL = NewHookCall(
    hook="ils", kind="http", request_id=1, transaction_id=1, event_id=1, event="REQUESTER.receive", key="k1",
    payload=PAYLOAD, written_at=NOW,
)  # fmt: skip
SUBMISSION = Submission(
    request_id=99, state="review", source="form", content="c" * 64, at=NOW, partner="", number="",
    guessed=False, patron_id="r9", reader={"name": "A. Reader"}, lenders=None, unread=None, doubtful=None,
    words="Title: A book", counted="", event_ids=[1],
)  # fmt: skip
PERSON = StaffMember("rau", "M. Rau", "work", "", NOW)
NAMED = TransactionId("XX-A", "B1", "1", "")
HISTORY = {"transaction_id": 1, "event_id": 1, "at": NOW, "event": "E", "from_state": "A", "to_state": "B"}
FOUND = {"message_id": "m", "taken_from": "XX-BL"}


def begun(connection: Connection) -> int:
    return patron_imports.begin(connection, NOW, "clerk", patron_imports.latest(connection))


def _event(connection: Connection) -> Any:
    return events.load(connection, 1)


def _call(connection: Connection) -> hook_calls.HookCall:
    found = hook_calls.load(connection, 1)
    assert found is not None
    return found


def _intent(connection: Connection) -> SaidIntent:
    return outgoing.of_event(connection, 1)[0]


ROWS: dict[ModuleType, dict[str, Call]] = {
    counters: {"take": lambda c: counters.take(c, "B")},
    inbox: {"keep": lambda c: inbox.keep(c, [LETTER])},
    requests: {
        "create": lambda c: requests.create(c, REQUEST),
        "rewrite": lambda c: requests.rewrite(c, 1, REQUEST),
        "add_candidates": lambda c: requests.add_candidates(c, 1, ["XX-BL"]),
    },
    transactions: {"create": lambda c: transactions.create(c, TRANSACTION)},
    hook_repeats: {
        "is_told": lambda c: hook_repeats.is_told(
            c, "ncip", "REQUESTER.receive", request_id=1, transaction_id=1, barcode="1"
        ),
    },
    submissions: {"add": lambda c: submissions.add(c, SUBMISSION)},
    saved_lists: {
        "listed": lambda c: saved_lists.listed(c, "rau"),
        "keep": lambda c: saved_lists.keep(c, "rau", SavedList("mine", {"role": "REQUESTER"})),
        "drop": lambda c: saved_lists.drop(c, "rau", "mine"),
    },
    put_off: {
        "until": lambda c: put_off.until(c, 1, NOW.date()),
        "lately": lambda c: put_off.lately(c, NOW.date(), NOW),
        "keep": lambda c: put_off.keep(c, 1, NOW.date(), 1, NOW.date()),
        "drop": lambda c: put_off.drop(c, 1),
    },
    item_barcodes: {
        "latest": lambda c: item_barcodes.latest(c, 1),
        "given_to": lambda c: item_barcodes.given_to(c, "300123"),
        "note": lambda c: item_barcodes.note(c, 1, "300123"),
        "lent_with": lambda c: item_barcodes.lent_with(c, "300123", 1),
    },
    events: {
        "add": lambda c: events.add(c, EVENT),
        "born": lambda c: events.born(c, replace(EVENT, position=9)),
    },
    outgoing: {
        "add_letter": lambda c: outgoing.add_letter(c, OURS),
        "add_intent": lambda c: outgoing.add_intent(c, SendApdu({}), event_id=1, seq=0, transaction_id=1),
    },
    letter_bytes: {
        "add_received": lambda c: letter_bytes.add_received(c, [(77, NOW, b"x")]),
        "add_ours": lambda c: letter_bytes.add_ours(c, 77, NOW, b"x"),
    },
    documents: {"add": lambda c: documents.add(c, DOCUMENT)},
    charges: {"add": lambda c: charges.add(c, CHARGE)},
    finished_attempts: {"put": lambda c: finished_attempts.put(c, OVER)},
    hook_calls: {"add": lambda c: hook_calls.add(c, CALL)},
    backups: {"begin": lambda c: backups.begin(c, NOW, "/backup/a.db")},
    restored: {"record": lambda c: restored.record(c, NOW, restored.HERE, NOW, 0, "B 1001")},
}
"""Writes the rows that the others ask for; each is on the way itself."""

ASKED: dict[ModuleType, dict[str, Call]] = {
    backups: {
        "last": backups.last,
        "last_ended": backups.last_ended,
        "end": lambda c: backups.end(c, 1, NOW),
        "forget": lambda c: backups.forget(c, 9),
        "end_in_copy": lambda c: backups.end_in_copy(c, NOW, 1),
    },
    restored: {
        "standing": restored.standing,
        "last": restored.last,
        "go_on": lambda c: restored.go_on(c, NOW, "staff"),
        "is_ending": restored.is_ending,
        "end": restored.end,
        "is_over": restored.is_over,
    },
    named_requests: {
        "answered": lambda c: named_requests.answered(c, ["m@x.example"]),
        "by_reference": lambda c: named_requests.by_reference(c, ["B1-1"]),
        "by_number": lambda c: named_requests.by_number(c, ["B1"]),
        "by_their_number": lambda c: named_requests.by_their_number(c, ["C1-1"]),
        "of_reader": lambda c: named_requests.of_reader(c, "r@readers.example", NOW),
    },
    transactions: {
        "last_note": lambda c: transactions.last_note(c, 1),
        "led_to": lambda c: transactions.led_to(c, 1),
        "entered_by": lambda c: transactions.entered_by(c, 1, State.CONDITIONAL),
        "since_last": lambda c: transactions.since_last(c, 99, "SHIPPED"),
        "at_address": lambda c: transactions.at_address(c, "XX-BL", "a@bl.example"),
        "load": lambda c: transactions.load(c, 1),
        "by_key": lambda c: transactions.by_key(c, Role.REQUESTER, "", NAMED),
        "is_known": lambda c: transactions.is_known(c, Role.RESPONDER, NAMED),
        "of_request": lambda c: transactions.of_request(c, 1),
        "of_requests": lambda c: transactions.of_requests(c, [1, 2]),
        "of_number": lambda c: transactions.of_number(c, "B1"),
        "save": lambda c: transactions.save(c, transactions.load(c, 1)),
        "readdress": lambda c: transactions.readdress(c, transactions.load(c, 1), {}),
        "clear_attention": lambda c: transactions.clear_attention(c, 1, ()),
        "add_history": lambda c: transactions.add_history(c, **HISTORY, note=""),
        "refer": lambda c: transactions.refer(c, "XX-BL", "order_line", "9", transaction_id=1),
        "find": lambda c: transactions.find(c, "XX-BL", "number", "B1"),
        "order_lines": lambda c: transactions.order_lines(c, 1),
        "asked_by": lambda c: transactions.asked_by(c, "B1"),
        "owners_of": lambda c: transactions.owners_of(c, "number", ["B1", "B2"]),
    },
    events: {
        "count_on_shelf": events.count_on_shelf,
        "waiting_on_shelf": lambda c: events.waiting_on_shelf(c, 10),
        "load": lambda c: events.load(c, 1),
        "add_all": lambda c: events.add_all(c, []),
        "due_to_letters": lambda c: events.due_to_letters(c, [1]),
        "due_of_transaction": lambda c: events.due_of_transaction(c, 1),
        "ends_of_transaction": lambda c: events.ends_of_transaction(c, 1, 1),
        "of_transaction": lambda c: events.of_transaction(c, 1),
        "standing": lambda c: events.standing(c, 1),
        "said_before": lambda c: events.said_before(c, _event(c), 1, 0),
        "last_of": lambda c: events.last_of(c, 1, ["SHIPPED", "ANSWER"]),
        "heard_since": lambda c: events.heard_since(c, 1, 0),
        "proven_since": lambda c: events.proven_since(c, 1, 0),
        "known_once": lambda c: events.known_once(c, "a click"),
        "shelved_of_letter": lambda c: events.shelved_of_letter(c, 1),
        "shelved_ids_of_letter": lambda c: events.shelved_ids_of_letter(c, 1),
        "waited": lambda c: events.waited(c, NOW, NOW + HOUR, 10),
        "wait_on_shelf": lambda c: events.wait_on_shelf(c, 1, NOW, "why"),
        "told_on_shelf": lambda c: events.told_on_shelf(c, _event(c), NOW.date(), "why"),
        "todo_again": lambda c: events.todo_again(c, _event(c), 1),
        "finish": lambda c: events.finish(c, _event(c)),
        "shelve": lambda c: events.shelve(c, 1, "why"),
        "dismiss": lambda c: events.dismiss(c, 1, "why"),
    },
    earlier_messages: {
        "unplaced": lambda c: earlier_messages.unplaced(c, "XX-BL", {"transaction": {"tgq": "B1"}}),
        "at_its_time": lambda c: earlier_messages.at_its_time(c, 1, _event(c)),
        "count": lambda c: earlier_messages.count(c, 1, _event(c)),
    },
    attached_events: {
        "of_letter": lambda c: attached_events.of_letter(c, 1),
        "of_message": lambda c: attached_events.of_message(c, 1),
        "stands": lambda c: attached_events.stands(c, _event(c)),
    },
    letter_effects: {
        "which_are_read": lambda c: letter_effects.which_are_read(c, [1, 2]),
        "of_letter": lambda c: letter_effects.of_letter(c, 1),
        "due_of_letter": lambda c: letter_effects.due_of_letter(c, 1, 1),
    },
    letters: {
        "again": lambda c: letters.again(c, 1),
        "dismiss": lambda c: letters.dismiss(c, 1, "why"),
        "shelved_because": lambda c: letters.shelved_because(c, ["why"], "artemail"),
        "waiting": letters.waiting,
        "is_any_waiting": letters.is_any_waiting,
        "load": lambda c: letters.load(c, 1),
        "record": lambda c: letters.record(c, 1),
        "sender_of": lambda c: letters.sender_of(c, 1),
        "earlier_copy": lambda c: letters.earlier_copy(c, "XX-BL", "d", "m", "cd"),
        "other_content": lambda c: letters.other_content(c, "XX-BL", "m", "cd"),
        "ours": lambda c: letters.ours(c, ["m@x.example"]),
        "named_by": lambda c: letters.named_by(c, ["a subject"], ["a@bl.example"], NOW),
        "quoted": lambda c: letters.quoted(c, ["B1"], ["a@bl.example"], NOW),
        "waits": lambda c: letters.waits(c, 1),
        "claimed_by": lambda c: letters.claimed_by(c, 1, partner="XX-BL", subject="", said_from=""),
        "unproven_on_shelf": letters.unproven_on_shelf,
        "unproven_notes": lambda c: letters.unproven_notes(c, "XX-BL", "about", 9),
        "fitting": lambda c: letters.fitting(c, [(1, 0), (2, 0)], 1000),
        "settle": lambda c: letters.settle(c, 1, "done", **FOUND),
    },
    letter_bytes: {
        "replace_ours": lambda c: letter_bytes.replace_ours(c, 1, b"x"),
        "filled": lambda c: letter_bytes.filled(c, letters.load(c, 1)),
        "archived": lambda c: letter_bytes.archived(c, letters.record(c, 1)),
        "take_back": lambda c: letter_bytes.take_back(c, letters.record(c, 1)),
        "load_raw": lambda c: letter_bytes.load_raw(c, "I", [1, 2]),
        "give_up": lambda c: letter_bytes.give_up(c, "I", ("done",), 2026, {1: "d"}),
        "delete": lambda c: letter_bytes.delete(c, "I", ("done",), [1]),
        "delete_archived": lambda c: letter_bytes.delete_archived(c, "I", [1]),
        "archived_years": letter_bytes.archived_years,
        "kept_after": lambda c: letter_bytes.kept_after(c, "I", 0, 10),
        "archived_after": lambda c: letter_bytes.archived_after(c, "I", 0, 10),
    },
    settled_letters: {
        "look": lambda c: settled_letters.look(c, "I", NOW + HOUR, 0),
        "are_over": lambda c: settled_letters.are_over(c, "I", NOW, [1]),
    },
    outgoing: {
        "hold_intent": lambda c: outgoing.hold_intent(c, 1, "why", NOW),
        "waits_to_be_printed": lambda c: outgoing.waits_to_be_printed(c, 1, ("patron/overdue",)),
        "in_state": lambda c: outgoing.in_state(c, "sending"),
        "prepared_to": lambda c: outgoing.prepared_to(c, "XX-BL", "a@bl.example"),
        "still_wanted": lambda c: outgoing.still_wanted(c, [1]),
        "end_sending": lambda c: outgoing.end_sending(c, 1, state="prepared"),
        "unwritten": lambda c: outgoing.unwritten(c, [1]),
        "load": lambda c: outgoing.load(c, 1),
        "record": lambda c: outgoing.record(c, 1),
        "change": lambda c: outgoing.change(c, 1, last_error="why"),
        "bounced": lambda c: outgoing.bounced(c, 1, "why"),
        "is_to_people": lambda c: outgoing.is_to_people(c, 1),
        "intents_of": lambda c: outgoing.intents_of(c, 1),
        "of_event": lambda c: outgoing.of_event(c, 1),
        "notices_of": lambda c: outgoing.notices_of(c, [1]),
        "is_written": lambda c: outgoing.is_written(c, [1], "patron/acknowledged"),
        "notices_beside": lambda c: outgoing.notices_beside(c, _intent(c)),
        "said": lambda c: outgoing.said(c, 1),
        "last_said": lambda c: outgoing.last_said(c, 1),
        "delivery": lambda c: outgoing.delivery(c, 1),
        "unsaid": lambda c: outgoing.unsaid(c, 1),
        "place": lambda c: outgoing.place(c, 1, "prepared", 1),
        "withdraw": lambda c: outgoing.withdraw(c, _intent(c)),
        "renew_letter": lambda c: outgoing.renew_letter(c, 1),
    },
    undelivered: {
        "trouble_known": lambda c: undelivered.trouble_known(c, "why"),
        "dismiss": lambda c: undelivered.dismiss(c, 1, "why"),
        "perhaps": lambda c: undelivered.perhaps(c, 1),
        "states_of": lambda c: undelivered.states_of(c, 1),
        "of_transactions": lambda c: undelivered.of_transactions(c, [1]),
    },
    slips: {
        "unprinted": lambda c: slips.unprinted(
            c, "REQUESTER", ["LOAN"], ["RETURNED"], "LABEL_PRINTED", ["receive"], NOW
        ),
    },
    charges: {
        "of_request": lambda c: charges.of_request(c, 1),
        "between": lambda c: charges.between(c, NOW - HOUR, NOW),
        "take_back": lambda c: charges.take_back(c, 1),
    },
    finished_attempts: {
        "remove": lambda c: finished_attempts.remove(c, 9),
        "passages": lambda c: finished_attempts.passages(c, 1),
        "surroundings": lambda c: finished_attempts.surroundings(c, 1, 1),
        "charged": lambda c: finished_attempts.charged(c, 1, 1),
        "of_transactions": lambda c: finished_attempts.of_transactions(c, [1]),
        "charged_to": lambda c: finished_attempts.charged_to(c, [1]),
        "entered": lambda c: finished_attempts.entered(c, [1]),
    },
    older_attempts: {
        "progress": older_attempts.progress,
        "after": lambda c: older_attempts.after(c, 0, 10, 5),
        "versions": lambda c: older_attempts.versions(c, [1]),
        "moved_on": lambda c: older_attempts.moved_on(c, 1),
    },
    documents: {
        "fetch": lambda c: documents.fetch(c, 1, 2),
        "load": lambda c: documents.load(c, [1]),
        "came_with": lambda c: documents.came_with(c, 1),
        "of_request": lambda c: documents.of_request(c, 1),
        "due": lambda c: documents.due(c, NOW, 10),
        "delete": lambda c: documents.delete(c, 1, NOW),
        "kept": lambda c: documents.kept(c, ["d" * 64]),
        "after": lambda c: documents.after(c, 0, 10),
    },
    order_letters: {
        "came_back": lambda c: order_letters.came_back(c, 1),
        "is_withdrawn": lambda c: order_letters.is_withdrawn(c, 1),
        "is_with_nobody": lambda c: order_letters.is_with_nobody(c, 1),
        "attempts_in": lambda c: order_letters.attempts_in(c, 1),
        "returned": lambda c: order_letters.returned(c, 1),
        "still_wanted": lambda c: order_letters.still_wanted(c, 1),
    },
    requests: {
        "name_reader": lambda c: requests.name_reader(c, 1, None),
        "load": lambda c: requests.load(c, 1),
        "by_number": lambda c: requests.by_number(c, "B1"),
        "number_of": lambda c: requests.number_of(c, 1),
        "attempt_number": lambda c: requests.attempt_number(c, transactions.load(c, 1)),
        "need_before": lambda c: requests.need_before(c, 1),
        "rota": lambda c: requests.rota(c, 1),
        "asked": lambda c: requests.asked(c, 1, 1, 1),
        "why_not": lambda c: requests.why_not(c, 1, "unfilled"),
        "close": lambda c: requests.close(c, 1, NOW, "filled"),
        "reopen": lambda c: requests.reopen(c, 1),
    },
    rotas: {
        "count_unanswered": lambda c: rotas.count_unanswered(c, "XX-BL"),
        "correct": lambda c: rotas.correct(c, 1, {"title": "t", "item": {"title": "t"}}),
        "put_next": lambda c: rotas.put_next(c, 1, "XX-C"),
        "swap": lambda c: (requests.add_candidates(c, 1, ["XX-C", "XX-D"]), rotas.swap(c, 1, 2, 3)),
        "places": lambda c: rotas.places(c, 1),
        "told": lambda c: rotas.told(c, 1),
        "drop": lambda c: rotas.drop(c, 1, 9),
    },
    same_item: {
        "of_reader": lambda c: same_item.of_reader(c, ItemKey("t", "1"), "R1"),
        "of_others": lambda c: same_item.of_others(c, ItemKey("t", "1"), "R1"),
        "by_words": lambda c: same_item.by_words(c, ItemKey("t", "1"), "t", "R1"),
        "lent_to_us": lambda c: same_item.lent_to_us(c, ItemKey("t", "1"), ["SHIPPED"]),
        "copies_of_title": lambda c: same_item.copies_of_title(c, "t", "w", NOW, NOW),
        "also_wanted": lambda c: same_item.also_wanted(c, ItemKey("t", "1"), 1, 10),
        "of_borrower": lambda c: same_item.of_borrower(c, ItemKey("t", "1"), "XX-BL", NOW),
    },
    timers: {
        "counts": timers.counts,
        "next_ones": lambda c: timers.next_ones(c, 10),
        "become": lambda c: timers.become(c, 1, timers.waiting(c, 1), {"OVERDUE": NOW}, 1),
        "waiting": lambda c: timers.waiting(c, 1),
        "fired": lambda c: timers.fired(c, 1),
        "fire": lambda c: timers.fire(c, NOW, 10),
        "hasten": lambda c: timers.hasten(c, "UNFILLED_LETTER", NOW),
        "drop": lambda c: timers.drop(c, 1, "OVERDUE"),
    },
    queue: {
        "claim": lambda c: queue.claim(c, InboxRow, InboxLetter, 50, NOW),
        "claim_ids": lambda c: queue.claim_ids(c, EventRow, 50, NOW),
        "begin": lambda c: queue.begin(c, InboxRow, InboxLetter, [(1, 0)]),
        "put_back": lambda c: queue.put_back(c, InboxRow, [1]),
        "later": lambda c: queue.later(c, InboxRow, 1, "why", NOW),
        "shelve": lambda c: queue.shelve(c, EventRow, 1, "why"),
    },
    partner_addresses: {
        "addresses": partner_addresses.addresses,
        "load": lambda c: partner_addresses.load(c, 1),
        "passed_on_to": lambda c: partner_addresses.passed_on_to(c, "c@x.example"),
        "learn": lambda c: partner_addresses.learn(c, "XX-BL", "b@bl.example", 1),
        "passed_on": lambda c: partner_addresses.passed_on(c, "XX-BL", "c@x.example", 1, 1, "XX-C"),
        "address_of": lambda c: partner_addresses.address_of(c, "XX-BL"),
        "waiting": lambda c: partner_addresses.waiting(c, "XX-BL", 1),
        "paused": partner_addresses.paused,
        "confirm": lambda c: partner_addresses.confirm(c, 1, NOW),
        "forget": lambda c: partner_addresses.forget(c, 1),
        "pause": lambda c: partner_addresses.pause(c, "XX-BL", 1),
        "resume": lambda c: partner_addresses.resume(c, "XX-BL"),
    },
    alarms: {
        "raise_once": lambda c: alarms.raise_once(c, "kind", "key", NOW),
        "clear": lambda c: alarms.clear(c, "kind", "key", NOW),
        "turn": lambda c: alarms.turn(c, "kind", "key", NOW, most=1, within=HOUR),
        "take": lambda c: alarms.take(c, alarms.turn(c, "kind", "key", NOW, most=1, within=HOUR), NOW),
        "count": lambda c: alarms.count(c, "kind", "key", NOW),
        "forget": lambda c: alarms.forget(c, NOW, 10),
        "was_raised": lambda c: alarms.was_raised(c, "kind", "key", NOW),
        "counts": lambda c: alarms.counts(c, "kind"),
        "all_told": lambda c: alarms.all_told(c, "kind"),
    },
    auto_replies: {"may_answer": lambda c: auto_replies.may_answer(c, "a@x.example", "XX-BL", NOW, 9)},
    partner_turns: {
        "claim_intents": lambda c: [
            partner_turns.claim_intents(c, kind, ["XX-P"], NOW, 50) for kind in ("apdu", "notice")
        ],
        "claim_letter": lambda c: [partner_turns.claim_letter(c, paused, NOW) for paused in ([], ["XX-P"])],
        "claim_letter_by": lambda c: partner_turns.claim_letter_by(c, [("XX-P", "tcp")], NOW, [1]),
    },
    find: {
        "keep": lambda c: find.keep(c, 1),
        "make_texts": lambda c: (find.keep(c, 1), find.make_texts(c)),
        "words_of": lambda c: find.words_of(c, 1),
        "named_texts": lambda c: [*find.named_texts(c, 1)],
        "fits": lambda c: find.fits(c, "a word qx"),
    },
    patrons: {
        "with_email": lambda c: patrons.with_email(c, "ann@reader.example", 20),
        "load": lambda c: patrons.load(c, "r1"),
        "keep": lambda c: patrons.keep(c, patrons.NamedReader("r1", "A. Reader", "r@readers.example")),
        "name_requests": lambda c: patrons.name_requests(c, "r1"),
    },
    patron_imports: {
        "latest": patron_imports.latest,
        "begin": begun,
        "abandon": patron_imports.abandon,
        "in_state": lambda c: patron_imports.in_state(c, "current"),
        "is_any": patron_imports.is_any,
        "compared": lambda c: patron_imports.compared(c, [FiledReader("r1", {"email": ""})]),
        "stage": lambda c: patron_imports.stage(c, begun(c), [FiledReader("r1", {"name": "B. Reader"})]),
        "stage_gone": lambda c: patron_imports.stage_gone(c, begun(c), ["r1", "r2"]),
        "make_current": lambda c: patron_imports.make_current(c, begun(c), NOW, {}),
        "settle": lambda c: patron_imports.settle(c, 10),
        "undo": lambda c: patron_imports.undo(1, c, 10),
        "filed_after": lambda c: patron_imports.filed_after(c, "", 10),
    },
    patron_lists: {
        "all_patrons": lambda c: list(patron_lists.all_patrons(c)),
        "open_requests": lambda c: patron_lists.open_requests(c, "r1"),
        "count_since": lambda c: patron_lists.count_since(c, "r1", NOW),
    },
    patron_erasure: {
        "is_open": lambda c: patron_erasure.is_open(c, "r1"),
        "is_known": lambda c: patron_erasure.is_known(c, "r1"),
        "ids_after": lambda c: patron_erasure.ids_after(c, ""),
        "named_after": lambda c: patron_erasure.named_after(c, ""),
        "erase": lambda c: patron_erasure.erase(c, "r1"),
    },
    reader_in_messages: {
        "words_of": lambda c: reader_in_messages.words_of(c, 1, None),
        "erase": lambda c: reader_in_messages.erase(c, 1, ReaderWords([], [], [])),
    },
    staff_letters: {"empty": lambda c: staff_letters.empty(c, [1])},
    letters_before_order: {"intents": lambda c: letters_before_order.intents(c, 1)},
    letters_to_reader: {
        "last_left": lambda c: letters_to_reader.last_left(c, 1, ("patron/overdue",), NOW),
        "waiting": lambda c: letters_to_reader.waiting(c, 1),
        "written": lambda c: letters_to_reader.written(c, 1),
        "erase_these": lambda c: letters_to_reader.erase_these(c, [1]),
        "last_since": lambda c: letters_to_reader.last_since(c, 1, ("patron/arrived",), NOW),
        "wait": lambda c: letters_to_reader.wait(c, 1),
        "count_deletable": lambda c: letters_to_reader.count_deletable(c, 1),
        "erase_from": lambda c: letters_to_reader.erase_from(c, 1, {"ann@reader.example"}),
        "erase": lambda c: letters_to_reader.erase(c, 1),
    },
    request_erasure: {
        "due": lambda c: request_erasure.due(c, NOW, None, 10),
        "erase": lambda c: request_erasure.erase(c, requests.load(c, 1)),
        "anonymise": lambda c: request_erasure.anonymise(c, requests.load(c, 1), NOW),
        "declared": lambda c: request_erasure.declared(c, NOW, 10),
        "count_declared": lambda c: request_erasure.count_declared(c, NOW),
        "undeclare": lambda c: request_erasure.undeclare(c, requests.load(c, 1)),
    },
    look_ups: {
        "of_request": lambda c: look_ups.of_request(c, 1),
        "keep": lambda c: look_ups.keep(c, 1, LOOKED),
        "forget": lambda c: look_ups.forget(c, 1),
        "unasked": lambda c: look_ups.unasked(c, "own", ["REQUESTER", "RESPONDER"], NOW - HOUR, NOW, 20),
    },
    catalogue_answers: {
        "known": lambda c: catalogue_answers.known(c, "own", "digest", NOW),
        "keep": lambda c: catalogue_answers.keep(c, "own", "digest", LOOKED.answer, NOW, NOW + HOUR),
        "paused": lambda c: catalogue_answers.paused(c, "own", NOW),
        "pause": lambda c: catalogue_answers.pause(c, "own", NOW, LOOKED.fault),
        "go_on": lambda c: catalogue_answers.go_on(c, "own"),
    },
    hook_calls: {
        "load": lambda c: hook_calls.load(c, 1),
        "due": lambda c: hook_calls.due(c, "ils", NOW, 4),
        "claim": lambda c: hook_calls.claim(c, [(1, 0)], NOW),
        "end": lambda c: hook_calls.end(c, 1, "prepared"),
        "count_deaths": lambda c: hook_calls.count_deaths(c, 1, 0),
        "in_state": lambda c: hook_calls.in_state(c, ["sending"]),
        "redeliver": lambda c: hook_calls.redeliver(c, 1),
        "dismiss": lambda c: hook_calls.dismiss(c, _call(c), "by staff", NOW),
        "hold": lambda c: hook_calls.hold(c, "the store was put back"),
        "wait": hook_calls.wait,
        "erase_reader": lambda c: hook_calls.erase_reader(c, 1),
    },
    hook_lists: {
        "counts": lambda c: hook_lists.counts(c, "ils"),
        "failed": lambda c: hook_lists.failed(c, "ils"),
        "waiting": lambda c: hook_lists.waiting(c, "ils"),
        "waits_since": lambda c: hook_lists.waits_since(c, "ils"),
        "with_calls": hook_lists.with_calls,
        "to_redeliver": hook_lists.to_redeliver,
        "held": lambda c: hook_lists.held(c, "the store was put back"),
        "of_event": lambda c: hook_lists.of_event(c, 1, 1),
    },
    submission_sums: {
        "counts": lambda c: submission_sums.counts(c, NOW - HOUR, NOW),
        "reasons": lambda c: submission_sums.reasons(c, NOW - HOUR, NOW),
    },
    wishes_of_reader: {"of": lambda c: wishes_of_reader.of(c, "r1")},
    submissions: {
        "load": lambda c: submissions.load(c, 99),
        "decide": lambda c: submissions.decide(c, SUBMISSION, "accepted", 1),
        "same": lambda c: submissions.same(c, "form", "c" * 64, NOW - HOUR),
        "steps": lambda c: submissions.steps(c, SUBMISSION),
        "waiting_of_reader": lambda c: submissions.waiting_of_reader(c, "r9"),
        "named_after": lambda c: submissions.named_after(c, ""),
        "count_since": lambda c: submissions.count_since(c, "form", "r9", NOW - HOUR, 100),
        "count_waiting": lambda c: submissions.count_waiting(c, "form", 100),
        "count_to_review": submissions.count_to_review,
        "with_number": lambda c: submissions.with_number(c, "form", "n9", "c" * 64),
        "earlier_with_number": lambda c: submissions.earlier_with_number(c, SUBMISSION),
        "letters": lambda c: submissions.letters(c, 99),
        "of_reader": lambda c: submissions.of_reader(c, "r9"),
        "wishes_of_reader": lambda c: submissions.wishes_of_reader(c, "r9", "/my"),
        "of_ours_after": lambda c: submissions.of_ours_after(c, 0, 10),
        "erase": lambda c: submissions.erase(c, 99),
    },
    api_tokens: {
        "load": lambda c: api_tokens.load(c, "catalogue"),
        "of_digest": lambda c: api_tokens.of_digest(c, "d" * 64),
        "listed": api_tokens.listed,
        "keep": lambda c: api_tokens.keep(c, api_tokens.ApiToken("catalogue", "d" * 64, "work", NOW)),
    },
    api_answers: {
        "load": lambda c: api_answers.load(c, "catalogue", "k1"),
        "add": lambda c: api_answers.add(c, api_answers.ApiAnswer("catalogue", "k1", "d" * 64, "{}", NOW)),
        "complete": lambda c: api_answers.complete(c, "catalogue", "k1", "{}"),
        "forget_of": lambda c: api_answers.forget_of(c, "catalogue"),
        "forget": lambda c: api_answers.forget(c, NOW - HOUR),
    },
    reader_access: {
        "begin_session": lambda c: reader_access.begin_session(c, "t" * 64, "R1", NOW),
        "session": lambda c: reader_access.session(c, "t" * 64),
        "see": lambda c: reader_access.see(c, "t" * 64, NOW),
        "end_session": lambda c: reader_access.end_session(c, "t" * 64),
        "end_sessions": lambda c: reader_access.end_sessions(c, "R1"),
        "forget_sessions": lambda c: reader_access.forget_sessions(c, NOW - HOUR, NOW - HOUR),
        "add_link": lambda c: reader_access.add_link(c, "R1", 1, NOW),
        "link": lambda c: reader_access.link(c, 1),
        "count_links": lambda c: reader_access.count_links(c, "R1", NOW - HOUR),
        "count_all_links": lambda c: reader_access.count_all_links(c, NOW - HOUR),
        "give_token": lambda c: reader_access.give_token(c, 1, "t" * 64, NOW),
        "with_token": lambda c: reader_access.with_token(c, "t" * 64, NOW),
        "use": lambda c: reader_access.use(c, "t" * 64, NOW),
        "links_of": lambda c: reader_access.links_of(c, "R1"),
        "old_links": lambda c: reader_access.old_links(c, NOW, 20),
        "delete_link": lambda c: reader_access.delete_link(c, 1),
    },
    link_letters: {
        "erase": lambda c: link_letters.erase(c, ReaderLink(1, "R1", 1)),
        "erase_reader": lambda c: link_letters.erase_reader(c, "R1"),
    },
    acts_of_person: {"newest": lambda c: acts_of_person.newest(c, "rau", 10)},
    staff: {
        "load": lambda c: staff.load(c, "rau"),
        "listed": staff.listed,
        "keep": lambda c: staff.keep(c, PERSON),
        "change_role": lambda c: staff.change_role(c, "rau", "keep"),
        "begin_session": lambda c: staff.begin_session(c, "t" * 64, "rau", NOW),
        "session": lambda c: staff.session(c, "t" * 64),
        "see": lambda c: staff.see(c, "t" * 64, NOW),
        "end_session": lambda c: staff.end_session(c, "t" * 64),
        "end_sessions": lambda c: staff.end_sessions(c, "rau"),
        "forget_sessions": lambda c: staff.forget_sessions(c, NOW - HOUR, NOW - HOUR),
    },
    template_versions: {
        "add": lambda c: template_versions.add(
            c, NewTemplateVersion("en/patron/arrived.txt", "A text", VersionState.BEGUN, "rau", NOW)
        ),
        "settle": lambda c: template_versions.settle(c, 1, VersionState.DONE),
        "newest": lambda c: template_versions.newest(c, "en/patron/arrived.txt", 50),
        "load": lambda c: template_versions.load(c, 1),
    },
    template_uses: {
        "said_lately": lambda c: template_uses.said_lately(c, 100),
        "newest": lambda c: template_uses.newest(c, 60),
    },
}

"""What must be true of a service that was killed again and again, once it is at rest."""

import time
from collections import Counter

from mailproc.office.mailroom import redelivery
from mailproc.practice import order_file
from tests.acceptance.crash_load import Lender, Senders, Staff
from tests.acceptance.service import LENDER, Service
from tests.servers.dovecot import Dovecot
from tests.servers.relay import Relay


def enough_came(service: Service, senders: Senders, lender: Lender, letters: int, by_mailbox: int) -> None:
    """However early it was killed each time: an order has come through to the lender now, so many
    ``letters`` by SMTP and ``by_mailbox`` into the mailbox."""
    deadline = time.monotonic() + 120 + letters / 10
    while not lender.answered or len(lender.mailed) < by_mailbox or len(senders.answered) < letters:
        assert time.monotonic() < deadline, service.tail()
        time.sleep(0.05)  # the daemon is another process: looking again is all there is


def at_rest(service: Service, dovecot: Dovecot | None, user: str) -> None:
    if dovecot is not None:
        with dovecot.client(user) as client:
            last = client.folder_status("INBOX", [b"UIDNEXT"])[b"UIDNEXT"] - 1
        read, deadline = service.ask("SELECT last_uid FROM mailbox")[:1], time.monotonic() + 120
        while (now := service.ask("SELECT last_uid FROM mailbox")[:1]) < [(last,)]:
            if now > read:
                read, deadline = now, time.monotonic() + 120
            assert time.monotonic() < deadline, service.tail()
            time.sleep(0.1)  # the next look is the daemon's own business
    service.pauses_are_over()  # a notice in doubt is said again a minute later
    service.rest()


def nothing_is_left(service: Service) -> None:
    """Every row came to a good end: nothing waits, nothing innocent is on the shelf."""
    for queue in ("inbox", "event", "intent", "outgoing"):
        states = dict(service.ask(f"SELECT state, count(*) FROM {queue} GROUP BY state"))  # noqa: S608  # ours
        good = {"done", "prepared", "withdrawn"} if queue == "intent" else {"done"}
        good = {"handed_over", "withdrawn"} if queue == "outgoing" else good
        why = service.ask(f"SELECT id, state, attempts, last_error FROM {queue} WHERE last_error <> ''")  # noqa: S608
        assert set(states) <= good, (queue, states, why)


def every_order_was_taken_once(service: Service, senders: Senders, lender: Lender) -> None:
    """Every letter answered 250 has one row; each of its orders one transaction and one line of history."""
    names = Counter(row[0] for row in service.ask("SELECT message_id FROM inbox"))
    expected = {f"<{name}@borrower.example>" for name in [*senders.answered, *lender.ordered]}
    assert {name for name in expected if names[name] != 1 and names[name.strip("<>")] != 1} == set()
    rows = service.ask(
        "SELECT t.tgq, count(*) FROM transactions t JOIN history h ON h.transaction_id = t.id"
        " WHERE t.role = 'RESPONDER' AND h.event LIKE 'ILL_REQUEST%' GROUP BY t.tgq"
    )
    begun = dict(rows)
    wanted = {number for numbers in senders.answered.values() for number in numbers} | set(lender.ordered)
    assert wanted - set(begun) == set()
    assert {number: lines for number, lines in begun.items() if lines != 1} == {}
    assert service.ask("SELECT event_id FROM history GROUP BY event_id HAVING count(*) > 1") == []
    with_many = "SELECT tgq FROM transactions WHERE role = 'RESPONDER' GROUP BY tgq HAVING count(*) > 1"
    assert service.ask(with_many) == []


def every_answer_was_heard_once(service: Service, lender: Lender) -> None:
    rows = service.ask(
        "SELECT t.tgq, t.tq, count(*) FROM transactions t JOIN history h ON h.transaction_id = t.id"
        " WHERE t.role = 'REQUESTER' AND h.event LIKE 'SHIPPED%' GROUP BY t.tgq, t.tq"
    )
    heard = {f"{tgq}-{tq}": lines for tgq, tq, lines in rows}
    assert heard == dict.fromkeys(lender.answered, 1)
    assert lender.answered


def every_request_left_once(service: Service, relay: Relay, staff: Staff) -> None:
    """An order reaches the relay once; not at all only if it is before staff, or was taken back in time."""
    files: dict[str, list[bytes]] = {}
    for posted in relay.to(LENDER):
        for order in order_file.read(posted.raw).orders:
            if not order.cancels:
                files.setdefault(order.number, []).append(posted.raw)
    rows = service.ask(
        "SELECT t.tgq, t.tq, i.state, o.state FROM transactions t JOIN history h ON h.transaction_id = t.id"
        " JOIN intent i ON i.event_id = h.event_id LEFT JOIN outgoing o ON o.id = i.outgoing_id"
        " WHERE t.role = 'REQUESTER' AND h.event = 'request' AND i.kind = 'apdu'"
    )
    ended = {f"{tgq}-{tq}": (intent, letter) for tgq, tq, intent, letter in rows}
    assert set(ended) == {f"{number}-1" for number in staff.placed}
    assert len(set(staff.placed)) == len(staff.placed) > 0
    for number, (intent, letter) in ended.items():
        came = len(files.get(number, ()))
        if letter == "in_doubt":
            assert came <= 1, number
        elif intent == "withdrawn":
            assert came == 0, number
        else:
            assert (came, letter) == (1, "handed_over"), number
    assert set(files) <= set(ended)


def staff_settle_doubts(service: Service, relay: Relay) -> None:
    """They ask the partner by telephone: what arrived is taken as delivered, what did not is sent again."""
    arrived = {identity(posted.raw) for posted in relay.letters}
    with_notes = service.ask("SELECT id, message_id FROM outgoing WHERE state = 'in_doubt'")
    for outgoing_id, message_id in with_notes:
        there = message_id.strip("<>") in arrived
        redelivery.redeliver(service.store, f"O{outgoing_id}", arrived=there)


def identity(raw: bytes) -> str:
    return str(order_file.letter_of(raw)["Message-ID"]).strip("<>")


def every_letter_of_ours_is_one(service: Service, relay: Relay) -> None:
    """What the relay got was handed over or is in doubt; a Message-ID is never given to two letters."""
    came: dict[str, list[bytes]] = {}
    for posted in relay.letters:
        came.setdefault(identity(posted.raw), []).append(posted.raw)
    assert all(len(set(copies)) == 1 for copies in came.values())
    speaks = "EXISTS (SELECT 1 FROM intent WHERE outgoing_id = outgoing.id AND kind = 'apdu')"
    rows = service.ask(f"SELECT message_id, state, {speaks} FROM outgoing")  # noqa: S608
    states = {message_id.strip("<>"): (state, for_a_program) for message_id, state, for_a_program in rows}
    assert set(came) <= set(states)
    for message_id, (state, for_a_program) in states.items():
        copies = len(came.get(message_id, ()))
        if state == "handed_over":
            assert copies == 1 or (copies > 1 and not for_a_program), message_id  # people may read it again
        else:
            assert copies == 0 or state == "in_doubt", (message_id, state)

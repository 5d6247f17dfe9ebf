"""What needs attention: each open request once, by its most urgent reason, and a sum that hides nothing."""

import os
import random
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailproc.errors import LocalFault
from mailproc.flow.prepare.notice_context import addressed_by
from mailproc.notices.language_files import ENGLISH
from mailproc.office.mailroom import digest_mail
from mailproc.office.queries import agenda, listing, request_details
from mailproc.office.queries.agenda import headed, summed
from mailproc.store import mailboxes, transactions

DAYS = 12 if os.environ.get("REQUIRE_ALL") == "1" else 6
ORDER = "TXC{0}-1 S LOAN\nA book of ours"


def found(world):
    with world.app.store.read() as connection:
        return agenda.agenda(connection, world.app.context)


def groups(world):
    return {group.reason: [one.number for one in group.requests] for group in found(world).groups}


def hides_nothing(world):
    """Counted another way: by the rows themselves."""
    today = found(world)
    asking = {row["request_id"] for row in world.rows("transactions") if row["attention"]}
    rows = world.rows("request")
    opened = {row["number"] for row in rows if row["closed_at"] is None or row["id"] in asking}
    here = [one.number for group in today.groups for one in group.requests]
    shown = [*here, *(one.number for one in today.put_off)]
    assert (len(here), len(shown)) == (today.needing, len(set(shown)))
    assert set(shown) <= opened
    assert today.needing + len(today.put_off) + today.waiting == today.all_open == len(opened)
    timed = numbers_with_a_timer(world)
    idle = {one.number for one in today.idle}
    assert idle == opened - set(shown) - timed  # each open request is in one place, and in no two
    marked = {number for number in opened if world.shown(number).line.attention}
    assert marked <= set(shown)  # what `requests --attention` lists stands in a group
    for group in today.groups:
        assert [one.since for one in group.requests] == sorted(one.since for one in group.requests)
        assert all(one.reasons[0] == group.reason for one in group.requests)


def numbers_with_a_timer(world):
    request_of = {row["id"]: row["request_id"] for row in world.rows("transactions")}
    timed = {request_of[row["transaction_id"]] for row in world.rows("timer") if not row["fired_event_id"]}
    return {row["number"] for row in world.rows("request") if row["id"] in timed}


def test_a_day(world):
    world.place(title="waits")
    world.place(title="nobody left")
    world.place(title="cannot match")
    world.place("XX-BL", "XX-SECOND", title="goes on")
    world.hear("B2-1 NOT", "B3-1 CRF*CANNOT MATCH ITEM", "B4-1 NOT")
    world.ordered(ORDER.format(1))
    assert groups(world) == {"end-of-rota": ["B2"], "ask-cannot-match": ["B3"], "to-answer": ["L1"]}
    today = found(world)
    assert (today.needing, today.waiting, today.all_open) == (3, 2, 5)
    assert list(groups(world)) == ["end-of-rota", "ask-cannot-match", "to-answer"]  # the most urgent first
    one = today.groups[0].requests[0]
    assert (one.title, one.partner, one.state, one.since) == (
        "nobody left",
        "XX-BL",
        "NOT_SUPPLIED",
        world.now,
    )
    hides_nothing(world)


def test_staff_who_have_looked_do_not_hide_it(world):
    """An act clears the reason; whose turn it is stands in the state all the same."""
    world.place()
    world.hear("B1-1 NOT")
    world.place("XX-BL", "XX-SECOND")
    world.hear("B2-1 CRF*CANNOT MATCH ITEM")
    world.ordered(ORDER.format(1))
    for number in ("B1", "B2", "L1"):
        world.act(number, "message", note="we are looking into it")
        assert world.attention(number) == ()
    assert groups(world) == {"end-of-rota": ["B1"], "ask-unfilled": ["B2"], "to-answer": ["L1"]}


def test_a_promise_waits_until_its_day(world):
    world.place()
    world.act("B1", "will-supply", heard_by="phone", on=world.now.date() + timedelta(days=3))
    world.ordered(ORDER.format(1))
    world.act("L1", "will-supply", on=world.now.date() + timedelta(days=3))
    assert groups(world) == {"promised": ["L1"]}
    world.later(days=3)
    assert groups(world) == {"promised": ["L1"]}
    world.later(days=1)
    assert groups(world) == {"promise-passed": ["B1"], "promise-due": ["L1"]}
    yesterday = world.now.date() - timedelta(days=1)
    waiting = [one for group in found(world).groups for one in group.requests]
    since = {one.number: world.app.context.local(one.since).date() for one in waiting}
    assert since == {"B1": yesterday, "L1": yesterday}, "the promised day"


def test_what_is_over_is_gone_and_what_comes_after_the_end_is_not(world):
    world.place(service="COPY")
    world.place()
    world.hear("B1-1 SHIPPED COPY")
    world.act("B1", "receive")
    world.act("B2", "cancel")
    world.hear("B2-1 CANC")
    assert (found(world).all_open, groups(world)) == (0, {})
    world.act("B2", "message", heard_by="phone", note="what was it again?")
    assert (world.attention("B2"), world.shown("B2").line.outcome) == (("message",), "cancelled")
    assert groups(world) == {"message": ["B2"]}
    hides_nothing(world)


def test_news_of_an_earlier_attempt_is_not_hidden_by_the_next(world):
    world.place("XX-BL", "XX-SECOND")
    world.hear("B1-1 CRF*CANNOT MATCH ITEM")
    world.next("B1")
    assert groups(world) == {}  # that reason was settled by asking the next
    world.hear("B1-1 SHIPPED LOAN")
    assert world.attention("B1") == ()
    assert groups(world) == {"supplied-after-end": ["B1"]}
    hides_nothing(world)


def test_the_most_urgent_of_several_reasons(world):
    world.place()
    world.act("B1", "message", heard_by="phone", note="call us")
    world.bounce(world.sent[0])
    (one,) = found(world).groups[0].requests
    assert one.reasons == ("bounced", "message")
    assert groups(world) == {"bounced": ["B1"]}
    (line,) = digest_mail.letter_of(found(world), world.app.context).groups[0].requests
    assert line.also == ("they sent a message",)


def test_letters_and_mailboxes(make_world, sqlite_url):
    box = (
        '[[mailbox]]\nname = "ill"\nhost = "imap.example"\nuser = "ill"\npassword = { env = "TEST_XX_BL" }\n'
    )
    world = make_world(sqlite_url, more=box)
    world.inject(world.letter("hello", "stranger@elsewhere.example"), "stranger@elsewhere.example")
    world.refuses = lambda _sent: True
    world.place()
    for name in ("ill", "taken-out"):
        world.app.store.write(
            lambda connection, name=name: mailboxes.failing(connection, name, "login refused", world.now)
        )
    today = found(world)
    assert [one.id for one in today.unplaced] == ["I1"]
    assert {one.state for one in today.unsent} == {"shelved"}  # the order, and the notice about it
    assert [(one.name, one.error) for one in today.mailboxes] == [("ill", "login refused")]
    assert headed(today, ENGLISH).endswith("letters need a hand")
    assert summed(today, ENGLISH).endswith(f" open. {today.letters_needing} letters need a hand.")
    context = digest_mail.letter_of(today, world.app.context)
    assert context.letters_needing == today.letters_needing == 1 + len(today.unsent)
    assert "login refused" in context.mailboxes[0].why
    assert context.unplaced.letters[0].why


# --- by mail --------------------------------------------------------------------------------------


def test_the_letter_of_the_day(world):
    world.place(title="Small Rivers\r\nBcc: x@y.example")
    world.hear("B1-1 NOT")
    world.sent.clear()
    digest_mail.send(world.app.store, world.app.context)
    assert world.sent == []
    world.run()
    (letter,) = world.notices()
    assert "Subject: Mon 2 Mar: 1 to be done, 0 waiting" in letter.text
    assert "nobody left to ask (1)" in letter.text
    assert "B1  Small Rivers Bcc: x@y.example, Library XX-BL, since Mon 2 Mar" in letter.text
    assert "1 here + 0 waiting for others = 1 open." in letter.text
    assert "wait or failed" not in letter.text  # it does not name itself
    assert digest_mail.last_sent(world.app.store) == world.now
    event = world.rows("event")[-1]
    assert (event["type"], event["cause"], event["state"]) == ("digest", "timer", "done")


def test_what_was_counted_is_what_is_said(world):
    """The letter waits while the day goes on: its numbers still fit each other."""
    world.place()
    digest_mail.send(world.app.store, world.app.context, "clerk")
    world.place()
    assert "0 here + 1 waiting for others = 1 open." in world.notices()[0].text


def test_a_quiet_store_says_so(world):
    digest_mail.send(world.app.store, world.app.context)
    world.run()
    assert "Nothing needs attention today." in world.notices()[0].text


def test_a_preview_shows_the_sample(world):
    world.place()
    with world.app.store.read() as connection:
        transaction = transactions.load(connection, world.transaction("B1")["id"])
        shown = addressed_by(connection, world.app.context, "en/staff/digest.txt", transaction)
    assert shown.content.needing == 8


# --- any store at all -----------------------------------------------------------------------------

ACTS = ("cancel", "receive", "return", "renew", "message", "close", "lost", "damaged", "query", "undo",
        "put-off")  # fmt: skip
THEIRS = ("ship", "unfilled", "will-supply", "hold", "cancel-reply", "renew-reply", "overdue", "recall",
          "check-in", "message", "close", "lost", "undo", "put-off")  # fmt: skip
WORDS = ("NOT", "CRF*CANNOT MATCH ITEM", "SHIPPED LOAN", "SHIPPED COPY", "USE*3", "CAT*REAPPLY 4", "DUE",
         "CANC", "NCANC", "NO RENEW", "WHAT IS THIS", "DIRECT", "*FINAL DEMAND")  # fmt: skip


def a_random_day(world, seed: int, steps: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # a story, no secret
    numbers: list[str] = []
    for step in range(steps):
        match chance.choice(["place", "order", "hear", "hear", "act", "act", "next", "fail", "later"]):
            case "place":
                partners = chance.choice(
                    [("XX-BL",), ("XX-BL", "XX-SECOND"), ("XX-SECOND", "XX-BL", "XX-BL")]
                )
                numbers.append(world.place(*partners, service=chance.choice(["LOAN", "COPY"]), run=False))
            case "order":
                world.ordered(ORDER.format(step), run=False)
                numbers.append(f"L{sum(number[0] == 'L' for number in numbers) + 1}")
            case "hear" if numbers:
                said = f"{chance.choice(numbers)}-{chance.randint(1, 2)} {chance.choice(WORDS)}"
                world.hear(said, of=chance.choice(["XX-BL", "XX-SECOND"]), run=False)
            case "act" if numbers:
                number = chance.choice(numbers)
                act = chance.choice(ACTS if number[0] == "B" else THEIRS)
                try_to(world.act, number, act, run=False, note="a word", answer=chance.choice([True, False]),
                       on=world.now.date() + timedelta(days=chance.randint(0, 9)))  # fmt: skip
            case "next" if numbers:
                try_to(world.next, chance.choice(numbers), run=False)
            case "fail":
                fails = chance.random() < 0.4
                world.refuses = lambda sent, fails=fails: fails and "orders" in sent.to
            case "later":
                world.later(days=chance.randint(0, 5))
                world.run()
    if chance.random() < 0.7:
        world.run()


def try_to(do, *given, **more):
    with suppress(LocalFault):
        do(*given, **more)


@settings(max_examples=DAYS, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**9))
def test_groups_and_waiting_are_all_that_is_open(make_world, tmp_path, quiet_log, seed):
    file = tmp_path / f"day{seed}-{len(list(tmp_path.iterdir()))}.db"
    world = make_world(f"sqlite:///{file}")
    a_random_day(world, seed, 40)
    hides_nothing(world)
    assert world.verify().differences == ()
    world.app.store.close()


@pytest.mark.parametrize("seed", [1, 2])
def test_the_same_on_both_databases(world, quiet_log, seed):
    a_random_day(world, seed, 30)
    hides_nothing(world)


def test_the_lists_say_what_the_letter_of_the_day_says(world):
    """An act clears the reason, and it is our turn all the same; a reason of an earlier attempt stands."""
    world.ordered(ORDER.format(1))
    world.act("L1", "message", note="we are looking into it")
    world.place("XX-BL", "XX-SECOND")
    world.hear("B1-1 CRF*CANNOT MATCH ITEM")
    world.next("B1")
    world.hear("B1-1 SHIPPED LOAN")
    world.place()
    world.act("B2", "will-supply", heard_by="phone", on=world.now.date() + timedelta(days=3))
    world.later(days=4)
    today = {one.number: one.reasons for group in found(world).groups for one in group.requests}
    assert set(today) == {"L1", "B1", "B2"}
    with world.app.store.read() as connection:
        day = world.app.context.today()
        listed = listing.listed(connection, listing.Filter(attention=True), day)
        assert {one.number: one.needs for one in listed} == today
        assert len(listing.listed(connection, listing.Filter(attention=True, limit=1), day)) == 1
        for number, reasons in today.items():
            assert request_details.shown(connection, number, world.app.context).line.needs == reasons
    assert world.attention("L1") == world.attention("B1") == ()


def test_since_is_of_the_reason_that_is_shown(small_world):
    """Something of little weight has waited for days, and today it was demanded."""
    small_world.place()
    small_world.hear("B1-1 SHIPPED LOAN")
    small_world.act("B1", "receive")
    small_world.hear("B1-1 OTHER")
    first = small_world.now
    small_world.days(3)
    small_world.hear("B1-1 DUE")
    (todo,) = (one for group in found(small_world).groups for one in group.requests)
    assert len(todo.reasons) == 2 and todo.reasons[0].startswith(("overdue", "demanded"))
    assert todo.since == small_world.now
    small_world.later(hours=1)
    small_world.hear("B1-1 SHIPPED LOAN")
    (row,) = small_world.rows("transactions")
    assert row["attention_since"][todo.reasons[1]] == first.isoformat()

"""A server that lies for a while costs no letter: once it is honest again, every letter is in the inbox."""

import os
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from mailproc.errors import TryLater
from mailproc.store.mailboxes import Position
from mailproc.transport import imap_refetch
from mailproc.transport.imap_in import poll
from tests.servers.imap_liar import Liar, Lie, honest, item

Clock = Callable[[], datetime]
NEVER = Position(0, 0)
FLOOD = b"* OK still here\r\n" * 12_000


def letters(*uids: int) -> dict[int, bytes]:
    return {uid: b"Subject: order %d\r\n\r\nbody of %d\r\n" % (uid, uid) for uid in uids}


def at(verb: str, words: str, change: Callable[[bytes], Any]) -> Lie:
    """A lie in one kind of answer."""

    def lie(said: str, command: str, answer: bytes) -> Any:
        return change(answer) if said == verb and words in command else answer

    return lie


def listing(change: Callable[[bytes], Any]) -> Lie:
    return at("FETCH", "UID RFC822.SIZE", change)


def body(change: Callable[[bytes], Any]) -> Lie:
    return at("FETCH", "BODY", change)


def selected(change: Callable[[bytes], Any]) -> Lie:
    return at("SELECT", "", change)


def searched(answer: bytes) -> Lie:
    return at("SEARCH", "", lambda _: answer + b"\r\nTAG OK done\r\n")


def without(uid: int) -> Callable[[bytes], bytes]:
    return lambda answer: re.sub(rb"\* \d+ FETCH \(UID %d (.|\r\n)*?\)\r\n" % uid, b"", answer)


def gives_up(*lies: Lie) -> Lie:
    """Several lies at once."""

    def lie(verb: str, command: str, answer: bytes) -> Any:
        for one in lies:
            answer = one(verb, command, answer)  # type: ignore[assignment]
        return answer

    return lie


def renamed(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    return lambda answer: answer.replace(b"(UID " + old + b" ", b"(UID " + new + b" ")


def halved(answer: bytes) -> bytes:
    """Each letter's second half is not there."""

    def half(found: re.Match[bytes]) -> bytes:
        content = found[2][: len(found[2]) // 2]
        return b"%b{%d}\r\n%b)\r\n" % (found[1], len(content), content)

    return re.sub(rb"(BODY\[\] )\{\d+\}\r\n((?:.|\r\n)*?)\)\r\n", half, answer)


NO = b"TAG NO [SERVERBUG] a bad day\r\n"
LIES: dict[str, Lie] = {
    # bodies
    "every body refused": body(lambda _: NO),
    "every body BAD": body(lambda _: b"TAG BAD what?\r\n"),
    "no body given": body(lambda _: b"TAG OK done\r\n"),
    "no body given, and nothing is there": gives_up(
        body(lambda _: b"TAG OK done\r\n"), searched(b"* SEARCH")
    ),
    "one body left out": body(without(3)),
    "one body left out, and it is not there": gives_up(body(without(3)), searched(b"* SEARCH")),
    "another UID": body(renamed(b"3", b"4")),
    "a UID not asked for": body(renamed(b"3", b"4000000000")),
    "NIL": body(lambda answer: re.sub(rb"\{\d+\}\r\n(.|\r\n)*?\)\r\n", b"NIL)\r\n", answer)),
    "empty bodies": body(lambda answer: re.sub(rb"\{\d+\}\r\n(.|\r\n)*?\)\r\n", b"{0}\r\n)\r\n", answer)),
    "half of each body": body(halved),
    "a literal longer than said": body(lambda answer: answer.replace(b"}\r\n", b"0}\r\n", 1)),
    "a literal shorter than said": body(lambda answer: re.sub(rb"\{\d+\}", b"{3}", answer, count=1)),
    "a literal of 2 GB": body(lambda answer: re.sub(rb"\{\d+\}", b"{2147483648}", answer)),
    "a literal that is no number": body(lambda answer: re.sub(rb"\{\d+\}", b"{-1}", answer)),
    # the list of what is new
    "the list refused": listing(lambda _: NO),
    "an empty list": listing(lambda _: b"TAG OK done\r\n"),
    "one left out of the list": listing(without(3)),
    "the newest left out of the list": listing(without(6)),
    "all sizes 4 GB": listing(lambda answer: re.sub(rb"SIZE \d+", b"SIZE 4294967295", answer)),
    "all sizes 0": listing(lambda answer: re.sub(rb"SIZE \d+", b"SIZE 0", answer)),
    "sizes that are none": listing(lambda answer: re.sub(rb"SIZE \d+", b"SIZE NIL", answer)),
    "sizes of words": listing(lambda answer: re.sub(rb"SIZE \d+", b'SIZE "big"', answer)),
    "UIDs going down": listing(renamed(b"2", b"5000")),
    "one UID twice": listing(renamed(b"2", b"3")),
    "UID 0": listing(renamed(b"3", b"0")),
    "a UID beyond all": listing(renamed(b"6", b"99999999999")),
    "the highest UID": listing(renamed(b"6", b"4294967295")),
    "the highest UID, with a body": gives_up(
        listing(renamed(b"6", b"4294967295")),
        selected(lambda answer: re.sub(rb"UIDNEXT \d+", b"UIDNEXT 4294967296", answer)),
        body(lambda _: item(6, 4294967295, b"Subject: none\r\n\r\n", body=True) + b"TAG OK done\r\n"),
    ),
    "the highest UID, gone": gives_up(
        listing(renamed(b"6", b"4294967295")),
        selected(lambda answer: re.sub(rb"\* OK \[UIDNEXT \d+\] x\r\n", b"", answer)),
        searched(b"* SEARCH"),
    ),
    # the folder
    "UIDVALIDITY 0": selected(lambda answer: answer.replace(b"UIDVALIDITY 7", b"UIDVALIDITY 0")),
    "no UIDVALIDITY": selected(lambda answer: answer.replace(b"* OK [UIDVALIDITY 7] x\r\n", b"")),
    "UIDVALIDITY below 0": selected(lambda answer: answer.replace(b"UIDVALIDITY 7", b"UIDVALIDITY -7")),
    "another UIDVALIDITY": selected(lambda answer: answer.replace(b"UIDVALIDITY 7", b"UIDVALIDITY 9")),
    "UIDVALIDITY of 5000 digits": selected(lambda answer: answer.replace(b"ITY 7", b"ITY " + b"7" * 5_000)),
    "4 billion letters": selected(lambda answer: re.sub(rb"\d+ EXISTS", b"4294967295 EXISTS", answer)),
    "no letters": selected(lambda answer: re.sub(rb"\d+ EXISTS", b"0 EXISTS", answer)),
    "fewer letters": selected(lambda answer: re.sub(rb"\d+ EXISTS", b"2 EXISTS", answer)),
    "UIDNEXT 1": selected(lambda answer: re.sub(rb"UIDNEXT \d+", b"UIDNEXT 1", answer)),
    "the folder refused": selected(lambda _: NO),
    # searches, which are asked where a letter is missing
    "a search with a million numbers": gives_up(
        body(without(3)), searched(b"* SEARCH" + b" 123456" * 1_000_000)
    ),
    "a search below 0": gives_up(body(without(3)), searched(b"* SEARCH -1 -3")),
    "a search of words": gives_up(body(without(3)), searched(b"* SEARCH none at all")),
    "a search twice": gives_up(body(without(3)), searched(b"* SEARCH 3 3 3\r\n* SEARCH 3")),
    "a search refused": gives_up(body(without(3)), at("SEARCH", "", lambda _: NO)),
}
for step in ("GREETING", "LOGIN", "SELECT", "FETCH", "STORE", "LOGOUT"):
    LIES[f"BYE at {step}"] = at(step, "", lambda _: b"* BYE unexpected response to unexpected load\r\n")
    LIES[f"nonsense at {step}"] = at(step, "", lambda _: b"\xff\x00 what?\r\n")
    LIES[f"a bare line end at {step}"] = at(step, "", lambda _: b"* OK\n")
    LIES[f"a foreign tag at {step}"] = at(step, "", lambda answer: b"X1 OK done\r\n" + answer)
    LIES[f"the line cut at {step}"] = at(step, "", lambda answer: answer[:9])
    LIES[f"hung up at {step}"] = at(step, "", lambda _: None)
    LIES[f"a flood at {step}"] = at(step, "", lambda answer: FLOOD + answer)
    LIES[f"a word of NO at {step}"] = at(step, "", lambda _: NO)


@pytest.fixture
def server() -> Iterator[Liar]:
    made = Liar(letters(1, 2, 3, 4, 5, 6))
    yield made
    made.close()


class Looking:
    """Looks one after the other, as the service takes them; each a day later, so that all pauses are over."""

    def __init__(self, server: Liar, inbox: Any, now: datetime) -> None:
        self._server = server
        self._inbox = inbox
        self._now = now
        self._failed = False

    def look(self, lie: Lie = honest, **values: object) -> str:
        """'' or why the look failed. Whatever happens, what the position stands above is kept or listed."""
        self._server.lie = lie
        self._now += timedelta(days=1)
        patience = 10 if lie is honest else 0.2
        mailbox = self._server.mailbox(**{"timeout": patience, "batch": 4} | values)
        position = self._inbox.position("m")
        remembered = self._inbox.passed("m")
        try:
            poll(mailbox, position, self._inbox.keep, lambda: self._now, remembered, careful=self._failed)
        except TryLater as error:
            why = str(error)
        else:
            why = ""
        self._failed = bool(why)
        self._nothing_lost()
        return why

    def _nothing_lost(self) -> None:
        position = self._inbox.position("m")
        if position.uidvalidity == self._server.uidvalidity:
            listed = {one.uid for one in self._inbox.passed("m").get(position.uidvalidity, ())}
            below = {uid for uid in self._server.letters if uid <= position.last_uid}
            if not self._contradicted(position):
                assert {self._server.letters[uid] for uid in below - listed} <= self.kept

    def _contradicted(self, position: Position) -> bool:
        return position.last_uid > max(self._server.letters, default=0)

    @property
    def kept(self) -> set[bytes]:
        return {row.raw for row in self._inbox.rows()}


@pytest.fixture
def looking(server: Liar, inbox: Any, clock: Clock) -> Looking:
    return Looking(server, inbox, clock())


EXAMPLES = 200 if os.environ.get("REQUIRE_ALL") == "1" else 10
AFTER = ("seen", "delete")
CASES = [(lie, after) for lie in LIES for after in AFTER]
if os.environ.get("REQUIRE_ALL") != "1":  # each lie in one of the two ways
    CASES = [(lie, AFTER[number % 2]) for number, lie in enumerate(LIES)]


@pytest.mark.parametrize(("lie", "after"), CASES)
def test_no_lie_costs_a_letter(server: Liar, inbox: Any, looking: Looking, lie: str, after: str) -> None:
    there = set(server.letters.values())
    looking.look(LIES[lie], after=after)
    looking.look(LIES[lie], after=after)  # careful now
    if after == "delete":  # nothing was deleted that is not ours
        assert there - set(server.letters.values()) <= looking.kept
    server.letters |= letters(7)
    there |= {server.letters[7]}
    for _ in range(3):  # what was passed over, or seemed gone, is read again
        assert looking.look(after=after) == ""
    assert there <= looking.kept
    assert sum(row.raw in there for row in inbox.rows()) == len(there)
    assert inbox.passed("m") == {}
    assert inbox.position("m") == Position(7, 7)


@pytest.mark.parametrize(
    "lie", ["every body refused", "no body given", "NIL", "empty bodies", "a literal of 2 GB"]
)
def test_where_nothing_can_be_read_the_position_stays(looking: Looking, inbox: Any, lie: str) -> None:
    for _ in range(3):
        assert "UID 1" in looking.look(LIES[lie])
    assert (inbox.position("m"), inbox.passed("m")) == (NEVER, {})


def test_many_bad_letters_among_good_ones_are_listed(server: Liar, inbox: Any, looking: Looking) -> None:
    server.letters = letters(*range(1, 121))
    bad = set(range(10, 90))

    def refuse(verb: str, command: str, answer: bytes) -> bytes:
        return NO if verb == "FETCH" and "BODY" in command and server._named(command) & bad else answer

    assert looking.look(refuse, batch=50) == ""
    assert {one.uid for one in inbox.passed("m")[7]} == bad
    assert len(inbox.rows()) == 40
    assert looking.look() == ""
    assert len(inbox.rows()) == 120


def test_a_server_that_falls_ill_in_the_middle_is_waited_for(
    server: Liar, inbox: Any, looking: Looking
) -> None:
    server.letters = letters(*range(1, 101))

    def refuse(verb: str, command: str, answer: bytes) -> bytes:
        ill = verb == "FETCH" and "BODY" in command and max(server._named(command)) > 20
        return NO if ill else answer

    assert "UID 21" in looking.look(refuse)
    assert (inbox.position("m"), inbox.passed("m")) == (Position(7, 20), {})
    assert looking.look() == ""
    assert len(inbox.rows()) == 100


def test_a_bad_letter_alone_is_named(server: Liar, looking: Looking) -> None:
    server.letters = letters(5)
    why = looking.look(lambda verb, command, answer: NO if verb == "FETCH" and "BODY" in command else answer)
    assert "a letter could not be read, UID 5: " in why


def test_after_many_bad_letters_in_a_row_only_the_newest_is_asked_for(
    server: Liar, inbox: Any, looking: Looking
) -> None:
    server.letters = letters(*range(1, 201))
    asked: set[int] = set()

    def refuse(verb: str, command: str, answer: bytes) -> bytes:
        if verb != "FETCH" or "BODY" not in command:
            return answer
        asked.update(server._named(command))
        return NO if max(server._named(command)) > 20 else answer

    assert "UID 21" in looking.look(refuse, batch=50)
    assert asked == {*range(1, 101), 200}


@pytest.mark.parametrize(
    ("bad", "why", "position"), [(10, "", 20), (11, "11 letters could not be read, the first UID 10", 9)]
)
def test_ten_bad_letters_at_the_end_are_passed_over_of_more_it_is_the_server(
    server: Liar, inbox: Any, looking: Looking, bad: int, why: str, position: int
) -> None:
    server.letters = letters(*range(1, 21))

    def refuse(verb: str, command: str, answer: bytes) -> bytes:
        refused = verb == "FETCH" and "BODY" in command and max(server._named(command)) > 20 - bad
        return NO if refused else answer

    assert why in looking.look(refuse, batch=20)
    assert inbox.position("m") == Position(7, position)


def test_a_folder_that_is_replaced_while_it_is_read_is_read_anew_by_the_next_look(
    server: Liar, inbox: Any, looking: Looking
) -> None:
    def replaced(verb: str, command: str, answer: bytes) -> bytes:
        if verb == "FETCH" and "BODY" in command and server.uidvalidity == 7:
            server.uidvalidity = 8
            return FLOOD  # the place in the stream is lost: the folder is opened again
        return answer

    assert "the folder was replaced" in looking.look(replaced)
    assert (looking.kept, inbox.position("m")) == (set(), NEVER)
    assert looking.look() == ""
    assert (looking.kept, inbox.position("m")) == (set(server.letters.values()), Position(8, 6))


def test_a_letter_that_staff_ask_for_and_the_server_refuses_stays_on_the_list(
    server: Liar, inbox: Any, looking: Looking, clock: Clock
) -> None:
    looking.look(body(without(3)))

    def fetched() -> list[tuple[int, bool, str]]:
        wanted = inbox.passed("m").__getitem__
        outcomes = imap_refetch.fetch(server.mailbox(), wanted, inbox.keep, clock())
        return [(one.uid, one.kept is not None, one.reason) for one in outcomes]

    server.lie = body(lambda _: NO)
    assert fetched() == [(3, False, "fetch failed: [SERVERBUG] a bad day")]
    assert [one.uid for one in inbox.passed("m")[7]] == [3]
    server.lie = honest
    assert fetched() == [(3, True, "")]
    assert inbox.passed("m") == {}


@pytest.mark.parametrize("how", ["hangs up", "falls silent", "sends too much"])
def test_a_letter_at_which_the_server_breaks_is_found(
    server: Liar, inbox: Any, looking: Looking, how: str
) -> None:
    """The first look fails; the next is careful, and takes all the others in."""
    server.letters = letters(*range(1, 17))

    def breaks(verb: str, command: str, answer: bytes) -> Any:
        if verb == "FETCH" and "BODY" in command and 11 in server._named(command):
            return {"hangs up": None, "falls silent": b"", "sends too much": FLOOD}[how]
        return answer

    first = looking.look(breaks, timeout=0.2, batch=16)
    assert (first != "") is (how != "sends too much")  # then nothing had to be waited for
    assert looking.look(breaks, timeout=0.2, batch=16) == ""
    assert {row.raw for row in inbox.rows()} == set(letters(*range(1, 17)).values()) - {server.letters[11]}
    assert [one.uid for one in inbox.passed("m")[7]] == [11]
    assert looking.look() == ""
    assert len(inbox.rows()) == 16


def test_answers_split_at_each_octet(looking: Looking, server: Liar) -> None:
    def split(verb: str, command: str, answer: bytes) -> Any:
        return (answer[at : at + 1] for at in range(len(answer)))

    assert looking.look(split) == ""
    assert looking.kept == set(server.letters.values())


@pytest.mark.parametrize("given", [(), (1, 2), (3,), (1, 2, 3, 4, 5, 6)])
def test_what_is_gone_is_dropped_after_two_looks(
    server: Liar, inbox: Any, looking: Looking, given: tuple[int, ...]
) -> None:
    looking.look(body(without(3)))
    for uid in given:
        del server.letters[uid]
    looking.look()
    if 3 in given:
        assert [one.kind for one in inbox.passed("m")[7]] == ["gone"]
    looking.look()
    assert inbox.passed("m") == {}


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(sorted(LIES)), st.integers(0, 3), st.sampled_from(["seen", "delete"])),
        max_size=6,
        unique_by=lambda step: step[0],  # what comes too short three times is believed
    )
)
def test_any_lies_in_any_order(server: Liar, inbox: Any, clock: Clock, steps: Any) -> None:
    """Letters come in while looks are lied to; in the end each is in the inbox exactly once."""
    with inbox.engine.begin() as connection:
        for table in ("inbox", "inbox_bytes", "mailbox", "passed_over"):
            connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608  # names of ours
    server.letters = letters(1, 2, 3)
    there = set(server.letters.values())
    looking, next_uid = Looking(server, inbox, clock()), 4
    for lie, more, after in steps:
        looking.look(LIES[lie], after=after)
        come = letters(*range(next_uid, next_uid + more))
        server.letters |= come
        there |= set(come.values())
        next_uid += more
    for _ in range(3):
        assert looking.look() == ""
    assert there <= looking.kept
    assert sum(row.raw in there for row in inbox.rows()) == len(there)
    assert inbox.passed("m") == {}

"""The IMAP door against a real Dovecot: nothing lost, nothing twice, nothing touched too early."""

import subprocess
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from pydantic import SecretStr

from mailproc.errors import TryLater
from mailproc.store.inbox import StoredLetter
from mailproc.store.mailboxes import Batch, Position
from mailproc.transport import imap_limits, imap_listing, imap_reading
from mailproc.transport.imap_in import Polled, Refused, check, poll

Clock = Callable[[], datetime]
NEVER = Position(0, 0)


def letters(number: int, start: int = 1) -> list[bytes]:
    return [b"Subject: order %d\r\n\r\nbody %d\r\n" % (n, n) for n in range(start, start + number)]


class Crash(BaseException):
    """The process ends here."""


@pytest.fixture
def look(dovecot: Any, inbox: Any, user: str, clock: Clock) -> Callable[..., Polled]:
    """One look of the daemon: position from the store, letters into it."""

    def looked(server: Any = dovecot, **values: object) -> Polled:
        mailbox = server.mailbox(user, **values)
        return poll(mailbox, inbox.position(user), inbox.keep, clock)

    return looked


@pytest.mark.parametrize("batch", [1, 7, 200])
def test_letters_come_as_they_are_and_once(
    dovecot: Any, inbox: Any, user: str, clock: Clock, look: Any, batch: int
) -> None:
    sent = letters(20)
    dovecot.fill(user, sent)
    first = look(batch=batch)
    assert (first.letters, first.new, first.faults) == (20, 20, [])
    rows = inbox.rows()
    assert [row.raw for row in rows] == sent
    assert {(row.door, row.mail_from, row.rcpt_to, row.peer) for row in rows} == {(user, "", "", "")}
    assert {row.received_at for row in rows} == {clock()}
    assert inbox.position(user) == first.position
    assert look(batch=batch).letters == 0
    dovecot.fill(user, letters(1, start=21))
    assert look(batch=batch).new == 1


def test_a_thousand_letters_after_seen(dovecot: Any, inbox: Any, user: str, look: Any) -> None:
    dovecot.fill(user, letters(1000))
    assert look().new == 1000
    assert len(inbox.rows()) == 1000
    flags = dovecot.flags(user)
    assert len(flags) == 1000
    assert all(b"\\Seen" in seen for seen in flags.values())


def test_after_delete_spares_what_others_have_marked(dovecot: Any, inbox: Any, user: str, look: Any) -> None:
    dovecot.fill(user, letters(3))
    assert look().new == 3
    with dovecot.client(user) as colleague:
        colleague.select_folder("INBOX")
        colleague.create_folder("Keep")
        colleague.move([2], "Keep")
        colleague.append("INBOX", b"Subject: a colleague's\r\n\r\n", [b"\\Deleted"])
        colleague.append("INBOX", b"Subject: new\r\n\r\n")
        polled = look(after="delete")
        assert polled.faults == []
    assert dovecot.flags(user) == {}  # all of them were ours to take, and are taken
    assert len(inbox.rows()) == 5
    assert len(dovecot.flags(user, "Keep")) == 1


def test_delete_expunges_only_its_own(
    dovecot: Any, inbox: Any, user: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A letter that a colleague marks while we read must not vanish before it is ours."""
    dovecot.fill(user, letters(2))
    keep = inbox.keep

    def meanwhile(batch: Batch) -> list[StoredLetter]:
        with dovecot.client(user) as colleague:
            colleague.select_folder("INBOX")
            colleague.append("INBOX", b"Subject: late\r\n\r\n", [b"\\Deleted"])
        return keep(batch)

    assert poll(dovecot.mailbox(user, after="delete"), NEVER, meanwhile, clock).new == 2
    (late,) = dovecot.flags(user).values()
    assert b"\\Deleted" in late


@pytest.mark.parametrize("capable", [True, False])
def test_after_move(
    dovecot: Any, inbox: Any, user: str, look: Any, capable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not capable:  # an older server: COPY, \Deleted, UID EXPUNGE
        has = imap_limits.BoundedClient.has_capability
        monkeypatch.setattr(
            imap_limits.BoundedClient, "has_capability", lambda self, name: name != "MOVE" and has(self, name)
        )
    with dovecot.client(user) as colleague:
        colleague.create_folder("Done/Größe")
    dovecot.fill(user, letters(10))
    polled = look(after="move:Done/Größe", batch=4)
    assert (polled.new, polled.faults) == (10, [])
    assert dovecot.flags(user) == {}
    assert len(dovecot.flags(user, "Done/Größe")) == 10


@pytest.mark.parametrize("after", ["seen", "move:Done", "delete"])
def test_a_crash_between_commit_and_mark_loses_and_doubles_nothing(
    dovecot: Any, inbox: Any, user: str, clock: Clock, look: Any, after: str
) -> None:
    with dovecot.client(user) as colleague:
        colleague.create_folder("Done")
    dovecot.fill(user, letters(10))
    keep = inbox.keep

    def killed(batch: Batch) -> list[StoredLetter]:
        keep(batch)
        raise Crash

    with pytest.raises(Crash):
        poll(dovecot.mailbox(user, after=after, batch=4), NEVER, killed, clock)
    assert all(b"\\Seen" not in flags for flags in dovecot.flags(user).values())
    assert len(dovecot.flags(user)) == 10
    polled = look(after=after, batch=4)
    assert polled.new == 6
    assert [row.raw for row in inbox.rows()] == letters(10)
    if after != "seen":  # what the crash left behind was tidied up too
        assert dovecot.flags(user) == {}


def test_a_failed_commit_touches_nothing(
    dovecot: Any, user: str, clock: Clock, inbox: Any, look: Any
) -> None:
    dovecot.fill(user, letters(3))

    def full(batch: Batch) -> list[StoredLetter]:
        raise TryLater("the disk is full")

    with pytest.raises(TryLater, match="the disk is full"):
        poll(dovecot.mailbox(user, after="delete"), NEVER, full, clock)
    flags = dovecot.flags(user)
    assert len(flags) == 3
    assert not any(mark in marks for marks in flags.values() for mark in (b"\\Seen", b"\\Deleted"))
    assert look().new == 3


KILLED = """
import os, sys
from datetime import UTC, datetime
from sqlalchemy import create_engine
from mailproc.config import Mailbox
from mailproc.store.mailboxes import Position, keep_batch
from mailproc.transport.imap_in import poll
url, port, user, password = sys.argv[1:]
engine = create_engine(url)
def keep(batch):
    with engine.begin() as connection:
        keep_batch(connection, batch)
    os.kill(os.getpid(), 9)
door = dict(name=user, user=user, password=password)
mailbox = Mailbox(**door, host="127.0.0.1", port=int(port), security="none", batch=5)
poll(mailbox, Position(0, 0), keep, lambda: datetime.now(UTC))
"""


def test_kill_9_after_the_commit(dovecot: Any, inbox: Any, user: str, look: Any, python: str) -> None:
    dovecot.fill(user, letters(10))
    arguments = [inbox.engine.url.render_as_string(), str(dovecot.port), user, "correct-horse"]
    ended = subprocess.run([python, "-c", KILLED, *arguments], timeout=60, check=False)
    assert ended.returncode == -9
    assert len(inbox.rows()) == 5
    assert all(b"\\Seen" not in flags for flags in dovecot.flags(user).values())
    assert look().new == 5
    assert [row.raw for row in inbox.rows()] == letters(10)


def test_seen_by_a_colleague_is_still_new_to_us(dovecot: Any, user: str, look: Any) -> None:
    dovecot.fill(user, letters(5))
    with dovecot.client(user) as colleague:
        colleague.select_folder("INBOX")
        colleague.add_flags([1, 2, 3, 4, 5], [b"\\Seen"])
    assert look().new == 5


def test_expunged_meanwhile_is_no_fault(dovecot: Any, inbox: Any, user: str, clock: Clock) -> None:
    dovecot.fill(user, letters(10))
    keep = inbox.keep

    def meanwhile(batch: Batch) -> list[StoredLetter]:
        with dovecot.client(user) as colleague:
            colleague.select_folder("INBOX")
            colleague.delete_messages([7, 10])
            colleague.expunge([7, 10])
        return keep(batch)

    polled = poll(dovecot.mailbox(user, batch=5), NEVER, meanwhile, clock)
    assert (polled.new, polled.faults) == (8, [])
    assert polled.position.last_uid == 10


def test_a_new_uidvalidity_reads_all_again_and_doubles_nothing(
    dovecot: Any, inbox: Any, user: str, look: Any
) -> None:
    with dovecot.client(user) as colleague:
        colleague.create_folder("ILL")
    dovecot.fill(user, letters(10), "ILL")
    first = look(folder="ILL")
    with dovecot.client(user) as colleague:
        colleague.delete_folder("ILL")
        colleague.create_folder("ILL")
    dovecot.fill(user, letters(5), "ILL")  # restored from a backup, fewer than there were
    dovecot.fill(user, letters(1, start=99), "ILL")
    second = look(folder="ILL")
    assert first.position.uidvalidity != second.position.uidvalidity
    assert (second.letters, second.new) == (6, 1)
    assert second.position.last_uid == 6
    assert look(folder="ILL").letters == 0


def test_an_emptied_folder_keeps_its_position(dovecot: Any, inbox: Any, user: str, look: Any) -> None:
    dovecot.fill(user, letters(3))
    look(after="delete")
    assert look(after="delete").letters == 0
    assert inbox.position(user).last_uid == 3


def test_windows_cover_every_letter(
    dovecot: Any, user: str, look: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap_listing, "FIRST_WINDOW", 1)
    monkeypatch.setattr(imap_listing, "WINDOW", 3)
    dovecot.fill(user, letters(10))
    assert look().new == 10


def test_few_octets_are_in_memory_at_once(
    dovecot: Any, inbox: Any, user: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailproc.transport.imap_reading.AT_ONCE", 2_500)
    dovecot.fill(user, [b"Subject: x\r\n\r\n" + bytes([65 + n]) * 1_000 + b"\r\n" for n in range(6)])
    sizes: list[int] = []
    keep = inbox.keep

    def measured(batch: Batch) -> list[StoredLetter]:
        sizes.append(len(batch.letters))
        return keep(batch)

    poll(dovecot.mailbox(user), NEVER, measured, clock)
    assert sizes == [2, 2, 2]


def test_too_large_is_reported_and_passed_over_once(
    dovecot: Any, inbox: Any, user: str, look: Any, clock: Clock
) -> None:
    dovecot.fill(user, [*letters(1), b"Subject: big\r\n\r\n" + b"x" * 600, *letters(1, start=2)])
    mailbox = dovecot.mailbox(user, after="delete")
    polled = poll(mailbox, inbox.position(user), inbox.keep, clock, largest=500)
    assert polled.new == 2
    ((passed,),) = inbox.passed(user).values()
    assert (passed.uid, passed.kind) == (2, "large")
    assert "more than 500" in passed.reason
    assert list(dovecot.flags(user)) == [2]  # never deleted, it is not ours
    assert poll(mailbox, inbox.position(user), inbox.keep, clock, largest=500).letters == 0
    assert look(after="delete").letters == 1  # with a higher limit it comes


def test_where_too_many_are_too_large_it_is_the_server_that_is_not_believed(
    dovecot: Any, inbox: Any, user: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first ones are named as too large; the others are tried again by themselves."""
    monkeypatch.setattr(imap_reading, "MOST_LARGE", 2)
    dovecot.fill(user, [*[b"Subject: big\r\n\r\n" + b"x" * 600] * 4, *letters(1)])
    polled = poll(dovecot.mailbox(user), inbox.position(user), inbox.keep, clock, largest=500)
    assert polled.new == 1
    ((_, *passed),) = [(name, *those) for name, those in inbox.passed(user).items()]
    assert [(one.uid, one.kind) for one in passed] == [
        (1, "large"),
        (2, "large"),
        (3, "unread"),
        (4, "unread"),
    ]


HOSTILE = {
    "a line of 10 MB": b"Subject: x\r\n\r\n" + b"A" * 10_000_000 + b"\r\n",
    "no headers": b"\r\nbody\r\n",
    "no blank line": b"just words\r\n",
    "only headers": b"Subject: x\r\n",
    "eight bit": b"Subject: \xff\xfe\r\n\r\n\x80\x81\r\n",
    "IMAP syntax": b"Subject: ) BODY[] {999}\r\n\r\n* 1 FETCH (UID 1)\r\nA1 OK\r\n",
    "headers of 1 MB": b"X: " + b"y" * 1_000_000 + b"\r\n\r\n",
}


def test_hostile_letters_come_as_they_are(dovecot: Any, inbox: Any, user: str, look: Any) -> None:
    dovecot.fill(user, list(HOSTILE.values()))
    polled = look()
    assert (polled.new, polled.faults) == (len(HOSTILE), [])
    assert [row.raw for row in inbox.rows()] == list(HOSTILE.values())


def test_nul_in_a_letter(dovecot: Any, inbox: Any, user: str, look: Any) -> None:
    """A literal may hold no NUL; Dovecot shows 0x80 instead. What matters: it comes, and others too."""
    file = dovecot.folder / "mail" / user / "new" / "1.nul.host"
    dovecot.fill(user, letters(1))
    file.write_bytes(b"Subject: x\n\na\0b\n")
    file.chmod(0o666)
    polled = look()
    assert (polled.new, polled.faults) == (2, [])
    assert inbox.rows()[1].raw in (b"Subject: x\r\n\r\na\x80b\r\n", b"Subject: x\r\n\r\na\0b\r\n")


def test_mdbox(own_dovecot: Any, inbox: Any, user: str, look: Any) -> None:
    server = own_dovecot("mdbox")
    server.fill(user, letters(30))
    assert look(server, batch=7, after="delete").new == 30
    assert [row.raw for row in inbox.rows()] == letters(30)
    assert server.flags(user) == {}


# The line and the login


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_tls(dovecot: Any, trusted: Any, user: str, look: Any, security: str) -> None:
    dovecot.fill(user, letters(2))
    port = dovecot.tls_port if security == "tls" else dovecot.port
    assert look(host="localhost", port=port, security=security).new == 2


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_an_untrusted_certificate_is_refused(dovecot: Any, look: Any, security: str) -> None:
    port = dovecot.tls_port if security == "tls" else dovecot.port
    with pytest.raises(TryLater, match="certificate"):
        look(host="localhost", port=port, security=security)


def test_a_certificate_of_another_name_is_refused(dovecot: Any, trusted: Any, look: Any) -> None:
    with pytest.raises(TryLater, match=r"127\.0\.0\.1"):
        look(port=dovecot.tls_port, security="tls")


@pytest.mark.parametrize("password", ["wrong-horse", "wröng"])
def test_a_wrong_password_is_said_without_the_password(
    dovecot: Any, user: str, look: Any, password: str
) -> None:
    with pytest.raises(Refused) as caught:
        look(password=SecretStr(password))
    assert f"login of {user} failed" in str(caught.value)
    assert password not in str(caught.value) + repr(caught.value)


def test_a_missing_folder_names_those_there_are(dovecot: Any, user: str, look: Any) -> None:
    with dovecot.client(user) as colleague:
        colleague.create_folder("ILL")
    with pytest.raises(Refused, match=r"no folder 'IIL'.*there are: ILL, INBOX"):
        look(folder="IIL")
    dovecot.fill(user, letters(1))
    with pytest.raises(Refused, match=r"no folder 'Done'.*there are: ILL, INBOX"):
        look(after="move:Done")
    assert look().new == 1


def test_nobody_there(look: Any) -> None:
    with pytest.raises(TryLater, match="refused") as caught:
        look(port=1)
    assert not isinstance(caught.value, Refused)


def test_check_says_what_is_there_and_changes_nothing(dovecot: Any, user: str) -> None:
    dovecot.fill(user, letters(2))
    assert f"logged in as {user}, INBOX has 2 letters" in check(dovecot.mailbox(user))
    assert all(b"\\Seen" not in flags for flags in dovecot.flags(user).values())
    with pytest.raises(Refused):
        check(dovecot.mailbox(user, folder="none"))

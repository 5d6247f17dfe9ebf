"""Any bytes at all: kept, done or shelved with a reason; never an exception, never an answer."""

import logging
import os
from email.message import EmailMessage
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailproc.office.queries import letters
from mailproc.store import letters as letters_of_store

_numbers = count()
EXAMPLES = 1000 if os.environ.get("REQUIRE_ALL") == "1" else 200

HEADERS = st.sampled_from(
    [
        b"From: orders@bl.example\r\n",
        b"From: ill@customer.example\r\n",
        b"From: ill@library.example\r\n",
        b"Subject: Replies FILEREFNO 1\r\n",
        b"Subject: FILEREFNO 1 rejected\r\n",
        b"Subject: =?utf-8?q?=00=ff?=\r\n",
        b"Message-ID: <\x00\xff@x>\r\n",
        b"Message-ID: <" + b"m" * 5000 + b"@x.example>\r\n",
        b"Content-Type: multipart/mixed; boundary=b\r\n",
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n",
        b"Content-Type: text/plain; charset=utf-16\r\n",
        b"Content-Transfer-Encoding: base64\r\n",
        b"Content-Transfer-Encoding: quoted-printable\r\n",
        b"Return-Path: <>\r\n",
        b"In-Reply-To: <o1@library.example>\r\n",
        b"Auto-Submitted: auto-replied\r\n",
    ]
)
LINES = st.sampled_from(
    [
        b"99-0003\r\nPW0003XQ\r\n",
        b"99-0003\r\nWRONG\r\n",
        b"\r\n\r\n\r\n\r\n\r\n",
        b"TXC1-1 S LOAN\r\nA title\r\n",
        b"TX\r\n",
        b"TXC1-1 CANCEL\r\n",
        b"tx RZ C1-2 s loan\r\n\x00\xff\xfe\r\n",
        b"TX" + b"9" * 400 + b" LOAN\r\nT\r\n",
        b":DELIVER ABOVE ITEM TO:\r\nsomebody@x\r\n",
        b"NNNN\r\n",
        b"B1-1 NOT\r\n",
        b"B1-1 LONDON\r\n",
        b"B1-1 USE*99999\r\n",
        b"B1-1 CAT*REAPPLY 999\r\n",
        b"B1-1 RENEWED*99-99-9999\r\n",
        b"ZZZ-1 SHIPPED COPY\r\n",
        b"--b\r\n",
        b"--b--\r\n",
        b"Content-Type: message/delivery-status\r\n\r\nAction: failed\r\n",
        "\u202e ё\r\n".encode(),
    ]
)
LETTERS = st.one_of(
    st.binary(max_size=400),
    st.builds(
        lambda headers, lines, tail: b"".join(headers) + b"\r\n" + b"".join(lines) + tail,
        st.lists(HEADERS, max_size=5),
        st.lists(LINES, max_size=8),
        st.binary(max_size=40),
    ),
)
SENDERS = st.sampled_from(
    ["orders@bl.example", "ill@customer.example", "", "ill@library.example", "\udcff@x"]
)
DOORS = st.sampled_from(["listener", "inject", "a mailbox"])


@pytest.fixture
def tortured(world, caplog):
    """A request of ours waits; its order has left. A bug would leave a traceback in the log."""
    world.place("XX-BL", "XX-SECOND")
    world.sent.clear()
    world.app.store.start_writer()  # one connection for all of them
    caplog.set_level(logging.ERROR)
    return world


def letter_of(world, inbox_id):
    with world.app.store.read() as connection:
        return letters.row_of(connection, f"I{inbox_id}")


def events_of(world, inbox_id):
    with world.app.store.read() as connection:
        return letters.events_of(connection, inbox_id)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(raw=LETTERS, sender=SENDERS, door=DOORS)
def test_any_bytes(tortured, caplog, raw, sender, door):
    raw = raw + b"\r\n%d" % next(_numbers)  # no letter is the same as an earlier one
    inbox_id = tortured.inject(raw, sender, door=door)
    tortured.run()
    row = letter_of(tortured, inbox_id)
    assert bytes(row["raw"]) == raw
    assert row["state"] in ("done", "shelved")
    assert row["last_error"] if row["state"] == "shelved" else row["note"]
    assert "fault of this program" not in row["last_error"]
    assert [record.getMessage() for record in caplog.records] == []
    unasked = ("staff@library.example", "r@readers.example", "orders@second.example", "ill@customer.example")
    assert {letter.to for letter in tortured.sent} <= set(unasked)
    for event in events_of(tortured, inbox_id):
        assert event.state in ("done", "shelved")
        assert "fault of this program" not in event.why


def test_a_letter_of_five_thousand_lines(small_world, addresses):
    small_world.place()
    small_world.hear(*[f"N{number} NOT" for number in range(5000)], "B1-1 USE*1")
    assert small_world.shown("B1").line.promise == {"what": "HOLD_PLACED", "position": 1}


@pytest.mark.parametrize("method", ["recognise", "decode"])
def test_a_bug_in_a_codec_shelves_one_letter(small_world, addresses, monkeypatch, caplog, method):
    """Its batch goes on; the traceback is in the log."""
    from mailproc.protocols.artemail.codec import ArtemailCodec

    real = getattr(ArtemailCodec, method)

    def broken(self, letter):
        if "poison" in letter.subject:
            raise ZeroDivisionError
        return real(self, letter)

    monkeypatch.setattr(ArtemailCodec, method, broken)
    small_world.place()
    small_world.place()
    small_world.hear("B1-1 USE*1", run=False)
    poison = small_world.hear("B1-1 NOT", subject="poison", run=False)
    small_world.hear("B2-1 USE*2", run=False)
    small_world.run()
    assert small_world.shelf() == {f"I{poison}": "a fault of this program while reading: ZeroDivisionError"}
    assert [small_world.shown(number).line.promise["position"] for number in ("B1", "B2")] == [1, 2]
    assert "ZeroDivisionError" in caplog.text


def test_a_round_holds_few_octets(small_world, addresses, monkeypatch):
    """At least one letter, however long it is."""
    from mailproc.flow.intake import batch

    monkeypatch.setattr(batch, "OCTETS", 5_000)
    sizes = [100, 9_000, 4_000, 500, 800]
    for size in sizes:
        small_world.inject(b"%d" % size * size, "a@stranger.example")
    held = []
    while rows := batch.claim(small_world.app.store, 50, small_world.now):
        held.append([len(row.raw) for row in rows])
        small_world.app.store.write(
            lambda connection, ids=[row.id for row in rows]: [
                letters_of_store.settle(connection, one, "done") for one in ids
            ]
        )
    assert [one for each in held for one in each] == [len(b"%d" % size * size) for size in sizes]
    assert all(sum(one) <= 5_000 or len(one) == 1 for one in held)
    assert max(map(len, held)) > 1


def test_a_bug_in_a_proof_shelves_one_letter(small_world, addresses, monkeypatch, caplog):
    """What is looked at in the store before the write: a letter of nobody's."""
    from mailproc.flow.intake import forwarded_senders

    small_world.place()
    monkeypatch.setattr(forwarded_senders, "_forwarded_by", lambda *_: 1 // 0)
    sender = "ill@stranger.example"
    bad = small_world.inject(small_world.letter("REPLIES FOR 99-0001\n\nB1-1 NOT", sender), sender)
    small_world.hear("B1-1 USE*2", run=False)
    small_world.run()
    assert small_world.shelf() == {f"I{bad}": "a fault of this program while reading: ZeroDivisionError"}
    assert small_world.shown("B1").line.promise["position"] == 2
    assert "ZeroDivisionError" in caplog.text


def test_a_bug_in_a_step_shelves_one_message(small_world, monkeypatch, caplog):
    from mailproc.flow.advance import recorded_facts

    real = recorded_facts.gather

    def broken(case, event, apdu):
        if event.type == "SHIPPED":
            raise ZeroDivisionError
        return real(case, event, apdu)

    monkeypatch.setattr(recorded_facts, "gather", broken)
    for _ in range(3):
        small_world.place(run=False)
    small_world.run()
    small_world.hear("B1-1 USE*1", "B2-1 SHIPPED COPY", "B3-1 USE*3")
    assert [small_world.state(number) for number in ("B1", "B2", "B3")] == ["PENDING"] * 3
    (reason,) = small_world.shelf().values()
    assert "fault of this program" in reason
    assert "ZeroDivisionError" in caplog.text
    small_world.act("B2", "message", note="hello")  # what stands on the shelf holds nobody up


def test_letters_of_every_charset(world, addresses):
    for number, charset in enumerate(("utf-8", "latin-1", "utf-16", "koi8-r", "shift_jis")):
        made = EmailMessage()
        made["From"], made["Subject"] = addresses["XX-BL"], "Replies"
        made["Message-ID"] = f"<{number}@bl.example>"
        made.set_content("B1-1 USE*3\n", charset="utf-8")
        raw = made.as_bytes().replace(b'charset="utf-8"', f'charset="{charset}"'.encode())
        world.inject(raw)
    world.place()
    assert {row["state"] for row in world.rows("inbox")} <= {"done", "shelved"}

"""Which letter of ours a report is about, and that nobody can say so who has not had the letter."""

from datetime import timedelta

import pytest

from mailproc.config import Config, Partner
from mailproc.errors import LocalFault
from mailproc.flow.partners import Partners, Sender
from mailproc.mail import verp
from mailproc.office.mailroom import attaching, redelivery
from mailproc.office.queries import letters
from mailproc.sentence import note
from mailproc.store import outgoing

US, BL = "ill@library.example", "orders@bl.example"
VERP = "verp = true\n"


def report(to: str = US, more: str = "", returned: str = "", recipient: str = BL) -> bytes:
    """A bounce in words, as a system writes it that says no Message-ID."""
    return (
        f"From: MAILER-DAEMON@relay.example\nTo: {to}\nSubject: Undeliverable mail\n{more}\n"
        f"Your message could not be delivered to the following recipient:\n\n  {recipient}: unknown user\n\n"
        f"{returned}"
    ).encode()


def put(world, raw: bytes, rcpt_to: str = US, door: str = "listener") -> dict:
    inbox_id = world.inject(raw, "", door=door, rcpt_to=rcpt_to)
    world.run()
    return world.row("inbox", inbox_id)


@pytest.fixture
def verp_world(make_world, sqlite_url):
    world = make_world(sqlite_url, more=VERP)
    world.place()
    return world


def test_the_envelope_alone_is_one_of_its_own(verp_world):
    sender = verp_world.row("outgoing", 1)["mail_from"]
    assert verp.read(sender) == (1, US)
    (order,) = verp_world.to(BL)
    assert order.sender == sender
    assert f"From: Our Library <{US}>" in order.text
    assert sender.partition("@")[0] not in order.text
    verp_world.place()
    assert verp_world.row("outgoing", 2)["mail_from"] != sender.replace("O1.", "O2.")


def test_without_verp_the_envelope_is_the_library_s(small_world):
    small_world.place()
    assert small_world.row("outgoing", 1)["mail_from"] == US


def test_it_is_the_same_at_every_try(make_world, sqlite_url):
    world = make_world(sqlite_url, more=VERP)
    world.refuses = lambda _sent: True
    world.place()
    first = world.row("outgoing", 1)["mail_from"]
    world.refuses = lambda _sent: False
    redelivery.redeliver(world.app.store, "O1")
    world.run()
    assert world.row("outgoing", 1)["state"] == "handed_over"
    assert world.row("outgoing", 1)["mail_from"] == first != US


@pytest.mark.parametrize("spelling", [str, str.lower, str.upper])
def test_at_the_listener_the_recipient_names_the_letter(verp_world, spelling):
    sender = verp_world.row("outgoing", 1)["mail_from"]
    assert put(verp_world, report(), spelling(sender))["state"] == "done"
    assert verp_world.row("outgoing", 1)["state"] == "bounced"
    assert verp_world.attention("B1") == ("bounced",)


@pytest.mark.parametrize("field", ["To", "Delivered-To", "X-Original-To", "Envelope-To"])
def test_by_imap_its_header_names_the_letter(verp_world, field):
    sender = verp_world.row("outgoing", 1)["mail_from"].lower()
    raw = report(sender) if field == "To" else report(more=f"{field}: {sender}\n")
    assert put(verp_world, raw, "", door="a mailbox")["state"] == "done"
    assert verp_world.row("outgoing", 1)["state"] == "bounced"


@pytest.mark.parametrize(
    "forged",
    [
        "ill+O1.00000000000000000000@library.example",
        "ill+O1@library.example",
        "ill+O999999999.{token}@library.example",
    ],
)
def test_a_guess_moves_nothing(verp_world, forged):
    token = verp_world.row("outgoing", 1)["mail_from"].partition(".")[2].partition("@")[0]
    row = put(verp_world, report(), forged.format(token=token))
    assert row["state"] == "shelved" and "not ours" in row["last_error"]
    assert verp_world.row("outgoing", 1)["state"] == "handed_over"


@pytest.mark.parametrize(
    "words",
    [
        '[{"code":["x"],"values":{}}]',
        '[{"code":5,"values":{}}]',
        '[{"code":"counts-as-delivered","values":{"number":"12"}}]',
        '["said so"]',
    ],
)
def test_the_text_of_a_bounce_is_never_read_as_a_reply_code(verp_world, words):
    sender = verp_world.row("outgoing", 1)["mail_from"]
    raw = (
        "From: MAILER-DAEMON@relay.example\nContent-Type: multipart/report; boundary=b\n\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; relay.example\n\n"
        f"Final-Recipient: rfc822; {BL}\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: {words}\n--b--\n"
    )
    assert put(verp_world, raw.encode(), sender)["state"] == "done"
    assert verp_world.row("outgoing", 1)["last_error"].endswith(words)
    with verp_world.store.read() as connection:
        (line,) = letters.outbox(connection)
    assert str(line.note).endswith(words)


def test_another_letter_s_token_is_no_proof(verp_world):
    verp_world.place()
    one, two = (verp_world.row("outgoing", number)["mail_from"] for number in (1, 2))
    put(verp_world, report(), two.replace("O2.", "O1."))
    assert verp_world.row("outgoing", 1)["state"] == "handed_over" and one != two


def test_a_letter_to_such_an_address_that_is_no_bounce_is_none(verp_world):
    sender = verp_world.row("outgoing", 1)["mail_from"]
    raw = verp_world.letter("I am away until Monday.", "someone@bl.example", "Out of office")
    assert put(verp_world, raw, sender)["state"] == "shelved"
    assert verp_world.row("outgoing", 1)["state"] == "handed_over"


def test_several_bounces_of_one_letter_are_one_event(verp_world):
    sender = verp_world.row("outgoing", 1)["mail_from"]
    for number in range(5):
        assert put(verp_world, report(more=f"X-Number: {number}\n"), sender)["state"] == "done"
    assert verp_world.events("B1").count("BOUNCED") == 1
    assert len(verp_world.notices()) == 1
    redelivery.redeliver(verp_world.app.store, "O1")
    verp_world.run()
    put(verp_world, report(more="X-Number: 6\n"), sender)
    assert verp_world.events("B1").count("BOUNCED") == 2


def test_a_delay_is_a_note(verp_world):
    raw = (
        report()
        .replace(b"could not be delivered", b"has not yet been delivered")
        .replace(b"Undeliverable", b"Delayed")
    )
    row = put(verp_world, raw, verp_world.row("outgoing", 1)["mail_from"])
    assert row["state"] == "done" and row["note"].startswith("delayed: O1")
    assert verp_world.row("outgoing", 1)["state"] == "handed_over"


@pytest.mark.parametrize(
    "said", ["Message-ID: <a\0b@library.example>", "Message-ID: <\ud800@library.example>"]
)
def test_an_identifier_that_cannot_be_stored_is_no_fault(world, said):
    raw = report().rstrip() + f"\n\nOriginal message:\n\n{said}\n".encode("utf-8", "surrogatepass")
    row = put(world, raw)
    assert (row["state"], note(row["last_error"])) == ("shelved", "a report about a letter that is not ours")


# By a number that anybody may guess


@pytest.mark.parametrize(
    ("returned", "recipient", "hint"),
    [
        ("TX LIB-B1-1 S SED99\n", BL, True),
        ("B1-1\n", BL, True),
        ("B1-1\n", "somebody@bl.example", False),
        ("B2-1\n", BL, False),
        ("B1\n", BL, False),
    ],
)
def test_a_quoted_number_is_a_hint_and_moves_nothing(world, returned, recipient, hint):
    world.place()
    row = put(world, report(returned=returned, recipient=recipient))
    assert row["state"] == "shelved"
    assert ("it may mean O1 (mailproc letter O1), and nothing proves it" in note(row["last_error"])) is hint
    assert world.row("outgoing", 1)["state"] == "handed_over"
    assert world.attention("B1") == ()


def test_a_number_in_two_letters_is_no_hint(small_world):
    small_world.place()
    small_world.act("B1", "cancel")
    small_world.run()
    assert len(small_world.to(BL)) == 2
    row = put(small_world, report(returned="B1-1\n"))
    assert note(row["last_error"]) == "a report about a letter that is not ours"


def test_a_letter_of_long_ago_is_no_hint(small_world):
    small_world.place()
    small_world.now += timedelta(weeks=5)
    row = put(small_world, report(returned="B1-1\n"))
    assert note(row["last_error"]) == "a report about a letter that is not ours"


# Who compares envelopes


@pytest.mark.parametrize(
    ("envelope", "header", "accepted"),
    [
        (BL, BL, True),
        ("orders+o12.00112233445566778899@bl.example", BL, True),
        ("orders+anything@bl.example", BL, True),
        ("orders+a+b@bl.example", BL, True),
        ("+orders@bl.example", BL, False),
        ("orders+@elsewhere.example", BL, False),
        ("other+orders@bl.example", BL, False),
        (BL, "orders+x@bl.example", False),
        ("orders+x@bl.example", "orders+x@bl.example", False),
        ("", BL, False),
    ],
)
def test_a_partner_s_envelope_counts_without_its_detail_and_the_header_does_not(envelope, header, accepted):
    partners = Partners(Config(partner=(Partner(symbol="XX-BL", address=BL, proof=("none",)),)))
    found = partners.claimed_by(Sender("listener", envelope, header, "127.0.0.1"))
    assert [one.address for one in found] == ([BL] if accepted else [])


def test_at_the_listener_the_envelope_counts_and_not_a_return_path_in_the_letter(small_world):
    """A notice is no report because it writes "Return-Path: <>" itself; with an empty envelope it is."""
    small_world.place()
    (order,) = small_world.to(BL)
    notice = (
        "Return-Path: <>\nFrom: desk@shop.example\nTo: ill@library.example\nSubject: News\n"
        'Content-Type: multipart/mixed; boundary="x"\n\n--x\n\nYour message could not be delivered to us.\n'
        f"--x\nContent-Type: message/rfc822\n\n{order.text}\n--x--\n"
    ).encode()
    small_world.inject(notice, "desk@shop.example")
    small_world.run()
    assert small_world.row("outgoing", 1)["state"] == "handed_over"
    small_world.inject(notice, "")
    small_world.run()
    assert small_world.row("outgoing", 1)["state"] == "bounced"


# By a subject that it quotes, and by staff's word


def subject_of(world, number: int = 1) -> str:
    return world.row("outgoing", number)["subject"]


def of_subject(subject: str, **how) -> bytes:
    return report(**how).replace(b"Subject: Undeliverable mail", f"Subject: {subject}".encode())


@pytest.mark.parametrize(
    ("form", "recipient", "hint"),
    [
        ("Undeliverable: {}", BL, True),
        ("Undeliverable: {}", "", True),
        ('Undeliverable: "{}"', BL, True),
        ("Undeliverable: AW: {}", BL, True),
        ("Undeliverable: {}", "somebody@bl.example", False),
        ("Undeliverable: {} and more", BL, False),
        ("Undeliverable: {}9", BL, False),
    ],
)
def test_a_quoted_subject_is_a_hint_with_its_command(world, form, recipient, hint):
    world.place()
    assert "FILEREFNO" in subject_of(world)
    row = put(world, of_subject(form.format(subject_of(world)), recipient=recipient))
    command = f"mailproc attach I{row['id']} O1 marks that letter as bounced"
    assert row["state"] == "shelved" and (command in row["last_error"]) is hint
    assert world.row("outgoing", 1)["state"] == "handed_over" and world.attention("B1") == ()


def test_a_subject_of_two_letters_is_no_hint(small_world):
    for _ in range(2):
        small_world.act(small_world.place(), "receive")
    first, second = (int(notice.name[1:]) for notice in small_world.reader())
    subject = subject_of(small_world, first)
    store = small_world.app.store
    store.write(lambda connection: outgoing.change(connection, second, subject=subject))
    row = put(small_world, of_subject(f"Undeliverable: {subject}", recipient=""))
    assert note(row["last_error"]) == "a report about a letter that is not ours"


def test_staff_say_which_letter_came_back(world):
    world.place("XX-BL", "XX-SECOND")
    row = put(world, of_subject(f"Undeliverable: {subject_of(world)}"))
    done = attaching.attach(world.app.store, world.app.context, f"I{row['id']}", "O1")
    assert "O1 has bounced" in str(done.text)
    world.run()
    assert world.row("outgoing", 1)["state"] == "bounced" and world.attention("B1") == ("bounced",)
    kept = world.row("inbox", row["id"])
    assert (kept["state"], kept["partner"], kept["note"]) == ("done", "", "attached by staff: O1 came back")
    assert kept["subject"].startswith("Undeliverable") and world.notices() == []
    assert "MESSAGE" not in world.events("B1")
    world.next("B1")
    assert len(world.to("orders@second.example")) == 1


def test_a_report_is_no_message_of_the_partner(world):
    world.place()
    row = put(world, report())
    with pytest.raises(LocalFault, match="no message of XX-BL") as refused:
        attaching.attach(world.app.store, world.app.context, f"I{row['id']}", "B1")
    assert refused.value.possible == (f"mailproc attach I{row['id']} O1", f"mailproc dismiss I{row['id']}")
    assert world.row("inbox", row["id"])["state"] == "shelved"


@pytest.mark.parametrize(
    ("state", "why"), [("prepared", "was not sent"), ("bounced", "has bounced"), ("dismissed", "has bounced")]
)
def test_letters_that_cannot_have_bounced(small_world, state, why):
    small_world.place()
    row = put(small_world, report())
    store, context = small_world.app.store, small_world.app.context
    store.write(lambda connection: outgoing.change(connection, 1, state=state))
    for letter, number, told in ((f"I{row['id']}", "O1", why), (f"I{row['id']}", "O99", "no letter O99")):
        with pytest.raises(LocalFault, match=told):
            attaching.attach(store, context, letter, number)
    with pytest.raises(LocalFault, match="no whole letter"):
        attaching.attach(store, context, "E1", "O1")
    store.write(lambda connection: outgoing.change(connection, 1, state="handed_over"))

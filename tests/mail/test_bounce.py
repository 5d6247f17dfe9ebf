"""Bounces as mail systems write them (the shapes; all words, names and numbers invented)."""

from dataclasses import replace

import pytest

from mailproc.mail.bounce import Bounce, read
from mailproc.mail.bounce import status as delivery_status
from mailproc.mail.parse import parse

RETURNED = (
    "Return-Path: <ill@library.example>\nReceived: from x\nFrom: ill@library.example\n"
    "To: art@art.example\nSubject: Order file FILEREFNO 4711\nMessage-ID: <O12.abc@library.example>\n"
    "References: <other@library.example>\n\n99-0001\nXXXXXXX\n\n\n\n\nTX1 S SED99\nNNNN\n"
)


def report(status: str, returned: str = f"Content-Type: message/rfc822\n\n{RETURNED}", more: str = "") -> str:
    return (
        "Return-Path: <>\nFrom: MAILER-DAEMON@relay.example (Mail Delivery System)\n"
        f"Subject: Undelivered Mail Returned to Sender\nTo: ill@library.example\n{more}"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b/1"\n\n'
        "--b/1\nContent-Description: Notification\nContent-Type: text/plain; charset=us-ascii\n\n"
        "I'm sorry to have to inform you that your message could not be delivered.\n\n"
        f"--b/1\nContent-Type: message/delivery-status\n\n{status}\n"
        f"--b/1\n{returned}\n--b/1--\n"
    )


def bounce(raw: str) -> Bounce | None:
    return read(parse(raw.encode()))


def status(action: str, code: str, diagnostic: str = "smtp; 550 5.1.1 no such user") -> str:
    return (
        "Reporting-MTA: dns; relay.example\nX-Postfix-Queue-ID: 4A1B\n\n"
        "Final-Recipient: rfc822; Art@art.example\nOriginal-Recipient: rfc822;art@art.example\n"
        f"Action: {action}\nStatus: {code}\nRemote-MTA: dns; mx.art.example\nDiagnostic-Code: {diagnostic}\n"
    )


@pytest.mark.parametrize(
    ("action", "code", "kind"),
    [
        ("failed", "5.1.1", "failed"),
        ("failed", "4.4.1", "failed"),  # gave up after days
        ("Failed (bad destination)", "5.1.1", "failed"),
        ("delayed", "4.4.1", "delayed"),
        ("delivered", "2.0.0", "delivered"),
        ("relayed", "2.0.0", "delivered"),
        ("", "5.1.1", "failed"),
        ("", "4.4.1", "delayed"),
    ],
)
def test_rfc_3464(action: str, code: str, kind: str) -> None:
    assert bounce(report(status(action, code))) == Bounce(
        kind, ("O12.abc@library.example",), ("art@art.example",), code, "550 5.1.1 no such user"
    )


def test_a_long_diagnostic_is_one_line() -> None:
    got = bounce(
        report(status("failed", "5.7.1", "smtp; 550-5.7.1 not\n    allowed,\n    says: mx" + " x" * 500))
    )
    assert got is not None
    assert got.text.startswith("550-5.7.1 not allowed, says: mx x")
    assert len(got.text) == 300


def test_the_worst_of_several_recipients() -> None:
    groups = status("delivered", "2.0.0") + (
        "\nFinal-Recipient: rfc822; b@art.example\nAction: failed\nStatus: 5.2.2\n"
        "\nFinal-Recipient: rfc822; c@art.example\nAction: failed\nStatus: 5.1.1\n"
    )
    assert bounce(report(groups)) == Bounce(
        "failed", ("O12.abc@library.example",), ("b@art.example", "c@art.example"), "5.2.2", ""
    )


@pytest.mark.parametrize(
    ("returned", "more", "ids"),
    [
        (f"Content-Type: message/rfc822\n\n{RETURNED}", "", ("O12.abc@library.example",)),
        (f"Content-Type: text/rfc822-headers\n\n{RETURNED}", "", ("O12.abc@library.example",)),
        (
            "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
            "TWVzc2FnZS1JRDogPE8xMi5hYmNAbGlicmFyeS5leGFtcGxlPgoKeAo=\n",
            "",
            ("O12.abc@library.example",),
        ),
        (
            "Content-Type: text/plain\n\n",
            "In-Reply-To: <O12.abc@library.example>\n",
            ("O12.abc@library.example",),
        ),
        ("Content-Type: text/plain\n\n", "References: <a@b.example> <c@d.example>\n", ("c@d.example",)),
        ("Content-Type: text/plain\n\n", "", ()),
    ],
)
def test_which_letter_came_back(returned: str, more: str, ids: tuple[str, ...]) -> None:
    got = bounce(report(status("failed", "5.1.1"), returned, more))
    assert got is not None
    assert got.message_ids == ids


def test_a_report_that_a_gateway_renamed() -> None:
    got = bounce(report(status("failed", "5.1.1")).replace("multipart/report", "multipart/mixed"))
    assert got is not None
    assert (got.kind, got.status) == ("failed", "5.1.1")


def test_a_report_without_groups_from_a_mail_system() -> None:
    got = bounce(report("Reporting-MTA: dns; relay.example\n"))
    assert got is not None
    assert (got.kind, got.message_ids) == ("failed", ("O12.abc@library.example",))


QMAIL = (
    "Return-Path: <>\nFrom: MAILER-DAEMON@mx.art.example\nSubject: failure notice\n\n"
    "Hi. This is the qmail-send program at mx.art.example.\n"
    "I'm afraid I wasn't able to deliver your message to the following addresses.\n\n"
    "<Art@art.example>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 5.1.1 no such user\n\n"
    f"--- Below this line is a copy of the message.\n\n{RETURNED}"
)
EXIM = (
    "Return-Path: <>\nX-Failed-Recipients: art@art.example\nAuto-Submitted: auto-replied\n"
    "From: Mail Delivery System <Mailer-Daemon@relay.example>\nTo: ill@library.example\n"
    "Subject: Mail delivery failed: returning message to sender\n\n"
    "This message was created automatically by mail delivery software.\n\n"
    "A message that you sent could not be delivered to one or more of its\nrecipients.\n\n"
    "  art@art.example\n    SMTP error from remote mail server after RCPT TO:<art@art.example>:\n"
    "    host mx.art.example [192.0.2.1]: 550 5.1.1 no such user\n\n"
    f"------ This is a copy of the message, including all the headers. ------\n\n{RETURNED}"
)
EXIM_DELAY = (
    "Return-Path: <>\nFrom: Mail Delivery System <Mailer-Daemon@relay.example>\n"
    "Subject: Warning: message 1abc-000000-00 delayed 24 hours\n\n"
    "A message that you sent has not yet been delivered to one or more of its\nrecipients.\n\n"
    "The message identifier is: 1abc-000000-00\nMessage-ID: <O12.abc@library.example>\n\n"
    "  art@art.example\n    Delay reason: Connection timed out\n"
)
EXCHANGE = (
    "From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@art.example>\n"
    "To: ill@library.example\nSubject: Undeliverable: Delay of the order file\n"
    "In-Reply-To: <O12.abc@library.example>\nContent-Type: multipart/mixed; boundary=b\n\n"
    "--b\nContent-Type: text/html\n\n<p><b>Delivery has failed to these recipients:</b></p>"
    "<p>art@art.example</p><p>Remote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound'</p>\n"
    "--b\nContent-Type: message/rfc822\n\nMessage-ID: <O12.abc@library.example>\n\nx\n--b--\n"
)
POSTFIX_DELAY = report(status("delayed", "4.4.1")).replace(
    "Undelivered Mail Returned", "Delayed Mail (still being"
)
IDS = ("O12.abc@library.example",)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (
            QMAIL,
            Bounce(
                "failed",
                IDS,
                ("art@art.example",),
                "5.1.1",
                "192.0.2.1 does not like recipient. Remote host said: 550 5.1.1 no such user",
            ),
        ),
        (
            EXIM,
            Bounce(
                "failed",
                IDS,
                ("art@art.example",),
                "5.1.1",
                "SMTP error from remote mail server after RCPT TO:<art@art.example>: "
                "host mx.art.example [192.0.2.1]: 550 5.1.1 no such user",
            ),
        ),
        (EXIM_DELAY, Bounce("delayed", IDS, ("art@art.example",), "", "Delay reason: Connection timed out")),
        (
            EXCHANGE,
            Bounce(
                "failed",
                IDS,
                ("art@art.example",),
                "5.1.10",
                "Remote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound'",
            ),
        ),
        (POSTFIX_DELAY, Bounce("delayed", IDS, ("art@art.example",), "4.4.1", "550 5.1.1 no such user")),
    ],
)
def test_systems_that_write_their_own(raw: str, expected: Bounce) -> None:
    assert bounce(raw) == expected


@pytest.mark.parametrize(
    "sender",
    ["MAILER-DAEMON", "MAILER-DAEMON <>", "<>", "Mailer Daemon <MAILER-DAEMON@localhost>", "postmaster@x, y"],
)
@pytest.mark.parametrize("first", ["", "From MAILER-DAEMON Mon Dec 19 03:18:51 2016\n"])
def test_a_sender_that_names_nobody_for_certain(sender: str, first: str) -> None:
    got = bounce(first + QMAIL.replace("MAILER-DAEMON@mx.art.example", sender))
    assert got is not None
    assert (got.kind, got.message_ids, got.recipients) == ("failed", IDS, ("art@art.example",))


@pytest.mark.parametrize(
    ("subject", "words", "kind"),
    [
        ("Undeliverable: Delay of the order file", "x", "failed"),
        ("Delivery Status Notification (Failure)", "x", "failed"),
        ("Delivery Status Notification (Failure): the delay", "x", "failed"),
        ("Delivery Status Notification (Delay)", "x", "delayed"),
        ("Delivery Status Notification", "x", "failed"),
        ("Mail Delivery System", "It will be retried until it is 5 days old.", "delayed"),
        ("Warning: message delayed", "This is a permanent error; I've given up.", "failed"),
        ("Returned mail", "You do not need to resend it.", "delayed"),
    ],
)
def test_whether_it_failed_or_waits(subject: str, words: str, kind: str) -> None:
    got = bounce(f"Return-Path: <>\nFrom: MAILER-DAEMON@relay.example\nSubject: {subject}\n\n{words}\n")
    assert got is not None
    assert got.kind == kind


def test_a_password_in_what_came_back_is_not_told() -> None:
    for raw in (QMAIL, EXIM, EXCHANGE, report(status("failed", "5.1.1"))):
        assert "Q7W8E9R" not in repr(bounce(raw.replace("XXXXXXX", "Q7W8E9R")))


def status_report(path: str, sender: str, subject: str) -> str:
    return (
        f"Return-Path: {path}\nFrom: {sender}\nTo: ill@library.example\nSubject: {subject}\n"
        "Auto-Submitted: auto-generated\nIn-Reply-To: <O12.abc@library.example>\n\n"
        "99-0001\nLIB-1 NOT\nLIB-2 CAT*REAPPLY 4\nLIB-3 *FINAL DEMAND\nLIB-4 DELIVERY DELAYED 5.1.1\n"
    )


@pytest.mark.parametrize(
    "raw",
    [
        status_report("<>", "noreply@art.example", "Status report FILEREFNO 4711"),
        status_report("<>", "noreply@art.example", "Undelivered: delivery failed"),
        status_report("<>", "postmaster@art.example", "Status report"),
        status_report("<>", "mailer-daemon@art.example", "Replies"),
        status_report("<art@art.example>", "postmaster@art.example", "Failure notice"),
        "From: ill@lender.example\nSubject: Fwd: Undelivered Mail\n\n" + QMAIL,
        "From: ill@lender.example\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\nlook\n--c\n"
        "Content-Type: message/rfc822\n\n" + report(status("failed", "5.1.1")) + "\n--c--\n",
        report(status("failed", "5.1.1")).replace("/delivery-status", "/disposition-notification"),
        report(status("failed", "5.1.1")).replace("message/delivery-status", "message/feedback-report"),
        "",
    ],
)
def test_what_is_no_bounce(raw: str) -> None:
    assert bounce(raw) is None


def test_a_letter_is_looked_at_once_whoever_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[bytes] = []
    monkeypatch.setattr(delivery_status, "read", looked.append)
    letter = parse(b"Content-Type: message/delivery-status\n\nAction: failed\n")
    for _ in range(3):
        assert read(letter) is None
    assert len(looked) == 1
    read(replace(letter, return_path=""))  # another letter, though of the same octets
    assert len(looked) == 2

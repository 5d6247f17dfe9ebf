"""What a stranger's report may cost: no more than linear time, and a bounded number of groups."""

import time
from collections.abc import Callable

import pytest

from mailproc.mail.bounce import MOST_RECIPIENTS, read
from mailproc.mail.parse import parse

HEADER = "Return-Path: <>\nFrom: MAILER-DAEMON@relay.example\nSubject: failure notice\n"
REPORT = HEADER + (
    "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
    "--b\nContent-Type: message/delivery-status\n\n"
)
GROUP = "Final-Recipient: rfc822;a@b.example\nAction: failed\n\n"
RETURNED = "--b\nContent-Type: message/rfc822\n\nMessage-ID: <a@b.example>\n\n"
SMALL, FACTOR = 60_000, 16
PUMPS: dict[str, Callable[[int], str]] = {
    "an address without an end": lambda n: f"{HEADER}\n<" + "@" * n,
    "addresses in one word": lambda n: f"{HEADER}\n" + "a@" * (n // 2),
    "an indented address without an end": lambda n: f"{HEADER}\n  " + "a@" * (n // 2),
    "empty lines": lambda n: f"{HEADER}\n" + "\n" * n,
    "blanks": lambda n: f"{HEADER}\n" + " " * n,
    "blank lines": lambda n: f"{HEADER}\n" + " \n" * (n // 2),
    "quotes": lambda n: f"{HEADER}\n" + ">" * n,
    "rulers": lambda n: f"{HEADER}\n" + "-" * n,
    "digits": lambda n: f"{HEADER}\n" + "5.1." * (n // 4),
    "identifiers": lambda n: f"{HEADER}\n" + "message-id: <" * (n // 13),
    "groups of one word": lambda n: REPORT + "a:b\n\n" * (n // 5) + "--b--\n",
    "groups": lambda n: REPORT + GROUP * (n // len(GROUP)) + "--b--\n",
    "a long status": lambda n: REPORT + "Final-Recipient: rfc822;a@b.example\nStatus: " + "5.1." * (n // 4),
    "returned letters": lambda n: REPORT + RETURNED * (n // len(RETURNED)) + "--b--\n",
    "a long subject": lambda n: HEADER.replace("failure", "failure " * (n // 8)) + "\nx\n",
    "lines of addresses": lambda n: f"{HEADER}\n" + "a@b.example: no\n" * (n // 16),
    "lines of fields": lambda n: f"{HEADER}\n" + "To: a@b.example\n" * (n // 16),
    "addresses of one character": lambda n: f"{HEADER}\n" + "a@b " * (n // 4),
    "rulers by the line": lambda n: f"{HEADER}\n" + "-\n" * (n // 2),
    "failed recipients": lambda n: HEADER + "X-Failed-Recipients: " + "a@b.example, " * (n // 13) + "\n\nx",
    "fields of failed recipients": lambda n: (
        HEADER + "X-Failed-Recipients: a@b.example\n" * (n // 33) + "\nx"
    ),
    "a sender without an end": lambda n: HEADER.replace("MAILER-DAEMON@", "<(" * (n // 2)) + "\nx",
    "fields of a status in words": lambda n: f"{HEADER}\n" + "Action: failed\n\n" * (n // 16),
    "open multiparts": lambda n: HEADER + _open_multiparts(n) + "\nx",
    "open tags": lambda n: f"{HEADER}Content-Type: text/html\n\n" + "<a@" * (n // 3),
}


def _open_multiparts(octets: int) -> str:
    level = "Content-Type: multipart/mixed; boundary=b{0}\n\n--b{0}\n"
    return "".join(level.format(number) for number in range(octets // 50))


@pytest.mark.parametrize("pump", PUMPS.values(), ids=PUMPS)
def test_the_time_grows_no_faster_than_the_letter(pump: Callable[[int], str]) -> None:
    small, large = (_seconds(pump(size)) for size in (SMALL, SMALL * FACTOR))
    assert large < 4 * FACTOR * max(small, 0.001)


def _seconds(raw: str) -> float:
    letter = parse(raw.encode())
    begin = time.process_time()
    read(letter)
    return time.process_time() - begin


def test_one_report_names_a_bounded_number_of_recipients() -> None:
    groups = "".join(
        f"Final-Recipient: rfc822;a{number}@b.example\nAction: failed\n\n" for number in range(200_000)
    )
    bounce = read(parse((REPORT + groups + "--b--\n").encode()))
    assert bounce is not None
    assert len(bounce.recipients) == MOST_RECIPIENTS

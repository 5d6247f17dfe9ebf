"""Our own letters that come back are told from a partner's answer to them."""

from collections.abc import Collection

import pytest

from mailproc.mail.own_letters import own_ids
from mailproc.mail.parse import parse

SENT = {"O12.abc@library.example"}
OURS = ("ill@library.example", "desk@library.example")
ORDER = "99-0001\nXXXXXXX\n\n\n\n\nTX1 S SED99\nTITLE\n\n\n\n\nNNNN\n"
QUOTED = "".join(f"> {line}\n" for line in ORDER.splitlines())
OUR_LETTER = (
    "From: A Library <ill@library.example>\nTo: art@art.example\n"
    f"Message-ID: <O12.abc@library.example>\n\n{ORDER}"
)


def known(ids: Collection[str]) -> bool:
    return bool(SENT & set(ids))


def mixed(*parts: str) -> str:
    return (
        "Content-Type: multipart/mixed; boundary=b\n\n"
        + "".join(f"--b\n{part}\n" for part in parts)
        + "--b--\n"
    )


ATTACHED = f"Content-Type: message/rfc822\n\n{OUR_LETTER}"
ATTACHED_ABOUT = ATTACHED.replace("Message-ID", "Subject: =?utf-8?q?Order?=\nMessage-ID")
AS_FILE = "Content-Type: text/plain\nContent-Disposition: attachment; filename=replies.txt\n"
FROM_PARTNER = "From: art@art.example\nMessage-ID: <1@art.example>\n"
ANSWER = "In-Reply-To: <O12.abc@library.example>\n"


@pytest.mark.parametrize(
    ("raw", "own"),
    [
        (OUR_LETTER, True),
        (
            "Return-Path: <ill@library.example>\nReceived: by us\nResent-From: x@y.example\n" + OUR_LETTER,
            True,
        ),
        (OUR_LETTER.replace("ill@", "DESK@"), True),
        (FROM_PARTNER + ANSWER + "\n" + QUOTED, True),
        (FROM_PARTNER + "References: <x@y.example> <O12.abc@library.example>\n\n" + QUOTED, True),
        (FROM_PARTNER + mixed(ATTACHED), True),
        (FROM_PARTNER + mixed("\n\n", ATTACHED), True),
        (FROM_PARTNER + "Subject: Fwd: AW: Order\n" + mixed(ATTACHED_ABOUT), True),
        (FROM_PARTNER + "Subject: Fwd:\n" + mixed(ATTACHED_ABOUT), True),
        # another's letter, or one in which the partner says something
        (OUR_LETTER.replace("O12.abc", "by-hand"), False),
        (OUR_LETTER.replace("Message-ID: <O12.abc@library.example>\n", ""), False),
        (OUR_LETTER.replace("ill@library.example", "art@art.example"), False),
        (FROM_PARTNER + ANSWER + "\nTX1 NOT\n" + QUOTED, False),
        (FROM_PARTNER + ANSWER + "\nTX1 NOT\n", False),
        (FROM_PARTNER + mixed("\nRejected: wrong code", ATTACHED), False),
        (FROM_PARTNER + ANSWER + mixed("Content-Type: application/pdf\n\nx"), False),
        (FROM_PARTNER + "\n" + QUOTED, False),
        (FROM_PARTNER + mixed(ATTACHED.replace("O12.abc", "theirs")), False),
        (FROM_PARTNER + "Subject: B1-1 LOST, cannot supply\n" + mixed(ATTACHED_ABOUT), False),
        (FROM_PARTNER + "Subject: Fwd: Order: please call me\n" + mixed(ATTACHED_ABOUT), False),
        # what they say stands in an attached text, or in a letter of theirs that is attached whole
        (FROM_PARTNER + ANSWER + mixed(f"\n{QUOTED}", f"{AS_FILE}\nTX1 NOT"), False),
        (FROM_PARTNER + ANSWER + mixed(ATTACHED.replace("O12.abc", "theirs")), False),
        (FROM_PARTNER + ANSWER + mixed(f"\n{QUOTED}", "Content-Type: message/partial\n\nx"), False),
        (FROM_PARTNER + ANSWER + mixed("Content-Type: text/html\n\n<p>TX1 NOT"), False),
        (FROM_PARTNER + ANSWER + mixed(f"{AS_FILE}\n{QUOTED}"), True),
        (
            FROM_PARTNER
            + mixed("Content-Type: text/rfc822-headers\n\nMessage-ID: <O12.abc@library.example>"),
            True,
        ),
        ("", False),
    ],
)
def test_own(raw: str, own: bool) -> None:
    assert known(own_ids(parse(raw.encode()), OURS)) is own

from datetime import date
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from mailproc.practice.town import CUES, Town
from tests.practice.conftest import Happenings

ASKED = "Interlibrary loan B5-1: we ask you for a loan"


def ours(subject: str = ASKED) -> bytes:
    letter = EmailMessage()
    letter["From"], letter["To"] = "Our Library <ill@library.example>", "loans@town.practice.example"
    letter["Subject"], letter["Message-ID"] = subject, "<o1@library.example>"
    letter.set_content("Please send it.\n")
    return letter.as_bytes()


@pytest.fixture
def town(tell: Happenings) -> Town:
    return Town(tell, lambda: date(2026, 8, 5))


@pytest.mark.parametrize("cue", CUES)
def test_people_answer_the_order_in_words_on_a_cue_alone(town: Town, cue: str) -> None:
    assert town.take(ours()) == []
    (answer,) = town.go("B5", cue)
    letter = message_from_bytes(answer.raw, policy=default)
    assert (answer.to, letter["Subject"]) == ("ill@library.example", f"Re: {ASKED}")
    assert letter["In-Reply-To"] == "<o1@library.example>"
    body = letter.get_body(("plain",))
    assert body and "> Please send it." in body.get_content().splitlines()
    attached = [one.get_filename() for one in letter.iter_attachments()]
    assert attached == (["pages.pdf"] if cue == "copy" else [])


def test_a_day_is_written_as_people_do(town: Town) -> None:
    town.take(ours())
    (answer,) = town.go("B5-1", "ship")
    assert b"send it back by 2 September 2026" in answer.raw


def test_later_letters_are_read_and_the_order_is_answered(town: Town, tell: Happenings) -> None:
    town.take(ours())
    town.take(ours("Interlibrary loan B5-1: we ask to keep it longer"))
    town.take(ours("Hello"))
    (answer,) = town.go("B5", "renewed")
    assert answer.subject == f"Re: {ASKED}"
    assert [one["event"] for one in tell.told] == ["letter"] * 3


def test_what_it_has_no_words_for(town: Town, tell: Happenings) -> None:
    assert town.go("B7", "ship") == [] and not town.knows("B7")
    town.take(ours())
    assert town.knows("B5") and not town.knows("B")
    assert town.go("B5", "dance") == []
    assert tell.told[-1]["event"] == "unknown-cue"

"""Who has answered in words is not chased while staff have not read that, nor who promised it."""

import pytest

from mailproc.office.queries import upcoming
from tests.support.configuration import partner
from tests.support.partners import BL

PEOPLE = "ill@town.example"
TOWN = partner("XX-TOWN", PEOPLE, name="Town Library", codec="letter", roles=["RESPONDER", "REQUESTER"])


@pytest.fixture
def by_mail(make_world, sqlite_url):
    return make_world(sqlite_url, TOWN)


def written(world, text: str, number: str = "B1-1") -> None:
    world.inject(world.letter(text, PEOPLE, subject=f"Re: Interlibrary loan {number}"), PEOPLE)
    world.run()


def coming(world) -> list[str]:
    with world.store.read() as connection:
        return [one.kind for one in upcoming.coming(connection, world.app.context, 5)]


def test_no_chaser_and_no_silence_while_their_words_lie_unread(by_mail):
    by_mail.place("XX-TOWN")
    by_mail.days(2)
    written(by_mail, "We shall look for it on Friday.")
    assert by_mail.attention("B1") == ("message",)
    assert coming(by_mail) == []
    by_mail.sent.clear()
    by_mail.days(40)
    assert by_mail.to(PEOPLE) == []
    assert by_mail.attention("B1") == ("message",)
    assert by_mail.verify().differences == ()


def test_once_staff_have_answered_the_days_count_from_there(by_mail):
    by_mail.place("XX-TOWN")
    written(by_mail, "We shall look for it on Friday.")
    by_mail.days(20)
    by_mail.act("B1", "message", note="Thank you, we wait.")
    by_mail.sent.clear()
    by_mail.days(6)
    assert by_mail.to(PEOPLE) == [] and coming(by_mail) == ["UNANSWERED"]
    by_mail.days(2)
    (letter,) = by_mail.to(PEOPLE)
    assert "we ask how it stands" in letter.text


PROMISES = {"hold": {}, "will-supply": {}, "hold at a place": {"position": 3}}


@pytest.mark.parametrize(("act", "more"), PROMISES.items(), ids=PROMISES)
def test_who_promised_it_is_not_told_that_no_answer_came(by_mail, act, more):
    by_mail.place("XX-TOWN")
    by_mail.act("B1", act.partition(" ")[0], heard_by="mail", **more)
    by_mail.sent.clear()
    by_mail.days(60)
    assert by_mail.to(PEOPLE) == []
    assert by_mail.attention("B1") == ("still-promised",)


def test_a_waiting_list_of_a_machine_is_no_silence(small_world):
    small_world.place(BL)
    small_world.hear("B1-1 USE*3")
    small_world.sent.clear()
    small_world.days(60)
    assert [letter for letter in small_world.sent if letter.to != "staff@library.example"] == []
    assert small_world.attention("B1") == ("still-promised",)

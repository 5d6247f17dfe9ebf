"""What staff see of a wish before they decide, and who hears of it."""

import pytest

from mailproc.errors import LocalFault
from mailproc.office.requests import place, reviewing
from mailproc.office.wording import request_words, review_words
from tests.flow.test_form_letters import accept, codes, send
from tests.flow.test_form_letters import office as office
from tests.office import test_wishes_forgotten
from tests.office.test_wishes_forgotten import READERS, UNREAD, imported
from tests.support.partners import BL

GREETED = UNREAD.replace("please.\n", "please.\n\nViele Grüße\nAda Reader\n")
OPEN = READERS.replace(",fees", ",")


def decline(office, **how):
    return reviewing.decline(office.store, office.app.context, "B1", "we hold it", "clerk", **how)


def ways(office):
    return [one.command for one in review_words.to_decide(office.shown("B1"), office.app.context.language)]


def lines(office):
    return dict(review_words.reviewed(office.shown("B1"), office.app.context.language))


def test_staff_say_whose_a_declined_wish_was(office):
    imported(office, OPEN)
    send(office, UNREAD)
    with pytest.raises(LocalFault, match="No reader"):
        decline(office, patron="R77")
    done = decline(office, patron="r2")
    office.run()
    assert [one.to for one in office.sent] == ["bo@readers.example"] and "Bo Other" in str(done.said)
    assert office.rows("request")[0]["patron_id"] == "R2"


def test_whom_staff_name_is_said_where_nobody_is_written_to(office):
    imported(office, OPEN)
    send(office, UNREAD)
    done = decline(office, patron="R2", quiet=True)
    assert "Bo Other, bo@readers.example" in str(done.said) and not done.writes


def test_the_address_is_compared_with_that_of_whom_staff_name(office):
    imported(office, OPEN)
    send(office, UNREAD)
    assert "doubt-reader-email" in codes(accept(office, "B1", patron="R2").warnings)


def test_the_same_address_is_no_doubt(office):
    imported(office, OPEN)
    send(office, UNREAD)
    assert "doubt-reader-email" not in codes(accept(office, "B1", patron="R1").warnings)


def test_where_neither_side_has_an_address_there_is_no_doubt(office):
    imported(office, OPEN.replace("ada@readers.example", ""))
    send(office, test_wishes_forgotten.WISH.replace("E-mail: ada@readers.example\n", ""))
    assert "doubt-reader-email" not in codes(office.shown("B1").review.doubts)


def test_the_note_is_shown_as_what_goes_to_the_library_without_greeting(office):
    send(office, GREETED)
    assert lines(office)["Note (goes to the library)"] == "With its map, / please."
    assert office.shown("B1").note == "With its map,\nplease."
    accept(office, "B1", nobody=True)
    assert not any("Gr" in one.text for one in office.sent)


@pytest.mark.parametrize(
    "note", ["Danke für die Karte", "Viele Grüße aus dem Archiv: bitte mit Karte", "Ada"]
)
def test_what_is_no_greeting_stays(office, note):
    send(office, UNREAD.replace("please.", note))
    assert office.shown("B1").note.endswith(note)


def test_a_german_form_may_call_it_number(office):
    send(office, UNREAD.replace("Zahl des Menschen", "Nummer"))
    assert office.shown("B1").review.patron_id == "R1"


def test_the_way_on_names_the_reader_where_the_form_does_not(office):
    send(office, UNREAD)
    assert ways(office)[0] == "mailproc accept B1 --patron ID"


def test_a_wish_whose_reader_is_forgotten_cannot_wait_again(office):
    imported(office, OPEN)
    send(office, UNREAD)
    decline(office)
    assert ways(office) == ["mailproc decline B1 --undo"]
    test_wishes_forgotten.forget(office)
    assert ways(office) == []


def test_a_refusal_names_all_that_would_be_set_aside(office):
    imported(office, OPEN)
    office.place(patron={"id": "R2"})
    imported(office, READERS.replace("bo@readers.example,", "bo@readers.example,fees"))
    wanted = place.read({"service": "LOAN", "item": {"title": "A book"}, "patron": {"id": "R2"}}, (BL,))
    with pytest.raises(LocalFault) as refused:
        place.place(office.store, office.app.context, wanted)
    said = refused.value
    assert codes([said.said, *said.also]) == ["same-reader", "reader-barred"]
    assert codes(said.possible) == ["enter-anyway"]


def test_a_library_whose_copy_we_lost_is_not_asked_again(office):
    number = office.place()
    office.act(number, "ship", heard_by="mail")
    office.act(number, "receive")
    office.act(number, "lost")
    shown = office.shown(number)
    told = " ".join(map(str, request_words.to_do(shown, office.app.context.language)))
    assert "--again" not in told

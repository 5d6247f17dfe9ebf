"""The reader of a wish that staff decline hears of it, once, where the store knows who it is."""

import dataclasses

import pytest

from mailproc.config import Privacy
from mailproc.flow import anonymising
from mailproc.office.requests import reviewing
from mailproc.store import patron_lists
from tests.flow.test_form_letters import FORM, READERS, USUAL, WISH, imported, send

ON_PAPER = "id,name,email,address,category,expires,blocks\nR1,Ada Reader,,1 High Street,STUDENT,,\n"


@pytest.fixture
def office(make_world, sqlite_url):
    return make_world(sqlite_url, USUAL + FORM)


def decline(office, *, run=True, **how):
    done = reviewing.decline(office.store, office.app.context, "B1", "we hold it", "clerk", **how)
    if run:
        office.run()
    return done


def asked(office, readers=READERS):
    imported(office, readers)
    send(office)


def switched_off(office):
    config = office.app.config
    config = config.model_copy(update={"notices": config.notices.model_copy(update={"declined": False})})
    context = dataclasses.replace(office.app.context, config=config)
    office.app = dataclasses.replace(office.app, config=config, context=context)


def test_the_reader_hears_why(office):
    asked(office)
    done = decline(office)
    assert str(done.said) == (
        "The reader Ada Reader hears of it by e-mail to ada@readers.example, with your reason."
    )
    (letter,) = office.sent
    assert letter.to == "ada@readers.example"
    assert "We cannot order it" in letter.text and "The reason: we hold it" in letter.text
    shown = office.shown("B1")
    assert [(one.id, one.state, one.rcpt_to) for one in shown.letters] == [
        (letter.name, "handed_over", "ada@readers.example")
    ]
    assert shown.untold == () and office.verify().differences == ()


def test_an_address_that_only_the_form_gives_gets_nothing(office):
    send(office)
    done = decline(office)
    assert str(done.said) == "The reader has not been told: Ada Reader, ada@readers.example."
    assert office.sent == [] and not done.writes


def test_the_address_of_the_store_counts_not_the_forms(office):
    imported(office, READERS)
    send(office, WISH.replace("ada@", "thief@"))
    decline(office)
    assert [one.to for one in office.sent] == ["ada@readers.example"]


@pytest.mark.parametrize("quietly", [True, False])
def test_nobody_is_told_where_staff_or_the_library_want_no_letter(office, quietly):
    asked(office)
    if not quietly:
        switched_off(office)
    done = decline(office, quiet=quietly)
    assert "has not been told" in str(done.said) and office.sent == []
    assert office.rows("request")[0]["patron_id"] is None


def test_a_dry_run_writes_nothing(office):
    asked(office)
    assert "hears of it" in str(decline(office, dry_run=True).said)
    assert office.rows("intent") == [] and office.shown("B1").line.needs == ("to-review",)


def test_a_reader_without_e_mail_gets_it_on_paper(office):
    asked(office, ON_PAPER)
    assert "waits to be printed" in str(decline(office).said)
    assert [one.state for one in office.shown("B1").letters] == ["to_print"]


def test_undone_before_it_leaves_nobody_hears_of_it(office):
    asked(office)
    decline(office, run=False)
    assert reviewing.take_back(office.store, office.app.context, "B1", "clerk").said is None
    office.run()
    assert office.sent == [] and office.rows("request")[0]["patron_id"] is None
    assert office.shown("B1").line.needs == ("to-review",)


def test_undone_afterwards_staff_hear_that_the_reader_knows(office):
    asked(office)
    decline(office)
    said = reviewing.take_back(office.store, office.app.context, "B1", "clerk").said
    assert str(said).startswith("The reader has been told already (O1)")


def test_it_counts_as_no_new_request_of_the_reader(office):
    asked(office)
    decline(office)
    with office.store.read() as connection:
        assert patron_lists.count_since(connection, "R1", office.now.replace(year=2000)) == 0


def test_it_is_forgotten_with_the_request(office):
    asked(office)
    decline(office)
    config = office.app.config
    forgetful = config.model_copy(update={"privacy": Privacy(anonymise_after=1)})
    context = dataclasses.replace(office.app.context, config=forgetful)
    office.later(days=3)
    anonymising.run(office.store, context)
    assert office.rows("outgoing")[0]["rcpt_to"] == ""
    assert b"Ada" not in b"".join(row["raw"] or b"" for row in office.rows("outgoing_bytes"))
    assert office.rows("request")[0]["patron_id"] is None


def test_a_bounce_of_it_is_known_as_one_of_ours(office):
    asked(office)
    decline(office)
    inbox_id = office.bounce(office.sent[-1])
    assert office.shown("B1").letters[0].state == "bounced"
    assert office.row("inbox", inbox_id)["state"] in ("done", "shelved")
    assert office.verify().differences == ()


def test_an_answer_to_it_is_left_to_staff(office):
    asked(office)
    decline(office)
    sent = office.sent[-1]
    known = next(line for line in sent.text.splitlines() if line.lower().startswith("message-id:"))
    reader = "ada@readers.example"
    answer = office.letter("But I need it. Ada", reader, "Re: We cannot order it", In_Reply_To=known[12:])
    office.inject(answer, reader)
    office.run()
    assert office.rows("inbox")[-1]["state"] == "shelved"

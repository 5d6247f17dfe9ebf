"""What the British Library says of a loan's renewal: nobody is asked for what will not be given."""

from datetime import date

import pytest

from mailproc.errors import LocalFault
from mailproc.office.queries import request_details


@pytest.fixture
def lent(small_world):
    """A loan that has come."""
    number = small_world.place()
    small_world.hear(f"{number}-1 SHIPPED LOAN")
    small_world.act(number, "receive")
    return small_world


def shown(world):
    with world.store.read() as connection:
        return request_details.shown(connection, "B1", world.app.context)


def actions(world):
    return shown(world).actions


def test_others_wait_for_it(lent):
    lent.hear("B1-1 DUE WAIT")
    assert lent.state("B1") == "RECEIVED" and lent.attention("B1") == ("message",)
    assert "renew" not in actions(lent)
    with pytest.raises(LocalFault, match="others wait for it"):
        lent.act("B1", "renew")
    assert lent.verify().differences == ()


def test_the_reader_is_not_invited_to_ask_for_it(lent):
    lent.hear("B1-1 DUE WAIT")
    lent.days(40)
    reminders = [letter.text for letter in lent.reader() if "must be back" in letter.text]
    assert reminders and all("does not let us keep it for longer" in text for text in reminders)


def test_a_renewal_that_was_announced_does_not_come(lent):
    lent.hear("B1-1 DUE*AUTOMATIC RENEWAL PENDING")
    lent.hear("B1-1 DUE WAIT")
    with pytest.raises(LocalFault, match="others wait for it"):
        lent.act("B1", "renew")


def test_a_recall_of_ours_is_a_letter_to_people(small_world, addresses):
    """DUE WAIT is no recall: it says that a loan is due soon, and is not renewed."""
    small_world.ordered("TXC1-1 S LOAN\nA book of ours")
    small_world.act("L1", "ship")
    small_world.act("L1", "recall", on=date(2026, 3, 20))
    letter = small_world.to(addresses["XX-CUSTOMER"])[-1]
    assert "we ask you to send it back" in letter.text and "\n  wanted back by Fri 20 Mar\n" in letter.text
    assert "DUE WAIT" not in letter.text and small_world.state("L1") == "RECALL"


def test_after_the_last_demand(lent):
    lent.later(days=50)
    lent.hear("B1-1 DUE")
    assert "renew" in actions(lent)
    lent.later(days=5)
    lent.hear("B1-1 *FINAL DEMAND")
    assert "renew" not in actions(lent)
    ways = "\n".join(letter.text for letter in lent.notices()[-1:])
    assert "act B1 return" in ways and "act B1 renew" not in ways
    with pytest.raises(LocalFault, match="last demand"):
        lent.act("B1", "renew")
    lent.act("B1", "renew", anyway=True)
    lent.hear("B1-1 RENEWED*16-09-2026")
    assert "renew" in actions(lent)


# --- what was agreed under a condition holds for the loan ---------------------------------------


@pytest.fixture
def in_library(small_world):
    """A loan that is here, lent for use in the library after we agreed; its Shipped does not repeat it."""
    small_world.place()
    small_world.act("B1", "conditional", heard_by="mail", condition="library-use-only")
    small_world.act("B1", "answer-condition", answer=True)
    small_world.act("B1", "ship", heard_by="mail", on=date(2026, 4, 10))
    assert "lent-on-conditions" not in small_world.attention("B1"), "staff have agreed to it"
    small_world.act("B1", "receive")
    return small_world


def test_the_reader_may_use_it_in_the_library_only(in_library):
    said = in_library.reader()[-1].text
    assert "You may use it here until Fri 10 Apr." in said and "You may keep it" not in said
    assert "It may be used in our library only" in said
    assert shown(in_library).loan_terms == {"condition": "library-use-only"}
    assert in_library.verify().differences == ()


def test_nobody_is_asked_to_bring_back_what_is_at_the_desk(in_library):
    letters = len(in_library.reader())
    in_library.days(60)
    assert len(in_library.reader()) == letters
    assert "send-back" in in_library.attention("B1")


def test_a_recall_of_what_is_at_the_desk_is_for_staff(in_library):
    letters = len(in_library.reader())
    in_library.act("B1", "recall", heard_by="phone", on=date(2026, 3, 20))
    assert len(in_library.reader()) == letters and "recalled" in in_library.attention("B1")
    found = shown(in_library)
    assert [one.notice for one in found.untold] == ["patron/recalled"]
    assert found.reader_due is None, "nothing is with the reader"
    assert in_library.verify().differences == ()


def test_a_lender_names_the_condition_when_it_ships(small_world):
    small_world.place()
    small_world.act("B1", "ship", heard_by="mail", condition="library-use-only")
    assert shown(small_world).loan_terms == {"condition": "library-use-only"}
    assert "lent-on-conditions" in small_world.attention("B1")
    small_world.act("B1", "receive")
    assert "It may be used in our library only" in small_world.reader()[-1].text


def test_a_condition_under_which_nothing_is_lent(small_world):
    small_world.place()
    with pytest.raises(LocalFault, match="'charges' is no condition"):
        small_world.act("B1", "ship", heard_by="mail", condition="charges")


SENT = {
    "the lender says that it has sent it": ("ship", "receive"),
    "it is simply here": ("receive",),
}


@pytest.mark.parametrize("case", SENT)
def test_a_condition_holds_for_what_comes_before_we_answer_it(small_world, case):
    small_world.place()
    small_world.act("B1", "conditional", heard_by="mail", condition="library-use-only")
    for action in SENT[case]:
        heard = {"heard_by": "mail", "on": date(2026, 4, 10)} if action == "ship" else {}
        small_world.act("B1", action, **heard)
        if action == "ship":
            assert "lent-on-conditions" in small_world.attention("B1"), "nobody has agreed to it"
    said = small_world.reader()[-1].text
    assert "It may be used in our library only" in said and "You may keep it" not in said
    assert shown(small_world).loan_terms == {"condition": "library-use-only"}
    assert small_world.verify().differences == ()


def test_a_refusal_is_told_only_where_the_lender_refused(small_world):
    """No renewal can be asked for where our order never left; nobody has refused one."""
    small_world.place(run=False)
    small_world.act("B1", "ship", heard_by="post", on=date(2026, 4, 1), run=False)
    small_world.act("B1", "receive")
    small_world.days(40)
    reminders = [letter.text for letter in small_world.reader() if "must be back" in letter.text]
    assert reminders and all("please ask us" in text for text in reminders)
    assert not any("does not let us keep it" in text for text in reminders)

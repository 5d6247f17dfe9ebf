"""Whose letter is it: by the name on the wire, whatever the spelling of the symbols."""

import pytest

from .conftest import BORROWER, LENDER, MAIL, SECOND, US, partner

ASKED = {"initial_requester": BORROWER, "tgq": "G1", "tq": "1"}


@pytest.mark.parametrize("spelling", ["XX-LIBRARY", "xx-library", "XX:OLD", "xx:old", None])
def test_our_request_is_found_by_its_name(make_iso, spelling):
    iso = make_iso()
    library = iso.app.config.library.model_copy(update={"aliases": ("XX:OLD",)})
    iso = make_iso(partner(LENDER), library=library)
    iso.place(LENDER)
    named = {"initial_requester": spelling or "", "tgq": "B1", "tq": "1"}
    iso.hears("SHIPPED", transaction=named)
    assert iso.state("B1") == "SHIPPED"


@pytest.mark.parametrize(
    "named",
    [
        {"initial_requester": "XX-ELSE", "tgq": "B1", "tq": "1"},
        {"initial_requester": US, "tgq": "b1", "tq": "1"},
        {"initial_requester": US, "tgq": "B1", "tq": "01"},
        {"initial_requester": US, "tgq": "B1", "tq": "1", "stq": "1"},
        {"initial_requester": US, "tgq": "B1/1", "tq": ""},
    ],
)
def test_qualifiers_are_opaque(iso, named):
    iso.place(LENDER)
    iso.hears("SHIPPED", transaction=named)
    assert iso.state("B1") == "PENDING"
    assert [why for why in iso.shelf().values() if "no transaction with XX-LENDER matches" in why]


def test_the_right_name_from_the_wrong_partner(iso):
    iso.place(LENDER)
    inbox_id = iso.hears("SHIPPED", of=SECOND)
    assert iso.state("B1") == "PENDING"
    (why,) = iso.shelf().values()
    assert why == f"SHIPPED B1/1: B1-1 was asked of {LENDER}, but this comes from {SECOND}"
    assert iso.row("inbox", inbox_id)["note"] == "1 read"  # it is placed nowhere


@pytest.mark.parametrize("spelling", [BORROWER, "xx-borrower", "als:BOR", "ALS:bor", ""])
def test_a_borrowers_letters_are_found(make_iso, spelling):
    iso = make_iso(partner(BORROWER, aliases=("als:BOR",)))
    iso.asks()
    iso.hears("CANCEL", BORROWER, ASKED | {"initial_requester": spelling})
    assert iso.state("L1") == "CANCEL_PENDING"


def test_a_borrower_is_answered_in_its_own_spelling(make_iso):
    iso = make_iso(partner(BORROWER, aliases=("als:BOR",)))
    named = {"initial_requester": "als:Bor", "tgq": "Käse + ?/", "tq": " 1"}
    iso.asks(transaction=named, requester="als:Bor", responder="xx:lib")
    iso.act("L1", "will-supply")
    said = iso.last()
    assert said["transaction"] == named
    assert (said["requester"], said["responder"]) == ("als:Bor", "xx:lib")


def test_a_name_without_initial_requester_is_echoed_without(iso):
    iso.asks(transaction={"initial_requester": "", "tgq": "G", "tq": "1"})
    iso.act("L1", "ship")
    assert iso.last()["transaction"] == {"tgq": "G", "tq": "1"}


THIRDS = {"initial_requester": "XX-THIRD", "tgq": "G1", "tq": "1"}


@pytest.mark.parametrize("named", [THIRDS, ASKED], ids=["a third library's", "forged as the borrower's"])
def test_a_transaction_id_that_another_partner_used_first(iso, named):
    """The name is that of the proven partner who opened it: nobody's request stands in another's way."""
    iso.asks(transaction=named, of=SECOND, item={"title": "What they want"})
    iso.asks(transaction=named, of=BORROWER, item={"title": "What we want"})
    rows = [(row["opened_by"], row["partner"], row["state"]) for row in iso.rows("transactions")]
    assert rows == [(SECOND, SECOND, "IN_PROCESS"), (BORROWER, BORROWER, "IN_PROCESS")]
    assert (iso.shown("L1").line.title, iso.shown("L2").line.title) == ("What they want", "What we want")
    iso.act("L2", "ship")
    assert iso.sent[-1].to == MAIL[BORROWER]
    iso.hears("STATUS_QUERY", SECOND, named)
    assert (iso.sent[-1].to, iso.last()["report"]["current_state"]) == (MAIL[SECOND], "IN_PROCESS")
    assert "What we want" not in str(iso.last())
    iso.hears("CANCEL", SECOND, named)
    assert (iso.state("L1"), iso.state("L2")) == ("CANCEL_PENDING", "SHIPPED")
    assert iso.shelf() == {}


def test_a_request_again_is_judged_among_the_partners_own(iso):
    """The same name with another item is a duplicate of one's own request alone."""
    for of in (BORROWER, SECOND):
        iso.asks(of=of, transaction=ASKED, item={"title": f"For {of}"})
    assert iso.said() == []
    iso.asks(of=SECOND, transaction=ASKED, item={"title": "Something else"})
    assert [said["type"] for said in iso.said(SECOND)] == ["STATUS_OR_ERROR_REPORT"]
    assert iso.said(BORROWER) == []


@pytest.mark.parametrize("kind", ["LOST", "DAMAGED", "MESSAGE", "STATUS_QUERY", "STATUS_OR_ERROR_REPORT"])
def test_messages_of_both_roles_under_one_number(iso, kind):
    """We and they count alike: both have a B1-1 with each other."""
    iso.place(LENDER)
    theirs = {"initial_requester": LENDER, "tgq": "B1", "tq": "1"}
    iso.asks(of=LENDER, transaction=theirs)
    more = {"note": "words"}
    iso.hears(kind, LENDER, iso.id_of_ours(), requester=US, responder=LENDER, **more)
    assert (iso.events("B1")[-1], iso.events("L1")[-1]) == (kind, "ILL_REQUEST")
    iso.hears(kind, LENDER, theirs, requester=LENDER, responder=US, **more)
    assert (iso.events("B1")[-1], iso.events("L1")[-1]) == (kind, kind)
    assert iso.events("B1").count(kind) == 1
    unnamed = {"initial_requester": "", "tgq": "B1", "tq": "1"}
    iso.hears(kind, LENDER, unnamed, requester=LENDER, responder=US, note="other words")
    assert iso.events("L1").count(kind) == 2


def test_a_hub_hears_both_sides(make_iso):
    iso = make_iso(partner("XX-HUB"))
    iso.place("XX-HUB")

    def round_trip():
        letter = iso.sent[-1]
        iso.inject(letter.raw, letter.to)
        iso.run()

    round_trip()
    assert (iso.state("B1"), iso.state("L1")) == ("PENDING", "IN_PROCESS")
    iso.act("L1", "message", note="from the lender")
    round_trip()
    iso.act("B1", "message", note="from the borrower")
    round_trip()
    iso.act("L1", "ship")
    round_trip()
    iso.act("B1", "query")
    round_trip()
    round_trip()  # the answer
    assert iso.events("B1") == [
        "request", "MESSAGE", "message", "SHIPPED", "query", "STATUS_OR_ERROR_REPORT",
    ]  # fmt: skip
    assert iso.events("L1") == ["ILL_REQUEST", "message", "MESSAGE", "ship", "STATUS_QUERY"]
    iso.act("L1", "lost")
    round_trip()
    assert (iso.state("B1"), iso.state("L1")) == ("LOST", "LOST")


def test_messages_that_overtook_their_request_are_processed_after_it(iso):
    iso.hears("RENEW", BORROWER, ASKED)
    iso.hears("MESSAGE", BORROWER, ASKED, note="please hurry")
    iso.hears("CANCEL", BORROWER, ASKED | {"tgq": "G2"})
    assert len(iso.shelf()) == 3
    iso.asks()
    assert iso.events("L1") == ["ILL_REQUEST", "RENEW", "MESSAGE"]
    assert iso.state("L1") == "RENEW_PENDING"  # they have it: a real book is out
    assert len(iso.shelf()) == 1


def test_a_cancel_that_overtook_its_request(iso):
    iso.hears("CANCEL", BORROWER, ASKED)
    iso.asks()
    assert (iso.state("L1"), iso.attention("L1")) == ("CANCEL_PENDING", ("cancel-asked",))
    assert iso.shelf() == {}

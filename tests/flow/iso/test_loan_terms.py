"""On what terms a loan came: staff and the reader know them, and nobody asks for what will not be given."""

from datetime import date

import pytest

from mailproc.cli import request_view
from mailproc.errors import LocalFault
from mailproc.office.queries import possible_actions, request_details

from .conftest import BORROWER, LENDER

DUE = {"on": "2026-04-20"}


def shipped(iso, **said):
    iso.place(LENDER)
    iso.hears("SHIPPED", shipped_service="LOAN", **({"due": DUE} | said))


def seen(iso):
    with iso.store.read() as connection:
        return request_details.shown(connection, "B1", iso.app.context)


def head(iso, capsys):
    """What `show` says above the history."""
    request_view.tell(seen(iso), iso.app.context)
    return capsys.readouterr().out.partition("When")[0]


def test_to_be_used_in_the_library_only(iso, capsys):
    shipped(iso, shipped_conditions="library-use-only")
    assert iso.attention("B1") == ("lent-on-conditions",)
    (notice,) = iso.notices()
    assert "they lend it on conditions" in notice.text
    assert "their condition: it may be read in the library only" in notice.text
    assert "Conditions       it may be read in the library only" in head(iso, capsys)
    iso.act("B1", "receive")
    (arrived,) = iso.reader()
    assert "It may be used in our library only" in arrived.text
    assert iso.attention("B1") == ()  # staff have it in their hands, and `show` still says so
    assert "it may be read in the library only" in head(iso, capsys)


def test_a_reader_reads_it_in_the_language_of_the_reader(iso):
    reader = {"id": "R1", "name": "A Reader", "email": "r@readers.example", "language": "de"}
    iso.place(LENDER, patron=reader)
    iso.hears("SHIPPED", shipped_service="LOAN", due=DUE, shipped_conditions="client-signature-required")
    iso.act("B1", "receive")
    assert "Bei der Abholung m=C3=BCssen Sie daf=C3=BCr unterschreiben." in iso.reader()[0].text


def test_an_ordinary_loan_needs_nobody(iso, capsys):
    shipped(iso)
    assert iso.attention("B1") == () and iso.notices() == []
    assert "Conditions" not in head(iso, capsys)
    iso.act("B1", "receive")
    assert "only" not in iso.reader()[0].text


def test_insurance_is_for_staff_not_for_the_reader(iso, capsys):
    amounts = {"insured_for": {"amount": "80", "currency": "EUR"}}
    shipped(iso, **amounts, return_insurance={"amount": "50.00", "currency": "EUR"})
    assert iso.attention("B1") == ("lent-on-conditions",)
    assert "to be insured for 50.00 EUR on its way back" in iso.notices()[0].text
    shown = head(iso, capsys)
    assert "insured for 80 EUR on its way here" in shown and "50.00 EUR on its way back" in shown
    iso.act("B1", "receive")
    assert "insur" not in iso.reader()[0].text


def test_what_was_lent_without_renewal_is_not_asked_to_be_renewed(iso, capsys):
    shipped(iso, due=DUE | {"renewable": False})
    assert iso.attention("B1") == ("lent-on-conditions",)
    assert "they do not renew it" in iso.notices()[0].text
    iso.act("B1", "receive")
    assert "It cannot be renewed." in iso.reader()[0].text
    assert "no renewal: the lender lent it without renewal" in head(iso, capsys)
    assert "renew" not in seen(iso).actions
    before = iso.dump()
    with pytest.raises(LocalFault, match=r"lent it without renewal.*--anyway") as refused:
        iso.act("B1", "renew")
    assert "renew" not in refused.value.possible and iso.dump() == before
    with iso.store.read() as connection:
        found = possible_actions.choices(connection, "B1", iso.app.context)
    against = {one.action.name: str(one.against) for one in found}
    assert "without renewal" in against["renew"] and not against["return"]
    iso.act("B1", "renew", anyway=True)
    assert iso.kinds()[-1] == "RENEW"


def test_a_renewal_that_was_granted_all_the_same_names_its_own_terms(iso):
    shipped(iso, due=DUE | {"renewable": False})
    iso.act("B1", "receive")
    iso.act("B1", "renew", anyway=True)
    iso.hears("RENEW_ANSWER", answer=True, due={"on": "2026-05-20", "renewable": True})
    assert "renew" in seen(iso).actions
    iso.act("B1", "renew")
    assert iso.state("B1") == "RENEW_PENDING"


def test_terms_told_by_telephone_are_not_lost_by_undo(iso):
    shipped(iso, shipped_conditions="no-reproduction")
    iso.act("B1", "receive", run=False)
    iso.act("B1", "undo")
    assert iso.shown("B1").loan_terms == {"condition": "no-reproduction"}


def test_what_iso_has_no_place_for_is_said_too(iso):
    iso.place(LENDER, keywords=["WLX"])
    assert "not told: Keywords: WLX" in iso.shown("B1").history[0].note


LIMIT = {"amount": "20", "currency": "EUR"}


def test_what_the_borrower_does_not_pay_is_shipped_only_if_staff_insist(iso):
    iso.asks(max_cost=LIMIT)
    before = iso.dump()
    with pytest.raises(LocalFault, match=r"pay at most 20 EUR.*--anyway"):
        iso.act("L1", "ship", cost="20.50 EUR")
    assert iso.dump() == before
    iso.act("L1", "ship", cost="20.50 EUR", anyway=True)
    assert iso.attention("L1") == ("cost-over-limit",)
    assert iso.last()["cost"] == {"amount": "20.50", "currency": "EUR"}


def test_a_price_that_the_borrower_agreed_to_is_shipped(iso):
    named = iso.asks(max_cost=LIMIT)
    iso.act("L1", "conditional", condition="charges", cost="25 EUR")
    iso.hears("CONDITIONAL_REPLY", BORROWER, named, answer=True)
    with pytest.raises(LocalFault, match="pay at most 20 EUR"):
        iso.act("L1", "ship", cost="25.50 EUR")
    iso.act("L1", "ship", cost="25 EUR")
    assert iso.attention("L1") == ()


def test_a_price_in_a_shipped_and_in_an_estimate_is_kept(iso):
    iso.place(LENDER, max_cost=LIMIT)
    iso.hears("SHIPPED", shipped_service="LOAN", due=DUE, cost={"amount": "25.00", "currency": "EUR"})
    assert iso.attention("B1") == ("cost-over-limit",)
    assert "we pay at most 20 EUR" in iso.notices()[0].text and "25.00 EUR" in iso.notices()[0].text
    iso.place(LENDER, title="Another book", max_cost=LIMIT)
    iso.hears(
        "ILL_ANSWER", transaction=iso.id_of_ours("B2-1"), results="ESTIMATE", cost_estimate={"amount": "9"}
    )
    assert "we pay at most 20 EUR" in iso.notices()[-1].text
    kept = [(row["status"], row["amount"], row["currency"]) for row in iso.rows("charge")]
    assert kept == [("charged", "25.00", "EUR"), ("estimated", "9", "")]


def test_a_condition_names_our_limit_too(iso):
    iso.place(LENDER, max_cost=LIMIT)
    iso.hears("ILL_ANSWER", results="CONDITIONAL", conditions=[{"condition": "charges"}], note="25 EUR")
    assert "we pay at most 20 EUR" in iso.notices()[0].text


def test_a_recall_names_the_day_until_which_no_reader_is_dunned(iso):
    iso.place(LENDER)
    iso.hears("SHIPPED", shipped_service="LOAN", due={"on": "2026-05-02", "renewable": True})
    iso.act("B1", "receive")
    iso.hears("RECALL", note="Needed for a course.\nWanted back by 2026-04-15.")
    assert "Please bring it back by Wed 15 Apr" in iso.reader()[-1].text
    heard = len(iso.reader())
    while iso.now.date() < date(2026, 4, 15):
        iso.days(1)
    assert len(iso.reader()) == heard
    iso.days(2)
    assert len(iso.reader()) == heard + 1


def test_a_recall_with_another_day_is_told_to_reader_and_staff(iso):
    iso.place(LENDER)
    iso.hears("SHIPPED", due={"on": "2026-05-25"})
    iso.act("B1-1", "receive")
    iso.hears("RECALL", note="Wanted back by 2026-05-01.")
    readers, staff = len(iso.reader()), len(iso.notices())
    iso.hears("RECALL", note="Wanted back by 2026-04-01.")
    assert "by Wed 1 Apr" in iso.reader()[-1].text
    assert (len(iso.reader()), len(iso.notices())) == (readers + 1, staff + 1)

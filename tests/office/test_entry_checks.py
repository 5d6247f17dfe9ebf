"""What is refused and what is warned of when staff enter a request."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from mailproc.config import PartnerLetter
from mailproc.errors import LocalFault
from mailproc.office.requests import amend, corrections, lend, place
from mailproc.office.requests.entry_checks import CHECKS, Weight

READER = {"id": "R1", "name": "A Reader"}
HOME = {"postal": {"name": "Our Library", "city": "Town"}}
BOOK = {"title": "On Letters", "author": "Seneca"}


def enter(world, *, anyway=False, partner="XX-BL", door="cli", **fields):
    value = {"service": "LOAN", "item": BOOK, "partners": [partner], "delivery": HOME} | fields
    return place.place(world.store, world.app.context, place.read(value), "clerk", anyway=anyway, door=door)


def lent(world, *, anyway=False, partner="XX-CUSTOMER", door="cli", **fields):
    value = {"service": "LOAN", "item": BOOK, "partners": [partner], "delivery": HOME} | fields
    return lend.enter(world.store, world.app.context, lend.read(value), "clerk", anyway=anyway, door=door)


def found(done):
    """The findings of checks; what the order's wire cannot carry is told beside them."""
    return [one.code for one in done.warnings if one.code != "not-told"]


WARNED = [
    ({"item": {"title": "A", "isbn": "9780306406158"}}, "isbn-wrong"),
    ({"item": {"title": "A", "issn": "0378-5954"}}, "issn-wrong"),
    ({"service": "COPY", "item": {"title": "A journal"}}, "copy-of-what"),
    ({"max_cost": {"amount": "12.50"}}, "cost-without-currency"),
]


@pytest.mark.parametrize(("fields", "code"), WARNED)
@pytest.mark.parametrize("way", [enter, lent])
def test_what_is_odd_is_entered_with_a_warning(small_world, way, fields, code):
    done = way(small_world, **fields)
    assert found(done) == [code]
    assert small_world.shown(done.number).line.title


def test_nothing_is_said_of_a_good_request(small_world):
    good = {"title": "A", "isbn": "0-306-40615-2", "issn": "0378-5955", "pagination": "45-52"}
    cost = {"amount": "12.50", "currency": "EUR"}
    for service in ("LOAN", "COPY"):
        assert found(enter(small_world, service=service, item=good, max_cost=cost)) == []


def test_a_library_that_has_an_account_of_ours_knows_our_address(small_world):
    assert found(enter(small_world, delivery=None)) == []
    assert found(lent(small_world, delivery=None)) == ["borrowers-address-missing"]


def test_a_borrower_whose_address_is_in_the_configuration_has_one(small_world):
    config, letter = small_world.app.config, PartnerLetter(postal=("1 High Street",))
    known = tuple(one.model_copy(update={"letter": letter}) for one in config.partner)
    config = config.model_copy(update={"partner": known})
    context = replace(small_world.app.context, config=config)
    small_world.app = replace(small_world.app, config=config, context=context)
    assert found(lent(small_world, delivery=None)) == []


@pytest.mark.parametrize("name", ["need_before", "expiry"])
def test_a_day_that_has_passed_is_refused_of_ours_and_warned_of_theirs(small_world, name):
    with pytest.raises(LocalFault, match="2026-03-01 has passed"):
        enter(small_world, anyway=True, **{name: "2026-03-01"})
    assert found(lent(small_world, **{name: "2026-03-01"})) == ["their-day-passed"]


def test_the_same_reader_and_item(world):
    assert enter(world, patron=READER).number == "B1"
    with pytest.raises(LocalFault, match="R1 has an open request for the same item: B1") as refused:
        enter(world, patron=READER, item=BOOK | {"title": "ON LETTERS!"})
    assert str(refused.value.possible[0]) == "the same with --anyway"
    assert found(enter(world, patron={"id": "R2"})) == ["same-item"]
    assert found(enter(world, patron=READER, anyway=True)) == ["same-reader", "same-item"]
    assert found(enter(world, patron=READER, item={"title": "Another"})) == []


def test_a_corrected_citation_counts(world):
    enter(world, patron=READER, item={"title": "On Leters"})
    amend.amend(world.store, world.app.context, "B1", corrections.read({}, {"title": "On Letters"}))
    with pytest.raises(LocalFault, match="B1"):
        enter(world, patron=READER, item={"title": "On Letters"})


def test_a_correction_to_a_wrong_number_is_warned_of(world):
    enter(world, item={"title": "A", "isbn": "0-306-40615-2"})
    wanted = corrections.read({}, {"isbn": "0-306-40615-3", "issn": "0378-5954"})
    done = amend.amend(world.store, world.app.context, "B1", wanted)
    assert [one.code for one in done.follows[:2]] == ["isbn-wrong", "issn-wrong"]
    again = amend.amend(world.store, world.app.context, "B1", corrections.read({}, {"title": "B"}))
    assert not any("check digit" in str(one) for one in again.follows)


def test_what_has_ended_does_not_count(world):
    enter(world, patron=READER)
    world.act("B1", "cancel")
    assert world.shown("B1").closed_at is not None
    assert found(enter(world, patron=READER)) == []


def test_what_is_on_loan_to_us_already(world):
    enter(world, patron=READER)
    world.run()
    assert found(enter(world, patron={"id": "R2"})) == ["same-item"]
    world.act("B1", "receive")
    with pytest.raises(LocalFault, match="on loan to us, or on its way: B1"):
        enter(world, patron={"id": "R3"})
    copy = {"service": "COPY", "item": BOOK | {"pagination": "1-9"}}
    assert found(enter(world, patron={"id": "R3"}, **copy)) == []
    world.act("B1", "return")
    assert found(enter(world, patron={"id": "R3"})) == ["same-item"]


def test_an_order_that_a_borrower_has_sent_before(world):
    world.ordered("TXC1-1 S LOAN\nOn Letters\nSeneca")
    with pytest.raises(LocalFault, match="XX-CUSTOMER has asked for the same item: L1"):
        lent(world)
    assert found(lent(world, partner="XX-OTHER")) == []
    assert found(lent(world, anyway=True)) == ["same-borrower"]


def test_who_ships_hears_of_an_earlier_order(world):
    world.ordered("TXC1-1 S LOAN\nOn Letters\nSeneca", "TXC1-2 S LOAN\nOn Letters\nSeneca")
    told = "XX-CUSTOMER has asked for the same item: L1."
    assert str(world.foresee("L2", "ship").words[0]) == told
    assert not any("same item" in str(one) for one in world.foresee("L1", "ship").words), "L2 came later"
    world.act("L1", "unfilled", reason="lost")
    assert str(world.act("L2", "ship").words[0]) == told
    world.ordered("TXC1-3 S LOAN\nAnother", file_ref="2")
    assert told not in map(str, world.act("L3", "ship").words)


def test_long_after_it_ended_it_may_be_asked_for_again(world):
    lent(world)
    world.act("L1", "unfilled", reason="lost")
    with pytest.raises(LocalFault, match="L1"):
        lent(world)
    world.later(days=31)
    assert found(lent(world)) == []


def test_the_page_says_what_each_check_does():
    page = (Path(__file__).parents[2] / "docs/requests.md").read_text(encoding="utf-8")
    rows = dict(
        re.findall(
            r"^\| `([a-z-]+)` \| [^|]+ \| (refused[^|]*|placed, [^|]*|warned[^|]*) \|$",
            page,
            flags=re.MULTILINE,
        )
    )
    assert rows == {code: row.weight.value for code, row in CHECKS.items()}
    assert set(rows.values()) == {one.value for one in Weight}


WITH_NUMBER = {"title": "On letters", "author": "Miller, J.", "isbn": "9780306406157"}
WITHOUT = {"title": "On Letters", "author": "J. Miller"}


@pytest.mark.parametrize(("first", "second"), [(WITH_NUMBER, WITHOUT), (WITHOUT, WITH_NUMBER)])
def test_one_book_with_and_without_its_isbn_is_said(small_world, first, second):
    enter(small_world, patron=READER, item=first)
    assert found(enter(small_world, patron=READER, item=second)) == ["same-words"]


@pytest.mark.parametrize("other", [{"author": "J. Smith"}, {"title": "On mail"}, {"author": ""}], ids=str)
def test_another_book_is_not_said(small_world, other):
    enter(small_world, patron=READER, item=WITH_NUMBER)
    assert found(enter(small_world, patron=READER, item=WITHOUT | other)) == []


def test_another_article_on_the_same_page_is_warned_of_and_not_refused(small_world):
    page = {"title": "J. of Weirs", "volume_issue": "4", "pagination": "12-19"}
    first, other = (page | {"article_title": title} for title in ("Bar", "Qux"))
    enter(small_world, service="COPY", item=first, patron=READER)
    assert "same-page" in found(enter(small_world, service="COPY", item=other, patron=READER))
    with pytest.raises(LocalFault, match="has an open request for the same item"):
        enter(small_world, service="COPY", item=page, patron=READER)


def test_what_looks_like_a_slip_is_asked_once_at_the_desk_and_holds_up_no_program(small_world):
    wrong = {"item": BOOK | {"isbn": "9780306406158"}}
    assert found(enter(small_world, **wrong)) == ["isbn-wrong"]
    with pytest.raises(LocalFault, match="check digit"):
        enter(small_world, door="desk", **wrong)
    assert "isbn-wrong" in found(enter(small_world, door="desk", anyway=True, **wrong))
    assert found(lent(small_world, door="desk", **wrong)) == ["isbn-wrong"], "the partner wrote it so"

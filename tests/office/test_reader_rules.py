"""What a reader may order, by block, expiry and category; what staff set aside; and when it has come."""

import pytest

from mailproc.config_patrons import PatronRule
from mailproc.errors import LocalFault
from mailproc.office.requests import place
from tests.office.test_patron_import import HEAD, run, with_rules

BOOK = {"title": "On Letters"}
FILE = (
    "id,name,category,expires,blocks\nR1,Ann,STUDENT,,\nR2,Bo,STAFF,,fees\nR3,Cy,,2026-03-01,\n"
    "R4,Di,,2026-03-02,\n"
)
BARRED = {
    "R2": "R2 may order nothing: blocked (fees)",
    "R3": "R3 may order nothing: the card expired on 2026-03-01",
}


def enter(world, patron, *, anyway=False, title="On Letters", service="LOAN", **more):
    item = {"title": title} if service == "LOAN" else {"title": "A journal", "article_title": title}
    value = {"service": service, "item": item, "partners": ["XX-BL"], "patron": {"id": patron} | more}
    return place.place(world.store, world.app.context, place.read(value), "clerk", anyway=anyway)


def codes(done):
    return [one.code for one in done.warnings if one.code.startswith("reader-")]


def remarks(world, number):
    return [one.remark for one in world.shown(number).history if one.event == "note"]


@pytest.mark.parametrize("patron", BARRED)
def test_who_is_barred_is_refused(small_world, patron):
    run(small_world, FILE)
    with pytest.raises(LocalFault) as refused:
        enter(small_world, patron)
    assert str(refused.value) == BARRED[patron]
    assert str(refused.value.possible[0]) == "the same with --anyway"


@pytest.mark.parametrize("patron", ["R1", "R4"])
def test_who_may_is_not_asked_about(small_world, patron):
    run(small_world, FILE)
    assert codes(enter(small_world, patron)) == []


def test_who_is_gone_is_refused(small_world):
    run(small_world, FILE)
    enter(small_world, "R1")
    run(small_world, HEAD + "R9,Zoe,,,,\n", anyway=True)
    with pytest.raises(LocalFault, match="not in the last file"):
        enter(small_world, "R1", title="Another")


def test_a_warning_is_enough_where_the_library_says_so(small_world, monkeypatch):
    run(small_world, FILE)
    with_rules(small_world, monkeypatch, blocked="warn")
    assert codes(enter(small_world, "R2")) == ["reader-barred-warned"]


def test_what_is_set_aside_stands_in_the_history(small_world):
    run(small_world, FILE)
    done = enter(small_world, "R2", anyway=True)
    assert codes(done) == ["reader-barred"]
    assert remarks(small_world, done.number) == [
        "placed with --anyway: the reader may order nothing: blocked (fees)"
    ]
    assert small_world.verify().differences == ()


def test_limits_and_services_go_by_category(small_world, monkeypatch):
    run(small_world, FILE)
    rules = (
        PatronRule(category="student", open=2, services=("LOAN",)),
        PatronRule(new=1, days=7),
    )
    with_rules(small_world, monkeypatch, rule=rules)
    for number in range(2):
        enter(small_world, "R1", title=f"Book {number}")
    with pytest.raises(LocalFault, match="R1 has 2 open requests; at most 2"):
        enter(small_world, "R1", title="Book 3")
    with pytest.raises(LocalFault, match="category student may order only this: loan"):
        enter(small_world, "R4", service="COPY", status="STUDENT")
    enter(small_world, "R4", service="COPY")
    with pytest.raises(LocalFault, match="R4 has placed 1 requests in 7 days; at most 1"):
        enter(small_world, "R4", title="Another")
    enter(small_world, "R8", title="Another")
    small_world.later(days=8)
    enter(small_world, "R8", title="A third")


def test_it_is_said_again_when_it_has_come(small_world):
    run(small_world, FILE)
    number = enter(small_world, "R1").number
    small_world.run()
    run(small_world, FILE.replace("STUDENT,,", "STUDENT,,lost card"))
    done = small_world.act(number, "receive")
    assert "R1 should not get it now: blocked (lost card)" in [str(one) for one in done.words]
    assert "blocked" not in str(small_world.act(number, "return").words)


def test_who_was_forgotten_is_not_named_by_mistake(small_world):
    small_world.app.context.forgotten.add("R1")
    with pytest.raises(LocalFault, match="was forgotten"):
        enter(small_world, "R1", anyway=True)
    small_world.app.context.forgotten.remove("R1")
    assert codes(enter(small_world, "R1")) == []


CARDS = (
    "id,name,barcodes,blocks\nR1,Ann,200001;AB12,\nR2,Bo,200002,fees\nR3,Cy,200003,\nR4,Di,200003,\n"
    "R10,Ed,200010,\nr11,Flo,,\nR11,Gus,,\n"
)


@pytest.mark.parametrize("typed", ["R1", "r1", " R1 ", "200001", "200001 ", "ab12", "R1\n"])
def test_a_reader_is_named_as_a_scanner_or_a_hand_does(small_world, typed):
    run(small_world, CARDS)
    number = enter(small_world, typed).number
    assert small_world.shown(number).patron["id"] == "R1"


@pytest.mark.parametrize("typed", ["r2", "200002", "200002 "])
def test_no_way_to_name_a_reader_leads_around_a_block(small_world, typed):
    run(small_world, CARDS)
    with pytest.raises(LocalFault, match="blocked"):
        enter(small_world, typed)


@pytest.mark.parametrize("typed", ["200003", "R12", "20000", "2", " "])
def test_a_number_of_nobody_or_of_several_makes_no_other_reader(small_world, typed):
    run(small_world, CARDS)
    if typed == "200003":
        with pytest.raises(LocalFault, match="R3, R4"):
            enter(small_world, typed)
    elif typed == " ":
        with pytest.raises(LocalFault, match="id"):
            enter(small_world, typed)
    else:
        assert codes(enter(small_world, typed)) == ["reader-unknown"]


def test_ids_that_differ_in_case_alone_are_two_readers(small_world):
    run(small_world, CARDS)
    assert small_world.shown(enter(small_world, "r11").number).patron["id"] == "r11"
    assert small_world.shown(enter(small_world, "R11", title="Another").number).patron["id"] == "R11"


def test_without_an_import_no_number_is_warned_of(small_world):
    assert codes(enter(small_world, "R77")) == []

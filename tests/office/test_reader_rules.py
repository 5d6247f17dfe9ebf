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


@pytest.mark.parametrize("patron", ["R1", "R4", "R9"])
def test_who_may_or_is_not_known_is_not_asked_about(small_world, patron):
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
    assert remarks(small_world, done.number) == [f"placed with --anyway: {BARRED['R2']}"]
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
    with pytest.raises(LocalFault, match="category student may order LOAN"):
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

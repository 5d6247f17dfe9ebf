"""What the law of a country wants before a copy is ordered."""

from dataclasses import replace
from datetime import timedelta

import pytest

from mailproc.errors import LocalFault
from mailproc.office.queries import request_details
from mailproc.office.requests import amend, corrections, place
from mailproc.store import same_item

ARTICLE = {"title": "J. of Weirs", "issn": "0378-5955", "article_title": "On Locks"}
SIGNED = {"signed_by": "R. Reader", "signed_on": "2026-03-01"}


def under(world, law, **policy):
    """The world, in a library of that country."""
    config = world.app.config
    changed = config.policy.model_copy(update={"copyright": law, "copyright_wording": "2014"} | policy)
    config = config.model_copy(update={"policy": changed})
    world.app = replace(world.app, config=config, context=replace(world.app.context, config=config))
    return world


def enter(world, **fields):
    value = {"service": "COPY", "item": ARTICLE, "partners": ["XX-BL"]} | fields
    done = place.place(world.store, world.app.context, place.read(value), "clerk")
    world.run()
    return done


def found(done):
    """The findings of checks; what the order's wire cannot carry is told beside them."""
    return [one for one in done.warnings if one.code != "not-told"]


def declare(world, declaration=SIGNED, **more):
    wanted = corrections.read({"declaration": declaration})
    done = amend.amend(world.store, world.app.context, "B1", wanted, by="clerk", **more)
    world.run()
    return done


def test_uk_the_order_waits_for_the_declaration_and_then_goes(world):
    under(world, "uk")
    assert [one.code for one in found(enter(world))] == ["no-declaration"]
    assert world.to("orders@bl.example") == []
    assert (world.state("B1"), world.attention("B1")) == ("PENDING", ("declaration-missing",))
    (letter,) = world.notices()
    assert "mailproc amend B1 --declared-by NAME" in letter.text and "amend …" not in letter.text
    assert declare(world).way == "anew"
    assert world.attention("B1") == ()
    assert len(world.to("orders@bl.example")) == 1
    with world.store.read() as connection:
        shown = request_details.shown(connection, "B1", world.app.context)
    assert shown.entry.declaration == SIGNED | {"wording": "2014"}
    assert world.verify().differences == ()


def test_uk_it_is_told_once_and_tried_again_without_end(world):
    under(world, "uk")
    enter(world)
    world.days(3)
    assert world.events("B1").count("DECLARATION_MISSING") == 1
    assert world.to("orders@bl.example") == []


def test_uk_with_the_declaration_it_goes_at_once_and_so_to_the_next_library(world):
    under(world, "uk")
    assert found(enter(world, declaration=SIGNED, partners=["XX-BL", "XX-SECOND"])) == []
    world.hear("B1-1 NOT")
    assert [letter.to for letter in world.sent] == ["orders@bl.example", "orders@second.example"]


def test_uk_a_declaration_without_a_name_is_none(world):
    under(world, "uk")
    assert [one.code for one in found(enter(world, copyright_declared=True))] == ["no-declaration"]


def test_a_declaration_may_come_after_the_order_has_left(world):
    enter(world)
    assert declare(world).way == "recorded"
    assert len(world.to("orders@bl.example")) == 1
    assert world.shown("B1").history[-1].note == "declaration changed"
    world.act("B1", "receive")
    assert declare(world, SIGNED | {"signed_by": "R. R. Reader"}).way == "recorded"
    assert world.verify().differences == ()


def test_the_word_of_the_usa_is_in_the_order_so_it_cannot_be_changed_later(world):
    enter(world, copyright_compliance="US:CCG")
    wanted = corrections.read({"copyright_compliance": "US:CCL"})
    with pytest.raises(LocalFault, match="cannot be corrected any more"):
        amend.amend(world.store, world.app.context, "B1", wanted)


def test_uk_an_order_behind_which_more_waits_goes_too(world):
    under(world, "uk")
    enter(world)
    world.act("B1", "message", note="Is it there?")
    declare(world)
    assert len(world.to("orders@bl.example")) >= 1
    assert world.attention("B1") == ()


def test_uk_a_loan_needs_none(world):
    assert found(enter(under(world, "uk"), service="LOAN", item={"title": "A book"})) == []
    assert len(world.sent) == 1


def test_uk_a_held_order_can_be_cancelled(world):
    enter(under(world, "uk"))
    world.act("B1", "cancel")
    assert (world.state("B1"), world.attention("B1")) == ("CANCELLED", ())
    assert world.to("orders@bl.example") == []


@pytest.mark.parametrize(
    ("declaration", "named"),
    [
        ({"signed_on": "2026-03-01"}, "signed_by"),
        ({"signed_by": " "}, "--declared-by"),
        ({"signed_by": "R", "signed_on": "2026-03-03"}, "2026-03-03"),
        ({"signed_by": "R", "page": 2}, "page"),
    ],
)
def test_a_declaration_that_is_none(small_world, declaration, named):
    with pytest.raises(LocalFault, match=named):
        enter(small_world, declaration=declaration)


def test_us_a_copy_needs_its_word(world):
    under(world, "us")
    with pytest.raises(LocalFault, match="--copyright CCG"):
        enter(world)
    assert enter(world, copyright_compliance="US:CCL").number == "B1"
    assert enter(world, service="LOAN", item={"title": "A book"}).number == "B2"


def test_us_the_copies_of_a_title_in_a_year_are_counted(world):
    under(world, "us")
    ccg = {"copyright_compliance": "US:CCG"}
    assert found(enter(world, **ccg)) == []
    enter(world, copyright_compliance="US:CCL")
    enter(world, item={"title": "Another journal", "article_title": "On Locks"}, **ccg)
    (warning,) = found(enter(world, item=ARTICLE | {"article_title": "On Weirs"}, **ccg))
    assert (warning.code, warning.values["count"]) == ("copies-of-title", 2)
    world.act("B1", "cancel")
    world.act("B1", "cancel-reply", answer=True, heard_by="phone")
    assert found(enter(world, **ccg))[0].values["count"] == 2
    world.later(days=320)
    assert found(enter(world, **ccg)) == []


def test_us_a_journal_counts_whatever_number_its_citation_has(world):
    under(world, "us")
    ccg = {"copyright_compliance": "US:CCG"}
    plain = {"title": "J. of Weirs", "volume_issue": "4"}
    enter(world, **ccg)
    enter(world, item=plain | {"article_title": "On Weirs"}, **ccg)
    (warning,) = found(enter(world, item=plain | {"issn": "0378-5955", "article_title": "On Mills"}, **ccg))
    assert warning.values["count"] == 3
    with world.store.read() as connection:
        shown = [
            request_details.shown(connection, f"B{one}", world.app.context).entry.copies for one in (1, 2, 3)
        ]
    assert shown == [1, 2, 3], "each is counted until itself"


def test_us_older_copies_of_a_title_hide_none_of_this_year(small_world, monkeypatch):
    under(small_world, "us")
    enter(small_world, copyright_compliance="US:CCG")
    small_world.later(days=320)
    enter(small_world, copyright_compliance="US:CCG")
    title, day = small_world.rows("request")[0]["title_key"], timedelta(days=1)
    monkeypatch.setattr(same_item, "MOST", 1)
    with small_world.store.read() as connection:
        now = small_world.now
        assert same_item.copies_of_title(connection, title, "", now - day, now + day) == 1


def test_none_asks_for_nothing(world):
    assert found(enter(world)) == []
    assert len(world.sent) == 1

"""A request as staff place it."""

import pytest

from mailproc.errors import LocalFault
from mailproc.office.requests import place

GOOD = {"service": "LOAN", "item": {"title": "A book"}, "partners": ["XX-BL"]}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"service": "GIFT"}, "service"),
        ({"service": None}, "service"),
        ({"item": {}}, "title"),
        ({"item": {"title": "   "}}, "title"),
        ({"item": {"title": "A", "colour": "red"}}, "colour"),
        ({"item": "a book"}, "item"),
        ({"item": {"title": 7}}, "item.title"),
        ({"partners": "XX-BL"}, "partners"),
        ({"partners": [1]}, "partners"),
        ({"patron": {"name": "A"}}, "id"),
        ({"patron": {"id": "R1", "shoe": 44}}, "shoe"),
        ({"patron": "R1"}, "patron"),
        ({"need_before": "soon"}, "need_before"),
        ({"max_cost": {"currency": "GBP"}}, "amount"),
        ({"max_cost": {"amount": "much"}}, "amount"),
        ({"delivery": {"electronic": ["a@b"]}}, "electronic"),
        ({"delivery": {"pigeon": "yes"}}, "pigeon"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_is_wrong_is_named(change, named):
    with pytest.raises(LocalFault) as refused:
        place.read(GOOD | change)
    assert named in str(refused.value)


@pytest.mark.parametrize("value", [[], "a book", None, 7])
def test_a_request_is_an_object(value):
    with pytest.raises(LocalFault):
        place.read(value)


def test_the_command_lines_partners_go_before_the_files():
    assert place.read(GOOD, ["XX-SECOND"]).partners == ("XX-SECOND",)


def test_symbols_compare_without_case(world):
    world.place("xx-bl", "Xx-SeCoNd")
    assert [one.partner for one in world.shown("B1").rota] == ["XX-BL", "XX-SECOND"]


def test_numbers_are_never_used_twice(world):
    numbers = [world.place(run=False) for _ in range(3)]
    with pytest.raises(LocalFault):
        world.place("XX-NOBODY")
    assert numbers == ["B1", "B2", "B3"]
    assert world.place() == "B4"


@pytest.mark.parametrize(
    "title",
    ["Two\r\nlines", "{{ 7 * 7 }}", "x" * 300, "كتاب عن الري", "TX marks the spot", "NNNN", "\0", "\ud800"],
)
def test_awkward_titles_are_kept(world, title):
    """What of it the wire can carry is another matter; the request is there, and staff see its letter."""
    number = world.place(title=title)
    line = world.shown(number).line
    assert line.state == "PENDING"
    assert line.delivery in ("handed_over", "held")
    assert world.verify().differences == ()


def test_the_reader_is_kept_up_to_date(world):
    world.place(patron={"id": "R9", "name": "Old Name"})
    world.place(patron={"id": "R9", "name": "New Name"})
    assert world.shown("B1").patron["name"] == "New Name"

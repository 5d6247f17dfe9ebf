"""Readers are found as people type their names: with and without marks, in upper and lower case."""

import pytest

from mailproc.office.patrons import patron_details
from tests.office.test_patron_import import run

FILE = (
    "id,name,email\nR1,Jörg MÜLLER,\nR2,Ann Mueller,\nR3,Eva Weiß,\nR4,Zoé Bueno,\nR5,Muller,\nR6,Ben,\n"
    "R7,Öle ÅSE,\nR8,a_b%,\n"
)


@pytest.mark.parametrize(
    ("typed", "ids"),
    [
        ("mueller", {"R1", "R2"}),
        ("müller", {"R1", "R2", "R5"}),
        ("MÜLLER jörg", {"R1"}),
        ("joerg", {"R1"}),
        ("muller", {"R1", "R5"}),
        ("weiss", {"R3"}),
        ("Weiß", {"R3"}),
        ("zoe", {"R4"}),
        ("bueno", {"R4"}),
        ("öle", {"R7"}),
        ("åse", {"R7"}),
        ("\u0301", set()),
        ("_", {"R8"}),
        ("%", {"R8"}),
        ("nobody", set()),
    ],
)
def test_a_name_is_found_as_it_is_typed(small_world, typed, ids):
    run(small_world, FILE)
    with small_world.store.read() as connection:
        found = patron_details.found(connection, typed, 50)
        assert {one.id for one in found} == ids
        assert patron_details.count(connection, typed).number == len(ids)

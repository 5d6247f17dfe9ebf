"""Find says in which field of a request it found what was typed."""

import pytest

from mailproc.office.queries import found_in, listing


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        ("iron", ("title",)),
        ("reader", ("reader",)),
        ("iron READER", ("title", "reader")),
        ("978-3-16-148410-0", ("isbn",)),
        ("9783161484100", ("isbn",)),
        ("r1", ("reader_number",)),
        ("iron r1", ("title", "reader_number")),
        ("nobody", ()),
    ],
)
def test_the_fields_with_the_words(small_world, typed, fields):
    small_world.place(item={"title": "Iron Bridges", "isbn": "978-3-16-148410-0"})
    with small_world.store.read() as connection:
        (line,) = listing.listed(connection, listing.Filter())
        assert found_in.fields(connection, line, typed) == fields

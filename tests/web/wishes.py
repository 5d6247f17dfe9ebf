"""Requests that readers submitted, as a form brings them."""

from typing import Any

from mailproc.ill.apdu import Item
from mailproc.ill.submitted import Source, SubmittedRequest, WrittenReader
from mailproc.ill.terms import Role
from mailproc.office.requests import submitted
from tests.support.world import World


def submit(
    house: World, *lenders: str, title: str = "On Letters", reader: str = "R1", partner: str = "", **more: Any
) -> str:
    """Submit a wish, or an order of ``partner``; its number."""
    said = SubmittedRequest(
        **{
            "role": Role.REQUESTER,
            "service": "LOAN",
            "item": Item(title=title, author="Seneca"),
            "reader": WrittenReader(id=reader, name="Ada Reader", email="ada@readers.example"),
            "note": "With its map.",
            "words": f"Title: {title}",
        }
        | more
    )
    source = Source(name="wishes", partner=partner, lenders=() if partner else lenders or ("XX-BL",))
    return house.store.write(
        lambda connection: submitted.submit(connection, house.app.context, said, source)
    ).number

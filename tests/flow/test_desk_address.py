"""A letter to staff names the page that shows what it is about, where there are pages with an address."""

import pytest

from mailproc.flow.prepare import desk_address
from tests.support.world import World

PUBLIC = "https://ill.library.example"


def at(world: World, *, enabled: bool, public_url: str):
    web = world.app.config.web.model_copy(update={"enabled": enabled, "public_url": public_url})
    return world.app.config.model_copy(update={"web": web})


@pytest.mark.parametrize(
    ("named", "address"),
    [
        ({"number": "B5", "letter": "I6"}, f"{PUBLIC}/r/B5"),
        ({"letter": "I6"}, f"{PUBLIC}/letters/I6"),
        ({"number": "A/../B"}, f"{PUBLIC}/r/A%2F..%2FB"),
        ({}, f"{PUBLIC}/"),
    ],
)
def test_the_address_is_that_of_the_page(small_world: World, named: dict[str, str], address: str) -> None:
    for url in (PUBLIC, f"{PUBLIC}/"):
        assert desk_address.of(at(small_world, enabled=True, public_url=url), **named) == address


def test_without_pages_or_their_address_none_is_named(small_world: World) -> None:
    assert desk_address.of(at(small_world, enabled=False, public_url=PUBLIC), number="B5") == ""
    assert desk_address.of(at(small_world, enabled=True, public_url=""), number="B5") == ""


@pytest.mark.parametrize("public_url", [PUBLIC, ""])
def test_the_letter_to_staff_names_it(small_world: World, public_url: str) -> None:
    config = at(small_world, enabled=True, public_url=public_url)
    object.__setattr__(small_world.app.context, "config", config)
    small_world.place()
    small_world.hear("B1-1 NOT")
    letters = [one.text for one in small_world.sent if "needs attention" in one.text]
    assert letters
    assert all((f"In the browser: {PUBLIC}/r/B1" in one) is bool(public_url) for one in letters)
    assert all(("mailproc act" in one) is not bool(public_url) for one in letters), "a page has buttons"
    assert not any("--title, " in one for one in letters), "nor has what each does an option beside it"

"""A letter that says where a document waits reaches staff the same day, each one, and moves no state."""

import pytest

from mailproc.office.requests import notes
from tests.flow.test_heard_suggestions import offered
from tests.support import files
from tests.support.files import PDF
from tests.support.partners import ADDRESS, BL, US
from tests.support.world import World

READY = "Your article is ready. Open https://docs.example/d/{} within 30 days.\n"


def arrives(world: World, about: str, number: int = 1, **headers: str) -> int:
    raw = world.letter(READY.format(number), ADDRESS[BL], f"Your order {about}", **headers)
    inbox_id = world.inject(raw, ADDRESS[BL])
    world.run()
    return inbox_id


def ordered(world: World) -> str:
    """A copy that the supplier knows by a number of its own."""
    number = world.place(service="COPY", title="An article")
    world.hear(f"{number}-1 00012345-001 USE*3")
    return number


def test_it_stands_in_the_history_of_its_request_and_staff_get_the_link(small_world: World) -> None:
    number = ordered(small_world)
    arrives(small_world, "00012345-001", Auto_Submitted="auto-generated")
    assert (small_world.state(number), small_world.shelf()) == ("PENDING", {})
    assert small_world.attention(number) == ("document-link",)
    told = small_world.notices()[-1].text
    assert "https://docs.example/d/1" in told
    assert "a document is ready at a link" in told


def test_staff_hear_of_each_though_they_have_not_looked_yet(small_world: World) -> None:
    first, second = (small_world.place(service="COPY", title=one) for one in ("One", "Two"))
    before = len(small_world.notices())
    arrives(small_world, f"{first}-1 00000001-001", 1)
    arrives(small_world, f"{second}-1 00000002-001", 2)
    told = [one.text for one in small_world.notices()[before:]]
    assert [f"https://docs.example/d/{one}" in text for one, text in zip((1, 2), told, strict=True)] == [
        True, True,
    ]  # fmt: skip


def test_staff_hear_of_each_about_one_request_whatever_the_limit(small_world: World) -> None:
    number = small_world.place(service="COPY", title="One")
    before = len(small_world.notices())
    for link in range(25):
        arrives(small_world, f"{number}-1 00000001-001", link)
    told = "\n".join(one.text for one in small_world.notices()[before:])
    assert all(f"https://docs.example/d/{link} " in told for link in range(25))


def test_one_that_names_no_request_of_ours_waits_on_the_shelf_and_staff_get_each(small_world: World) -> None:
    before = len(small_world.notices())
    for number in (1, 2):
        arrives(small_world, f"9999999{number}-001", number)
    assert len(small_world.shelf()) == 2
    told = "\n".join(one.text for one in small_world.notices()[before:])
    assert all(f"https://docs.example/d/{number}" in told for number in (1, 2))


def test_what_waits_at_a_link_is_with_us_until_staff_say_that_it_is_passed_on(small_world: World) -> None:
    number = small_world.place(service="COPY", title="One", delivery={"electronic": "r@readers.example"})
    arrives(small_world, f"{number}-1 00000001-001")
    small_world.act(number, "receive")
    assert "another library has sent us, as a file" in small_world.reader()[-1].text
    assert small_world.attention(number) == ("document-link",)
    notes.add(small_world.store, small_world.app.context, number, "passed on", "alice")
    assert small_world.attention(number) == ()


OFFERS: dict[str, tuple[str, bool]] = {
    "as the manual says it": ("Your article is ready: https://get.example/x\nFor 14 days.", True),
    "with the number between": ("Your article for request B1-1 is ready: https://get.example/x", True),
    "in German": ("Die Kopie liegt unter https://get.example/x zum Download bereit.", True),
    "the right one": ("Sorry. Now the right one: https://get.example/x", True),
    "the right one in German": ("Die richtige liegt unter https://get.example/x bereit.", True),
    "the right way": ("For the right procedure, see our page at https://library.example", False),
    "not the right one": ("This is not the right one. We are at https://library.example", False),
    "a refusal": ("The document is not available. See https://get.example/x", False),
    "a signature": ("We shall look for it.\n\nThe library, https://library.example", False),
}  # fmt: skip


@pytest.mark.parametrize("case", OFFERS)
def test_people_say_where_it_waits_in_their_own_words(small_world: World, case: str) -> None:
    text, link = OFFERS[case]
    number = small_world.place(service="COPY", title="An article")
    small_world.inject(small_world.letter(text, ADDRESS[BL], f"Your order {number}-1"), ADDRESS[BL])
    small_world.run()
    assert small_world.attention(number) == (("document-link",) if link else ("message",))
    told = small_world.notices()[-1].text
    assert (f"mailproc act {number} receive" in told) == link
    assert f"mailproc act {number} unfilled --heard-by mail" in told, "people may mean something else"


def test_a_letter_about_a_copy_on_its_way_offers_to_receive_it_first(small_world: World) -> None:
    number = small_world.place(service="COPY", title="An article")
    small_world.hear(f"{number}-1 SHIPPED COPY")
    small_world.inject(small_world.letter("Did it come?", ADDRESS[BL], f"{number}-1"), ADDRESS[BL])
    small_world.run()
    told = small_world.notices()[-1].text
    assert told.index(f"mailproc act {number} receive") < told.index(f"mailproc note {number}")
    assert "lost --heard-by" not in told, "nothing was lent"


def test_nobody_is_said_to_be_silent_who_has_sent_a_link(small_world: World) -> None:
    number = small_world.place(service="COPY", title="An article")
    arrives(small_world, f"{number}-1 00000001-001")
    small_world.days(12)
    assert small_world.attention(number) == ("document-link",)


def test_after_a_wrong_copy_staff_are_pointed_to_the_link_of_the_right_one(small_world: World) -> None:
    number = small_world.place(service="COPY", title="One", delivery={"electronic": "r@readers.example"})
    head = f"From: {ADDRESS[BL]}\nTo: {US}\nSubject: {number}-1\nMessage-ID: <w1@bl.example>\n"
    came = small_world.inject(files.letter(head, "Here it is.", [files.File("w.pdf", PDF)]), ADDRESS[BL])
    small_world.run()
    assert set(small_world.attention(number)) == {"document-came", "message"}
    small_world.act(number, "receive", wrong=True)
    assert small_world.attention(number) == ("wrong-copy",)
    link = small_world.inject(
        small_world.letter("The right one is at https://get.example/x", ADDRESS[BL], f"{number}-1"),
        ADDRESS[BL],
    )
    small_world.run()
    told = small_world.notices()[-1].text
    assert f"mailproc letter I{link}\n" in told and f"letter I{came}" not in told
    small_world.act(number, "receive")
    assert small_world.attention(number) == ("document-link",)
    assert offered(small_world, number)[0] == f"letter I{link}"
    assert f"letter I{came} --save DIR" not in offered(small_world, number)

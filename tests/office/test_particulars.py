"""What no request can say is refused when it is placed or corrected, and nothing is kept of it."""

import pytest

from mailproc.errors import LocalFault
from mailproc.office.requests import amend, corrections

LONG = f"{'r' * 90}@library.example"
BAD_ADDRESSES = [
    "a@b.example\nTX99 HACK",
    "a@b.example\r\nBcc: c@d.example",
    "a@b.example x",
    "nobody",
    "a@b@c",
    "a@\0b",
    "",
    LONG,
]
POSTAL = dict.fromkeys(("name", "extended", "street", "po_box", "city", "region", "country", "postcode"), "x")
IMPOSSIBLE = [
    *(({"delivery": {"electronic": bad}}, r"delivery\.electronic") for bad in BAD_ADDRESSES),
    ({"delivery": {"postal": POSTAL}}, r"delivery\.postal"),
    ({"need_before": "2026-03-01"}, "need_before: 2026-03-01 has passed"),
]


def amended(world, **wanted):
    return amend.amend(world.app.store, world.app.context, "B1", corrections.read(wanted), by="clerk")


@pytest.mark.parametrize(
    ("more", "named"),
    [
        *IMPOSSIBLE,
        ({"expiry": "2026-03-01"}, "expiry: 2026-03-01 has passed"),
        ({"billing": {"electronic": "a@b.example\nx"}}, r"billing\.electronic"),
    ],
)
def test_it_is_not_placed(small_world, more, named):
    before = small_world.dump()
    with pytest.raises(LocalFault, match=named) as refused:
        small_world.place(service="COPY", **more)
    assert "\n" not in str(refused.value)
    assert small_world.dump() == before


@pytest.mark.parametrize(("more", "named"), IMPOSSIBLE)
def test_it_is_not_corrected_so(small_world, more, named):
    small_world.place(service="COPY", run=False)
    before = small_world.dump()
    with pytest.raises(LocalFault, match=named):
        amended(small_world, **more)
    assert small_world.dump() == before


def test_today_is_soon_enough_and_an_old_day_hinders_no_other_correction(world):
    world.place(need_before="2026-03-02", run=False)
    world.later(days=1)
    assert amended(world, note="please").way == "anew"
    assert amended(world, need_before="2026-03-03").way == "anew"


def test_what_cannot_be_written_is_not_the_templates_fault(world):
    """What only the partner's own words show is held: the letter names the way out, and it is one."""
    world.place(keywords=["CANCEL"], run=False)
    world.run()
    assert world.attention("B1") == ("held-value",)
    (letter,) = world.notices()
    assert "cannot be written" in letter.text and "broken text" not in letter.text
    assert "mailproc amend B1 --title TITLE" in letter.text
    assert amended(world, keywords=None).way == "anew"
    world.run()
    assert world.attention("B1") == () and world.shown("B1").line.delivery == "handed_over"

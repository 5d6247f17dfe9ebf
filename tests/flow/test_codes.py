"""What each word of the British Library does to a transaction."""

import pytest

PENDING = {
    # code: state, attention, partner of the last attempt
    "SHIPPED COPY": ("SHIPPED", (), "XX-BL"),
    "SHIPPED LOAN": ("SHIPPED", (), "XX-BL"),
    "SHIPPED": ("SHIPPED", (), "XX-BL"),
    "USE*3": ("PENDING", (), "XX-BL"),
    "USE O/D": ("PENDING", (), "XX-BL"),
    "*TOTAL LIBRARY": ("PENDING", (), "XX-BL"),
    "CAT*REAPPLY 6": ("NOT_SUPPLIED", ("ask-later",), "XX-BL"),
    "NOT": ("PENDING", (), "XX-SECOND"),
    "NOT*NUKL": ("PENDING", (), "XX-SECOND"),
    "RCOP": ("PENDING", (), "XX-SECOND"),
    "DIRECT": ("NOT_SUPPLIED", ("ask-locations",), "XX-BL"),
    "CRF*CANNOT MATCH ITEM": ("NOT_SUPPLIED", ("ask-cannot-match",), "XX-BL"),
    "*INVALID ORDERING OPTIONS": ("NOT_SUPPLIED", ("ask-unfilled",), "XX-BL"),
    "TOTAL LOAN*MORE THAN 1 VOLUME": ("NOT_SUPPLIED", ("ask-unfilled",), "XX-BL"),
    "*TOTAL LIBRARY MAX COST 41.50": ("NOT_SUPPLIED", ("ask-cost",), "XX-BL"),
    "CANC": ("CANCELLED", ("cancelled-not-over",), "XX-BL"),
    "NCANC": ("PENDING", (), "XX-BL"),
    "RENEWED*16-09-2026": ("SHIPPED", (), "XX-BL"),
    "NO RENEW": ("SHIPPED", ("renewal-refused",), "XX-BL"),
    "DUE": ("NOT_RECEIVED_OVERDUE", ("overdue",), "XX-BL"),
    "*FINAL DEMAND": ("NOT_RECEIVED_OVERDUE", ("overdue", "final-demand"), "XX-BL"),
    "DUE*AUTOMATIC RENEWAL PENDING": ("PENDING", (), "XX-BL"),
    "DUE WAIT": ("PENDING", ("message",), "XX-BL"),
    "LONDON": ("PENDING", ("message",), "XX-BL"),
}


@pytest.mark.parametrize("code", PENDING)
def test_what_a_code_does_to_a_request_that_waits(small_world, code):
    state, attention, partner = PENDING[code]
    small_world.place("XX-BL", "XX-SECOND")
    small_world.place("XX-BL")  # a report whose only code is unknown is no report: B2 makes it one
    small_world.hear(f"B1-1 {code}", "B2-1 USE*2")
    line = small_world.shown("B1").line
    assert (line.state, line.attention, line.partner) == (state, attention, partner)


@pytest.mark.parametrize(
    ("code", "reason"), [("LONDON", "message"), ("*MISS", "message"), ("ROME", "unknown-code")]
)
def test_a_code_whose_meaning_is_known_is_not_called_unknown(small_world, code, reason):
    small_world.place()
    small_world.hear(f"B1-1 {code}")
    assert (small_world.state("B1"), small_world.attention("B1")) == ("PENDING", (reason,))


def test_which_volume_is_asked_in_every_place(small_world):
    """In the list, in the letter to staff, and to the reader once nobody is left to ask."""
    small_world.place()
    small_world.hear("B1-1 TOTAL LOAN*MORE THAN 1 VOLUME")
    (notice,) = small_world.notices()
    assert "it has several volumes: they ask which" in notice.text and "of their own" not in notice.text
    status = small_world.shown("B1").line.status
    assert small_world.app.context.language.status(status, small_world.now.date()) == (
        "Unfilled: it has several volumes: they ask which"
    )

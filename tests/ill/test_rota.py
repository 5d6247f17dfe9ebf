"""Whom to ask next."""

import pytest

from mailproc.ill.rota import Candidate, next_candidate

ASKED = Candidate(1, "XX-ASKED", tried=True)
ASKED_IN_VAIN = Candidate(2, "XX-VAIN", tried=True, why_not="not-owned")
PASSED_OVER = Candidate(3, "XX-OVER", why_not="no account")
NEXT, LAST = Candidate(4, "XX-NEXT"), Candidate(5, "XX-LAST")


@pytest.mark.parametrize(
    ("rota", "expected"),
    [
        ([], None),
        ([ASKED], None),
        ([PASSED_OVER], None),
        ([ASKED, ASKED_IN_VAIN, PASSED_OVER], None),
        ([NEXT, LAST], NEXT),
        ([ASKED, ASKED_IN_VAIN, PASSED_OVER, NEXT, LAST], NEXT),
        ([LAST, NEXT], LAST),
    ],
)
def test_the_first_that_was_neither_tried_nor_passed_over(rota, expected):
    assert next_candidate(rota) is expected

"""A reader's number however it is written: "R 1", "r1.", full-width digits. The one place that folds it."""

import unicodedata

LONGEST = 200
"""Characters that are looked at; a number has a dozen."""


def folded(number: str) -> str:
    """Return the number as numbers are matched: without case, signs, and forms of width (NFKC, UAX 15).

    Two readers may have numbers that fold to the same: who looks for one tries the number as written first.
    '' if it holds no letter and no digit.
    """
    plain = unicodedata.normalize("NFKC", number[:LONGEST]).casefold()
    return "".join(sign for sign in plain if sign.isalnum())

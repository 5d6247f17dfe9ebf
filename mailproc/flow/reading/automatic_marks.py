"""The fields that call a letter automatic, where a signature proves the letter and does not cover them.

Any server on the way can put such a field on top of a signed letter, and no protocol reads an automatic
reply: so a report must not be lost by a field that its sender did not write.
"""

from collections.abc import Collection
from dataclasses import replace

from mailproc.flow.reading.sender_proof import Proven
from mailproc.mail.letter import Letter


def without_unsigned(letter: Letter, proofs: Collection[Proven]) -> Letter | None:
    """Return the letter without the marks that no signature covers; None if there are none.

    ``proofs``: those that held. Another proof than a signature vouches for the whole letter.
    """
    if not proofs or not (letter.auto_submitted or letter.precedence):
        return None
    if any(one.signed is None for one in proofs):
        return None
    signed = frozenset[bytes].union(*(one.signed or frozenset() for one in proofs))
    kept = replace(
        letter,
        auto_submitted=letter.auto_submitted if b"auto-submitted" in signed else "",
        precedence=letter.precedence if b"precedence" in signed else "",
    )
    return None if kept == letter else kept

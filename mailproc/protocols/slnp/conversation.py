"""What each command is answered, once its outcome is known."""

import re
from collections.abc import Mapping

from mailproc.protocols.slnp import answers
from mailproc.protocols.slnp.commands import ACTIVE, CHANGE, CommandSaid

_OURS = re.compile(r"[A-Za-z0-9@#|/.-]{0,10}B\d{1,9}-\d{1,4}")
"""How our numbers look, whatever prefix they have."""


def taken(said: CommandSaid, number: str, texts: Mapping[str, str]) -> bytes:
    """Return the answer to a command that was stored and had its effect. ``number``: ours of the request."""
    if said.name == CHANGE:
        return answers.done(said.name)
    lends = said["BsTyp"] == ACTIVE
    named = said["ExternReferenz"] if lends else number
    words = answers.worded("afl-ok" if lends else "pfl-ok", texts)
    fields = [("PFLNummer", named)] if named else []
    return answers.data(said.name, (*fields, ("OKMsg", words)))


def refused(said: CommandSaid, words: str, texts: Mapping[str, str], *, again: bool = False) -> bytes:
    """Return the answer to a command that had no effect.

    ``words``: why a rule refuses it, '' if none does; ``again``: another order has its number.
    """
    if words:
        return answers.refused(words)
    if said.name == CHANGE:
        form = "pfl-nummer-fehlt" if _OURS.fullmatch(said["PFLNummer"]) else "pfl-nummer-falsch"
        return answers.refused(answers.worded(form, texts))
    return answers.refused(answers.worded("andere-bestellung" if again else "nicht-angelegt", texts))


def decides_by_catalogue(said: CommandSaid) -> bool:
    """Return whether a rule may refuse the order: a loan that we are asked for, of a record of ours.

    Copies are not checked, and an order without a record is for staff.
    """
    return said["BsTyp"] == ACTIVE and said["BsTyp2"] != "C" and said["TitelId"] not in ("", "999999999")

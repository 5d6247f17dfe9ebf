"""Understand how staff type an action: "check in", "checkin", "received"; and name the nearest one."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from types import MappingProxyType

from mailproc.ill.actions import BY_NAME
from mailproc.sentence import Sentence, sentence

_LONGEST = 40
_SEPARATORS = str.maketrans("", "", " -_")


def _plain(name: str) -> str:
    return name[:_LONGEST].lower().translate(_SEPARATORS)


_ALSO: Mapping[str, str] = MappingProxyType(
    {
        "received": "receive",
        "returned": "return",
        "shipped": "ship",
        "checkedin": "check-in",
        "cancelled": "cancel",
        "canceled": "cancel",
        "recalled": "recall",
        "renewed": "renew-reply",
        "renewal": "renew",
        "holdplaced": "hold",
        "notsupplied": "unfilled",
        "retry": "answer-retry",
        "closed": "close",
    }
)
"""Other words for an action, in the spelling of ``_plain``."""
_KNOWN: Mapping[str, str] = MappingProxyType({_plain(name): name for name in BY_NAME} | dict(_ALSO))

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "next": "mailproc next {number}",
        "amend": "mailproc amend {number} …",
        "rota": "mailproc rota {number}",
        "show": "mailproc show {number}",
        "note": "mailproc note {number} TEXT",
        "redeliver": "mailproc redeliver O12",
        "reorder": "mailproc amend {number} --again",
    }
)
"""Commands that staff try as an action."""


def known_as(typed: str) -> str:
    """Return the action that ``typed`` names; an unknown word as it is."""
    return _KNOWN.get(_plain(typed), typed)


def meant(typed: str, possible: Iterable[str], number: str) -> Sentence | None:
    """Return a sentence that names the action meant, of ``possible``, or the command; None if none is."""
    if command := COMMANDS.get(_plain(typed)):
        whole = command.format(number=number)
        return sentence("act-is-a-command", action=typed[:_LONGEST], command=whole)
    near = get_close_matches(typed[:_LONGEST].lower(), list(possible), n=1, cutoff=0.7)
    return sentence("act-nearest", nearest=near[0]) if near else None

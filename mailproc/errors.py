"""Errors, sorted by who must act, not by which module raised them.

Anything that is not one of these is a bug: it is logged with its traceback, the row
is shelved, and the daemon goes on with the next letter.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mailproc.sentence import Part


class MailprocError(Exception):
    """The base of every error that mailproc raises on purpose.

    It says one sentence that may be shown to anybody: it never holds a secret. ``str`` of it is English; who
    shows it to staff words ``said`` in their language.
    """

    def __init__(self, said: Part = "") -> None:
        super().__init__(said)
        self.said = said


class RemoteFault(MailprocError):
    """The partner must act: what was sent cannot be read or breaks the protocol.

    Decoders raise it. ``position`` is a line number counted from 1 (text formats) or an
    octet offset (binary ones), None where the fault has no place.
    """

    def __init__(self, text: Part, position: int | None = None) -> None:
        super().__init__(text)
        self.position = position


class LocalFault(MailprocError):
    """Whoever asked must act: refused before anything changed.

    Encoders and staff acts raise it. ``possible`` says what can be done instead, ``also`` what else is
    wrong: each is a sentence of its own.
    """

    def __init__(self, text: Part, possible: Sequence[Part] = (), also: Sequence[Part] = ()) -> None:
        super().__init__(text)
        self.possible = tuple(possible)
        self.also = tuple(also)


class TryLater(MailprocError):
    """Nobody must act yet: the row stays and is tried again after a pause."""


class NoRoom(TryLater):
    """As TryLater, for want of room on the store's disk: SMTP has an answer of its own for it."""


class StoreLost(TryLater):
    """The operator must act: the store is gone, was replaced, or is damaged. The service ends.

    For whoever hands a letter in it is "try later" all the same.
    """


class StillSilent(TryLater):
    """As TryLater, of a question that had no answer a short while ago: it was not asked again."""


class InDoubt(MailprocError):
    """The connection broke after the letter's last byte: it may have arrived or not."""


class GiveUp(MailprocError):
    """Staff must act: trying again will not help (a 5xx answer, four days of failures)."""


@dataclass(frozen=True)
class Setting:
    """Where a configuration problem sits. ``value`` is '' where it must not be shown."""

    key: str
    file: str
    value: str = ""


class Misconfigured(MailprocError):
    """The operator must act: names key, file and value (never a secret's); exit status 3."""

    def __init__(self, text: Part, setting: Setting | None = None) -> None:
        super().__init__(text)
        self.setting = setting

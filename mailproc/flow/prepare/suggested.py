"""What staff can do next, as a value: a command in a terminal and in letters, a link at the desk."""

from collections.abc import Mapping
from dataclasses import dataclass

from mailproc.ill.actions import BY_NAME

COMMANDS: Mapping[str, str] = {
    "amend": "amend {number} --title TITLE",
    "amend due": "amend {number} --due DATE",
    "declare": "amend {number} --declared-by NAME",
    "amend again": "amend {number} --title TITLE --again",
    "again": "amend {number} --again",
    "again corrected": "amend {number} … --again",
    "next": "next {number}",
    "next partner": "next {number} --partner SYMBOL",
    "add partner": "rota {number} --add SYMBOL",
    "note": "note {number} TEXT",
    "write reader": "note {number} TEXT --to-reader",
    "receive quiet": "act {number} receive --quiet",
    "save": "letter {letter} --save DIR",
    "pass on": "letter {letter} --to-reader FILE",
    "read": "letter {letter}",
    "redeliver": "redeliver {letter}",
    "dismiss": "dismiss {letter} --note TEXT",
    "partners": "partners",
    "partners confirm": "partners --confirm {letter}",
    "partners forget": "partners --forget {letter}",
    "templates": "templates",
    "print": "letters --print",
    "accept": "accept {number}",
    "accept for": "accept {number} --patron ID",
    "amend review": "amend {number} --title TITLE",
    "decline": "decline {number} --reason TEXT",
    "decline undo": "decline {number} --undo",
}
"""Commands other than actions; those of actions (``act renew-reply yes``) follow from their own table."""


@dataclass(frozen=True)
class Suggestion:
    """``key``: of ``COMMANDS``, or an action with its answer ("act renew-reply yes"). ``does``: in words.

    ``number``: of the request, B1-1 for an earlier order of it. ``letter``: a letter (O12, I7), or a learned
    address (A3). ``heard_by``: how the partner told it, '' for what we do. ``option``: what is given with it,
    by its name ("reason"), with its ``value``: a code, or a word for what staff fill in ("DAY").
    ``then``: what comes after it.
    """

    key: str
    does: str
    number: str = ""
    letter: str = ""
    heard_by: str = ""
    option: str = ""
    value: str = ""
    then: "Suggestion | None" = None

    @property
    def action(self) -> str:
        """Return the name of the action; '' for what is none."""
        word, _, rest = self.key.partition(" ")
        return rest.partition(" ")[0] if word == "act" else ""

    @property
    def answer(self) -> str:
        """Return the yes or no of the action; '' where it takes none."""
        return self.key.partition(" ")[2].partition(" ")[2] if self.action else ""

    @property
    def command(self) -> str:
        """Return what staff type, with the options without which it is refused."""
        named = {"number": self.number, "letter": self.letter}
        return f"mailproc {self._typed().format(**named)}{self._given()}"

    def _typed(self) -> str:
        if not self.action:
            return COMMANDS[self.key]
        return BY_NAME[self.action].command(self.answer, heard=bool(self.heard_by))

    def _given(self) -> str:
        """Return the options beside those that the action needs anyway."""
        option = f" --{self.option} {self.value}" if self.option else ""
        how = f" --heard-by {self.heard_by}" if self.heard_by else ""
        return f"{'' if option and option in self._typed() else option}{how}"

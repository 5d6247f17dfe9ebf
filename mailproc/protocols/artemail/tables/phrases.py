"""Translate statuses in plain English into the reply code that means the same.

A phrase has no meaning of its own: it leads to a row of the reply codes, so both give the same message.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import regex

from mailproc.protocols.artemail.dates import printed, read_date
from mailproc.protocols.artemail.tables.pattern_budget import Pattern, PatternLocation
from mailproc.protocols.artemail.tables.patterns import DATE_IN_WORDS, compiled
from mailproc.protocols.artemail.tables.reply_codes import PrintedCode, ReplyCodes

LONGEST_STATUS = 400
"""Characters of a status text that are looked at."""

_TRIED = {"position": "3", "weeks": "6", "amount": "41.50", "due": "16-09-2026", "date": "16-09-2026"}


@dataclass(frozen=True)
class Phrase:
    """A row of [[twin]], which is a status in plain English.

    ``patterns`` are searched; ``says`` is the code, with placeholders like {position}.
    """

    word: str
    patterns: tuple[Pattern, ...]
    says: str
    overlaid: bool = False

    @classmethod
    def of(
        cls,
        word: str,
        patterns: Iterable[str],
        says: str,
        codes: ReplyCodes,
        place: PatternLocation,
        *,
        overlaid: bool = False,
    ) -> Self:
        """Make a phrase. Raise ValueError that says what does not fit together."""
        made = tuple(compiled(each.replace("DATE", DATE_IN_WORDS), place, known=_TRIED) for each in patterns)
        phrase = cls(word, made, says or word, overlaid)
        if not phrase._is_said(_TRIED, codes):
            raise ValueError(f"says: {phrase.says!r} is not the code {word}")
        phrase._check_groups(codes)
        return phrase

    def _is_said(self, groups: Collection[str], codes: ReplyCodes) -> bool:
        """Return whether the code is that of this row if the pattern has only these groups."""
        found = codes.find(_filled(self.says, {name: _TRIED[name] for name in groups}))
        return found is not None and found.code.word == self.word

    def _check_groups(self, codes: ReplyCodes) -> None:
        """Raise ValueError if a pattern lacks a group that ``says`` needs."""
        for name in _TRIED:
            if f"{{{name}}}" in self.says and not any(name in each.groups for each in self.patterns):
                raise ValueError(f"says: {{{name}}} is a group of no pattern: (?P<{name}>…) is missing")
        for each in self.patterns:
            if not self._is_said(each.groups, codes):
                missing = ", ".join(name for name in _TRIED if f"{{{name}}}" in self.says)
                text = f"without the group {missing} it does not say {self.says!r}"
                raise ValueError(f"pattern {each.expression.pattern!r}: {text}")

    def code(self, status: str, codes: ReplyCodes) -> tuple[str, PrintedCode] | None:
        """Return the code as it would be printed; None if the text says something else."""
        for pattern in self.patterns:
            if match := pattern.search(status):
                said = _filled(self.says, _plain(match))
                found = codes.find(said)
                return (said, found) if found else None
        return None


@dataclass(frozen=True)
class Phrases:
    """The phrases in the order in which they are tried: a site's own before the shipped ones."""

    rows: Sequence[Phrase] = ()

    def find(self, status: str, codes: ReplyCodes) -> tuple[str, PrintedCode, Phrase | None] | None:
        """Return what a status text means: a code as it stands, or the first phrase that matches."""
        if found := codes.find(status):
            return status, found, None
        text = status[:LONGEST_STATUS]
        for row in self.rows:
            if said := row.code(text, codes):
                return *said, row
        return None


def _plain(match: regex.Match[str]) -> dict[str, str]:
    """Return the groups that matched, with days as reply codes print them."""
    said = {name: value for name, value in match.groupdict().items() if value}
    return {name: printed(day) if (day := read_date(value)) else value for name, value in said.items()}


def _filled(says: str, values: Mapping[str, str]) -> str:
    for name in _TRIED:
        says = says.replace(f"{{{name}}}", values.get(name, ""))
    return " ".join(says.split())

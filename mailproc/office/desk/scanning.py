"""What a scan at the desk means: the one request that the act fits, or why nothing is done."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.ill.actions import BY_NAME
from mailproc.office.acts import overtaken
from mailproc.office.queries import find, possible_actions, scanned
from mailproc.office.wording.plain_text import cut
from mailproc.store import events, requests, transactions
from mailproc.store.rows import Transaction

ACTS = ("receive", "collected", "brought-back", "return", "ship", "check-in")
"""Acts that need nothing but the book, in the order in which a book goes its way."""
MOMENT = timedelta(minutes=1)
"""So long the same scan again is taken for the same."""
MOST_NAMED = 5
"""Requests that an answer names."""
LONGEST_TITLE = 60


@dataclass(frozen=True)
class ScanAnswer:
    """One line. ``at``: the time on the wall; ``number``: of the request, '' where none or several fit;
    ``done``: whether anything was done."""

    at: str
    typed: str
    number: str = ""
    title: str = ""
    words: tuple[str, ...] = ()
    done: bool = False


def wall_time(context: Context, at: datetime | None = None) -> str:
    """Return the time of ``at``, or of now, on the wall of the library: "10:42:07"."""
    return f"{context.local(at or context.clock()):%H:%M:%S}"


@dataclass(frozen=True)
class ScanMeant:
    """``answer``: about the request; its words say why nothing is done. ``seen``: the mark of the request on
    which the act is to be done, '' where it is not."""

    answer: ScanAnswer
    seen: str = ""


@dataclass(frozen=True)
class Scan:
    """``typed`` was scanned for ``action``."""

    connection: Connection
    context: Context
    action: str
    typed: str

    def meant(self) -> ScanMeant:
        """Return what is to be done; writes nothing."""
        rows = scanned.attempts(self.connection, self.typed)
        if not rows:
            return self._nothing([], "unknown", typed=cut(self.typed, scanned.LONGEST))
        for row in rows:
            if at := self._done_lately(row):
                return self._nothing([row], "twice", time=at)
        fitting = [row for row in rows if self._allows(row)]
        if len(fitting) == 1:
            mark = overtaken.mark(self.connection, fitting[0].id)
            return ScanMeant(self._about(fitting), mark)
        left, of_one = fitting or rows, len({row.request_id for row in rows}) == 1
        if len(left) == 1 or (of_one and not fitting):
            return self._wrong_state(left[0])
        if of_one:
            named = ", ".join(f"{self._attempt(row)} {row.partner}" for row in left[:MOST_NAMED])
            return self._nothing([], "whose", numbers=named, count=len(left))
        named = ", ".join(self._number(row) for row in left[:MOST_NAMED])
        return self._nothing([], "several" if fitting else "none_fits", numbers=named, count=len(left))

    def _done_lately(self, row: Transaction) -> str:
        """Return when staff have done it, if that is a moment ago; '' if not, or if it was taken back."""
        last = events.last_of(self.connection, row.id, (self.action, "undo"))
        lately = last is not None and last.type == self.action and not last.heard_by
        if last is None or not lately or last.at < self.context.clock() - MOMENT:
            return ""
        return wall_time(self.context, last.at)

    def _allows(self, row: Transaction) -> bool:
        action = BY_NAME[self.action]
        return possible_actions.is_possible(self.connection, self._number(row), row, action, self.context)

    def _wrong_state(self, row: Transaction) -> ScanMeant:
        language, number = self.context.language, self._number(row)
        found = possible_actions.choices(self.connection, number, self.context)
        names = dict.fromkeys(one.action.name for one in found if one.action.name in ACTS and not one.against)
        stands = language.state_word(row.role, row.state)
        meant = self._nothing([row], "wrong_state", act=language.action_word(self.action), state=stands)
        possible = "; ".join(map(language.action_word, names))
        instead = language.label("desk_scan", "possible" if names else "see_page", acts=possible)
        return ScanMeant(replace(meant.answer, words=(*meant.answer.words, instead)))

    def _nothing(self, rows: Sequence[Transaction], name: str, **values: object) -> ScanMeant:
        said = self.context.language.label("desk_scan", name, **values)
        return ScanMeant(replace(self._about(rows), words=(said,)))

    def _about(self, rows: Sequence[Transaction]) -> ScanAnswer:
        answer = ScanAnswer(wall_time(self.context), cut(self.typed, scanned.LONGEST))
        if len(rows) != 1:
            return answer
        title = requests.load(self.connection, rows[0].request_id).title
        return replace(answer, number=self._number(rows[0]), title=cut(title, LONGEST_TITLE))

    def _number(self, row: Transaction) -> str:
        """Return the request's number; of an earlier attempt, or one that was named of several, its own."""
        attempts = transactions.of_request(self.connection, row.request_id)
        named = len(attempts) > 1 and find.names_attempt(self.typed)
        if named or attempts[-1].id != row.id:
            return self._attempt(row)
        return requests.number_of(self.connection, row.request_id)

    def _attempt(self, row: Transaction) -> str:
        return f"{requests.number_of(self.connection, row.request_id)}-{row.attempt}"

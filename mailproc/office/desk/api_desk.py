"""What other systems ask and do: the same questions, acts and JSON as the command line with --json."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.notices.language_files import ENGLISH
from mailproc.office.acts import overtaken, perform
from mailproc.office.acts.act_writing import ActWriting, at_once
from mailproc.office.acts.dry_run import foreseen
from mailproc.office.desk import api_acts
from mailproc.office.desk.api_acts import DOOR
from mailproc.office.desk.once_answered import AnsweredMeanwhile, OnceAnswers, OnceKey
from mailproc.office.partners import directory
from mailproc.office.queries import request_details
from mailproc.office.queries.find import request_of, transaction_of
from mailproc.office.queries.listing import RequestLine
from mailproc.office.requests import entering
from mailproc.office.requests.entered import Entered
from mailproc.office.staff.people import StaffPerson, StaffRole
from mailproc.office.staff.tokens import TokenDoor
from mailproc.office.wording.json_values import plain
from mailproc.office.wording.partner_json import partners_json
from mailproc.office.wording.request_json import outcome_json, shown_json
from mailproc.sentence import sentence
from mailproc.store.engine import Store

Json = Mapping[str, Any]
T = TypeVar("T")


class NotThere(LocalFault):
    """There is no such request, or several."""


class MayNot(LocalFault):
    """The token's role does not allow it."""


@dataclass(frozen=True)
class ApiAnswered:
    """``again``: it was answered before, and nothing was done now."""

    value: Json
    again: bool = False


@dataclass(frozen=True)
class ApiRequest:
    """``mark``: of all that has happened to it; '' where nobody was asked yet."""

    value: Json
    mark: str


class ApiDesk:
    """The interface for other systems. All raise TryLater."""

    def __init__(self, store: Store, context: Context) -> None:
        self._store = store
        self._context = context
        self._once = OnceAnswers(store, context)
        self.door = TokenDoor(store, context)

    def partners(self) -> list[dict[str, Any]]:
        """Return the directory, as `partners --json`."""
        with self._store.read() as connection:
            return partners_json(directory.listed(connection, self._context), directory.taught(connection))

    def request(self, number: str) -> ApiRequest:
        """Return a request, as `show --json`. Raise NotThere."""
        with self._store.read() as connection:
            try:
                found = request_details.shown(connection, number, self._context, ENGLISH)
            except LocalFault as fault:
                raise NotThere(fault.said, fault.possible) from None
            asked = bool(found.line.attempt)
            mark = overtaken.mark(connection, transaction_of(connection, number).id) if asked else ""
        return ApiRequest(plain(shown_json(found)), mark)

    def place(
        self, holder: StaffPerson, value: Any, once: OnceKey | None = None, *, anyway: bool, dry_run: bool
    ) -> ApiAnswered:
        """Enter the request that ``value`` says; the answer is as `request --json`. Raise MayNot, LocalFault.

        Of an earlier answer its warnings are told again, and the request as it stands now.
        """
        self._refuse_who_looks(holder)

        def enter(write: ActWriting) -> Entered:
            return entering.enter(
                self._store, self._context, value, holder.login, anyway=anyway, door=DOOR, write=write
            )

        if dry_run:
            return ApiAnswered(plain({"dry_run": True, "warnings": enter(foreseen).warnings}))
        answered = self._answered(once, lambda write: _entered(enter(write)), _entered)
        line = self._line(answered.value["number"])
        return ApiAnswered(plain(line) | answered.value, answered.again)

    def act(
        self, holder: StaffPerson, number: str, value: Any, seen: str = "", once: OnceKey | None = None
    ) -> ApiAnswered:
        """Act on a request as ``value`` says; the answer is as `act --json`. ``seen``: its mark when read.

        Raise MayNot, NotThere, Overtaken, LocalFault.
        """
        self._refuse_who_looks(holder)
        said = api_acts.read(value)
        act = api_acts.staff_act(replace(said, seen=seen or said.seen), number, holder)
        line = self._line(number)
        if said.dry_run:
            outcome = perform.foresee(self._store, self._context, act)
            return ApiAnswered(plain(outcome_json(outcome, line.number, line.attempt, would=True)))

        def job(write: ActWriting) -> Json:
            outcome = perform.perform(self._store, self._context, act, write)
            return outcome_json(outcome, line.number, line.attempt, would=False)

        def told(done: Any) -> Json:
            return outcome_json(done.outcome, line.number, line.attempt, would=False)

        done = self._answered(once, job, told)
        if once is not None and not done.again:
            self._once.complete(once, done.value)
        return done

    def _answered(
        self, once: OnceKey | None, job: Callable[[ActWriting], Json], told: Callable[[Any], Json]
    ) -> ApiAnswered:
        """Do the job, or return what was answered under its key."""
        if once is None:
            return ApiAnswered(plain(job(at_once)))
        if (known := self._once.earlier(once)) is not None:
            return ApiAnswered(known, again=True)
        try:
            answer = job(self._once.beside(once, told))
        except AnsweredMeanwhile:
            return self._answered(once, job, told)
        return ApiAnswered(plain(answer))

    def _line(self, number: str) -> RequestLine:
        """Return the request's line. Raise NotThere."""
        with self._store.read() as connection:
            try:
                request_of(connection, number)
            except LocalFault as fault:
                raise NotThere(fault.said, fault.possible) from None
            return request_details.shown(connection, number).line

    def _refuse_who_looks(self, holder: StaffPerson) -> None:
        if not holder.may(StaffRole.WORK):
            raise MayNot(sentence("api-role", name=holder.login))


def _entered(done: Entered) -> Json:
    """Return what of a new request is kept with its key: nothing of its reader."""
    value: Json = plain({"number": done.number, "warnings": done.warnings})
    return value

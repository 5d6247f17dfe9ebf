"""What other systems ask and do: the same questions, acts and JSON as the command line with --json."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.notices.language_files import ENGLISH
from mailproc.office.acts import overtaken, perform
from mailproc.office.acts.act_writing import ActWriting, at_once
from mailproc.office.desk import api_acts
from mailproc.office.desk.once_answered import AnsweredMeanwhile, OnceAnswers, OnceKey
from mailproc.office.partners import directory
from mailproc.office.queries import request_details
from mailproc.office.queries.find import request_of, transaction_of
from mailproc.office.queries.listing import RequestLine
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

        return self._answered(once, job, told)

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
        self._once.complete(once, answer)
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

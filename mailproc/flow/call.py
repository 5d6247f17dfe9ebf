"""Station of the hooks: tell the library system what the steps have written down (``store/hook_calls.py``).

As with letters, that a call is being made is committed before it is made, and its result after it. So a call
that a crash caught between the two is known to be in doubt. Nothing that a receiver does can hold up letters,
or the calls of another: each has its own few calls at once, each call a thread, and each deliverer a limit
of time.
"""

import logging
import math
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from queue import Empty, SimpleQueue
from time import monotonic

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.flow.hook_receivers import HookReceiver
from mailproc.flow.notify_staff import notify_staff
from mailproc.ill.attention import Reason
from mailproc.ils.hook_outcome import HookOutcome, HookResult
from mailproc.log import following, mask
from mailproc.sentence import sentence, shortened, stored
from mailproc.store import alarms, hook_calls, patrons, queue, reader_in_messages
from mailproc.store.engine import Store
from mailproc.store.events import NewEvent
from mailproc.store.hook_calls import HookCall
from mailproc.store.hook_tables import HookCallRow
from mailproc.store.queue import Due
from mailproc.store.reader_words import ReaderWords

_log = logging.getLogger(__name__)

Deliver = Callable[[HookCall], HookOutcome]
"""Makes one call, in a thread of its own, within its time limit."""
LOOK = 0.2
"""Seconds between looks for other calls while some are being made."""
REST = timedelta(seconds=30)
"""A receiver that failed is left alone for so long: what waits for it keeps its tries."""
ENDING = 3.0
"""Seconds that calls under way have to end when the service does."""
LONGEST_REPLY = 500
_ENDED_WELL = {HookResult.DONE: "handed_over", HookResult.FILED: "filed"}
FAILED = "HOOK_FAILED"
"""Event and alarm of a call that was given up, refused, or is in doubt."""


@dataclass(frozen=True)
class _Result:
    call: HookCall
    outcome: HookOutcome


class HookCaller:
    """Makes the calls that are due. One thread uses it; it keeps what the store could not write down.

    ``deliverers``: by the name of the receiver.
    """

    def __init__(self, store: Store, context: Context, deliverers: Mapping[str, Deliver]) -> None:
        self._store = store
        self._context = context
        self._deliverers = deliverers
        self._under_way: dict[int, HookCall] = {}
        self._ended: SimpleQueue[_Result] = SimpleQueue()
        self._unwritten: list[_Result] = []
        self._rests: dict[str, datetime] = {}
        self._is_unsure = False  # a commit failed, and may hold all the same: what began in it was not made

    def run(self, goes_on: Callable[[], bool] = lambda: True) -> int:
        """Make what is due until nothing is, while ``goes_on``; return how many calls were begun.

        Calls under way are ended first. At the end of the service they have ``ENDING`` seconds for that: what
        still hangs then is in doubt at the next start. Raise TryLater if the store cannot write; the next run
        then writes down what has ended.
        """
        begun, until = 0, math.inf
        while True:
            ends = not goes_on()
            until = min(until, monotonic() + ENDING) if ends else math.inf
            chosen = {} if ends or self._store.is_held else self._due()
            to_write = chosen or self._unwritten or self._is_unsure
            if (not to_write and not self._under_way) or monotonic() > until:
                return begun
            if not to_write:
                self._unwritten += self._results(LOOK)
            if to_write or self._unwritten:
                begun += self._turn(chosen)

    def _turn(self, chosen: Mapping[str, Sequence[Due]]) -> int:
        """Write down what has ended, and begin what is due, in one commit."""
        self._unwritten += self._results(0)
        ended = tuple(self._unwritten)
        was_unsure, self._is_unsure = self._is_unsure, True

        def job(connection: Connection) -> list[HookCall]:
            for result in ended:
                self._end(connection, result)
            if was_unsure:
                self._put_back(connection)
            now = self._context.clock()
            return [call for due in chosen.values() for call in hook_calls.claim(connection, due, now)]

        begun = self._store.write(job)
        self._is_unsure = False
        for result in ended:
            self._unwritten.remove(result)
            self._rest(result)
        for call in begun:
            self._start(call)
        return len(begun)

    def _put_back(self, connection: Connection) -> None:
        """A call that is marked as being made, and of which nobody here knows, was never made."""
        for call in hook_calls.in_state(connection, ("sending",)):
            if call.id not in self._under_way:
                end(
                    connection,
                    call,
                    HookOutcome(HookResult.LATER, sentence("hook-not-written")),
                    self._context,
                )

    def _due(self) -> dict[str, list[Due]]:
        now = self._context.clock()
        chosen: dict[str, list[Due]] = {}
        with self._store.read() as connection:
            for receiver in self._context.hooks:
                free = receiver.connections - self._busy(receiver.name)
                if free > 0 and not self._is_resting(receiver.name, now):
                    chosen[receiver.name] = hook_calls.due(connection, receiver.name, now, free)
        return {name: due for name, due in chosen.items() if due}

    def _busy(self, hook: str) -> int:
        return sum(call.hook == hook for call in self._under_way.values())

    def _is_resting(self, hook: str, now: datetime) -> bool:
        until = self._rests.get(hook)
        return until is not None and now < until <= now + REST  # further away: the clock was set

    def _rest(self, result: _Result) -> None:
        if result.outcome.result in (HookResult.LATER, HookResult.IN_DOUBT):
            self._rests[result.call.hook] = self._context.clock() + REST
        else:
            self._rests.pop(result.call.hook, None)

    def _results(self, within: float) -> list[_Result]:
        """Return what has ended; wait for the first at most ``within`` seconds."""
        found: list[_Result] = []
        while True:
            try:
                result = self._ended.get(timeout=within) if within else self._ended.get_nowait()
            except Empty:
                return found
            del self._under_way[result.call.id]
            found.append(result)
            within = 0

    def _start(self, call: HookCall) -> None:
        self._under_way[call.id] = call
        try:  # daemon threads: a receiver that hangs must not delay the end of the service
            threading.Thread(target=self._make, args=(call,), name=call.name, daemon=True).start()
        except (RuntimeError, MemoryError) as error:
            said = sentence("hook-not-begun", error=str(error))
            self._ended.put(_Result(call, HookOutcome(HookResult.LATER, said)))

    def _make(self, call: HookCall) -> None:
        with following(call.name, call.trace):
            try:
                self._store.check_run()
                outcome = self._deliverers[call.hook](call)
            except BaseException as error:
                _log.error("%s could not be made", call.name, exc_info=error)
                fault = sentence("program-fault", error=type(error).__name__)
                outcome = HookOutcome(HookResult.IN_DOUBT, fault)
        self._ended.put(_Result(call, outcome))

    def _end(self, connection: Connection, result: _Result) -> None:
        with following(result.call.name, result.call.trace):
            end(connection, result.call, result.outcome, self._context)


def end(connection: Connection, call: HookCall, outcome: HookOutcome, context: Context) -> None:
    """Write down what became of a call, without what names its reader."""
    outcome = outcome.changed(_without_reader(connection, call))
    receiver = context.hooks.get(call.hook)
    if outcome.result in _ENDED_WELL:
        _done(connection, call, outcome, context)
    elif outcome.result is HookResult.REFUSED:
        _leave_to_staff(connection, call, "shelved", outcome, context)
    elif outcome.result is HookResult.IN_DOUBT and not _may_repeat(receiver):
        _leave_to_staff(connection, call, "in_doubt", outcome, context)
    else:
        _later(connection, call, outcome, context)


def _without_reader(connection: Connection, call: HookCall) -> Callable[[str], str]:
    """Return what masks a text of the receiver: secrets, and the reader of the call, who is read if there is
    a text."""

    @cache
    def named() -> tuple[ReaderWords, ...]:
        if (reader := call.payload["reader"]) is None:
            return ()
        stored_one = patrons.load(connection, reader["id"])
        told = ReaderWords((reader["id"], *reader["barcodes"]), (), ())
        return told, reader_in_messages.words_of(connection, call.request_id, stored_one)

    def masked(text: str) -> str:
        for words in named():
            text = words.from_note(text)
        return mask(text)

    return masked


def _may_repeat(receiver: HookReceiver | None) -> bool:
    return receiver is not None and receiver.repeat_safe


def _done(connection: Connection, call: HookCall, outcome: HookOutcome, context: Context) -> None:
    reply = str(outcome.said)[:LONGEST_REPLY]
    state = _ENDED_WELL[outcome.result]
    if hook_calls.end(connection, call.id, state, at=context.clock(), reply=reply):
        did = "told" if outcome.result is HookResult.DONE else "did not tell"
        _log.info("%s %s %s of %s: %s", call.name, did, call.hook, call.event, outcome.brief)


def _later(connection: Connection, call: HookCall, outcome: HookOutcome, context: Context) -> None:
    """Try again after a pause, until the days of policy are over."""
    days = context.config.policy.give_up_days
    if queue.waited(call.attempts) >= timedelta(days=days):
        _leave_to_staff(connection, call, "shelved", _given_up(outcome, days), context)
        return
    if not hook_calls.end(connection, call.id, "prepared"):
        return
    level = logging.DEBUG if call.attempts > 1 else logging.WARNING
    _log.log(level, "%s for %s waits: %s", call.name, call.hook, outcome.brief)
    why = stored(shortened(outcome.said))
    queue.later(connection, HookCallRow, call.id, why, context.clock(), was="prepared")


def _given_up(outcome: HookOutcome, days: float) -> HookOutcome:
    said, brief = (sentence("given-up", days=f"{days:g}", why=why) for why in (outcome.said, outcome.brief))
    return replace(outcome, said=said, brief=brief)


def _leave_to_staff(
    connection: Connection, call: HookCall, state: str, outcome: HookOutcome, context: Context
) -> None:
    error = stored(shortened(outcome.said))
    if not hook_calls.end(connection, call.id, state, at=context.clock(), error=error):
        return
    why = shortened(outcome.brief)
    _log.error("%s for %s is %s: %s", call.name, call.hook, state, why)
    now = context.clock()
    if not alarms.raise_once(connection, FAILED, call.hook[:250], now):
        return
    event = NewEvent(cause="policy", type=FAILED, at=now, state="done")
    note = stored(sentence("hook-call-failed", call=call.name, hook=call.hook, why=why))
    notify_staff(connection, event, {"reasons": [Reason.HOOK_FAILED], "note": note})


def recover(store: Store, context: Context, *, died: bool = True) -> int:
    """End the tries that the last run of the service did not: they are in doubt; return how many.

    Not ``died`` where it ended as it was asked to, for which no call is to blame.
    """

    def job(connection: Connection) -> int:
        calls = hook_calls.in_state(connection, ("sending",))
        for call in calls:
            ended = HookOutcome(HookResult.IN_DOUBT, sentence("hook-broken-off"))
            deaths = call.unfinished - (not died)
            if deaths >= queue.DEATHS:
                killed = HookOutcome(HookResult.IN_DOUBT, queue.KILLED, queue.KILLED)
                _leave_to_staff(connection, call, "in_doubt", killed, context)
                continue
            end(connection, call, ended, context)
            hook_calls.count_deaths(connection, call.id, max(deaths, 0))
        return len(calls)

    return store.write(job)

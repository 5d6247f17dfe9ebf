"""Run the service: channels, stations, timers. If one of them dies, all are stopped.

Threads: the store's writer, those of each channel (the listener's loop), one for the stations (intake,
step, prepare, notices), one for sending and beside it one for each letter under way where there are
several connections to the relay, one for the hooks and one for each of their calls under way where there
are any, one for each look into a mailbox, one for the desk's loop and a few that answer
its pages, one that watches for other
processes' writes, the daemon's lock, the store's place and the clock, and one that sees whether all of
these go round (watchdog.py). Wake-ups are only hints: a lost one costs one
``IDLE_LOOK``, never a letter.
"""

import logging
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress

from mailproc.app import (
    beginning,
    channels,
    desk,
    hook_deliverers,
    jobs,
    metrics,
    port_check,
    secret_reload,
    standby,
    watchdog,
)
from mailproc.app.build import App
from mailproc.app.delivery import deliverer
from mailproc.app.heartbeat import Heartbeat
from mailproc.app.signals import Asked
from mailproc.app.wall_clock import WallClock
from mailproc.app.watchdog import Watchdog
from mailproc.app.work_round import work_once
from mailproc.errors import MailprocError, StoreLost, TryLater
from mailproc.flow import clock, older_attempts, send
from mailproc.flow.call import HookCaller
from mailproc.flow.prepare.waiting_letters import withdraw_if_outdated
from mailproc.flow.send import Deliver
from mailproc.mail.letter import Envelope
from mailproc.sentence import sentence
from mailproc.store.db_errors import driver_errors
from mailproc.transport import systemd
from mailproc.transport.incoming import Incoming, PolledPlace

_log = logging.getLogger(__name__)

IDLE_LOOK = 5.0
"""Seconds between looks without a hint: rows whose pause is over come due by themselves."""
LOCK_LOOK = 1.0
"""Seconds between looks whether the store is still ours."""
WATCH = 0.2
"""Seconds between looks for what another process (the command line) has written."""
Address = tuple[str, int]
STATIONS, SENDER, HOOKS = "stations", "sender", "hooks"
AT_A_TIME = 10_000
"""Letters in one round of the sender."""
DIALOGUE = 20
"""So many times ``deliver.timeout`` may one letter take at the relay, with all its commands."""
SWITCH = 0.001
"""Seconds for which a thread that computes keeps the others waiting: the writer gives Python's lock up at
every statement, and with the usual five thousandths each would cost it as much."""
PATIENCE = 10.0
"""Seconds for the threads to end. A letter that hangs in a socket by then is in doubt at the next start."""


class Daemon:
    """One running service. ``run`` returns when it was asked to stop: 0, or 1 after a failure."""

    def __init__(self, app: App, asked: Asked | None = None) -> None:
        self._app = app
        self._asked = asked or Asked()
        self._asked.on_hang_up = lambda: secret_reload.reload(app, self._channels)
        self._stop = threading.Event()
        self._failure = ""
        self._unwritten = False
        self._stations = threading.Event()
        self._sender = threading.Event()
        self._hooks = threading.Event()
        self._sweep_due = threading.Event()
        self._channels = channels.configured(app)
        polls = [poll for channel in self._channels for poll in channel.polls()]
        self._unlooked = {poll.name for poll in polls}
        self._threads: list[threading.Thread] = []
        self._watchdog = Watchdog(self._fail)
        self._jobs = jobs.Jobs(app, polls, self._look, self._sweep)
        ports = port_check.named(app.config)
        self._heartbeat = Heartbeat(app.store, app.context.clock, self._jobs.next_runs, ports=ports)

    def stop(self) -> None:
        """Ask the service to end; safe from a signal handler."""
        self._asked.stop()

    def run(self, ready: Callable[[Sequence[Address]], None]) -> int:
        """Run until stopped. ``ready`` is called with the addresses that are listened at once all is up."""
        app = self._app
        with ExitStack() as stack:
            stack.callback(sys.setswitchinterval, sys.getswitchinterval())
            sys.setswitchinterval(SWITCH)
            still_ours = stack.enter_context(standby.store_lock(app, self._asked))
            if still_ours is None:
                return 0
            stack.enter_context(self._watchdog.watching())
            app.store.start_writer(self._ring)
            beginning.begin(app)
            self._heartbeat.begin()
            stack.callback(lambda: self._heartbeat.end(self._failure))
            stack.push(self._note_failure)
            self._watchdog.report(self._heartbeat.beat)
            beginning.recover(app)
            if jobs.is_soon_examined(app.store):
                app.store.examine()  # before the door opens: nothing comes into a damaged store
            deliver, close = deliverer(app.config, app.context.clock, app.keep, app.lines)
            stack.callback(self._end, close)  # before the lock goes: the next daemon finds nobody at work
            addresses = [address for one in self._channels if (address := self._opened(one, stack))]
            if figures := metrics.door(app, self._heartbeat.metrics_told):
                stack.callback(figures.stop)
                figures.open()
            if pages := desk.door(app, self._heartbeat.desk_told):
                stack.callback(pages.stop)
                pages.open()
            self._start(deliver, still_ours)
            self._jobs.start(stack)
            ready(addresses)
            systemd.tell("READY=1", "STATUS=at work")
            self._asked.wait()
            _log.info("stopping")
            systemd.tell("STOPPING=1")
        return 1 if self._failure else 0

    def _note_failure(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """A start that failed is recorded with its reason: nobody has asked this service to end."""
        if error is not None and not self._failure:
            known = isinstance(error, MailprocError)
            self._failure = str(error) if known else f"a fault of this program: {type(error).__name__}"

    def _end(self, close: Callable[[], None]) -> None:
        self._stop.set()
        self._ring()
        until = time.monotonic() + PATIENCE
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        late = [thread.name for thread in self._threads if thread.is_alive()]
        if late:
            _log.warning("did not end in time: %s", ", ".join(late))
            if not self._failure:
                self._app.store.underway.end_in_order()
        else:
            close()

    def _ring(self) -> None:
        self._stations.set()
        self._sender.set()
        self._hooks.set()
        for channel in self._channels:
            channel.committed()

    def _opened(self, channel: Incoming, stack: ExitStack) -> Address | None:
        """Start a channel, watch it, and have it stopped before the stations are."""
        address = channel.start()
        stack.callback(channel.stop)
        self._watchdog.beat(channel.name)
        self._watchdog.ask(lambda: channel.ask(lambda: self._watchdog.beat(channel.name)))
        return address

    def _start(self, deliver: Deliver, still_ours: Callable[[], bool]) -> None:
        loops: dict[str, Callable[[], None]] = {
            STATIONS: lambda: self._loop(STATIONS, self._stations, self._work),
            SENDER: lambda: self._loop(SENDER, self._sender, lambda: self._send(self._watched(deliver))),
            "watcher": lambda: self._watch(still_ours),
        }
        if self._app.context.hooks:
            caller = HookCaller(self._app.store, self._app.context, hook_deliverers.deliverers(self._app))
            loops[HOOKS] = lambda: self._loop(HOOKS, self._hooks, lambda: self._call(caller))
        self._app.store.underway.on_move = lambda: self._watchdog.beat(STATIONS)
        self._watchdog.allow(SENDER, max(watchdog.STALL, DIALOGUE * self._app.config.deliver.timeout))
        self._watchdog.ask(self._ask_writer)
        for name, loop in loops.items():
            thread = threading.Thread(target=self._guarded, args=(name, loop), name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def _watched(self, deliver: Deliver) -> Deliver:
        def one(envelope: Envelope, raw: bytes, name: str) -> tuple[str, str]:
            self._watchdog.beat(f"{SENDER} {name}")
            try:
                return deliver(envelope, raw, name)
            finally:
                self._watchdog.rest(f"{SENDER} {name}")

        return self._heartbeat.noting(one)

    def _ask_writer(self) -> None:
        since = self._app.store.writing_since()
        if since is None:
            self._watchdog.rest("writer")
        else:
            self._watchdog.beat("writer", since)

    def _work(self) -> int:
        """A round of the stations. Mail first: what has come is heard before a silence is acted upon."""
        app = self._app
        done = work_once(app)
        if done or self._unlooked or not self._sweep_due.is_set():
            return done
        fired = clock.sweep(app.store, app.context)
        if fired < clock.BATCH:
            self._sweep_due.clear()
        return fired

    def _sweep(self) -> None:
        self._sweep_due.set()
        self._stations.set()
        older_attempts.run(self._app.store, self._app.context)

    def _look(self, poll: PolledPlace) -> None:
        try:
            poll.look()
        finally:
            self._heartbeat.looked(poll.name)
            self._unlooked.discard(poll.name)
            self._stations.set()

    def _send(self, deliver: Deliver) -> int:
        """A round of sending. Only this thread sends, so what is found ``sending`` before it is a
        letter whose end could not be written down, as the store was full or away."""
        store, context = self._app.store, self._app.context
        if self._unwritten:
            send.recover(store, context, sentence("sending-not-recorded"), died=False)
        self._unwritten = True
        sent = send.run(store, context, deliver, AT_A_TIME, self._goes_on_sending, withdraw_if_outdated)
        self._unwritten = False
        return sent

    def _call(self, caller: HookCaller) -> int:
        def goes_on() -> bool:
            self._watchdog.beat(HOOKS)
            return not self._stop.is_set()

        return caller.run(goes_on)

    def _goes_on_sending(self) -> bool:
        self._watchdog.beat(SENDER)
        return not self._stop.is_set()

    def _loop(self, name: str, bell: threading.Event, work: Callable[[], int]) -> None:
        trouble = ""
        bell.clear()  # always before the look at _stop, which is set before the bell is rung
        while not self._stop.is_set():
            self._watchdog.beat(name)
            try:
                busy = work()
            except StoreLost:
                raise
            except TryLater as error:  # the store is full, locked or away: said once
                if str(error) != trouble:
                    _log.error("the store failed: %s", error)
                trouble, busy = str(error), 0
            else:
                trouble = ""
            if not busy:
                self._watchdog.rest(name)
                bell.wait(IDLE_LOOK)
            bell.clear()

    def _watch(self, still_ours: Callable[[], bool]) -> None:
        """The command line writes too; its commits are seen by the store's version."""
        seen = None
        asked = time.monotonic()
        wall = WallClock(self._app.context.clock)
        while not self._stop.wait(WATCH):
            self._watchdog.beat("watcher")
            self._app.store.sync_counters()
            if wall.was_set():
                self._jobs.clock_was_set()
                self._heartbeat.clock_was_set()
                self._ring()
            self._app.store.still_there()
            with suppress(TryLater, *driver_errors()):  # the store is away: the stations say so
                version = self._app.store.data_version()
                if version != seen:
                    seen = version
                    self._ring()
            if time.monotonic() - asked > LOCK_LOOK:
                asked = time.monotonic()
                self._refuse_another(still_ours)

    def _refuse_another(self, still_ours: Callable[[], bool]) -> None:
        """Raise StoreLost if another service has the store."""
        lost = False
        with suppress(TryLater, *driver_errors()):  # as above
            lost = not still_ours()
            self._app.store.check_run()
        self._app.store.still_there()
        if lost:
            raise StoreLost("another mailproc has taken the store over")

    def _guarded(self, name: str, loop: Callable[[], None]) -> None:
        """A station that dies of a bug takes the daemon down loudly; systemd starts it again."""
        try:
            loop()
        except StoreLost as error:
            _log.critical("%s. No letter is acknowledged any more; the service ends", error)
            self._fail(str(error))
        except Exception:  # whatever it is: better down and started again than half alive
            _log.critical("the %s died; the service ends", name, exc_info=True)
            self._fail(f"the {name} died")

    def _fail(self, why: str) -> None:
        systemd.tell(f"STATUS={why}")
        self._failure = self._failure or why
        self.stop()

"""Run once, as from a shell or cron: take in what lies there, deliver what is due, and end."""

from contextlib import ExitStack

from mailproc.app import archive_place, beginning, channels, document_place, hook_deliverers, privacy
from mailproc.app.build import App
from mailproc.app.delivery import deliverer
from mailproc.app.heartbeat import Heartbeat
from mailproc.app.work_round import work_once
from mailproc.flow import clock, older_attempts, send
from mailproc.flow.call import HookCaller
from mailproc.flow.prepare.waiting_letters import withdraw_if_outdated
from mailproc.flow.send import Deliver
from mailproc.office.catalogues import new_requests
from mailproc.store.lock import daemon_lock


def run_once(app: App) -> None:
    """Look once wherever letters may lie, take every step, deliver what is due, and end."""
    with ExitStack() as stack:
        stack.enter_context(daemon_lock(app.store))
        beginning.begin(app)
        heartbeat = Heartbeat(app.store, app.context.clock, once=True)
        heartbeat.begin()
        stack.callback(heartbeat.end)
        deliver, close = deliverer(app.config, app.context.clock, app.keep_now, app.lines)
        deliver = heartbeat.noting(deliver)
        stack.callback(close)
        beginning.recover(app)
        for poll in channels.polls(app):
            poll.look()
        caller = HookCaller(app.store, app.context, hook_deliverers.deliverers(app))
        _until_done(app, deliver, caller)
        while clock.sweep(app.store, app.context):  # after the mail: an answer may have come
            _until_done(app, deliver, caller)
        if document_place.purge(app.store, app.context):
            _until_done(app, deliver, caller)
        archive_place.upkeep(app.store, app.context)
        older_attempts.run(app.store, app.context)
        privacy.upkeep(app.store, app.context)
        if new_requests.look_up(app.store, app.context):
            _until_done(app, deliver, caller)  # a form that waited for the answer may have gone on


def _until_done(app: App, deliver: Deliver, caller: HookCaller) -> None:
    while (
        work_once(app)
        + send.run(app.store, app.context, deliver, withdrawn=withdraw_if_outdated)
        + caller.run()
    ):
        pass

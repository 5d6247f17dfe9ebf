"""The hooks as they stand: what waits, what failed, what was said last. Reads only."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.flow.hook_receivers import NCIP, HookReceiver
from mailproc.ill.hook_events import known
from mailproc.ill.hook_sample import sample
from mailproc.ils.hook_outcome import HookOutcome, HookResult
from mailproc.sentence import Note, note, sentence
from mailproc.store import hook_lists
from mailproc.store.hook_calls import HookCall

USUAL = "REQUESTER.receive"


@dataclass(frozen=True)
class HookLine:
    """``to``: the host, or the command. ``failed``: calls that wait for staff. ``state``, ``said``, ``at``:
    what the last call came to; of a hook with calls that are tried again, why the last of them waits."""

    name: str
    kind: str
    to: str
    events: tuple[str, ...]
    waiting: int
    failed: int
    state: str
    said: Note
    at: datetime | None


def listed(connection: Connection, context: Context) -> list[HookLine]:
    """Return the hooks in the order of config.toml."""
    return [_line(connection, context, one) for one in context.hooks]


def _line(connection: Connection, context: Context, receiver: HookReceiver) -> HookLine:
    found = hook_lists.counts(connection, receiver.name)
    last = found.later or found.last
    return HookLine(
        name=receiver.name,
        kind=receiver.kind,
        to=_to(context, receiver.name),
        events=receiver.events,
        waiting=found.waiting,
        failed=found.failed,
        state=last.state if last is not None else "",
        said=_said(last),
        at=(last.ended_at or last.begun_at) if last is not None else None,
    )


def _said(call: HookCall | None) -> Note:
    if call is None:
        return note("")
    return note(call.last_error) if call.last_error else Note(call.reply)


def _to(context: Context, name: str) -> str:
    """No more of a URL than its host: a token may stand in it."""
    for hook in context.config.hook:
        if hook.name == name:
            return urlsplit(hook.url).hostname or "" if hook.url else " ".join(hook.command)
    return urlsplit(context.config.ncip.url).hostname or "" if name == NCIP else ""


def sample_call(context: Context, name: str, key: str) -> HookCall:
    """Return a call that nobody wrote, to try the hook with.

    Raise LocalFault if there is no such hook.
    """
    receiver = context.hooks.get(name)
    if receiver is None:
        names = ", ".join(one.name for one in context.hooks)
        raise LocalFault(sentence("hook-none", name=name, known=names), ("mailproc hooks",))
    wanted = [event for event in known() if receiver.wants(event)]
    event = USUAL if USUAL in wanted else min(wanted, default=USUAL)
    now = context.clock()
    return HookCall(
        state="sending", attempts=1, unfinished=1, not_before=None, last_error="", id=0, hook=name,
        kind=receiver.kind, request_id=0, transaction_id=0, event_id=0, event=event, key=f"sample-{key}",
        payload=sample(event, now.isoformat(timespec="seconds").replace("+00:00", "Z")), written_at=now,
        begun_at=now, ended_at=None, reply="", trace="",
    )  # fmt: skip


def is_taken(outcome: HookOutcome) -> bool:
    return outcome.result is HookResult.DONE

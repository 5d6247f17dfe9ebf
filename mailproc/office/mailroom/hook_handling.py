"""What staff do with calls of hooks that were not taken (H12): make them again, or drop them."""

import re
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.office.acts.dry_run import foreseen
from mailproc.office.mailroom.handled import Handled
from mailproc.office.mailroom.redelivery import PORTION, refuse_before_restore_ends
from mailproc.sentence import Part, Word, sentence
from mailproc.store import hook_calls, hook_lists
from mailproc.store.engine import Store
from mailproc.store.hook_calls import HookCall

_ID = re.compile(r"[Hh]([0-9]{1,18})")  # what fits the store's numbers
_WAYS = ("mailproc outbox", "mailproc hooks")


def number_of(call_id: str) -> int | None:
    """Return 12 for "H12"; None if it is no such id."""
    found = _ID.fullmatch(call_id.strip())
    return int(found[1]) if found else None


def redeliver(
    store: Store, context: Context, call_id: int, *, arrived: bool = False, dry_run: bool = False
) -> Handled:
    """Make the call again, with the same key, or (``arrived``) count it as taken.

    With ``dry_run`` keep nothing. Raise LocalFault if it is just being made, or if its hook is no longer
    configured.
    """

    def job(connection: Connection) -> Handled:
        if not arrived:
            refuse_before_restore_ends(connection)
        return _again(connection, call_id, context, arrived=arrived)

    return _would(foreseen(store, job)) if dry_run else store.write(job)


def redeliver_all(store: Store, context: Context, *, dry_run: bool = False) -> list[Handled]:
    """Make again what was given up, or waits for another try, in portions; not what is in doubt or held.

    Calls of a hook that is no longer configured are left out.
    """
    with store.read() as connection:
        numbers = hook_lists.to_redeliver(connection)
    done: list[Handled] = []
    for start in range(0, len(numbers), PORTION):
        portion = numbers[start : start + PORTION]

        def job(connection: Connection, portion: list[int] = portion) -> list[Handled]:
            refuse_before_restore_ends(connection)
            calls = [found(connection, one) for one in hook_lists.to_redeliver(connection, portion)]
            known = [one.id for one in calls if context.hooks.get(one.hook) is not None]
            return [_again(connection, one, context, arrived=False) for one in known]

        done += map(_would, foreseen(store, job)) if dry_run else store.write(job)
    return done


def _would(done: Handled) -> Handled:
    return replace(done, text=sentence("foreseen", said=done.text))


def _again(connection: Connection, call_id: int, context: Context, *, arrived: bool) -> Handled:
    call = found(connection, call_id)
    if call.state == "sending":
        raise LocalFault(sentence("hook-being-made", call=call.name), _WAYS)
    if not arrived and context.hooks.get(call.hook) is None:
        raise LocalFault(
            sentence("hook-gone", call=call.name, hook=call.hook), (f"mailproc dismiss {call.name}",)
        )
    hook_calls.redeliver(connection, call.id, taken_at=context.clock() if arrived else None)
    said = sentence("hook-taken" if arrived else "hook-again", call=call.name, hook=call.hook)
    return Handled(call.name, found(connection, call_id).state, said)


def dismiss(connection: Connection, call_id: int, why: Part, at: datetime) -> None:
    """Drop the call; later ones of its request go on. Raise LocalFault."""
    call = found(connection, call_id)
    if not hook_calls.dismiss(connection, call, why, at):
        state = Word("delivery", f"call-{call.state}")
        raise LocalFault(sentence("hook-not-dismissed", call=call.name, state=state), _WAYS)


def found(connection: Connection, call_id: int) -> HookCall:
    """Raise LocalFault if there is no such call."""
    call = hook_calls.load(connection, call_id)
    if call is None:
        raise LocalFault(sentence("hook-no-call", call=f"H{call_id}"), _WAYS)
    return call

"""Write one letter to staff about everything that one incoming letter has brought to their attention.

A status report of forty lines may concern forty requests. Each keeps its state, history and attention; the
letter lists them all, grouped by reason.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.flow.notify_staff import ATTENTION
from mailproc.flow.prepare import desk_address
from mailproc.flow.prepare.notice_context import Addressed, addressed
from mailproc.flow.prepare.notice_writer import occasion_of
from mailproc.notices.catalogue import (
    AttentionGroup,
    CitedRequest,
    NoticeContext,
    StaffAttention,
    ToldRequest,
    Way,
)
from mailproc.store import events, outgoing
from mailproc.store.rows import Intent

T = TypeVar("T")


def together(connection: Connection, intent: Intent) -> Sequence[Intent]:
    """Return the notices that share one letter with ``intent``, itself included, in their order."""
    if intent.notice.name != ATTENTION:
        return [intent]
    beside = outgoing.notices_beside(connection, intent)
    return [one for one in beside if one.notice.name == ATTENTION] or [intent]


def letter_of(connection: Connection, intents: Sequence[Intent], context: Context) -> Addressed:
    """Return recipient and content of the letter for ``intents`` (those of ``together``)."""
    each = [addressed(connection, occasion_of(intent), context) for intent in intents]
    told = [one.content for one in each if isinstance(one.content, StaffAttention)]
    if len(each) == 1 or not told:
        return each[0]
    event = events.load(connection, intents[0].event_id)
    return replace(each[0], content=_joined(told, f"I{event.inbox_id}" if event else "", context))


def _joined(told: Sequence[StaffAttention], letter: str, context: Context) -> NoticeContext:
    """Join the notices; all are about one incoming letter, so about one partner."""
    requests = {one.request.number: one.request for one in told if one.request}
    several = len(requests) > 1
    return StaffAttention(
        library=told[0].library,
        reasons=tuple(dict.fromkeys(reason for one in told for reason in one.reasons)),
        request=None if several else next(iter(requests.values()), None),
        partner=told[0].partner,
        letter=letter,
        sender=next((one.sender for one in told if one.sender), ""),
        subject=next((one.subject for one in told if one.subject), ""),
        note="; ".join(dict.fromkeys(one.note for one in told if one.note)),
        ours=_each(one.ours for one in told),
        said=() if several else _each(one.said for one in told),
        words=() if several else next((one.words for one in told if one.words), ()),
        files=_each(one.files for one in told),
        reader_wrote=any(one.reader_wrote for one in told),
        ways=_for_all(told) if several else _each(one.ways for one in told),
        page=desk_address.of(context.config, letter=letter) if several else told[0].page,
        count=len(requests) if several else None,
        groups=_groups(told, requests) if several else (),
        more=next((one.more for one in told if one.more), None),
        since=next((one.since for one in told if one.since), ""),
        claimed=_each(one.claimed for one in told),
        untold=tuple(dict.fromkeys(number for one in told for number in one.untold)),
    )


def _for_all(told: Sequence[StaffAttention]) -> tuple[Way, ...]:
    """Return the suggestions that serve every request, such as sending again the letter they share."""
    return tuple(way for way in told[0].ways if all(way in one.ways for one in told))


def _groups(told: Sequence[StaffAttention], requests: dict[str, CitedRequest]) -> tuple[AttentionGroup, ...]:
    """Group the requests by their reasons; each stands once. What concerns the letter itself stands alone."""
    by_number: dict[str, list[StaffAttention]] = {}
    for one in told:
        by_number.setdefault(one.request.number if one.request else "", []).append(one)
    groups: dict[str, list[ToldRequest]] = {}
    for number, each in by_number.items():
        why = ", ".join(_each(one.reasons for one in each))
        said = "; ".join(_each(one.said for one in each))
        named = [_told(requests[number], said)] if number else []
        groups.setdefault(why, []).extend(named)
    return tuple(AttentionGroup(reason=why, count=len(of), requests=tuple(of)) for why, of in groups.items())


def _told(request: CitedRequest, said: str) -> ToldRequest:
    known = {name: value for name, value in vars(request).items() if name != "cited"}
    return ToldRequest(**known, said=said)


def _each(lists: Iterable[tuple[T, ...]]) -> tuple[T, ...]:
    """Return all elements of the tuples, each once."""
    return tuple(dict.fromkeys(one for each in lists for one in each))

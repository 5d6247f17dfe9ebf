"""Read the rota of a request: libraries asked, their answers, and those still to ask. Reads only."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.flow.pausing import paused
from mailproc.ill.apdu_json import ApduJson
from mailproc.ill.event_names import spoken
from mailproc.ill.events import AUTOMATIC_REPLY, READER_WROTE
from mailproc.ill.terms import Role
from mailproc.office.queries.find import request_of
from mailproc.sentence import sentence
from mailproc.store import rotas
from mailproc.store.rows import AttemptStep, RotaEntry


@dataclass(frozen=True)
class RotaPlace:
    """One candidate. ``became``: asked | next | waiting | passed-over.

    If it was asked: ``attempt`` (B1-2), ``state``, ``asked_at``, and the partner's last message: ``answer``
    (a row of the state tables; ``spoken`` for text, as RETRY), ``answer_note``, ``answered_at``, and what it
    says itself (``answer_apdu``, in the form of ill/apdu_json.py). ``unable``: why it cannot be asked now.
    ``passed_to``: the library to which it was forwarded.
    """

    position: int
    partner: str
    name: str
    became: str
    attempt: str = ""
    state: str = ""
    asked_at: datetime | None = None
    answer: str = ""
    spoken: str = ""
    answer_note: str = ""
    answered_at: datetime | None = None
    why_not: str = ""
    unable: str = ""
    passed_to: str = ""
    answer_apdu: ApduJson | None = None


@dataclass(frozen=True)
class Rota:
    """``open``: an attempt is still open, so nobody else is asked now."""

    number: str
    title: str
    open: bool
    places: tuple[RotaPlace, ...]


def rota(connection: Connection, context: Context, number: str) -> Rota:
    """Return whom we asked, and who is next. Raise LocalFault for a partner's request."""
    request = request_of(connection, number)
    if request.role != Role.REQUESTER:
        raise LocalFault(sentence("no-rota", number=request.number))
    found: list[RotaPlace] = []
    active, waits = False, paused(connection, context)
    for row in rotas.places(connection, request.id):
        if row.transaction_id is not None:
            gives_way = row.state is not None and (row.state.gives_way or bool(row.flaw))
            active |= row.closed_at is None and not gives_way
            found.append(_asked(connection, context, request.number, row, row.transaction_id))
        else:
            found.append(_waiting(row, context, waits, first=not any(one.became == "next" for one in found)))
    return Rota(request.number, request.title, active, tuple(found))


def _asked(
    connection: Connection, context: Context, number: str, row: RotaEntry, transaction_id: int
) -> RotaPlace:
    lines = rotas.told(connection, transaction_id)
    heard = [line for line in lines if line.heard_by or _is_theirs(line)]
    last = heard[-1] if heard else None
    return RotaPlace(
        row.position,
        row.partner,
        _name(context, row.partner),
        "asked",
        attempt=f"{number}-{row.attempt}",
        state=row.state.name if row.state is not None else "",
        asked_at=lines[0].at if lines else None,
        answer=last.event if last else "",
        spoken=spoken(last.event, last.apdu) if last else "",
        answer_note=last.note if last else "",
        answered_at=last.at if last else None,
        answer_apdu=last.apdu if last else None,
        why_not=row.why_not,
        passed_to=_name(context, row.holder) if row.holder and row.holder != row.partner else "",
    )


def _is_theirs(line: AttemptStep) -> bool:
    """Return whether the library asked said it: not a reader of ours, nor a machine that answers letters."""
    return line.cause == "letter" and line.event not in (READER_WROTE, AUTOMATIC_REPLY)


def _waiting(row: RotaEntry, context: Context, waits: Collection[str], *, first: bool) -> RotaPlace:
    became = "passed-over" if row.why_not else "next" if first else "waiting"
    name = _name(context, row.partner)
    unable = _unable(context, row.partner, waits)
    return RotaPlace(row.position, row.partner, name, became, why_not=row.why_not, unable=unable)


def _name(context: Context, symbol: str) -> str:
    partner = context.partners.get(symbol)
    return (partner and partner.name) or symbol


def _unable(context: Context, symbol: str, waits: Collection[str]) -> str:
    """Return why the candidate cannot be asked; config.toml may have changed since the rota was made."""
    try:
        partner = context.partners.lender(symbol)
    except LocalFault as fault:
        return str(fault)
    return "paused: its letter would wait" if partner.symbol in waits else ""

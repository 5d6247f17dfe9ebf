"""What is pasted into the form for a new request: an OpenURL, RIS, BibTeX, the lines of a form, or words."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from mailproc.citations import plain_citation
from mailproc.citations.citation import Citation
from mailproc.ill import apdu_json
from mailproc.ill.apdu import Delivery, Money
from mailproc.ill.submitted import SubmittedRequest
from mailproc.ill.terms import Role
from mailproc.office.desk.new_request_form import POSTAL
from mailproc.office.requests import written_citation
from mailproc.protocols.form import reading
from mailproc.protocols.form.reading import FormLabels

LEAST_LABELS = 2
"""Known labels that make it the lines of a form."""


@dataclass(frozen=True)
class Pasted:
    """``fields``: of the form for a new request. ``unread``: lines that no field has. ``guessed``: it was in
    words, and may be wrong."""

    fields: Mapping[str, str]
    unread: tuple[str, ...] = ()
    guessed: bool = False


def read(text: str) -> Pasted:
    """Return what it says. Raise LocalFault for several citations, and for one that is broken."""
    citation = written_citation.read(text)
    if citation is not None:
        return _cited(citation)
    said, found = reading.read(text, _labels())
    if found >= LEAST_LABELS:
        return _submitted(said)
    return _cited(plain_citation.read(text), guessed=True)


@cache
def _labels() -> FormLabels:
    return reading.labels_of(Role.REQUESTER, "web", {}, {})


def _cited(citation: Citation, *, guessed: bool = False) -> Pasted:
    said = {name: str(value) for name, value in citation.said().items()}
    return Pasted({**said, "service": citation.service}, citation.unread, guessed)


def _submitted(said: SubmittedRequest) -> Pasted:
    fields = {
        **(apdu_json.value_to_json(said.item) or {}),
        "service": said.service,
        "patron": said.reader.id,
        "patron_name": said.reader.name,
        "patron_email": said.reader.email,
        "need_before": said.need_before.isoformat() if said.need_before else "",
        "max_cost": _cost(said.max_cost),
        "note": said.note,
        **_delivery(said.delivery),
    }
    known = {name: str(value) for name, value in fields.items() if value}
    return Pasted(known, (*said.unread, *said.doubtful))


def _cost(cost: Money | None) -> str:
    return f"{cost.amount} {cost.currency or ''}".rstrip() if cost is not None else ""


def _delivery(delivery: Delivery | None) -> dict[str, str]:
    if delivery is None:
        return {}
    postal = {field: getattr(delivery.postal, name, None) or "" for field, name in POSTAL.items()}
    return {"delivery": delivery.electronic or "", **postal}

"""Make a submitted request of labelled lines. Nothing is refused: what is missing is seen by staff."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date

from mailproc import slow_work
from mailproc.citations.citation import volume_issue
from mailproc.ill.apdu import Delivery, Item, Money, Postal
from mailproc.ill.apdu_json import value_from_json
from mailproc.ill.submitted import LONGEST_WORDS, SubmittedRequest, WrittenReader
from mailproc.ill.terms import Role
from mailproc.mail.signature import is_closing
from mailproc.protocols.form import label_lines, values
from mailproc.protocols.form.label_lines import LabelLines
from mailproc.protocols.form.vocabulary import shipped

LONGEST_NAME = 200
LONGEST_NUMBER = 100
REQUEST = "request"
ISO10161 = "iso10161"
_AS_THEY_ARE = (
    "title", "subtitle", "author", "article_title", "article_author", "publication_date", "component_date",
    "pagination", "edition", "place", "publisher", "series", "isbn", "issn", "additional_numbers",
    "system_no", "verification", "call_number",
)  # fmt: skip
_POSTAL = tuple(field.name for field in fields(Postal))


@dataclass(frozen=True)
class FormLabels:
    """How one form is read. ``labels``: field by folded label; ``services``: words of LOAN and COPY."""

    role: Role
    labels: Mapping[str, str]
    services: Mapping[str, Sequence[str]]
    keyed: bool = False


def labels_of(
    role: Role,
    vocabulary: str,
    labels: Mapping[str, Sequence[str]],
    services: Mapping[str, Sequence[str]],
) -> FormLabels:
    """Return how a form is read: shipped labels, and a library's own, which go before them."""
    known = shipped(vocabulary)
    words = {name: (*known.services.get(name, ()), *services.get(name, ())) for name in ("COPY", "LOAN")}
    return FormLabels(role, label_lines.map_of(known.labels, labels), words, keyed=vocabulary == ISO10161)


@slow_work.outside_writes
def read(text: str, form: FormLabels, *, bare: bool = False) -> tuple[SubmittedRequest, int]:
    """Return what the text of a form says, and how many known labels it has. Never raises.

    ``bare``: as ``label_lines.read`` says, for text that was a page.
    """
    lines = label_lines.read(text, form.labels, bare=bare, keyed=form.keyed)
    return _request(_Said(lines), form, text), lines.found


def is_order(text: str, form: FormLabels) -> bool:
    """Return whether the text asks for something: an order mail says of which type it is."""
    said = label_lines.read(text, form.labels, keyed=form.keyed).values
    return said.get("message_type", REQUEST).casefold() == REQUEST


class _Said:
    """The values, of which each is taken once, and what of them could not be read."""

    def __init__(self, lines: LabelLines) -> None:
        self._values = dict(lines.values)
        self._labels = lines.labels
        self.unread = lines.left
        self.doubtful = list(lines.unsure)

    def take(self, name: str) -> str:
        return self._values.pop(name, "")

    def odd(self, name: str, value: str) -> None:
        """Keep a value that could not be read, as the form says it."""
        said = f"{self._labels.get(name, name)}: {value}"
        self.doubtful.append(said[: label_lines.LONGEST_LEFT])


def _request(said: _Said, form: FormLabels, text: str) -> SubmittedRequest:
    item = _item(said)
    wanted, service = said.take("service"), ""
    if wanted and not (service := values.service(wanted, form.services)):
        said.odd("service", wanted)
    reader = _reader(said)
    return SubmittedRequest(
        role=form.role,
        item=item,
        service=service or ("COPY" if item.article_title or item.pagination else "LOAN"),
        guessed=not service,
        reader=reader,
        delivery=_delivery(said),
        need_before=_day(said),
        max_cost=_cost(said),
        level_of_service=said.take("level_of_service")[:1] or None,
        note=_note(said, reader),
        declared=values.yes(said.take("copyright_declared")),
        number=_number(said),
        unread=said.unread,
        doubtful=tuple(said.doubtful),
        words=text.strip()[:LONGEST_WORDS],
    )


def _note(said: _Said, reader: WrittenReader) -> str:
    """Return the note, which a library may read, without a greeting and the reader's name at its end."""
    note = said.take("note")
    lines = [line for line in note.split("\n") if line.strip()]
    name = lines[-1].strip(" ,.").casefold() if lines else ""
    if name and name == reader.name.casefold():
        lines.pop()
    if not lines or not is_closing(lines[-1]):
        return note
    return note[: note.rindex(lines[-1])].rstrip()


def _item(said: _Said) -> Item:
    """Return the citation; of an article the title and author are its own, and the journal's is the title."""
    found = {name: said.take(name) for name in _AS_THEY_ARE}
    kind = said.take("item_type").upper()
    if journal := said.take("journal"):
        found["article_title"] = found["article_title"] or found["title"]
        found["title"] = journal
        found["article_author"] = found["article_author"] or found["author"]
        found["author"] = ""
    place, _, publisher = said.take("place_publisher").partition(":")
    found["place"] = found["place"] or place.strip(" ,")
    found["publisher"] = found["publisher"] or publisher.strip(" ,")
    volume, issue = said.take("volume"), said.take("issue")
    cited = said.take("volume_issue") or volume_issue(volume or None, issue or None)
    found["type"] = kind if kind in ("MONOGRAPH", "SERIAL", "OTHER") else ""
    found["volume_issue"] = cited or ""
    item: Item = value_from_json(Item, {name: value for name, value in found.items() if value}, "item")
    return item


def _reader(said: _Said) -> WrittenReader:
    name, number = _named(said)
    written = said.take("patron_email")
    address = values.email(written)
    if written and not address:
        said.odd("patron_email", written)
    return WrittenReader(
        id=said.take("patron_id")[:LONGEST_NUMBER] or number,
        name=name,
        email=address,
        status=said.take("patron_status")[:LONGEST_NAME],
    )


def _named(said: _Said) -> tuple[str, str]:
    """Return name and number of the reader; the generic script has both in one: "Last, First/id"."""
    both, _, number = said.take("patron").rpartition("/")
    parts = (said.take("patron_first"), said.take("patron_last"))
    name = said.take("patron_name") or " ".join(filter(None, parts)) or both or number
    return name.strip()[:LONGEST_NAME], number.strip()[:LONGEST_NUMBER] if both else ""


def _delivery(said: _Said) -> Delivery | None:
    written = said.take("delivery_email")
    address = values.email(written)
    if written and not address:
        said.odd("delivery_email", written)
    postal = _postal(said)
    return Delivery(postal=postal, electronic=address or None) if postal or address else None


def _postal(said: _Said) -> Postal | None:
    parts = {name: said.take(f"delivery_{name}") or None for name in _POSTAL}
    written = said.take("delivery_address")
    if any(parts.values()):
        return Postal(**parts)
    found = values.postal(written.split("\n")) if written else None
    if written and found is None:
        said.odd("delivery_address", written.replace("\n", " / "))
    return found


def _day(said: _Said) -> date | None:
    written = said.take("need_before")
    found = values.day(written)
    if written and found is None:
        said.odd("need_before", written)
    return found


def _cost(said: _Said) -> Money | None:
    written = said.take("max_cost")
    found = values.money(written)
    if written and found is None:
        said.odd("max_cost", written)
    return found


def _number(said: _Said) -> str:
    """Return the number of who asks; the generic script has the reader's name behind it."""
    return " ".join(said.take("number").partition(" for ")[0].split())[:LONGEST_NUMBER]

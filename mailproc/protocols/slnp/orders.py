"""An order of SLNP in the words of interlibrary loan: a request of ours (PFL), or one to us (AFL)."""

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from decimal import Decimal

from mailproc.ill.apdu import Delivery, IllRequest, Item, Money, Person, Postal
from mailproc.ill.facts import RequestRefusal
from mailproc.ill.submitted import SubmittedRequest, WrittenReader
from mailproc.ill.terms import Ref, Role, Service
from mailproc.mail.addresses import is_sendable
from mailproc.protocols.slnp.answers import TEXTS
from mailproc.protocols.slnp.commands import ACTIVE, NO_NUMBER, CommandSaid
from mailproc.protocols.slnp.grammar import CommandRefused

COPY = "C"
"""BsTyp2 of a copy."""
NOTED = (
    "Bemerkung", "AusgabeOrt", "AusgabeOrtNumerisch", "Leihverkehrsart", "Kostenstelle", "KostenUeb",
    "SpecIssue", "Telefon1", "Fax1", "Info",
)  # fmt: skip
"""Fields that a request has no place for: they stand in its note, by the ZFL's names."""
NOT_OURS = "kein-sigel"
"""The key of the words by which an order for other libraries is refused."""

REASONS: Mapping[str, str] = {
    "keine-exemplare": "not-owned",
    "keine-bestellbaren": "non-circulating",
    "ausgeliehen": "in-use-on-loan",
}
"""By which a rule may refuse an order at once: the key of the answer's words, and Reason-Unfilled."""

_GERMAN_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_AMOUNT = re.compile(r"(\d{1,6})(?:[.,](\d{1,2}))?(?:\s?(?:EUR|€))?", re.IGNORECASE)
_SIGEL = re.compile(r"[A-Za-z0-9/-]++")


def demand_our_sigel(said: CommandSaid, ours: Collection[str]) -> None:
    """Raise CommandRefused if the order is for others: SigelNB where we borrow, SigelListe where we lend.

    A Sigel may be short ("Ma9") or an ISIL ("DE-Ma9"). What separates those of a list is not laid down.
    """
    lends = said["BsTyp"] == ACTIVE
    named = _SIGEL.findall(said["SigelListe"] if lends else said["SigelNB"])
    known = {_isil(one) for one in ours}
    if known.isdisjoint(map(_isil, named)):
        said_of = ", ".join(named)[:200] or "nobody"
        raise CommandRefused(f"the order is for {said_of}, and none of these is a symbol of ours", NOT_OURS)


def refusal(key: str) -> RequestRefusal | None:
    """Return the refusal of a rule by the key of its words; None if there is none."""
    return {"reason": REASONS[key], "note": TEXTS[key]} if key in REASONS else None


def _isil(sigel: str) -> str:
    return sigel.casefold().removeprefix("de-")


def ours(said: CommandSaid, number: str) -> SubmittedRequest:
    """Return a request of ours, whose lender the ZFL chooses. ``number``: the ZFL's."""
    reader = WrittenReader(id=said["BenutzerNummer"], name=_name(said), email=_email(said))
    day, cost = _day(said["ErledFrist"]), _cost(said["MaxKostenKopie"])
    return SubmittedRequest(
        role=Role.REQUESTER,
        service=_service(said).name,
        item=item(said),
        reader=reader,
        need_before=day,
        max_cost=cost,
        note=_note(said, day, cost),
        number=number,
    )


def theirs(said: CommandSaid, number: str) -> IllRequest:
    """Return a request to us: ``number`` names it to the ZFL, through which the borrower asks."""
    day, cost = _day(said["ErledFrist"]), _cost(said["MaxKostenKopie"])
    borrower = f"SigelNB: {said['SigelNB']}"
    theirs = f"ExternReferenz: {said['ExternReferenz']}" if said["ExternReferenz"] else ""
    return IllRequest(
        ref=Ref(number=number, order_line=said["ExternReferenz"]),
        requester=said["SigelNB"],
        services=(_service(said),),
        item=item(said),
        patron=Person(id=said["BenutzerNummer"]),
        delivery=_delivery(said),
        need_before=day,
        max_cost=cost,
        note="\n".join(filter(None, (borrower, theirs, _note(said, day, cost)))),
    )


def _service(said: CommandSaid) -> Service:
    copy = said["AufsatzAutor"] or said["AufsatzTitel"] or said["BsTyp2"] == COPY
    return Service.COPY if copy else Service.LOAN


def item(said: CommandSaid) -> Item:
    part = said["AufsatzAutor"] or said["AufsatzTitel"]
    volume, issue = _line(said, "Band"), _line(said, "Heft")
    record = said["TitelId"] if said["TitelId"] != NO_NUMBER else ""
    return Item(
        title=_line(said, "Titel"),
        author=_line(said, "Verfasser") or _line(said, "Koerperschaft"),
        subtitle=_line(said, "UnterTitel"),
        place=_line(said, "EOrt"),
        publisher=_line(said, "Verlag"),
        series=_line(said, "ReihenTitel"),
        volume_issue=f"{volume or ''}({issue})" if issue else volume,
        edition=_line(said, "Auflage"),
        publication_date=_line(said, "EJahr"),
        article_author=_line(said, "AufsatzAutor") if part else None,
        article_title=_line(said, "AufsatzTitel") if part else None,
        pagination=_line(said, "Seitenangabe"),
        isbn=_line(said, "Isbn"),
        issn=_line(said, "Issn"),
        call_number=_line(said, "Signatur"),
        system_no=record or None,
        additional_numbers=_line(said, "HBZId"),
        verification=_line(said, "Quelle"),
    )


def _line(said: CommandSaid, name: str) -> str | None:
    return " ".join(said[name].split()) or None


def _name(said: CommandSaid) -> str:
    names = (said["Vorname"], said["Nachname"])
    return " ".join(" ".join(names).split()) or " ".join(said["Bezeichung"].split())


def _email(said: CommandSaid) -> str:
    return said["Email1"] if is_sendable(said["Email1"]) else ""


def _delivery(said: CommandSaid) -> Delivery | None:
    postal = Postal(
        name=_name(said) or None,
        extended=_line(said, "AdressZusatz1"),
        street=_line(said, "Strasse1"),
        city=_line(said, "Ort1"),
        postcode=_line(said, "Plz1"),
    )
    where = Delivery(postal=postal if postal.street or postal.city else None, electronic=_email(said) or None)
    return where if where != Delivery() else None


def _day(text: str) -> date | None:
    """Return the day; None if it cannot be read: how a day is written is not laid down."""
    try:
        if found := _GERMAN_DAY.fullmatch(text):
            return date(int(found[3]), int(found[2]), int(found[1]))
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _cost(text: str) -> Money | None:
    found = _AMOUNT.fullmatch(text)
    return Money(amount=Decimal(f"{found[1]}.{found[2] or '0'}"), currency="EUR") if found else None


def _note(said: CommandSaid, day: date | None, cost: Money | None) -> str:
    return "\n".join(f"{name}: {said[name]}" for name in _noted(said, day, cost))


def _noted(said: CommandSaid, day: date | None, cost: Money | None) -> Iterator[str]:
    yield from (name for name in NOTED if said[name])
    if said["ErledFrist"] and day is None:
        yield "ErledFrist"
    if said["MaxKostenKopie"] and cost is None:
        yield "MaxKostenKopie"
    if said["Email1"] and not _email(said):
        yield "Email1"

"""Say in words all that an order asks for, so that a person can supply it from the letter alone."""

from collections.abc import Iterator
from datetime import date

from mailproc.ill import apdu_json
from mailproc.ill.apdu import IllRequest, Person, Postal
from mailproc.notices.citation import cited
from mailproc.notices.language import Language

DECLARED = "declared"


def item_lines(wanted: IllRequest, language: Language) -> tuple[str, ...]:
    """Return a line for each part of the citation; none is left out."""
    parts = cited(apdu_json.value_to_json(wanted.item) or {}, language)
    kind = wanted.item.type
    first = [language.wish("type", language.kind_word(kind))] if kind else []
    return (*first, *(f"{label}: {value}" for label, value in parts))


def wish_lines(wanted: IllRequest, today: date, language: Language) -> tuple[str, ...]:
    """Return a line for each wish beside the item, its readers and addresses."""
    return tuple(_wishes(wanted, today, language))


def _wishes(wanted: IllRequest, today: date, language: Language) -> Iterator[str]:
    if others := wanted.services[1:]:
        yield language.wish("else", ", ".join(map(language.service_word, others)))
    if wanted.need_before:
        yield language.wish("need_before", language.day_word(wanted.need_before, today))
    if wanted.expiry:
        yield language.wish("expiry", language.day_word(wanted.expiry, today))
    if wanted.max_cost:
        yield language.wish("max_cost", language.amount(wanted.max_cost))
    for name, value in (
        ("level_of_service", wanted.level_of_service),
        ("place_on_hold", wanted.place_on_hold),
        ("keywords", " ".join(wanted.keywords)),
        ("bill_electronic", wanted.billing and wanted.billing.electronic),
    ):
        if value:
            yield language.wish(name, value)


def copyright_line(wanted: IllRequest, language: Language) -> str:
    """Return what is declared about copyright; a value of another library as it is."""
    said = wanted.copyright_compliance or ""
    return language.texts.single["copyright_declared"] if said == DECLARED else said


def reader_line(reader: Person | None, name: str) -> str:
    """Return whom the item is for. ``name``: '' where this library is not told it."""
    if reader is None:
        return name
    called = " ".join(filter(None, (reader.name or name, reader.id)))
    return f"{called} ({reader.status})" if reader.status else called


def post_lines(where: Postal | None) -> tuple[str, ...]:
    """Return a postal address line by line, the town beside its postcode."""
    if where is None:
        return ()
    town = " ".join(filter(None, (where.postcode, where.city)))
    lines = (where.name, where.extended, where.street, where.po_box, town, where.region, where.country)
    return tuple(filter(None, lines))

"""The text for people that stands in a letter beside a message for a machine."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from mailproc.ill.apdu import Apdu, IllRequest
from mailproc.ill.event_names import told
from mailproc.ill.note_sentences import parted
from mailproc.notices.citation import cited
from mailproc.notices.language import Language
from mailproc.notices.outgoing_details import telling


def beside(apdu: Apdu, item: Mapping[str, Any], today: date, language: Language) -> tuple[str, ...]:
    """What ``apdu`` says of ``item`` (an Item as JSON), a line each: first its gist, last whom the message
    itself is for. A request names all that is known of the item, all else what it is called."""
    known = item if isinstance(apdu, IllRequest) else {name: item.get(name) for name in _NAMES}
    return (
        language.told_word(told(apdu)),
        *(f"{label}: {value}" for label, value in cited(known, language)),
        *(_wished(apdu, today, language) if isinstance(apdu, IllRequest) else telling(apdu, today, language)),
        *filter(None, [parted(apdu.note).note]),
        "",
        language.texts.single["for_a_machine"],
    )


def _wished(wanted: IllRequest, today: date, language: Language) -> Iterator[str]:
    wishes = language.texts.wishes
    if wanted.need_before:
        yield wishes["need_before"].format(value=language.day_word(wanted.need_before, today))
    if wanted.max_cost:
        yield wishes["max_cost"].format(value=language.amount(wanted.max_cost))
    if wanted.delivery and wanted.delivery.electronic:
        yield wishes["electronic"].format(value=wanted.delivery.electronic)


_NAMES = ("article_title", "title", "author")

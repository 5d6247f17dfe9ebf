"""The text for people that stands in a letter beside a message for a machine."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from mailproc.ill.apdu import Apdu, IllRequest
from mailproc.ill.heard import told
from mailproc.notices import words
from mailproc.notices.citation import cited
from mailproc.notices.telling import telling

_FOR_A_MACHINE: Mapping[str, str] = {
    "en": "The other part of this letter is for a machine.",
    "de": "Der andere Teil dieses Briefes ist für eine Maschine.",
}


def beside(apdu: Apdu, item: Mapping[str, Any], today: date, language: str = "en") -> tuple[str, ...]:
    """What ``apdu`` says of ``item`` (an Item as JSON), a line each: first its gist, last whom the message
    itself is for. A request names all that is known of the item, all else what it is called."""
    known = item if isinstance(apdu, IllRequest) else {name: item.get(name) for name in _NAMES}
    return (
        words.told_word(told(apdu), language),
        *(f"{label}: {value}" for label, value in cited(known, language)),
        *(_wished(apdu, today, language) if isinstance(apdu, IllRequest) else telling(apdu, today, language)),
        *([apdu.note] if apdu.note else []),
        "",
        _FOR_A_MACHINE.get(language.partition("-")[0], _FOR_A_MACHINE["en"]),
    )


def _wished(wanted: IllRequest, today: date, language: str) -> Iterator[str]:
    phrases = _WISHES.get(language.partition("-")[0], _WISHES["en"])
    if wanted.need_before:
        yield phrases["need_before"].format(words.date_word(wanted.need_before, today, language))
    if wanted.max_cost:
        yield phrases["max_cost"].format(f"{wanted.max_cost.amount} {wanted.max_cost.currency or ''}".strip())
    if wanted.delivery and wanted.delivery.electronic:
        yield phrases["electronic"].format(wanted.delivery.electronic)


_WISHES: Mapping[str, Mapping[str, str]] = {
    "en": {"need_before": "needed by {}", "max_cost": "at most {}", "electronic": "by e-mail to {}"},
    "de": {
        "need_before": "gebraucht bis {}", "max_cost": "höchstens {}", "electronic": "per E-Mail an {}",
    },
}  # fmt: skip
_NAMES = ("article_title", "title", "author")

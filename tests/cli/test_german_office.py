"""A German office reads German: no verb of the day shows an English word of ours, or a day as 2026-03-31."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from mailproc.cli.verbs import VERBS
from mailproc.ill import note_sentences
from mailproc.ill.actions import ACTIONS
from mailproc.ill.apdu import IllAnswer, Message, Overdue, Recall, Received
from mailproc.ill.terms import Results, Role
from mailproc.notices.incoming_details import said
from mailproc.notices.language_files import ENGLISH, shipped
from mailproc.notices.outgoing_details import remark, telling
from tests.support import configuration

from .conftest import CONFIG, ORDER

Cli = Callable[..., Any]
DUE, LATER = "2030-01-31", "2030-03-31"
READER = {"id": "R1", "name": "R. Leser", "email": "r@leser.example"}
PEOPLE = configuration.partner(
    "XX-VILLAGE", "books@village.example", codec="letter", language="de", roles=["RESPONDER"]
)
THEIRS = f"{ORDER} UK-CUSTOMER customer"
"""Words that are names, or a customer's."""
NET = configuration.partner("XX-NET", "ill@net.example", codec="iso10161", language="de", roles=["RESPONDER"])

_WORD = re.compile(r"[a-zäöüß]{3,}", re.IGNORECASE)
_GERMAN = {word.lower() for word in _WORD.findall(repr(shipped("de").texts))}
_COMMANDS = {
    part
    for name in (
        *VERBS,
        *(one.name for one in ACTIONS),
        *(str(option) for one in ACTIONS for option in one.takes),
    )
    for part in _WORD.findall(name.lower())
}
_BUILT_IN = {"the", "due", "about", "place", "price", "back", "reminder", "prepared", "been", "what", "with"}
"""Words that the program itself may write where no language has them."""
ENGLISH_WORDS = (
    {word.lower() for word in _WORD.findall(repr(ENGLISH.texts))} | _BUILT_IN
) - _GERMAN - _COMMANDS  # fmt: skip
RAW_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_TYPED = re.compile(r"mailproc [^(\n]*|--[a-z-]+|[\w./-]*/[\w./-]+|[\w.-]+@[\w.-]+")
"""Commands, paths and addresses: typed as they are in every language."""

STORIES: dict[str, tuple[tuple[str, ...], ...]] = {
    "waits, then sent, renewed, recalled, found": (
        ("hold", "--heard-by", "phone", "--position", "2", "--date", DUE),
        ("ship", "--heard-by", "phone", "--date", DUE, "--cost", "3.50 EUR"),
        ("receive",),
        ("renew", "--date", LATER),
        ("renew-reply", "--answer", "yes", "--date", LATER, "--heard-by", "phone"),
        ("recall", "--heard-by", "phone", "--date", LATER),
        ("return",),
    ),
    "lost and found": (
        ("ship", "--heard-by", "phone", "--date", DUE),
        ("receive",),
        ("overdue", "--heard-by", "phone"),
        ("lost",),
        ("found",),
    ),
    "on a condition, wrong": (
        ("conditional", "--heard-by", "phone", "--reason", "charges", "--cost", "9.00 GBP"),
        ("answer-condition", "--answer", "yes"),
        ("ship", "--heard-by", "phone", "--date", DUE),
        ("receive", "--wrong"),
        ("return",),
    ),
    "refused until a day": (
        ("answer-retry", "--heard-by", "phone", "--date", DUE, "--reason", "in-use-on-loan"),
    ),
}


@pytest.fixture
def german(folder: Path, cli: Cli) -> Cli:
    text = CONFIG.replace("[library]\n", '[library]\nlanguage = "de"\n', 1) + PEOPLE + NET
    (folder / "config.toml").write_text(
        text.replace('name = "A Customer"', 'name = "Kunde"\nlanguage = "de"')
    )
    return cli


def done(ran: Any) -> Any:
    assert ran.code == 0, ran
    return ran


def verbs_about(cli: Cli, number: str) -> Iterator[tuple[str, ...]]:
    """Every verb of the day, and each letter to staff, to the reader, and the trace of it."""
    yield from ((verb, number) for verb in ("show", "rota", "act", "trace", "charges"))
    yield from ((verb,) for verb in ("requests", "digest", "jobs", "letters", "outbox", "shelved", "charges"))
    for one in cli("letters", "--json").json:
        if one["other"] in ("ill@town.example", READER["email"]):
            yield ("letter", one["id"])


def english_in(told: str, allowed: str = "") -> list[str]:
    """The English words of a text, and its raw days, each with its line."""
    free = {word.lower() for word in _WORD.findall(allowed)}
    found = []
    for line in told.splitlines():
        ours = _TYPED.sub(" ", line)
        words = [word for word in _WORD.findall(ours) if word.lower() in ENGLISH_WORDS - free]
        if words or RAW_DAY.search(ours):
            found.append(f"{words} in: {line.strip()}")
    return found


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("partner", ["XX-VILLAGE", "XX-NET"])
def test_a_request_of_ours_is_told_in_german(german: Cli, placed: Cli, partner: str, story: str) -> None:
    number = placed("Aale", partners=[partner], patron=READER, note="Bitte bald")
    done(german("run", "--once"))
    wrong: list[str] = []
    for act in STORIES[story]:
        wrong += english_in(done(german("act", number, *act, "--anyway")).out)
        done(german("run", "--once"))
    if story.startswith("waits"):
        wrong += english_in(done(german("charges", number, "--add", "3.50 EUR", "--kind", "postage")).out)
    for verb in verbs_about(german, number):
        wrong += [f"{' '.join(verb)}: {one}" for one in english_in(done(german(*verb)).out)]
    assert wrong == []


def test_what_we_correct_is_told_in_german(german: Cli, placed: Cli) -> None:
    number = placed("Aale", partners=["XX-VILLAGE"], patron=READER)
    done(german("run", "--once"))
    told = done(german("act", number, "unfilled", "--heard-by", "phone", "--reason", "lacking")).out
    more = ("--title", "Molche", "--pages", "1-2", "--need-before", DUE)
    told += done(german("amend", number, *more, "--dry-run")).out
    told += done(german("amend", number, *more, "--again")).out
    done(german("run", "--once"))
    told += done(german("act", number, "ship", "--heard-by", "phone", "--date", DUE)).out
    told += done(german("amend", number, "--due", LATER)).out
    told += done(german("show", number)).out
    assert "Rückgabe: Do, 31.01.2030 → So, 31.03.2030" in told
    assert english_in(told) == []


def test_what_we_lend_is_told_in_german(german: Cli) -> None:
    done(german("inject", "-", stdin=ORDER.replace("A Book", "Aale").replace("Author, A.", "Molch, M.")))
    done(german("run", "--once"))
    wrong: list[str] = []
    for act in (
        ("will-supply", "--date", DUE),
        ("ship", "--date", DUE, "--cost", "3.50 EUR"),
        ("overdue",),
        ("recall", "--date", LATER),
        ("return", "--heard-by", "phone"),
        ("check-in",),
    ):
        wrong += english_in(done(german("act", "L1", *act, "--anyway")).out, THEIRS)
        done(german("run", "--once"))
    for verb in verbs_about(german, "L1"):
        if verb != ("rota", "L1"):
            wrong += [f"{' '.join(verb)}: {one}" for one in english_in(done(german(*verb)).out, THEIRS)]
    assert wrong == []


NOTED = {
    "wanted_by": (Recall, LATER, "sie möchten es bis So, 31.03.2030 zurück"),
    "price": (Message, "7.50 GBP", "der Preis: 7,50 GBP"),
    "wrong": (Received, "", "es kam etwas anderes als bestellt"),
    "partial": (Received, "", "es kam nur ein Teil: Seiten fehlen"),
    "found": (Message, "", "was als verloren gemeldet war, ist wieder da"),
    "level": (Overdue, "2", "es ist ihre 2. Erinnerung"),
    "position": (partial(IllAnswer, results=Results.HOLD_PLACED), "3", "Platz 3 auf ihrer Warteliste"),
}


@pytest.mark.parametrize("name", note_sentences.SENTENCES)
def test_what_a_system_says_in_its_note_is_said_to_staff_in_german(name: str) -> None:
    kind, value, told = NOTED[name]
    apdu = kind(note=note_sentences.joined("Gruß.", note_sentences.written(name, value)))
    lines = said(apdu, Role.REQUESTER, (), date(2026, 3, 2), shipped("de"))
    assert lines == (told, "ihre Worte: Gruß.")
    assert english_in("\n".join(telling(apdu, date(2026, 3, 2), shipped("de")))) == []
    assert remark(apdu) == "Gruß."

"""The notices in every language."""

import re
from datetime import date

import pytest

from mailproc.notices.catalogue import (
    NOTICES,
    CitedRequest,
    NoticeContext,
    PartnerLibrary,
    PartnerNotice,
    Patron,
    Refusal,
    Request,
    StaffAttention,
)
from mailproc.notices.language_files import shipped, shipped_tags
from mailproc.notices.patron import (
    PatronArrived,
    PatronCancelled,
    PatronDueSoon,
    PatronOverdue,
    PatronRecalled,
    PatronRenewed,
    PatronUnfilled,
)
from mailproc.notices.render import Notice
from mailproc.templating.contract import Contract, sample_of
from mailproc.templating.environment import Templates
from mailproc.templating.folders import shipped_folder
from tests.notices.rendering import render

TEMPLATES = Templates([shipped_folder()], NOTICES)
NAMES = [contract.path.removeprefix("en/").removesuffix(".txt") for contract in NOTICES]
GERMAN = [f"de/{name}.txt" for name in NAMES]
EMPTY = sample_of(Request, author="")
PLAIN = CitedRequest(**vars(EMPTY))
GERMAN_WORDS = shipped("de")


def notice(name: str, context: NoticeContext, language: str = "de") -> Notice:
    return render(TEMPLATES, name, language, context)


@pytest.mark.parametrize("language", shipped_tags())
@pytest.mark.parametrize(("name", "contract"), [*zip(NAMES, NOTICES, strict=True)], ids=NAMES)
def test_every_notice_is_there_in_every_language(name: str, contract: Contract, language: str) -> None:
    assert TEMPLATES.source(f"{language}/{name}.txt").path == f"{language}/{name}.txt"
    made = notice(name, sample_of(contract.context), language)
    assert made.subject
    assert made.text.endswith("\n")


@pytest.mark.parametrize("path", GERMAN)
def test_german_letters_say_sie_and_carry_umlauts(path: str) -> None:
    text = TEMPLATES.source(path).text
    words = set(re.findall(r"\w+", re.sub(r"{[{%].*?[%}]}", "", text)))
    assert words & {"Sie", "Ihre", "Ihrer", "Ihnen", "Ihr", "bearbeiten"}
    assert not words & {"du", "dein", "deine", "dir", "dich", "euch", "Dear", "please", "loan", "the", "your"}
    assert not words & {"fuer", "ueber", "koennen", "Gruessen", "zurueck"}
    if not path.startswith("de/staff/"):
        assert "Mit freundlichen Grüßen\n{{ library.name }}" in text


def test_a_german_reader_hears_all_in_german() -> None:
    request = Request(
        number="B12",
        title="Die Brücke über den Öresund",
        author="",
        service=GERMAN_WORDS.service_word("COPY"),
    )
    context = sample_of(
        PatronUnfilled,
        patron=Patron(name="Jörg Müßig"),
        request=request,
        reasons=(
            Refusal(partner="Bücherei", reason=GERMAN_WORDS.reason_word("at-bindery")),
            Refusal(partner="Other Town Library", reason=GERMAN_WORDS.reason_word("BOUNCED")),
        ),
        note="",
    )
    made = notice("patron/unfilled", context)
    assert made.subject == "Leider nicht zu beschaffen: Die Brücke über den Öresund"
    assert made.text == (
        "Guten Tag Jörg Müßig,\n\n"
        "leider kann keine der Bibliotheken, die wir gefragt haben, liefern:\n\n"
        "  Die Brücke über den Öresund\n  Bestellung B12 (Kopie)\n\n"
        "Gefragt haben wir:\n\n"
        "  Bücherei: beim Buchbinder\n"
        "  Other Town Library: unser Brief kam als unzustellbar zurück\n\n"
        "Bitte schreiben Sie uns, wenn Sie es weiterhin brauchen oder wenn Ihnen eine andere Ausgabe "
        "genügt.\n\nMit freundlichen Grüßen\nExample Town Library\nill@library.example\n"
    )


@pytest.mark.parametrize("language", shipped_tags())
def test_a_reader_without_a_name_is_greeted_all_the_same(language: str) -> None:
    first = notice("patron/arrived", sample_of(PatronArrived, patron=Patron(name="")), language).text
    assert first.splitlines()[0] in ("Dear reader,", "Guten Tag,")


@pytest.mark.parametrize(
    ("level", "german", "english"),
    [
        (1, "Erinnerung (fällig am X): On Letters", "Reminder, due on X: On Letters"),
        (2, "2. Erinnerung (fällig am X): On Letters", "Reminder 2, due on X: On Letters"),
        (7, "7. Erinnerung (fällig am X): On Letters", "Reminder 7, due on X: On Letters"),
    ],
)
def test_a_reminder_says_which_it_is(level: int, german: str, english: str) -> None:
    context = sample_of(PatronOverdue, level=level, due="X")
    assert notice("patron/overdue", context).subject == german
    assert notice("patron/overdue", context, "en-GB").subject == english
    assert ("this is reminder" in notice("patron/overdue", context, "en").text) == (level > 1)


@pytest.mark.parametrize(
    ("renewable", "refused", "said"),
    [
        (True, False, "Verlängerung."),
        (False, True, "keine Verlängerung zu"),
        (False, False, "fragen Sie uns bitte"),  # none can be asked for, and nobody refused one
    ],
)
def test_a_reminder_before_the_day_says_whether_asking_helps(
    renewable: bool, refused: bool, said: str
) -> None:
    made = notice("patron/due_soon", sample_of(PatronDueSoon, renewable=renewable, refused=refused))
    assert said in made.text
    assert ("schreiben Sie uns" in made.text) == renewable


@pytest.mark.parametrize(
    ("name", "context", "subject", "said"),
    [
        ("renewed", sample_of(PatronRenewed, due=""), "Ihre Fernleihe ist verlängert: On Letters",
         "hat die Leihfrist verlängert:"),
        ("recalled", sample_of(PatronRecalled, due=""), "Bitte umgehend zurückgeben: On Letters",
         "so bald wie möglich bei uns zurück."),
        ("recalled", sample_of(PatronRecalled, due="X"), "Bitte bis X zurückgeben: On Letters",
         "bis X bei uns zurück."),
        ("cancelled", sample_of(PatronCancelled, needed_by=""), "Ihre Bestellung ist beendet: On Letters",
         "wir haben Ihre Bestellung beendet;"),
        ("cancelled", sample_of(PatronCancelled, needed_by="Mo, 23.11.2026"),
         "Ihre Bestellung ist beendet: On Letters", "brauchten dies bis Mo, 23.11.2026,"),
    ],
)  # fmt: skip
def test_what_is_not_known_is_not_spoken_of(
    name: str, context: NoticeContext, subject: str, said: str
) -> None:
    made = notice(f"patron/{name}", context)
    assert made.subject == subject
    assert said in made.text
    assert "  " not in made.text.replace("\n  ", "\n")


@pytest.mark.parametrize(("language", "number"), [("en", "NUMBER"), ("de", "NUMMER")])
def test_a_letter_on_the_shelf_comes_with_commands_that_name_it(language: str, number: str) -> None:
    shelved = sample_of(StaffAttention, letter="I5", request=None, groups=(), page="")
    text = notice("staff/attention", shelved, language).text
    for command in ("letter I5", f"attach I5 {number}", "release I5", "dismiss I5"):
        assert f'"mailproc {command}"' in text


def test_staff_and_partners_are_written_to_in_their_language() -> None:
    attention = sample_of(
        StaffAttention, reasons=(GERMAN_WORDS.attention_word("end-of-rota"),), request=PLAIN
    )
    assert (
        notice("staff/attention", attention).subject
        == "B12, Bearbeitung erforderlich: keine Bibliothek mehr zu fragen"
    )
    lost = sample_of(
        PartnerNotice, what=GERMAN_WORDS.told_word("LOST"), partner=PartnerLibrary(name="Ålesund bibliotek")
    )
    assert (
        notice("partner/notice", lost).subject == "Fernleihe, Ihre Nummer 7654321: die Leihgabe ist verloren"
    )
    assert "der Bibliothek „Ålesund bibliotek“,\n" in notice("partner/notice", lost).text


def test_a_german_date_stands_in_a_german_sentence() -> None:
    due = GERMAN_WORDS.day_word(date(2026, 11, 23), date(2026, 1, 1))
    text = notice("patron/arrived", sample_of(PatronArrived, due=due)).text
    assert "Leihfrist: bis Mo, 23.11.2026.\n" in text

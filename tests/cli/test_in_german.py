"""The command line speaks the language of the library; codes and what a program reads stay."""

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mailproc.ill.facts import NotToldFact
from mailproc.notices import not_told
from mailproc.notices.language_files import ENGLISH, SHIPPED, shipped
from mailproc.sentence import sentence

from .conftest import ORDER
from .test_show import hear

Cli = Callable[..., Any]
VERBS = (
    ("requests",), ("show", "B1"), ("digest",), ("rota", "B1"), ("jobs",), ("letters",), ("shelved",),
    ("outbox",), ("letter", "I1"),
)  # fmt: skip
WORD = re.compile(r"[A-Za-z]{4,}")


@pytest.fixture
def german(folder: Path, cli: Cli, placed: Cli) -> Cli:
    """A library that reads German, with a request on a waiting list."""
    config = folder / "config.toml"
    text = config.read_text().replace("[library]\n", '[library]\nlanguage = "de"\n', 1)
    config.write_text(text.replace("British Library", "BL"))
    placed("Buch")
    assert cli("run", "--once").code == 0
    hear(cli, "B1-1 USE*2")
    return cli


def test_lists_are_narrowed_by_the_words_that_they_print(german: Cli) -> None:
    def numbers(*arguments: str) -> list[str]:
        return [one.get("number") or one["id"] for one in german(*arguments, "--json").json]

    assert numbers("requests", "--service", "ausleihe") == numbers("requests", "--service", "Loan") == ["B1"]
    assert numbers("requests", "--state", "Bestellt") == numbers("requests", "--state", "requested") == ["B1"]
    assert numbers("requests", "--role", "borrower") == ["B1"]
    assert numbers("requests", "--role", "lender") == numbers("requests", "--state", "Eingetroffen") == []
    assert numbers("requests", "--since", "1.1.2020") == ["B1"]
    sent = numbers("letters", "--state", "in den Ordner geschrieben, NICHT GESENDET")
    assert sent == numbers("letters", "--state", "filed")
    assert numbers("letters", "--state", "zu drucken") == []
    for wrong in (("--due", "31.2.2026"), ("--since", "1.1.26"), ("--state", "Vorgestern")):
        assert german("requests", *wrong).code == 1


def test_lists_and_show_are_in_german(german: Cli) -> None:
    assert "Vorgemerkt, Platz 2" in german("requests").out
    shown = german("show", "B1").out
    assert "Wir entleihen von UK-BL: Vorgemerkt, Platz 2 (" in shown and "[PENDING]" in shown
    assert re.search(r"\d+\. \w+\.? \d{4}, \d\d:\d\d  bestellt +Bestellt +Personal ", shown)
    assert "hat es vorgemerkt" in shown
    assert "nichts zu bearbeiten" in german("digest").out
    assert re.search(r"1  BL +Vorgemerkt +B1-1, ", german("rota", "B1").out)
    assert "Wenn nichts geschieht" in german("jobs").out
    assert "in den Ordner geschrieben" in german("letters").out


def test_what_the_law_finds_is_in_german(german: Cli) -> None:
    assert "B1 ist jetzt: Storn" in german("act", "B1", "cancel").out
    hear(german, "B1-1 USE*2")
    hear(german, "B1-1 USE*2")
    assert "schon gesagt" in german("show", "B1").out


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_no_label_was_left_in_english(german: Cli, verb: tuple[str, ...]) -> None:
    said = german(*verb).out
    labels = ENGLISH.texts.labels
    german_words = set(WORD.findall(repr(shipped("de").texts)))
    parts = {"show": ("show", "history"), "letter": (), "shelved": ("letters",), "outbox": ("letters",)}
    for part in parts.get(verb[0], (verb[0],)):
        for name, text in labels[part].items():
            if words := set(WORD.findall(re.sub(r"{.*?}", "", text))) - german_words:
                assert not words <= set(WORD.findall(said)), (part, name)


def test_what_a_program_reads_is_the_same_in_every_language(german: Cli, folder: Path) -> None:
    values = [german(*verb, "--json").json for verb in VERBS]
    config = folder / "config.toml"
    config.write_text(config.read_text().replace('language = "de"\n', ""))
    assert [german(*verb, "--json").json for verb in VERBS] == values


def test_a_language_file_with_a_gap_ends_check_with_status_3(folder: Path, cli: Cli) -> None:
    file = folder / "site/languages/cy.toml"
    file.parent.mkdir()
    file.write_text((SHIPPED / "en.toml").read_text().replace('LOAN = "loan"\n', ""))
    ran = cli("check")
    assert ran.code == 3
    assert re.search(r"cy\.toml has \d+ problems:|cy\.toml, line \d+: ", ran.err)
    assert "services.LOAN: is missing" in ran.err


@pytest.mark.parametrize("args", [("request", "no-file.json"), ("act", "B9", "cancel"), ("dismiss", "I9")])
def test_a_refusal_is_told_though_the_language_s_file_is_wrong(
    german: Cli, folder: Path, args: tuple[str, ...]
) -> None:
    file = folder / "site/languages/de.toml"
    file.parent.mkdir(parents=True)
    file.write_text("[states")
    ran = german(*args)
    assert ran.code in (1, 3)
    assert ran.err and "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("show", "B9"), "Es gibt keine Bestellung B9."),
        (("act", "B1", "receive", "--date", "morgen"), "'morgen' ist kein Datum; schreiben Sie 2026-01-31."),
        (("next", "B1"), "B1-1 bei UK-BL ist Bestellt: Stornieren oder schließen Sie das"),
        (("act", "B1", "renew"), "renew ist nicht möglich: Ausleihe, Stand Bestellt. Jetzt möglich: "),
        (("letter", "I99"), "Es gibt keinen Brief I99."),
        (("attach", "I99", "B1"), "Es gibt keinen Brief I99."),
        (("dismiss", "E99"), "Es gibt keinen Brief E99."),
        (("release", "I1"), "liegt nicht auf der Ablage"),
        (("amend", "B1", "--title", "Neu"), "UK-BL hat die Bestellung B1-1 (Bestellt): Sie kann nicht mehr"),
        (("pause", "NOBODY"), "Es gibt keinen Partner 'NOBODY'. Bekannte Partner:"),
    ],
)
def test_refusals_are_in_german(german: Cli, args: tuple[str, ...], told: str) -> None:
    refused = german(*args)
    assert refused.code == 1
    assert told in refused.err


def test_what_an_act_does_is_said_in_german_and_its_codes_are_for_programs(german: Cli) -> None:
    told = german("act", "B1", "cancel", "--dry-run").out
    assert "  eine Nachricht an UK-BL (" in told and "wir bitten Sie um Stornierung" in told
    value = german("act", "B1", "cancel", "--dry-run", "--json").json
    (message,) = value["follows_codes"]
    assert value["follows"][0].startswith("a message to UK-BL at ")
    assert message["code"] == "message-to"
    assert message["values"]["what"] == {"table": "told", "code": "CANCEL"}


def test_a_letter_to_a_reader_without_an_address_is_on_paper_in_german(german: Cli, placed: Cli) -> None:
    number = placed("Heft", patron={"id": "R1", "name": "R. Reader"})
    assert german("run", "--once").code == 0
    hear(german, f"{number}-1 NOT")
    assert "zu drucken" in german("show", number).out


def test_what_is_done_with_a_letter_is_said_in_german(german: Cli) -> None:
    assert "O1 ist " in german("hold", "O1").err
    assert german("redeliver", "O1", "--arrived").out == "O1 gilt als zugestellt\n"
    assert german("pause", "UK-BL").out.startswith("UK-BL ist angehalten: ")
    value = german("resume", "UK-BL", "--json").json
    assert value["text_codes"] == [{"code": "is-active", "values": {"partner": "UK-BL"}}]


def test_why_a_letter_waits_or_lies_on_the_shelf_is_said_in_german(german: Cli, folder: Path) -> None:
    hear(german, "This is for a person.")
    assert german("hold", "O1").code == 1
    (line,) = german("shelved", "--json").json
    assert (line["note"], line["note_codes"]) == (
        "a letter in words of UK-BL that names no request with it",
        [{"code": "words-name-none", "values": {"partner": "UK-BL"}}],
    )  # fmt: skip
    assert "ein Brief in Worten von UK-BL" in german("shelved").out
    assert "ein Brief in Worten von UK-BL" in german("letter", line["id"]).out
    assert german("dismiss", line["id"]).code == 0
    assert " hat es am " in german("letter", line["id"]).out


@pytest.mark.parametrize(("code", "word"), [("NOT", "NOT"), ("USE*3", "USE*"), ("*MISS", "*MISS")])
def test_what_a_code_of_the_british_library_means_stands_beside_it(german: Cli, code: str, word: str) -> None:
    """In the history and with the letter; of a code of before 2012 too."""
    hear(german, f"B1-1 {code}")
    means, english = shipped("de").texts.reply_codes[word], ENGLISH.texts.reply_codes[word]
    assert f"{code} (bedeutet: {means})" in " ".join(german("show", "B1").out.split())
    heard = next(one["id"] for one in german("letters", "--json").json if one["id"].startswith("I"))
    told = german("letter", heard).out
    assert f"ihr Code: {code} (bedeutet: {means})" in told and "ihre Worte" not in told
    (message,) = german("letter", heard, "--json").json["messages"]
    assert f"their code: {code} ({english})" in message["says"]


def test_a_letter_of_a_mailbox_is_listed_by_its_from_which_proves_nothing(german: Cli) -> None:
    head = "From: A. Nobody <nobody@strange.example>\r\nTo: ill@town.example\r\nSubject: Nothing\r\n"
    letter = f"{head}Message-ID: <none@x.example>\r\n\r\nHello\r\n"
    assert german("inject", "-", stdin=letter).code == 0
    assert german("run", "--once").code == 0
    (line,) = german("shelved", "--json").json
    assert line["other"] == "nobody@strange.example (as From says)"
    for verb in ("shelved", "letters"):
        assert "nobody@strange.example" in german(verb).out and "laut" in german(verb).out


def test_a_letter_without_a_sender_is_listed_in_german(german: Cli) -> None:
    letter = "To: ill@town.example\r\nSubject: Nothing\r\nMessage-ID: <none@x.example>\r\n\r\nHello\r\n"
    assert german("inject", "-", stdin=letter).code == 0
    assert german("run", "--once").code == 0
    (line,) = german("shelved", "--json").json
    assert (line["other"], line["other_codes"]) == ("(no sender)", [{"code": "no-sender", "values": {}}])
    for verb in ("shelved", "letters", "digest"):
        assert "(ohne Absender)" in german(verb).out
    assert german("digest", "--send").code == german("run", "--once").code == 0
    sent = german("letters", "--json").json[0]["id"]
    assert "(ohne Absender)" in german("letter", sent).out


def test_why_a_letter_has_not_left_is_said_in_german(german: Cli, folder: Path, placed: Cli) -> None:
    config = folder / "config.toml"
    relay = 'mode = "smtp"\nhost = "127.0.0.1"\nport = 1\nsecurity = "none"'
    config.write_text(config.read_text().replace('mode = "folder"', relay))
    number = placed("Heft")
    assert german("run", "--once").code == 0
    told = german("outbox").out
    assert "Mailserver" in told and "127.0.0.1:1: " in told
    assert "wartet auf den" in told and "prepared" not in told
    (line,) = german("outbox", "--json").json
    assert line["note"].startswith("relay 127.0.0.1:1: ")
    assert [one["code"] for one in line["note_codes"]] == ["relay-trouble"]
    config.write_text(config.read_text().replace("99-0001", "99-0002"))
    assert german("redeliver", line["id"]).code == 0
    assert german("run", "--once").code == 0
    why = "In config.toml steht kein Konto 99-0001 für Bestellungen bei UK-BL mehr."
    assert f"{line['id']}: {why}" in " ".join(german("show", number).out.split())
    last = german("show", number, "--json").json["history"][-1]
    assert last["note"].startswith(f"{line['id']}: There is no outgoing account 99-0001 for UK-BL ")
    assert last["note_codes"][0]["values"]["why"]["code"] == "account-gone"
    staff = next(one["id"] for one in german("letters", "--json").json if "Bearbeitung" in one["subject"])
    assert f"{line['id']}: {why}" in " ".join(german("letter", staff).out.split())


def test_partners_jobs_and_what_is_verified_are_told_in_german(german: Cli, folder: Path) -> None:
    told = german("partners").out
    assert re.search(r"Sigel +Name +Adresse +Protokoll +Für uns +Stand +Nachweis", told)
    assert re.search(r"UK-BL .*gebende Bibliothek.* aktiv +none", told)
    assert re.search(r"UK-CUSTOMER .*nehmende Bibliothek +aktiv +none", told)
    assert german("pause", "UK-BL").code == 0
    assert re.search(r"UK-BL .* angehalten", german("partners").out)
    assert german("partners", "--json").json[0]["status"] == "paused"
    with (folder / "config.toml").open("a") as file:
        file.write('[schedule]\ndigest = "0 7 * * *"\n')
    told = german("jobs").out
    assert re.search(r"was fällig ist +alle 60s\b", told)
    assert re.search(r"tägliche Übersicht +0 7 \* \* \* ", told)
    assert {one["job"] for one in german("jobs", "--json").json["jobs"]} == {
        "archive",
        "purge",
        "sweep",
        "digest",
        "documents",
        "examine",
    }
    assert german("verify").out == "1 Vorgang geprüft, 0 weichen ab\n"


def test_what_inject_says_of_a_file_is_german(german: Cli, folder: Path) -> None:
    (folder / "empty").write_bytes(b"")
    (folder / "link").symlink_to("nowhere")
    (folder / "letter").write_text("From: a@b.example\r\nMessage-ID: <a@b.example>\r\n\r\nHello\r\n")
    assert german("inject", "empty").err == "empty ist leer.\n"
    assert german("inject", "link").err == "link kann nicht gelesen werden: es ist ein Link ins Leere.\n"
    assert german("inject", "/dev/null").err == "/dev/null kann nicht gelesen werden: es ist keine Datei.\n"
    name = german("inject", "letter").out.strip()
    assert german("inject", "letter").out == f"already here as {name}\n"


def test_what_a_partner_wrote_of_its_address_is_told_in_german(german: Cli, folder: Path) -> None:
    with sqlite3.connect(folder / "var/mailproc.db") as store:
        columns = "(partner, kind, value) VALUES ('UK-BL', 'address', 'new@bl.example')"
        store.execute(f"INSERT INTO partner_learned {columns}")
    waits = "wartet: mailproc partners --confirm A1 oder --forget A1"
    assert f"A1 UK-BL schrieb: Antworten an new@bl.example ({waits})\n" in german("partners").out
    told = german("partners", "--forget", "A1").out
    assert told == "An new@bl.example ging nichts; Briefe an UK-BL gehen an orders@bl.example.\n"


def test_what_became_of_a_letter_is_said_in_german(german: Cli) -> None:
    told = german("letters").out
    assert "1 zugeordnet" in told
    heard = next(one for one in german("letters", "--json").json if one["id"] == "I1")
    assert (heard["note"], heard["note_codes"]) == (
        "1 placed", [{"code": "count-placed", "values": {"count": 1}}],
    )  # fmt: skip
    assert "1 zugeordnet" in german("letter", "I1").out


def test_what_goes_to_people_and_why_a_message_is_held_is_said_in_german(
    german: Cli, folder: Path, placed: Cli
) -> None:
    order = ORDER.replace("Message-ID: <1@c>", "Message-ID: <2@c>")
    assert german("inject", "-", stdin=order).code == 0
    assert german("run", "--once").code == 0
    told = german("act", "L1", "conditional", "--condition", "charges").out
    assert "ein Brief an die Kolleginnen und Kollegen bei " in " ".join(told.split())
    number = placed("Heft")
    config = folder / "config.toml"
    config.write_text(config.read_text().replace("99-0001", "99-0002"))
    assert german("run", "--once").code == 0
    assert all(word in german("outbox").out for word in ("unser Konto", "99-0001", "steht nicht mehr"))
    assert "unser Konto 99-0001 bei UK-BL " in german("show", number).out
    (line,) = german("outbox", "--json").json
    assert line["note"] == "our account 99-0001 with UK-BL is no longer in config.toml"


def test_why_a_mailbox_cannot_be_read_is_said_in_german(
    german: Cli, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOX_PASSWORD", "Pw4Box77")
    box = 'name = "box"\nhost = "127.0.0.1"\nport = 1\nuser = "ill"\npassword = { env = "BOX_PASSWORD" }'
    with (folder / "config.toml").open("a") as file:
        file.write(f"[[mailbox]]\n{box}\n")
    assert german("run", "--once").code == 0
    assert "Postfach box (127.0.0.1:1): " in german("digest").out
    (unread,) = german("digest", "--json").json["mailboxes"]
    assert unread["error"].startswith("mailbox box (127.0.0.1:1): ")
    assert [one["code"] for one in unread["error_codes"]] == ["mailbox-trouble"]


def test_who_changed_the_rota_is_said_in_german(german: Cli, placed: Cli) -> None:
    number = placed("Heft")
    assert german("rota", number, "--add", "UK-BL").code == 0
    assert "Leitweg: UK-BL hinzugefügt" in german("show", number).out
    last = german("show", number, "--json").json["history"][-1]
    assert last["note"] == "rota: added UK-BL"


def test_codes_of_the_desk_have_words_in_german(german: Cli) -> None:
    """How a partner told us, what could not be said to it, and what is asked of several."""
    assert german("act", "B1", "hold", "--heard-by", "phone").code == 0
    told = " ".join(german("show", "B1").out.split())
    assert "(mitgeteilt per Telefon)" in told and "phone" not in told
    language = shipped("de")
    lost: list[NotToldFact] = [
        {"field": "reason", "words": "in-use-on-loan"},
        {"field": "copyright_compliance", "words": "declared"},
        {"field": "item.title", "words": "lost"},
    ]
    said = language.word(not_told.told(lost))
    assert said.endswith(": ausgeliehen; Urheberrecht: erklärt; Titel: lost")
    several = language.word(sentence("delivery-missing", partners="XX-A, XX-B"))
    assert "weiß" not in several and several.endswith("bei XX-A, XX-B.")

"""`mailproc locate`, and what `show` and `check` say of catalogues."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import CONFIG
from tests.command_line import Ran
from tests.servers import catalogue_stub
from tests.servers.catalogue_stub import CatalogueStub, field, records
from tests.support import configuration

Cli = Callable[..., Ran]
ISBN = "9783161484100"
BOOK = field("245", a="On Letters") + field("852", a="XX-TOWN", b="Main", h="QA 1")
REQUEST = ("request", "--title", "On Letters", "--isbn", ISBN, "--service", "LOAN", "--partner", "UK-BL")
FORGED = "Forged: mailproc act L1 close"


@pytest.fixture
def stub(folder: Path) -> Iterator[CatalogueStub]:
    with catalogue_stub.running() as running:
        catalogue = configuration.section("[catalogue]", name="own", url=running.url)
        (folder / "config.toml").write_text(CONFIG + catalogue)
        yield running


def test_copies_are_listed(cli: Cli, stub: CatalogueStub) -> None:
    stub.say(records(BOOK + field("852", a="XX-TOWN", h="QA 2", z="damaged")))
    ran = cli("locate", "--isbn", ISBN)
    assert (ran.code, ran.err) == (0, "")
    head, first, second = ran.out.splitlines()
    assert head.split() == ["Catalogue", "Library", "Where", "Available", "Note", "Title"]
    assert first.split("  ")[0] == "own"
    assert "Main, QA 1" in first
    assert "damaged" in second
    (said,) = cli("locate", "--isbn", ISBN, "--json").json
    assert [one["shelfmark"] for one in said["answer"]["holdings"]] == ["QA 1", "QA 2"]
    assert len(stub.asked) == 1


def test_a_request_is_located_and_shown_with_it(cli: Cli, stub: CatalogueStub) -> None:
    assert cli(*REQUEST).code == 0
    stub.say(records(BOOK))
    assert "No catalogue has it." in cli("locate", "B1").out, "it was asked a moment ago"
    assert "Main, QA 1" in cli("locate", "B1", "--again").out
    assert re.search(r"^  Catalogue own +Main, QA 1$", cli("show", "B1").out, re.MULTILINE)
    (looked,) = cli("show", "B1", "--json").json["looked"]
    assert looked["answer"]["holdings"][0]["title"] == "On Letters"


def test_what_we_hold_is_said_before_it_leaves(cli: Cli, stub: CatalogueStub) -> None:
    stub.say(records(BOOK))
    ran = cli(*REQUEST)
    assert (ran.code, ran.out) == (1, "")
    assert "We hold it, as the catalogue own says: Main, QA 1" in ran.err
    assert "--anyway" in ran.err
    assert cli(*REQUEST, "--anyway").out == "B1\n"


def test_a_catalogue_that_is_down_is_said_and_ends_with_1(cli: Cli, stub: CatalogueStub) -> None:
    stub.say((503, b"x"))
    ran = cli("locate", "--isbn", ISBN)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "own: it answers with the HTTP status 503\n"
    assert "not asked before" in cli("locate", "--title", "Another").err
    assert cli(*REQUEST).code == 0


def test_more_records_than_are_read_are_said(cli: Cli, stub: CatalogueStub) -> None:
    stub.say(records(BOOK).replace(b"<numberOfRecords>1<", b"<numberOfRecords>12345<"))
    assert "own: 12345 records" in cli("locate", "--isbn", ISBN).out


@pytest.mark.parametrize("given", [(), ("B1", "--isbn", ISBN)])
def test_a_request_or_an_item_is_wanted(cli: Cli, stub: CatalogueStub, given: tuple[str, ...]) -> None:
    assert "Name a request, as B12, or an item" in cli("locate", *given).err


def test_no_word_of_a_catalogue_makes_a_line(cli: Cli, stub: CatalogueStub) -> None:
    hostile = f"word&#10;{FORGED}&#13;{FORGED}\u2028{FORGED}\x1b[2J"
    stub.say(records(field("245", a=hostile) + field("852", a=hostile, b=hostile, h=hostile, z=hostile)))
    assert cli(*REQUEST, "--anyway").code == 0
    for arguments in (("locate", "--isbn", ISBN), ("show", "B1")):
        printed = cli(*arguments).out
        assert "\x1b" not in printed
        assert not re.search(rf"^ {{0,8}}{FORGED}", printed, re.MULTILINE)
        assert FORGED in printed
    stub.say(b"<html>" + hostile.encode() + b"</html>")
    ran = cli("locate", "--title", "Another")
    assert not any(line.startswith(FORGED) for line in ran.err.splitlines())


def test_check_asks_each_catalogue(cli: Cli, stub: CatalogueStub) -> None:
    assert "catalogue own: it answers (isbn, issn, title)" in cli("check", "--connect").out
    assert len(stub.asked) == 3
    stub.say((404, b""))
    ran = cli("check", "--connect")
    assert ran.code != 0
    assert "catalogue own: it answers with the HTTP status 404" in ran.out + ran.err
    (line,) = [line for line in cli("check").out.splitlines() if "catalogue own" in line]
    assert line.startswith("ok    catalogue own: ours, sru at ")


def test_the_service_asks_about_new_requests(cli: Cli, stub: CatalogueStub) -> None:
    stub.say(records(BOOK))
    lender = ("request", "--as", "lender", "--partner", "UK-CUSTOMER", "--title", "On Letters")
    assert cli(*lender, "--isbn", ISBN, "--service", "LOAN", "--delivery", "a@b.example").out == "L1\n"
    assert cli("show", "L1", "--json").json["looked"] == []
    assert cli("run", "--once").code == 0
    assert "Main, QA 1" in cli("show", "L1").out
    assert "catalogues to ask about new requests" in cli("jobs").out

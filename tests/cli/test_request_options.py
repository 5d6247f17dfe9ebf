"""A request by options, without a file: ours, and a partner's that came by post."""

from pathlib import Path

import pytest

from mailproc.cli.root import loaded

BOOK = ("--service", "loan", "--title", "On Letters", "--author", "Seneca", "--partner", "UK-BL")


def test_a_loan_by_options(cli):
    ran = cli(
        "request", *BOOK, "--edition", "2nd ed.", "--publisher", "Example Press", "--series", "Letters 4",
        "--year", "1969", "--patron", "R1", "--patron-name", "R. Reader", "--patron-email", "r@town.example",
        "--need-before", "2099-12-31", "--max-cost", "12.50 eur", "--note", "With its map.",
        "--delivery-name", "Town Library", "--delivery-city", "Town",
    )  # fmt: skip
    assert (ran.code, ran.out) == (0, "B1\n"), ran
    shown = cli("show", "B1", "--json").json
    assert shown["item"] == {
        "title": "On Letters", "author": "Seneca", "edition": "2nd ed.", "publisher": "Example Press",
        "series": "Letters 4", "publication_date": "1969",
    }  # fmt: skip
    assert shown["patron"] == {"id": "R1", "name": "R. Reader", "email": "r@town.example"}
    assert shown["delivery_to"] == {"postal": {"name": "Town Library", "city": "Town"}}
    assert (shown["need_before"], shown["note"], shown["service"]) == ("2099-12-31", "With its map.", "LOAN")


ARTICLE = {
    "title": "J. of Weirs", "article_title": "On Locks", "article_author": "Smith, J.",
    "volume_issue": "12(3)", "publication_date": "2019", "pagination": "45-52", "issn": "0000-0000",
}  # fmt: skip


@pytest.mark.parametrize(
    "names",
    [
        ("--journal J. of Weirs", "--title On Locks", "--author Smith, J.", "--volume 12", "--issue 3"),
        ("--title J. of Weirs", "--article On Locks", "--article-author Smith, J.", "--volume-issue 12(3)"),
        ("--journal J. of Weirs", "--article-title On Locks", "--author Smith, J.", "--volume-issue 12(3)"),
    ],
)
@pytest.mark.parametrize(
    "rest", [("--year 2019", "--pages 45-52"), ("--publication-date 2019", "--pagination 45-52")]
)
def test_every_spelling_of_an_article(cli, names, rest):
    given = [word for option in (*names, *rest, "--issn 0000-0000") for word in option.split(" ", 1)]
    assert cli("request", "--service", "COPY", "--partner", "UK-BL", *given).code == 0
    assert cli("show", "B1", "--json").json["item"] == ARTICLE


def test_the_same_spellings_correct_it(cli, placed):
    placed("J. of Wiers", "COPY")
    ran = cli(
        "amend", "B1", "--journal", "J. of Weirs", "--title", "On Locks", "--author", "Smith, J.",
        "--volume", "12", "--issue", "3", "--year", "2019", "--pages", "45-52", "--issn", "0000-0000",
    )  # fmt: skip
    assert ran.code == 0, ran
    assert cli("show", "B1", "--json").json["item"] == ARTICLE


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ((), "--service"),
        (("-", "--title", "T"), "not both"),
        ((*BOOK, "--issue", "3"), "--volume"),
        ((*BOOK, "--volume", "3", "--volume-issue", "3(4)"), "--volume-issue"),
        ((*BOOK, "--journal", "J", "--article", "A"), "--article-title"),
        ((*BOOK, "--as", "reader"), "borrower, lender"),
        ((*BOOK, "--patron-name", "R. Reader"), "id"),
        ((*BOOK, "--max-cost", "EUR 12"), "amount"),
        ((*BOOK, "--need-before", "soon"), "soon"),
        ((*BOOK, "--their-number", "C7"), "--their-number has no use without --as lender"),
        (("--title", "T", "--partner", "UK-BL"), "service"),
        (("--service", "gift", "--title", "T", "--partner", "UK-BL"), "service"),
        (("--service", "loan", "--partner", "UK-BL"), "title"),
    ],
)
def test_what_is_wrong_is_one_sentence(cli, arguments, named):
    ran = cli("request", *arguments, stdin="{}")
    assert (ran.code, ran.out) == (1, "")
    assert named in ran.err
    assert len(ran.err.splitlines()) == 1


def test_a_dry_run_places_nothing(cli):
    ran = cli("request", *BOOK, "--dry-run")
    assert (ran.code, ran.out) == (0, "Nothing is changed. This would be a request with UK-BL.\n")
    assert cli("request", *BOOK, "--dry-run", "--json").json["dry_run"] is True
    assert cli("requests", "--json").json == []


LENT = (
    "request", "--as", "lender", "--partner", "UK-CUSTOMER", "--service", "LOAN", "--title", "A Book",
    "--their-number", "C7-1", "--asked-by", "phone", "--date", "2020-02-27",
)  # fmt: skip


def test_a_partners_order_by_telephone(cli):
    ran = cli(*LENT)
    assert (ran.code, ran.out) == (0, "L1\n"), ran
    shown = cli("show", "L1", "--json").json
    assert (shown["state"], shown["partner"], shown["their_number"]) == ("IN_PROCESS", "UK-CUSTOMER", "C7-1")
    assert shown["history"][0]["cause"]["heard_by"] == "phone"
    assert "2020-02-27" in shown["history"][0]["note"]
    assert "phone" in cli("show", "L1").out


def test_its_number_twice_is_asked_about(cli):
    cli(*LENT)
    again = cli(*LENT)
    assert again.code == 1
    assert "L1" in again.err
    assert "--anyway" in again.err
    anyway = cli(*LENT, "--anyway", "--json")
    assert anyway.json["number"] == "L2"
    codes = [warning["code"] for warning in anyway.json["warnings_codes"]]
    assert codes == ["their-number-known", "same-borrower", "borrowers-address-missing"]
    assert "L1" in anyway.json["warnings"][0]
    assert len(cli(*LENT, "--anyway").err.splitlines()) == 3


def test_the_same_from_a_file(cli):
    order = '{"as": "lender", "service": "LOAN", "item": {"title": "T"}, "partners": ["UK-CUSTOMER"]}'
    assert cli("request", "-", stdin=order).out == "L1\n"
    assert cli("request", "-", "--as", "lender", "--anyway", stdin=order).out == "L2\n"


COPY = ("--service", "copy", "--journal", "J. of Weirs", "--title", "On Locks", "--partner", "UK-BL")


def under(folder, law):
    config = folder / "config.toml"
    config.write_text(config.read_text() + f'\n[policy]\ncopyright = "{law}"\ncopyright_wording = "2014"\n')


def test_a_declaration_by_options(cli, folder):
    under(folder, "uk")
    ran = cli("request", *COPY)
    assert (ran.code, ran.out) == (0, "B1\n")
    assert "--declared-by" in ran.err
    signed = ("--declared-by", "R. Reader", "--declared-on", "2026-03-01")
    assert cli("amend", "B1", *signed).code == 0
    told = {"signed_by": "R. Reader", "signed_on": "2026-03-01", "wording": "2014"}
    assert cli("show", "B1", "--json").json["declaration"] == told
    assert "R. Reader" in cli("show", "B1").out
    assert "--declared-by" not in cli("request", *COPY, *signed).err
    assert cli("request", *COPY, "--declared-on", "2026-03-01").code == 1


def test_the_word_of_the_usa_and_the_count(cli, folder):
    under(folder, "us")
    assert "CCG" in cli("request", *COPY).err
    assert cli("request", *COPY, "--copyright", "ccg").code == 0
    second = cli("request", *COPY, "--copyright", "CCG", "--json").json
    assert "copies-of-title" in [warning["code"] for warning in second["warnings_codes"]]
    shown = cli("show", "B2", "--json").json["copyright"]
    assert (shown["word"], shown["copies"]) == ("US:CCG", 2)
    assert "copy 2 of this title" in cli("show", "B2").out


def test_show_names_an_earlier_order_of_the_same_borrower(cli):
    cli(*LENT)
    cli(*LENT, "--anyway")
    assert cli("show", "L2", "--json").json["asked_before"] == "L1"
    assert "L1" in cli("show", "L2").out


def test_every_option_stands_on_the_page():
    page = (Path(__file__).parents[2] / "docs/requests.md").read_text(encoding="utf-8")
    options = {name for one in loaded("request").params for name in one.opts if name.startswith("--")}
    assert {name for name in options if f"`{name}`" not in page} == set()


OPENURL = (
    "https://r.example/?ctx_ver=Z39.88-2004&rft.jtitle=J.+of+Weirs&rft.atitle=On+Locks&rft.aulast=Smith"
    "&rft.aufirst=J.&rft.volume=12&rft.issue=3&rft.date=2019&rft.pages=45-52&rft.issn=0000-0000"
)
RIS = """\
TY  - JOUR
AU  - Smith, J.
TI  - On Locks
T2  - J. of Weirs
VL  - 12
IS  - 3
PY  - 2019
SP  - 45
EP  - 52
SN  - 0000-0000
"""


@pytest.mark.parametrize("text", [OPENURL, RIS])
@pytest.mark.parametrize("way", ["itself", "in a file", "on standard input"])
def test_a_citation_of_another_program(cli, tmp_path, text, way):
    (tmp_path / "cited").write_text(text, encoding="utf-8")
    itself = text if text == OPENURL else str(tmp_path / "cited")
    named = {"itself": itself, "in a file": str(tmp_path / "cited"), "on standard input": "-"}
    stdin = text if way == "on standard input" else ""
    assert cli("request", named[way], "--partner", "UK-BL", stdin=stdin).code == 0
    shown = cli("show", "B1", "--json").json
    assert (shown["service"], shown["item"]) == ("COPY", {"type": "SERIAL", **ARTICLE})


def test_an_option_counts_instead_of_the_citation_and_what_is_not_understood_is_said(cli):
    ran = cli("request", f"{OPENURL}&rft.degree=MA", "--partner", "UK-BL", "--year", "2020", "--patron", "R1")
    assert (ran.code, ran.out) == (0, "B1\n")
    assert "degree: MA" in ran.err
    shown = cli("show", "B1", "--json").json
    assert (shown["item"]["publication_date"], shown["patron"]["id"]) == ("2020", "R1")


def test_of_several_citations_none_is_placed(cli, tmp_path):
    (tmp_path / "two.ris").write_text(RIS + RIS, encoding="utf-8")
    ran = cli("request", str(tmp_path / "two.ris"), "--partner", "UK-BL")
    assert ran.code == 1
    assert "2 citations" in ran.err


def test_ris_in_windows_1252_is_read(cli, tmp_path):
    """Reference managers write it so."""
    (tmp_path / "w.ris").write_bytes("TY  - BOOK\nTI  - Über Schlösser – neu\nER  - \n".encode("cp1252"))
    number = cli("request", str(tmp_path / "w.ris"), "--partner", "UK-BL").out.strip()
    assert cli("show", number, "--json").json["item"]["title"] == "Über Schlösser – neu"
    (tmp_path / "w.json").write_bytes('{"title": "Ü"}'.encode("cp1252"))
    assert "not UTF-8" in cli("request", str(tmp_path / "w.json")).err


def test_an_empty_file_is_said_to_be_empty(cli, tmp_path):
    (tmp_path / "e.ris").write_text("\n")
    assert "e.ris is empty: a request is JSON" in cli("request", str(tmp_path / "e.ris")).err

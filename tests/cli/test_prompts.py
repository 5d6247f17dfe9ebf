"""`request --ask`: what is missing is asked on a terminal."""

import io
import sys

import pytest

from mailproc.cli import prompts
from mailproc.notices.language_files import ENGLISH
from mailproc.office.requests import lend, place


class Terminal(io.StringIO):
    def isatty(self):
        return True


def asked(monkeypatch, said, *answers, lending=False):
    monkeypatch.setattr(sys, "stdin", Terminal("".join(f"{one}\n" for one in answers)))
    return prompts.complete(said, ENGLISH, lending=lending)


def test_a_copy(monkeypatch):
    value = asked(
        monkeypatch, {}, "copy", "J. of Weirs", "12(3)", "2019", "On Locks", "", "45-52", "",
        "UK-BL XX-SECOND",
        "2099-12-31", "R1", "R. Reader", "",
    )  # fmt: skip
    item = {"title": "J. of Weirs", "volume_issue": "12(3)", "publication_date": "2019"}
    assert value == {
        "service": "COPY", "item": item | {"article_title": "On Locks", "pagination": "45-52"},
        "partners": ["UK-BL", "XX-SECOND"], "need_before": "2099-12-31",
        "patron": {"id": "R1", "name": "R. Reader"},
    }  # fmt: skip
    assert place.read(value).service == "COPY"


def test_only_what_is_missing_is_asked(monkeypatch):
    said = {
        "service": "LOAN", "partners": ["UK-BL"], "need_before": "2099-12-31", "patron": {"id": "R1"},
        "item": {"title": "A", "author": "B", "publication_date": "1969", "publisher": "C", "isbn": "D"},
    }  # fmt: skip
    assert asked(monkeypatch, said) == said


def test_a_partners_order(monkeypatch):
    value = asked(
        monkeypatch, {"service": "LOAN", "as": "lender"}, "A book", "", "", "", "", "XX-CUSTOMER", "C7-1",
        "phone", "", lending=True,
    )  # fmt: skip
    assert lend.read(value).their_number == "C7-1"


def test_without_a_reader_there_are_no_further_questions(monkeypatch):
    said = {"service": "LOAN", "partners": ["UK-BL"], "item": {"title": "A"}}
    assert "patron" not in asked(monkeypatch, said, "", "", "", "", "", "")


@pytest.mark.parametrize("arguments", [("--ask",), ("--ask", "--title", "T"), ("-", "--ask")])
def test_nobody_is_asked_without_a_terminal(cli, arguments):
    ran = cli("request", *arguments, stdin="{}")
    assert (ran.code, ran.out) == (1, "")
    assert len(ran.err.splitlines()) == 1

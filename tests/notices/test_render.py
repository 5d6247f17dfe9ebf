"""Notices: one line stays one line, whatever a stranger put into a title."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailproc.errors import LocalFault
from mailproc.notices.catalogue import (
    NOTICES,
    NoticeContext,
    OurLibrary,
    PartnerNotice,
    Patron,
    Request,
    StaffAttention,
)
from mailproc.notices.patron import PatronArrived, PatronUnfilled
from mailproc.notices.render import lines_of, path_of
from mailproc.templating.contract import Contract, as_context, sample_of
from mailproc.templating.environment import Templates
from mailproc.templating.folders import shipped_folder
from mailproc.templating.problem import BrokenTemplate
from tests.notices.rendering import render
from tests.support.short_form import examples

TEMPLATES = Templates([shipped_folder()], NOTICES)


def arrived(title: str) -> PatronArrived:
    return sample_of(PatronArrived, request=sample_of(Request, title=title))


@pytest.mark.parametrize("contract", NOTICES, ids=lambda contract: contract.path)
def test_every_notice_of_the_catalogue_renders(contract: Contract) -> None:
    name = contract.path.removeprefix("en/").removesuffix(".txt")
    notice = render(TEMPLATES, name, "en", sample_of(contract.context))
    assert notice.subject
    assert notice.text.endswith("\n")
    assert "{" not in notice.text


def test_a_reader_is_told_what_where_and_until_when() -> None:
    notice = render(TEMPLATES, "patron/arrived", "en", sample_of(PatronArrived))
    for word in (
        "A. Reader",
        "On Letters",
        "Seneca",
        "B12",
        "loan",
        "Mon 23 Nov 2026",
        "ill@library.example",
    ):
        assert word in notice.text
    assert notice.subject == "Your interlibrary loan is here: On Letters"


def test_a_title_with_line_breaks_makes_no_header() -> None:
    notice = render(TEMPLATES, "patron/arrived", "en", arrived("x\r\nBcc: victim@example.org\r\n\r\nHello"))
    assert notice.subject.endswith("x Bcc: victim@example.org Hello")
    assert notice.text.splitlines()[4] == "  x Bcc: victim@example.org Hello"


@settings(max_examples=examples(200), deadline=None)
@given(st.text(alphabet=st.characters(), max_size=60))
def test_no_title_breaks_out_of_its_line(title: str) -> None:
    notice = render(TEMPLATES, "patron/arrived", "en", arrived(title))
    plain = render(TEMPLATES, "patron/arrived", "en", arrived("x"))
    assert len(notice.subject.splitlines()) == 1
    assert len(notice.text.splitlines()) == len(plain.text.splitlines())
    notice.text.encode()


@pytest.mark.parametrize(
    "hidden", ["\u202e", "\u2066", "\x1b[2J", "\x00", "\ud800", "\u2028", "\x85", "\ufeff"]
)
def test_hidden_characters_do_not_reach_a_letter(hidden: str) -> None:
    assert hidden[0] not in render(TEMPLATES, "patron/arrived", "en", arrived(f"a{hidden}b")).subject


def test_every_value_is_one_line_in_lists_and_groups_too() -> None:
    context = sample_of(StaffAttention, reasons=("a\nb",), note="c\r\n\td", request=None)
    lines = lines_of(context)
    assert (lines["reasons"], lines["note"], lines["request"]) == (["a b"], "c d", None)


def test_staff_are_told_without_request_or_letter() -> None:
    context = StaffAttention(library=sample_of(OurLibrary), reasons=("a mailbox cannot be reached",))
    notice = render(TEMPLATES, "staff/attention", "en", context)
    assert notice.subject == "mailproc needs attention: a mailbox cannot be reached"
    assert "mailproc show" not in notice.text


def test_an_unfilled_request_without_a_reason_still_reads_well() -> None:
    notice = render(TEMPLATES, "patron/unfilled", "en", sample_of(PatronUnfilled, reasons=(), note=""))
    assert "We asked" not in notice.text
    assert "\n\n\n" not in notice.text


def test_a_partner_is_called_by_its_own_number() -> None:
    notice = render(TEMPLATES, "partner/notice", "en", sample_of(PartnerNotice))
    assert notice.subject == "Interlibrary loan, your number 7654321: it is lost"
    ours = render(TEMPLATES, "partner/notice", "en", sample_of(PartnerNotice, their_number=""))
    assert ours.subject == "Interlibrary loan B12: it is lost"


@pytest.mark.parametrize("language", ["", "klingon", "../..", "EN", "de/../../etc", "de_DE.UTF-8"])
def test_what_is_no_language_is_english(language: str) -> None:
    assert path_of("patron/arrived", language) == "en/patron/arrived.txt"


def test_an_unknown_notice_is_refused_with_the_nearest() -> None:
    context: NoticeContext = sample_of(PatronArrived, patron=sample_of(Patron))
    with pytest.raises(LocalFault, match="patron/arrived"):
        render(TEMPLATES, "patron/arived", "en", context)


def test_a_letter_to_staff_must_say_what_people_wrote() -> None:
    """A site's text of a release before, which knows no ``words``, counts as broken."""
    path, context = "en/staff/attention.txt", as_context(sample_of(StaffAttention))
    before = "Subject: x\n\nThey say: {{ said|join(' ') }}\n"
    with pytest.raises(BrokenTemplate, match="does not say words"):
        TEMPLATES.render_text(path, before, context)
    assert TEMPLATES.render_text(path, before + "{{ words|join(' ') }}\n", context)

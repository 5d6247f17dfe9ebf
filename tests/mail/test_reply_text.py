"""What somebody wrote, apart from what they quote and sign. (tests/samples/letter has whole letters.)"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproc.mail.parse import parse
from mailproc.mail.reply_text import LONGEST, MOST_LINES, read, split

ANNOUNCED = [
    "On Mon, 2 Mar 2026 at 09:00, A Library <ill@library.example> wrote:",
    "On Mon, 2 Mar 2026 at 09:00, A Library\n<ill@library.example> wrote:",
    "Am 02.03.26 um 09:00 schrieb A Library:",
    "Le lun. 2 mars 2026 à 09:00, A Library <ill@library.example> a écrit :",
    "Il giorno lun 2 mar 2026 alle ore 09:00 A Library <ill@library.example> ha scritto:",
    "Op ma 2 mrt 2026 om 09:00 schreef A Library <ill@library.example>:",
    "El lun, 2 mar 2026 a las 9:00, A Library (<ill@library.example>) escribió:",
    "A Library <ill@library.example> wrote on 02/03/2026 09:00:12:",
    "Zitat von A Library <ill@library.example>:",
    "-----Original Message-----",
    "-----Ursprüngliche Nachricht-----",
    "---------- Forwarded message ---------",
    "________________________________\nFrom: A Library\nSent: Monday\nTo: B\nSubject: B1-1",
    "From: A Library\nSent: Monday\nTo: B\nSubject: B1-1",
    "*Von:* A Library\n*Gesendet:* Montag\n*An:* B\n*Betreff:* B1-1",
    "De : A Library\nEnvoyé : lundi\nÀ : B\nObjet : B1-1",
    ">>> A Library <ill@library.example> 02.03.2026 09:00 >>>",
]


@pytest.mark.parametrize("announced", ANNOUNCED)
def test_below_an_announcement_all_is_quoted(announced: str) -> None:
    said = split(f"We have it.\n\n{announced}\n\nOur order B1-1\nA title\n")
    assert said.own == "We have it."
    assert said.quoted.endswith("Our order B1-1\nA title")


@pytest.mark.parametrize("announced", [one for one in ANNOUNCED if one.endswith(":")])
def test_an_answer_below_marked_lines_is_the_writers(announced: str) -> None:
    said = split(f"{announced}\n> Our order B1-1\n>\n> A title\n\nWe have it.\n")
    assert (said.own, "B1-1" in said.quoted) == ("We have it.", True)


def test_answers_between_quoted_lines_are_joined() -> None:
    said = split("> Have you B1-1?\n\nYes.\n\n> And B2-1?\nNo.\n> Thanks\n")
    assert said.own == "Yes.\n\nNo."


@pytest.mark.parametrize(
    "text",
    [
        "You wrote that it is urgent:\nwe hurry.",
        "On the shelf we found:\nnothing.",
        "From: here\nwe send it.",
        "To do:\nask again",
        "Thanks for B1-1. We sent it to the address that you gave, on the day that you named.",
    ],
)
def test_words_that_only_look_so_are_the_writers(text: str) -> None:
    assert split(text).own == text


LONG = "We have sent it by post a week ago, and it is on its way to you by now, with a note. " * 2 + "Soon."


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("We have it.\n-- \nAnn\nB1-1", "We have it."),
        ("We have it.\n\nKind regards,\nAnn Miller\nRoom B1", "We have it.\n\nKind regards,\nAnn Miller"),
        ("Ja.\nMit freundlichen Grüßen\n\nP. Müller\nTel. 12", "Ja.\nMit freundlichen Grüßen\n\nP. Müller"),
        ("We have it.\n\nSent from my iPhone", "We have it."),
        ("We have it.\n\nAnn\nUnit\nTel: 01632 960121", "We have it.\n\nAnn"),
        ("We have it.\n\nThanks\nAnn Miller\nHand Library\nLoans", "We have it.\n\nThanks\nAnn Miller"),
        (f"We have it.\n{'_' * 47}\nA list of lists\nTo leave it, write to us.", "We have it."),
        (f"Thanks\n\n{LONG}", f"Thanks\n\n{LONG}"),
    ],
)  # fmt: skip
def test_signatures(text: str, own: str) -> None:
    assert split(text).own == own


@pytest.mark.parametrize(
    "text",
    [
        "Thank you.\n\nUnfortunately it is at the binder's until 12 May.\nShall we reserve it?",
        "Vielen Dank!\n\nWir haben B2-1 heute geschickt, Rückgabe bis 1. Juni.",
        "Danke,\n\nbitte B3 verlängern.",
        "Danke\nbitte verlängern\nbis Mai",
        "Many thanks,\nB12-1 was posted on 3 May; due back 1 June.",
        "Hello,\nThank you.\nWe do not have this book. Please try Leeds.\nIt was lost in 2019.",
        "Best\nwishes from Leeds. Your book is lost.\nWe pay 30 GBP.",
        "It is here.\n\nKind regards,\nAnn Miller\n\nPS: B2-1 too",
        "It is here.\n\nKind regards\nAnn Miller\nLibrary\n\nB2-1 was posted today",
        "No, sorry.\n___________\nUse it here only",
        "Ann Other\nWe cannot supply B12-1 before June.\nTel: please ring us on 01632 960121 first.",
        "Not available.\nSent from my desk copy, which is lost, is nothing left.",
        "Sent from my iPhone\n\nB2-1 was posted today.",
    ],
)
def test_what_is_said_is_no_signature(text: str) -> None:
    assert split(text).own == text


@pytest.mark.parametrize(
    "text",
    [
        "We have two copies:\n| A | lent |\n| B | on shelf |\nWhich one?",
        "On 3 May the author wrote:\nno copy left",
        "On 2 May 2026 we wrote to the binder, who answered as follows:\nThe volume is lost.",
        "Please find our answers below.\n\nFrom: desk\nTo: you\nSubject: B12\nwe sent it.",
    ],
)
def test_what_nobody_quotes_is_the_writers(text: str) -> None:
    assert split(text).own == text


def test_a_blockquote_of_html_is_quoted() -> None:
    page = (
        "<p>Yes.</p><blockquote>Have you <b>B1-1</b>?<blockquote>B2-1</blockquote></blockquote><p>Soon.</p>"
    )
    said = read(parse(f"Content-Type: text/html\n\n{page}".encode()))
    assert (said.own, said.quoted.split()) == ("Yes.\n\nSoon.", ["Have", "you", "B1-1?", "B2-1"])


@pytest.mark.parametrize(
    ("page", "own"),
    [
        ('<a href="https://copies.example/1?a=1&amp;b=2">Open it</a>.', "Open it <https://copies.example/1?a=1&b=2>."),
        ("<A HREF = 'http://copies.example/1'><b>here</b></A>", "here <http://copies.example/1>"),
        ('<a href="https://copies.example/1">https://copies.example/1</a>', "https://copies.example/1"),
        ('<a href="https://copies.example/1"><img src="x"></a>', "<https://copies.example/1>"),
        ('<a href="javascript:alert(1)">here</a> <a name="x">there</a>', "here there"),
        ('<a href="mailto:a@lender.example">Ann</a>', "Ann"),
    ],
)  # fmt: skip
def test_where_a_link_of_html_leads_is_kept(page: str, own: str) -> None:
    assert read(parse(f"Content-Type: text/html\n\n{page}".encode())).own == own


def test_a_long_letter_is_bounded() -> None:
    said = split("words\n" * (MOST_LINES + 5) + "> quoted")
    assert (len(said.own) <= LONGEST, said.quoted) == (True, "")


@given(st.text(max_size=400))
def test_any_text_is_split_within_bounds(text: str) -> None:
    said = split(text)
    assert len(said.own) <= len(text) and len(said.quoted) <= len(text)


@given(
    st.lists(
        st.sampled_from(["Yes it is", "> quoted", "", "-- ", "On 2 Mar 2026 x wrote:", "Regards", "From: a"])
    )
)
def test_no_line_is_told_twice(lines: list[str]) -> None:
    said = split("\n".join(lines))
    kept = said.own.count("Yes it is") + said.quoted.count("Yes it is")
    assert kept <= lines.count("Yes it is")

"""A letter under a partner's name with words of somebody else: it moves nothing, and staff may release it.

An autoresponder, a ticket system and a list send anybody's words; a person sends ours back.
"""

from email.message import EmailMessage
from email.parser import BytesParser

import pytest

from mailproc.office.mailroom import incoming
from tests.support import configuration
from tests.support.partners import ADDRESS, BL, GAP, PASSWORD, SECOND, US, partner_lines, variable

REPORT = "B1-1 SHIPPED COPY\nB2-1 NOT\n"
STRANGERS = "<anything@stranger.example>"
MARKS = [
    {"Auto_Submitted": "auto-replied"},
    {"Auto_Submitted": "auto-replied (vacation)", "Precedence": "bulk"},
    {"X_Autoreply": "yes"},
    {"X_Autorespond": "yes"},
    {"Precedence": "auto_reply"},
    {"Subject": "Abwesend: Replies"},
    {"Subject": "Out of Office: Replies"},
    {"Subject": "Respuesta automática: Replies"},
    {"Auto_Submitted": "auto-generated", "In_Reply_To": STRANGERS},
    {"Precedence": "bulk", "References": STRANGERS},
    {"List_Id": "<ill-list.bl.example>"},
    {"Precedence": "list"},
]


def arrives(world, text, sender=ADDRESS[BL], **headers):
    subject = headers.pop("Subject", "Replies")
    inbox_id = world.inject(world.letter(text, sender, subject, **headers), sender)
    world.run()
    return inbox_id


def release(world, inbox_id):
    incoming.release(world.app.store, world.app.context, f"I{inbox_id}")
    world.run()


@pytest.mark.parametrize("mark", MARKS, ids=str)
def test_a_report_in_it_waits_for_staff(small_world, mark):
    small_world.place(service="COPY")
    small_world.place()
    before = len(small_world.sent)
    inbox_id = arrives(small_world, f"Your request was received:\n\n{REPORT}", **mark)
    assert (small_world.state("B1"), small_world.state("B2")) == ("PENDING", "PENDING")
    assert f"I{inbox_id}" in small_world.shelf()
    assert [one.to for one in small_world.sent[before:]] == ["staff@library.example"]
    assert "release it" in small_world.notices()[-1].text
    release(small_world, inbox_id)
    assert (small_world.state("B1"), small_world.state("B2")) == ("SHIPPED", "NOT_SUPPLIED")


@pytest.mark.parametrize(
    "header",
    [{}, {"Auto_Submitted": "auto-generated"}, {"Precedence": "bulk"}, {"In_Reply_To": STRANGERS}],
    ids=str,
)
def test_what_a_system_or_a_person_reports_is_taken(small_world, header):
    small_world.place(service="COPY")
    small_world.place()
    arrives(small_world, REPORT, **header)
    assert (small_world.state("B1"), small_world.state("B2")) == ("SHIPPED", "NOT_SUPPLIED")


def test_a_system_that_answers_our_order_is_taken(small_world):
    small_world.place()
    ours = BytesParser().parsebytes(small_world.sent[-1].raw)["Message-ID"]
    arrives(small_world, "B1-1 NOT\n", Auto_Submitted="auto-generated", In_Reply_To=ours)
    assert small_world.state("B1") == "NOT_SUPPLIED"


@pytest.mark.parametrize(("header", "goes"), [({}, 1), ({"List-Id": "<ill-list.bl.example>"}, 0)], ids=str)
def test_a_letter_in_words_by_a_list_moves_nothing_and_its_files_stay(make_world, sqlite_url, header, goes):
    world = make_world(sqlite_url, more="[documents]\nforward = true\n")
    world.place(service="COPY")
    arrives(world, "B1-1 SHIPPED COPY\n")
    made = EmailMessage()
    made["From"], made["To"], made["Subject"], made["Message-ID"] = ADDRESS[BL], US, "B1-1", "<w@bl.example>"
    for name, value in header.items():
        made[name] = value
    made.set_content("The article is attached.")
    made.add_attachment(b"%PDF-1.4\n%%EOF\n", "application", "pdf", filename="article.pdf")
    world.inject(made.as_bytes().replace(b"\n", b"\r\n"))
    world.run()
    assert (world.state("B1"), world.events("B1")[2]) == ("SHIPPED", "MESSAGE")
    world.act("B1", "receive")
    assert sum(b"article.pdf" in one.raw or b"application/pdf" in one.raw for one in world.reader()) == goes


def html(world, text):
    raw = world.letter("x", ADDRESS[BL], "Re: question").replace(b"text/plain", b"text/html")
    head, _, _ = raw.partition(b"\r\n\r\n")
    return head + b"\r\n\r\n" + text.encode() + b"\r\n"


@pytest.mark.parametrize(
    "text",
    [
        "<p>We do not know this.</p><blockquote><p>What is this?</p><p>B1-1 NOT</p></blockquote>",
        "<div>We do not know this.</div><div>On Mon, 2 Mar 2026, X &lt;x@x.example&gt; wrote:<br></div>"
        "<blockquote class=gmail_quote>B1-1 NOT</blockquote>",
    ],
)
def test_what_a_page_quotes_is_not_said(small_world, text):
    small_world.place()
    small_world.inject(html(small_world, text))
    small_world.run()
    assert small_world.state("B1") == "PENDING"


def test_a_page_that_is_forwarded_whole_is_said(small_world):
    small_world.place()
    small_world.inject(html(small_world, "<blockquote>REPLIES FOR 99-0001<br><br>B1-1 NOT</blockquote>"))
    small_world.run()
    assert small_world.state("B1") == "NOT_SUPPLIED"


@pytest.mark.parametrize(("words", "state"), [("What is this file?", "PENDING"), ("", "NOT_SUPPLIED")])
def test_an_attached_report_is_one_if_the_letter_says_nothing_else(small_world, words, state):
    small_world.place()
    made = EmailMessage()
    made["From"], made["To"], made["Subject"], made["Message-ID"] = ADDRESS[BL], US, "file", "<f@bl.example>"
    made.set_content(words)
    made.add_attachment("B1-1 NOT\n", filename="replies.txt")
    inbox_id = small_world.inject(made.as_bytes().replace(b"\n", b"\r\n"))
    small_world.run()
    assert small_world.state("B1") == state
    if state == "PENDING":
        release(small_world, inbox_id)
        assert small_world.state("B1") == "NOT_SUPPLIED"


# two libraries that lend to each other


@pytest.fixture(params=["one code", "a code each way"])
def both_ways(request, make_world, sqlite_url):
    """They order from us too, and number as we do."""
    if request.param == "one code":
        lines = partner_lines(BL, ["RESPONDER", "REQUESTER"], "out", "in")
        return make_world(sqlite_url, partners=lines), "99-0001", PASSWORD[BL]
    lines = partner_lines(BL, ["RESPONDER", "REQUESTER"], "out")
    lines += configuration.section(
        "[partner.artemail.account]",
        direction="in",
        customer_code="99-0777",
        password={"env": variable(SECOND)},
    )
    return make_world(sqlite_url, partners=lines), "99-0777", PASSWORD[SECOND]


def ordered(world, code, password, order="TXB1-1 S LOAN\nA book of ours"):
    world.inject(
        world.letter(f"{code}\n{password}{GAP}{order}{GAP}NNNN", ADDRESS[BL], "Order file FILEREFNO 1")
    )
    world.run()
    world.later(hours=1)


def our_answer(world, subject):
    of_ours = [(BytesParser().parsebytes(one.raw), one) for one in world.to(ADDRESS[BL])]
    found = next(letter for letter, _ in of_ours if subject in letter["Subject"])
    return (
        found["Message-ID"],
        found.get_payload(decode=True).decode().replace("\r\n", "\n"),
        found["Subject"],
    )


@pytest.mark.parametrize(
    "mark", [{"Auto_Submitted": "auto-replied"}, {"Auto_Submitted": "auto-generated"}, {}], ids=str
)
def test_our_own_report_comes_back(both_ways, mark):
    world, code, password = both_ways
    world.place()
    ordered(world, code, password)
    world.act("L1", "unfilled")
    name, text, subject = our_answer(world, "Replies")
    arrives(world, f"I am away.\n\n{text}", Subject=f"Re: {subject}", In_Reply_To=name, **mark)
    assert (world.state("L1"), world.state("B1")) == ("NOT_SUPPLIED", "PENDING")
    assert len(world.shelf()) == 1


@pytest.mark.parametrize("mark", [{"Auto_Submitted": "auto-replied"}, {}], ids=str)
def test_our_own_rejection_of_a_file_comes_back(both_ways, mark):
    """It holds no file of ours, which would invite staff to order again."""
    world, code, password = both_ways
    world.place()
    ordered(world, code, password, "TXC2-1 NONSENSE ZZZ\n")
    name, text, subject = our_answer(world, "rejected")
    arrives(world, f"I am away.\n\n{text}", Subject=f"Re: {subject}", In_Reply_To=name, **mark)
    line = world.shown("B1").line
    assert (line.state, line.delivery, line.attention) == ("PENDING", "handed_over", ())
    assert len(world.shelf()) >= 1

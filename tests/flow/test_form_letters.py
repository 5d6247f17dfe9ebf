"""Letters of forms become requests to review, are accepted or declined, and go straight on where they may."""

import base64
import os
import quopri

import pytest

from mailproc.config_patrons import PatronRule
from mailproc.errors import LocalFault
from mailproc.flow.reading import form_letters
from mailproc.office.mailroom import incoming
from mailproc.office.patrons import forgetting, patron_details
from mailproc.office.queries import request_details
from mailproc.office.requests import amend, corrections, notes, reviewing
from mailproc.office.requests.reviewing import Acceptance
from tests.office.test_patron_import import run as imported
from tests.office.test_patron_import import with_rules
from tests.support.partners import ADDRESS, BL, CUSTOMER, SECOND, US, USUAL

WEB = "web@www.example"
FORM = f"""
[[form]]
name = "wishes"
accepts_from = ["{WEB}"]
proof = ["none"]
lenders = ["{BL}"]

[[form]]
name = "orders"
role = "RESPONDER"
vocabulary = "iso10161"
partner = "{CUSTOMER}"
"""
STRAIGHT = FORM.replace(f'lenders = ["{BL}"]', f'lenders = ["{BL}"]\nstraight = true')
WISH = """A wish of a reader.

Service: Loan
Title: On Letters
Author: Seneca
Year: 1969
Name: Ada Reader
Card number: R1
E-mail: ada@readers.example
Comments: With its map,
please.
"""
ORDER = """message-type: REQUEST
transaction-id:
transaction-group-qualifier: SUB:2026-1
transaction-qualifier: 1
client-name: Ada Reader
del-email-address: copies@library-b.example
ill-service-type: COPY
item-title: Journal of Letters
item-volume-issue: 12(3)
item-publication-date: 2019
item-title-of-article: On writing:
 a study
item-pagination: 45-52
"""
TIMES = 100_000 if os.environ.get("REQUIRE_ALL") == "1" else 15_000
READERS = "id,name,email,category,expires,blocks\nR1,Ada Reader,ada@readers.example,STUDENT,,\n"


@pytest.fixture
def office(make_world, sqlite_url):
    return make_world(sqlite_url, USUAL + FORM)


@pytest.fixture
def straight(make_world, sqlite_url):
    """Where forms of known readers are ordered without review; R1 is one."""
    office = make_world(sqlite_url, USUAL + STRAIGHT)
    imported(office, READERS)
    return office


def send(office, text=WISH, sender=WEB, subject="A form", run=True, **headers):
    inbox_id = office.inject(office.letter(text, sender, subject, **headers), sender)
    if run:
        office.run()
    return office.row("inbox", inbox_id)


def raw(office, body, kind="text/plain; charset=utf-8", encoding="8bit", sender=WEB):
    """A letter whose body is these octets."""
    head = (
        f"From: {sender}\r\nTo: {US}\r\nSubject: A form\r\nMIME-Version: 1.0\r\n"
        f"Message-ID: <raw@www.example>\r\nContent-Type: {kind}\r\n"
        f"Content-Transfer-Encoding: {encoding}\r\n\r\n"
    )
    inbox_id = office.inject(head.encode() + body, sender)
    office.run()
    return office.row("inbox", inbox_id)


def accept(office, number, *lenders, anyway=False, **more):
    given = Acceptance(lenders, **more)
    done = reviewing.accept(office.store, office.app.context, number, given, "clerk", anyway=anyway)
    office.run()
    return done


def decline(office, number, reason="we hold it"):
    return reviewing.decline(office.store, office.app.context, number, reason, "clerk")


def codes(sentences):
    return [one.code for one in sentences]


def test_a_form_is_reviewed_and_ordered_in_either_database(make_world, store_url):
    office = make_world(store_url, USUAL + FORM)
    row = send(office)
    assert (row["state"], row["codec"], row["taken_from"]) == ("done", "form", "form wishes")
    found = office.shown("B1")
    assert (found.line.needs, found.line.attempt, found.line.title) == (("to-review",), 0, "On Letters")
    assert found.review.letter == "I1" and found.review.lacks == ()
    assert codes(found.review.doubts) == ["doubt-reader-unknown"]
    assert found.note == "With its map,\nplease." and found.review.words == WISH.strip()
    assert office.listed() == ["B1"] and office.listed(attention=True) == ["B1"]
    assert office.listed(find="letters seneca") == ["B1"] and office.listed(role="RESPONDER") == []
    assert office.sent == []
    assert office.verify().differences == ()
    accept(office, "B1")
    assert office.state("B1") == "PENDING" and office.listed() == ["B1"]
    (order,) = office.to(ADDRESS[BL])
    assert "TXB1-1" in order.text and "On Letters" in order.text
    assert office.events("B1") == ["SUBMITTED", "accept", "request"]
    assert office.shown("B1").patron == {"id": "R1", "name": "Ada Reader", "email": "ada@readers.example"}
    assert office.verify().differences == ()
    with pytest.raises(LocalFault, match="no request to review"):
        accept(office, "B1")


def test_an_order_of_a_partner_is_reviewed_and_comes_into_process(office):
    send(office, ORDER, ADDRESS[CUSTOMER])
    line = office.shown("L1").line
    assert (line.partner, line.their_number, line.service) == (CUSTOMER, "SUB:2026-1", "COPY")
    assert office.shown("L1").item["article_title"] == "On writing: a study"
    assert office.listed(partner=CUSTOMER) == ["L1"] and office.listed(partner=BL) == []
    with pytest.raises(LocalFault, match="an order of a partner's"):
        accept(office, "L1", BL)
    accept(office, "L1")
    assert office.state("L1") == "IN_PROCESS"
    assert office.shown("L1").asked["delivery"] == {"electronic": "copies@library-b.example"}
    send(office, ORDER.replace("2019", "2018"), ADDRESS[CUSTOMER])
    with pytest.raises(LocalFault, match="SUB:2026-1"):
        accept(office, "L2")
    office.act("L1", "unfilled", reason="not-owned")
    (answer,) = office.to(ADDRESS[CUSTOMER])
    assert "your number SUB:2026-1" in answer.text and "On writing" in answer.text
    assert office.verify().differences == ()


def test_other_letters_of_that_partner_are_no_forms(office):
    office.ordered("TXC1-1 S LOAN\nA book of ours")
    assert office.state("L1") == "IN_PROCESS"
    answer = ORDER.replace("message-type: REQUEST", "message-type: ANSWER")
    for text in ("Good morning,\nplease renew L1.", "item-title: alone", answer):
        assert send(office, text, ADDRESS[CUSTOMER])["codec"] == ""
    assert len(office.rows("request")) == 1


def test_a_declined_one_is_closed_and_can_be_taken_back(office):
    send(office)
    with pytest.raises(LocalFault, match="Say why"):
        decline(office, "B1", " ")
    decline(office, "B1")
    found = office.shown("B1")
    assert (found.line.outcome, found.line.needs, found.line.status.term) == ("declined", (), "DECLINED")
    assert found.history[-1].note == "we hold it"
    for again in (lambda: accept(office, "B1"), lambda: decline(office, "B1")):
        with pytest.raises(LocalFault, match="was declined"):
            again()
    assert office.listed() == [] and office.listed(find="letters") == ["B1"]
    reviewing.take_back(office.store, office.app.context, "B1", "clerk")
    with pytest.raises(LocalFault, match="was not declined"):
        reviewing.take_back(office.store, office.app.context, "B1", "clerk")
    assert office.shown("B1").line.needs == ("to-review",)
    accept(office, "B1")
    assert office.state("B1") == "PENDING"
    assert office.events("B1") == ["SUBMITTED", "decline", "review", "accept", "request"]


@pytest.mark.parametrize(
    ("letter", "readers", "told"),
    [
        (WISH, "", "Ada Reader, ada@readers.example"),
        (WISH.replace("ada@", "thief@"), READERS, "Ada Reader, ada@readers.example"),
        (WISH.replace("Name: Ada Reader\nCard number: R1\nE-mail: ada@readers.example\n", ""), "", None),
    ],
)
def test_staff_are_told_to_whom_a_declined_wish_belongs(office, letter, readers, told):
    if readers:
        imported(office, readers)
    send(office, letter)
    said = reviewing.decline(office.store, office.app.context, "B1", "we hold it", "clerk", quiet=True).said
    assert (str(said) if said else None) == (told and f"The reader has not been told: {told}.")


def test_staff_are_told_which_library_hears_nothing(office):
    send(office, ORDER, ADDRESS[CUSTOMER])
    assert str(decline(office, "L1").said) == f"{CUSTOMER} has not been told; their number is SUB:2026-1."


def test_nothing_is_asked_before_it_is_accepted(office):
    send(office)
    for early in (
        lambda: office.next("B1", BL),
        lambda: office.act("B1", "cancel"),
        lambda: amend.amend(office.store, office.app.context, "B1", corrections.Correction(), again=True),
    ):
        with pytest.raises(LocalFault):
            early()
    assert office.rows("transactions") == [] and office.rows("candidate") == []


def test_what_was_not_understood_is_not_lost_when_it_is_accepted(office):
    send(office, WISH.replace("Year: 1969\n", "Year: 1969\nBenötigt bis: Ende März\n"))
    done = accept(office, "B1")
    lost = "not understood: Benötigt bis: Ende März"
    assert lost in map(str, done.warnings)
    assert [str(one) for one in office.shown("B1").review.doubts] == [lost]


def test_what_accept_would_refuse_is_shown_before(office, monkeypatch):
    imported(office, READERS.replace("STUDENT,,", "STUDENT,,fees"))
    with_rules(office, monkeypatch, rule=(PatronRule(services=("COPY",)),))
    send(office)
    with office.store.read() as connection:
        review = request_details.shown(connection, "B1", office.app.context).review
    assert codes(review.doubts) == ["reader-barred", "reader-service"]
    with pytest.raises(LocalFault, match="fees"):
        accept(office, "B1")


def test_it_is_corrected_and_noted_before(office):
    send(office, WISH.replace("Title: On Letters\n", "").replace("Card number: R1\n", ""))
    assert codes(office.shown("B1").review.lacks) == ["lacks-title", "lacks-reader"]
    with pytest.raises(LocalFault, match="title is missing"):
        accept(office, "B1")
    right = corrections.read({}, {"title": "On Letters"})
    done = amend.amend(office.store, office.app.context, "B1", right, by="clerk")
    assert (done.way, done.number) == ("review", "B1")
    notes.add(office.store, office.app.context, "B1", "she calls on Monday", "clerk")
    assert [one.event for one in office.shown("B1").history] == ["SUBMITTED", "amend", "note"]
    assert office.shown("B1").history[-1].note == "she calls on Monday"
    with pytest.raises(LocalFault, match="no number of its reader"):
        accept(office, "B1")
    accept(office, "B1", SECOND, nobody=True, service="COPY", anyway=True)
    found = office.shown("B1")
    assert (found.line.partner, found.line.service, found.patron) == (SECOND, "COPY", None)


def test_the_checks_of_a_request_count(office):
    imported(office, READERS.replace(",,\n", ",,fees\n"))
    send(office)
    with pytest.raises(LocalFault, match="blocked"):
        accept(office, "B1")
    assert office.shown("B1").line.needs == ("to-review",) and office.events("B1") == ["SUBMITTED"]
    accept(office, "B1", anyway=True)
    assert office.state("B1") == "PENDING"
    send(office, WISH.replace("1969", "1970"))
    with pytest.raises(LocalFault, match="B1"):
        accept(office, "B2")


def test_what_a_form_says_of_a_reader_changes_nothing_that_is_known(office):
    """Anybody can write any number into a form, and an address of their own."""
    imported(office, READERS)
    send(office, WISH.replace("ada@readers", "thief@evil"))
    (doubt,) = office.shown("B1").review.doubts
    assert (doubt.code, doubt.values["said"]) == ("doubt-reader-email", "thief@evil.example")
    accept(office, "B1")
    assert office.shown("B1").patron["email"] == "ada@readers.example"


# who is believed


def test_a_form_of_another_sender_is_nothing(office):
    send(office, sender="somebody@else.example")
    assert office.rows("request") == []


@pytest.mark.parametrize("proof", ['["dkim"]', '["network"]\nnetworks = ["192.0.2.0/24"]'])
def test_a_form_that_is_not_proven_is_shelved_and_may_be_released(make_world, sqlite_url, proof):
    office = make_world(sqlite_url, USUAL + FORM.replace('["none"]', proof, 1))
    row = send(office)
    assert (row["state"], row["codec"]) == ("shelved", "form") and office.rows("request") == []
    assert f"unproven sender {WEB}" in office.shelf()["I1"]
    (told,) = office.notices()
    assert "cannot tell whether" in told.text
    incoming.release(office.store, office.app.context, "I1")
    office.run()
    assert office.shown("B1").line.needs == ("to-review",)


def test_a_form_of_a_network_is_believed_there_alone(make_world, sqlite_url):
    lines = USUAL + FORM.replace('["none"]', '["network"]\nnetworks = ["192.0.2.0/24"]', 1)
    office = make_world(sqlite_url, lines)
    office.inject(office.letter(WISH, WEB), WEB, peer="192.0.2.9")
    office.inject(office.letter(WISH.replace("1969", "1970"), WEB), WEB, peer="198.51.100.9")
    office.run()
    assert [row["state"] for row in office.rows("inbox")] == ["done", "shelved"]


# what makes no request


@pytest.mark.parametrize(
    "headers",
    [{"Auto_Submitted": "auto-replied"}, {"In_Reply_To": "<x@y.example>"}, {"References": "<x@y.example>"},
     {"subject": "Out of office: A form"}, {"X_Autoreply": "yes"}],
)  # fmt: skip
def test_an_answer_is_no_form(office, headers):
    assert send(office, **headers)["state"] == "shelved"
    assert office.rows("request") == []


def test_a_program_that_writes_on_its_own_account_is_one(office):
    """Content management systems mark what they send so."""
    send(office, Auto_Submitted="auto-generated", Precedence="bulk")
    assert len(office.rows("request")) == 1


def test_a_bounce_makes_no_request(office):
    office.place()
    office.bounce(office.sent[0])
    assert len(office.rows("request")) == 1


def test_nobody_is_answered(office):
    for number in range(3):
        send(office, WISH.replace("1969", f"{1970 + number}"))
    assert office.sent == [] and len(office.rows("request")) == 3


def test_a_letter_without_labels_is_shelved_and_told(office):
    row = send(office, "Good morning, is the library open on Monday?")
    assert row["state"] == "shelved" and "no label of the form" in office.shelf()["I1"]
    assert office.rows("request") == [] and len(office.notices()) == 1


def test_one_form_makes_one_request(office):
    letter = office.letter(WISH, WEB, "A form", message_id="once@www.example")
    for door in ("listener", "listener", "intray"):
        office.inject(letter, WEB, door=door)
        office.run()
    send(office)  # another Message-ID, the same content: a reader has pressed the button twice
    assert len(office.rows("request")) == 1
    assert office.rows("inbox")[-1]["note"] == "the same form as B1"
    office.later(days=2)
    send(office)
    assert len(office.rows("request")) == 2


# how letters are written


HTML = (
    "<html><body><h1>Fernleihe</h1><table><tr><th>Bestellart</th><td>Ausleihe</td></tr>"
    "<tr><td>Titel</td><td>&Uuml;ber <b>Briefe</b></td></tr><tr><td>Benutzernummer:</td><td>R1</td></tr>"
    "</table></body></html>"
)
LIST = "<dl><dt>Titel</dt><dd>Über Briefe</dd><dt>Benutzernummer</dt><dd>R1</dd></dl>"
TEXT = "Titel: Über Briefe\nBenutzernummer: R1\nUnbekannt: x\n"
WRITTEN = {
    "utf-8": (TEXT.encode(), "text/plain; charset=utf-8", "8bit"),
    "latin-1": (TEXT.encode("latin-1"), "text/plain; charset=iso-8859-1", "8bit"),
    "a wrong charset": (TEXT.encode("latin-1"), "text/plain; charset=utf-8", "8bit"),
    "no charset": (TEXT.encode(), "text/plain", "8bit"),
    "quoted-printable": (quopri.encodestring(TEXT.encode()), "text/plain; charset=utf-8", "quoted-printable"),
    "base64": (base64.encodebytes(TEXT.encode()), "text/plain; charset=utf-8", "base64"),
    "a table": (HTML.encode(), "text/html; charset=utf-8", "8bit"),
    "a list": (LIST.encode(), "text/html; charset=utf-8", "8bit"),
    "a page in base64": (base64.encodebytes(HTML.encode()), "text/html; charset=utf-8", "base64"),
}


@pytest.mark.parametrize("how", WRITTEN)
def test_it_is_read_however_it_is_written(office, how):
    assert raw(office, *WRITTEN[how])["state"] == "done"
    found = office.shown("B1")
    assert (found.review.patron_id, found.item["title"].endswith("ber Briefe")) == ("R1", True)
    assert how == "a wrong charset" or found.item["title"] == "Über Briefe"


@pytest.mark.parametrize(
    "body",
    [
        b"Title: {{ 7777*7777 }}{% for x in y %}\nCard number: {{ config }}\nComments: {% raw %}\n",
        b"Title: \x00\x1b[31m\xff\xfe\nCard number: R1\x00\nName: \xed\xa0\x80\n",
        b"Title: A\rB: C\x0bD\x0c\nCard number: ' OR 1=1 --\n",
        "Title: \u202eevil\u2028Forged: line\nCard number: R\u200b1\n".encode(),
        b"Title: " + b"<" * 100_000 + b"\nCard number: " + b"9" * 100_000,
    ],
)
def test_hostile_words_stay_words(office, body):
    raw(office, body)
    assert office.shown("B1").line.needs == ("to-review",)
    accept(office, "B1", nobody=True, anyway=True)
    for letter in office.sent:
        assert "60481729" not in letter.text
    assert office.verify().differences == ()


@pytest.mark.parametrize(
    "body", [b"x: y\n" * TIMES, b"Title: A\n" + b"z" * 90 * TIMES], ids=["lines", "octets"]
)
def test_a_long_letter_is_bounded(office, body):
    row = raw(office, body)
    assert row["state"] in ("done", "shelved")
    for one in office.rows("submission"):
        assert len(one["words"]) <= 20_000


@pytest.mark.parametrize("kind", ["text/plain", "text/html"])
def test_a_letter_that_is_longer_than_any_form_is_not_read(office, kind):
    words = b"Title: A<br>\nCard number: R1<br>\n"
    longest = form_letters.LONGEST - len(words)
    assert raw(office, words + b"z" * longest, f"{kind}; charset=utf-8")["state"] == "done"
    row = raw(office, words + b"z" * longest + b"\n\n", f"{kind}; charset=utf-8")
    assert row["state"] == "shelved" and "no form has" in office.shelf()["I2"]
    assert len(office.rows("submission")) == 1 and len(office.notices()) == 1


def test_no_protocol_reads_a_long_letter_of_a_form(office, monkeypatch):
    monkeypatch.setattr(type(office.app.context.registry), "recognise", None)
    assert raw(office, b"Title: A\n" * form_letters.LONGEST)["state"] == "shelved"
    assert "no form has" in office.shelf()["I1"]


# straight on


def test_a_known_reader_within_all_limits_is_ordered_for(straight):
    row = send(straight)
    assert row["note"] == "a form: B1 was ordered without review"
    assert straight.state("B1") == "PENDING" and len(straight.to(ADDRESS[BL])) == 1
    assert straight.events("B1") == ["SUBMITTED", "accept", "request"]
    assert straight.verify().differences == ()


AGAINST = {
    "an unknown reader": ("R1", "R9"),
    "another way to write the number": ("R1", "r1"),
    "no reader": ("Card number: R1\n", ""),
    "another address": ("ada@readers", "thief@evil"),
    "no address": ("E-mail: ada@readers.example\n", ""),
    "no title": ("Title: On Letters\n", ""),
    "no service": ("Service: Loan\n", ""),
    "an unknown service": ("Service: Loan", "Service: whatever"),
    "a copy of nothing": ("Service: Loan", "Service: Copy"),
    "a day that is no day": ("Year: 1969\n", "Year: 1969\nNeeded by: soon\n"),
    "a day that has passed": ("Year: 1969\n", "Year: 1969\nNeeded by: 2020-01-01\n"),
    "a sum that may be twelve or thousands": ("Year: 1969\n", "Year: 1969\nMaximum cost: 12.500 EUR\n"),
    "a stranger's mail address": ("Year: 1969\n", "Year: 1969\nDeliver to e-mail: eve@evil.example\n"),
    "a stranger's home": ("Year: 1969\n", "Year: 1969\nAddress: Eve Evil\n  1 Crook Lane\n  Eviltown\n"),
    "a wrong ISBN": ("Year: 1969\n", "Year: 1969\nISBN: 123\n"),
    "something like a label": ("Author: Seneca\n", "Author: Seneca\nVolume wanted: 2\n"),
}


@pytest.mark.parametrize("what", AGAINST)
def test_anything_against_it_makes_it_wait(straight, what):
    row = send(straight, WISH.replace(*AGAINST[what]))
    assert row["note"] == "a form: B1 waits for review"
    assert straight.shown("B1").line.needs == ("to-review",) and straight.sent == []
    assert straight.events("B1") == ["SUBMITTED"] and straight.rows("candidate") == []


RULE = f"""[[rota]]
name = "students"
categories = ["student"]
partners = ["{SECOND}"]
"""
UNNAMED = f'lenders = ["{BL}"]\n'


@pytest.mark.parametrize(("reader", "waits"), [("STUDENT", []), ("GUEST", ["lacks-lenders"])])
def test_a_rule_says_whom_a_form_asks(make_world, sqlite_url, reader, waits):
    office = make_world(sqlite_url, USUAL + FORM.replace(UNNAMED, "") + RULE)
    imported(office, READERS.replace("STUDENT", reader))
    send(office)
    with office.store.read() as connection:
        review = request_details.shown(connection, "B1", office.app.context).review
    assert codes(review.lacks) == waits
    assert (review.by_rule is None) is bool(waits)
    if not waits:
        accept(office, "B1")
        assert len(office.to(ADDRESS[SECOND])) == 1


@pytest.mark.parametrize(("reader", "letters"), [("STUDENT", 1), ("GUEST", 0)])
def test_a_form_goes_straight_on_by_rule(make_world, sqlite_url, reader, letters):
    office = make_world(sqlite_url, USUAL + STRAIGHT.replace(UNNAMED, "") + RULE)
    imported(office, READERS.replace("STUDENT", reader))
    send(office)
    assert len(office.to(ADDRESS[SECOND])) == letters
    assert ("to-review" in office.shown("B1").line.needs) is (not letters)


@pytest.mark.parametrize(
    "more",
    ["R1,Ada Reader,ada@readers.example,STUDENT,,fees\n", "R1,Ada Reader,ada@readers.example,,2020-01-01,\n"],
)
def test_a_reader_who_is_barred_waits(straight, monkeypatch, more):
    head = READERS.partition("\n")[0] + "\n"
    imported(straight, head + more, anyway=True)
    with_rules(straight, monkeypatch, blocked="warn")
    send(straight)
    assert straight.shown("B1").line.needs == ("to-review",) and straight.sent == []


def test_limits_and_duplicates_make_it_wait(straight, monkeypatch):
    send(straight)
    send(straight, WISH.replace("1969", "1970"))
    assert straight.shown("B2").line.needs == ("to-review",)
    with_rules(straight, monkeypatch, rule=(PatronRule(open=1),))
    send(straight, WISH.replace("On Letters", "Another"))
    assert straight.shown("B3").line.needs == ("to-review",)
    assert len(straight.to(ADDRESS[BL])) == 1


# too much, and twice


def limited(make_world, url, lines):
    return make_world(url, USUAL + FORM.replace('name = "wishes"', f'name = "wishes"\n{lines}'))


def wish(number, reader="R1"):
    return WISH.replace("On Letters", f"On Letters, volume {number}").replace("R1", reader)


@pytest.mark.parametrize("written", ["R1", "R 1", "R1.", "r1", "Ｒ１", "R-1", " R/1", "R1\u200b"])
def test_a_reader_is_counted_however_the_number_is_written(make_world, store_url, written):
    office = limited(make_world, store_url, "per_hour = 2")
    imported(office, READERS)
    for number in (1, 2):
        send(office, wish(number))
    row = send(office, wish(3, written))
    assert row["state"] == "shelved" and "more than 2 requests" in office.shelf()["I3"]
    send(office, wish(4, written))
    assert len(office.rows("submission")) == 2
    assert len(office.notices()) == 1, "staff are told once"
    office.later(hours=1, seconds=1)
    assert send(office, wish(5, written))["state"] == "done"


def test_an_unknown_reader_counts_under_the_sender(make_world, sqlite_url):
    """An invented number for each form helps nobody, and keeps no reader of ours away."""
    office = limited(make_world, sqlite_url, "per_hour = 2")
    imported(office, READERS)
    for number in range(4):
        send(office, wish(number, f"X{number}"))
    assert len(office.rows("submission")) == 2
    assert send(office, wish(9))["state"] == "done"


def test_no_more_wait_for_review_than_the_form_allows(make_world, sqlite_url):
    office = limited(make_world, sqlite_url, "waiting = 2")
    for number in range(3):
        send(office, wish(number))
        office.later(hours=2)
    assert "2 requests by the form wishes wait for review" in office.shelf()["I3"]
    decline(office, "B1")
    assert send(office, wish(4))["state"] == "done"


def test_what_staff_release_is_taken_all_the_same(make_world, sqlite_url):
    office = limited(make_world, sqlite_url, "per_hour = 1")
    for number in range(2):
        send(office, wish(number))
    incoming.release(office.store, office.app.context, "I2", "")
    office.run()
    assert office.row("inbox", 2)["state"] == "done" and len(office.rows("submission")) == 2


@pytest.mark.parametrize("written", ["R 1", "R1.", "r1", "Ｒ１", "r-1"])
def test_staff_see_whose_number_it_is_however_it_is_written(office, written):
    imported(office, READERS)
    send(office, WISH.replace("R1", written))
    assert "doubt-reader-unknown" not in codes(office.shown("B1").review.doubts)
    accept(office, "B1", anyway=True)
    assert office.shown("B1").patron["id"] == "R1"
    assert len(office.rows("patron")) == 1


def test_two_readers_whose_numbers_are_alike_stay_two(office):
    imported(office, READERS + "12-3,Bo,bo@readers.example,,,\n1-23,Cy,cy@readers.example,,,\n")
    send(office, WISH.replace("R1", "12-3"))
    accept(office, "B1", anyway=True)
    assert office.shown("B1").patron["id"] == "12-3"
    with pytest.raises(LocalFault, match="Several"), office.store.read() as connection:
        patron_details.by_number(connection, "1 2 3")


def test_an_order_sent_again_under_its_number_is_a_repeat(office):
    send(office, ORDER, ADDRESS[CUSTOMER])
    office.later(days=3)
    send(office, ORDER, ADDRESS[CUSTOMER], "Sent again")
    assert len(office.rows("submission")) == 1
    assert office.rows("inbox")[-1]["note"] == "the same form as L1"


def test_another_order_under_a_known_number_is_warned_of(office):
    send(office, ORDER, ADDRESS[CUSTOMER])
    send(office, ORDER.replace("45-52", "53-60"), ADDRESS[CUSTOMER], "Another")
    assert "doubt-number" not in codes(office.shown("L1").review.doubts)
    (warned,) = [one for one in office.shown("L2").review.doubts if one.code == "doubt-number"]
    assert warned.values["earlier"] == "L1"


def test_a_declined_order_may_be_sent_again(office):
    send(office, ORDER, ADDRESS[CUSTOMER])
    decline(office, "L1")
    office.later(days=3)
    send(office, ORDER, ADDRESS[CUSTOMER], "Please")
    assert office.shown("L2").line.needs == ("to-review",)
    assert "doubt-number" in codes(office.shown("L2").review.doubts)


# readers


def test_no_form_keeps_a_reader_from_being_forgotten(office):
    """Anybody may write a reader's number into a form."""
    imported(office, READERS)
    send(office)
    send(office, WISH.replace("On Letters", "On Locks"))
    decline(office, "B2")
    would = forgetting.forget(office.store, office.app.context, "R1", dry_run=True)
    assert office.shown("B1").line.needs == ("to-review",)
    done = forgetting.forget(office.store, office.app.context, "R1", by="clerk")
    assert (done.requests, done.letters, done.declined) == (("B1", "B2"), ("I1", "I2"), ("B1",))
    assert (would.requests, would.letters, would.declined) == (done.requests, done.letters, done.declined)
    for row in office.rows("submission"):
        assert (row["state"], row["patron_id"], row["reader"], row["words"]) == ("declined", "", None, "")
    assert office.listed(attention=True) == [] and office.listed(find="On Letters") == ["B1"]
    assert office.events("B1")[-1] == "decline"
    assert office.verify().differences == ()


@pytest.mark.parametrize("written", ["R 1", "r1.", "Ｒ１"])
def test_a_form_is_forgotten_however_it_writes_the_number(office, written):
    imported(office, READERS)
    send(office, WISH.replace("R1", written))
    assert forgetting.forget(office.store, office.app.context, "R1").declined == ("B1",)
    (row,) = office.rows("submission")
    assert (row["patron_id"], row["counted"], row["reader"], row["words"]) == ("", "", None, "")


def test_a_form_that_a_copy_brings_back_is_declined_too(office):
    imported(office, READERS)
    send(office)
    office.app.context.forgotten.add("R1")
    forgetting.forget_again(office.store, office.app.context, office.app.context.forgotten)
    (row,) = office.rows("submission")
    assert (row["state"], row["patron_id"], row["words"]) == ("declined", "", "")


def test_an_order_of_a_library_is_not_declined_with_a_reader_of_ours(office):
    """Its reader may have the same number there."""
    imported(office, READERS)
    send(office, ORDER + "client-identifier: R1\n", ADDRESS[CUSTOMER])
    assert office.shown("L1").review.patron_id == "R1"
    assert forgetting.forget(office.store, office.app.context, "R1").declined == ()
    assert office.shown("L1").line.needs == ("to-review",)


def test_a_trial_changes_nothing(office):
    send(office)
    before = office.dump()
    context = office.app.context
    reviewing.accept(office.store, context, "B1", Acceptance(), "clerk", dry_run=True)
    reviewing.decline(office.store, context, "B1", "no", "clerk", dry_run=True)
    assert office.dump() == before

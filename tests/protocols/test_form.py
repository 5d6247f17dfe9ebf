"""What labelled lines say: every shape of letter that web forms and programs write, and whatever else comes."""

# ruff: noqa: E501  # letters

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailproc.config_load import rules_forms
from mailproc.ill.apdu import Delivery, Money, Postal
from mailproc.ill.terms import Role
from mailproc.protocols.form import label_lines, reading, values
from mailproc.protocols.form.vocabulary import shipped

WEB = reading.labels_of(Role.REQUESTER, "web", {"patron_id": ["Card"]}, {})
ISO = reading.labels_of(Role.RESPONDER, "iso10161", {}, {})
SCRIPT = reading.labels_of(Role.RESPONDER, "generic-script", {}, {})
KINDS = ("web", "iso10161", "generic-script")


def said(text, form=WEB, **more):
    return reading.read(text, form, **more)[0]


LINES = {
    "plain": ("Title: On Letters", "On Letters"),
    "capitals and blanks": ("  TITLE  :   On Letters  ", "On Letters"),
    "a mark before": ("* Title: On Letters", "On Letters"),
    "a mark behind": ("Title*: On Letters", "On Letters"),
    "in bold": ("*Title:* On Letters", "On Letters"),
    "required": ("Title (required): On Letters", "On Letters"),
    "numbered": ("3. Title: On Letters", "On Letters"),
    "a bullet": ("• Title: On Letters", "On Letters"),
    "equals": ("Title = On Letters", "On Letters"),
    "a tab": ("Title\tOn Letters", "On Letters"),
    "a wide colon": ("Title：On Letters", "On Letters"),
    "below": ("Title:\n\nOn Letters", "On Letters"),
    "broken": ("Title: On\n  Letters", "On Letters"),
    "a colon in it": ("Title: On Letters: a study", "On Letters: a study"),
    "a colon in its second line": ("Title: On\nLetters: a study", "On Letters: a study"),
    "German": ("Titel: On Letters", "On Letters"),
    "French": ("Titre : On Letters", "On Letters"),
    "Spanish": ("TÍTULO: On Letters", "On Letters"),
    "the first counts": ("Title: On Letters\nTitel: Another", "On Letters"),
    "ends at a blank line": ("Title: On Letters\n\nsomething else", "On Letters"),
    "ends at the signature": ("Title: On Letters\n-- \nTitle: Another", "On Letters"),
    "line ends of Windows": ("Title: On Letters\r\nAuthor: S.\r\n", "On Letters"),
    "line ends of an old Macintosh": ("Title: On Letters\rAuthor: S.\r", "On Letters"),
    "a template": ("Title: {{ config }} {% raw %}", "{{ config }} {% raw %}"),
    "nothing": ("Title:", None),
}


@pytest.mark.parametrize("name", LINES)
def test_a_title_is_found(name):
    text, title = LINES[name]
    assert said(text).item.title == title


def test_an_article_in_german():
    found = said(
        "Guten Tag,\n\nBestellart: Aufsatzkopie\nZeitschrift: Journal of Letters\nTitel des Aufsatzes: On writing\n"
        "Autor: Müller, K.\nBand: 12\nHeft: 3\nJahr: 2019\nSeiten: 45-52\nIhr Name: R. Reader\nCard: R1\n"
        "E-Mail: R. Reader <r@readers.example>\nBenötigt bis: 31.12.2026\nKosten bis: 12,50 EUR\n"
        "Lieferadresse: Example Library\n1 Sample Street\nEX1 1EX Exampletown\n\nBemerkungen: eins\n\nzwei\n"
    )
    item = found.item
    assert (found.service, found.guessed) == ("COPY", False)
    assert (item.title, item.article_title, item.article_author) == (
        "Journal of Letters",
        "On writing",
        "Müller, K.",
    )
    assert (item.author, item.volume_issue, item.pagination) == (None, "12(3)", "45-52")
    assert found.reader == reading.WrittenReader(id="R1", name="R. Reader", email="r@readers.example")
    assert (found.need_before, found.note) == (date(2026, 12, 31), "eins\n\nzwei")
    assert found.max_cost == Money(amount=Decimal("12.50"), currency="EUR")
    postal = Postal(name="Example Library", street="1 Sample Street", city="EX1 1EX Exampletown")
    assert found.delivery == Delivery(postal=postal)
    assert (found.unread, found.doubtful) == (("Guten Tag,",), ())


def test_an_order_of_programs():
    found = said(
        "message-type: REQUEST\ntransaction-id:\ntransaction-initial-req-id:\n"
        "transaction-group-qualifier: SUB:2026-1\ntransaction-qualifier: 1\nclient-id:\nclient-name: R. Reader\n"
        "client-identifier: 77\ndelivery-address:\ndel-email-address: copies@library.example\n"
        "del-postal-street: 1 Sample Street\nill-service-type: COPY\nitem-id:\nitem-title: Journal of Letters\n"
        "item-new-thing: not known\nitem-volume-issue: 12(3)\nitem-title-of-article: On writing:\n a study\n"
        "need-before-date: 20261231\nmaximum-cost: 8\n",
        ISO,
    )
    assert (found.number, found.service, found.item.article_title) == (
        "SUB:2026-1",
        "COPY",
        "On writing: a study",
    )
    assert found.reader == reading.WrittenReader(id="77", name="R. Reader")
    assert found.delivery == Delivery(
        electronic="copies@library.example", postal=Postal(street="1 Sample Street")
    )
    assert (found.need_before, found.max_cost) == (date(2026, 12, 31), Money(amount=Decimal("8.0")))
    assert found.unread == ("item-new-thing: not known",)
    assert not reading.is_order("message-type: ANSWER\nitem-title: A", ISO)


def test_a_mail_of_koha_to_its_partners():
    """Its labels are sorted, and the site may translate them; it has no number."""
    found = said(
        "Dear partner,\n\nWe would like to request an interlibrary loan for:\n\nArticle title: On writing\n"
        "Author: Müller, K.\nISSN: 0000-0000\nIssue: 3\nPages: 45-52\nTitle: Journal of Letters\n"
        "Type: article\nVolume: 12\nYear: 2019\n\nPlease let us know if you are able to supply this to us.\n",
        reading.labels_of(Role.RESPONDER, "web", {"service": ["Type"]}, {}),
    )
    item = found.item
    assert (found.service, item.title, item.article_title) == ("COPY", "Journal of Letters", "On writing")
    assert (item.volume_issue, item.pagination, found.number, found.doubtful) == ("12(3)", "45-52", "", ())


def test_a_generic_script():
    found = said(
        "REQ.NO/NO.DEM: 4711 for R. Reader (STAFF)\nLSB:      XX-A\nLSP:      XX-TOWN\nP/U:      Reader, R./77\n"
        "SER:      PHOTOCOPY/PHOTOCOPIE\nTIT:      Journal of Letters\nVOL:      12(3)\nPAG:      45-52\n"
        "ART:      On writing, a title that is\n          wrapped\nP/M:      Exampletown : Example Press\n",
        SCRIPT,
    )
    assert (found.number, found.service) == ("4711", "COPY")
    assert found.item.article_title == "On writing, a title that is wrapped"
    assert (found.item.place, found.item.publisher) == ("Exampletown", "Example Press")
    assert found.reader == reading.WrittenReader(id="77", name="Reader, R.")


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("Needed by: soon", "Needed by: soon"),
        ("Erledigung bis: bald", "Erledigung bis: bald"),
        ("* Needed by: 3/4/2026", "Needed by: 3/4/2026"),
        ("Needed by: 31.2.2026", "Needed by: 31.2.2026"),
        ("Maximum cost: 5 or 10", "Maximum cost: 5 or 10"),
        ("Maximum cost: 12.500 EUR", "Maximum cost: 12.500 EUR"),
        ("E-mail: r at readers", "E-mail: r at readers"),
        ("E-mail: a@b.example, c@d.example", "E-mail: a@b.example, c@d.example"),
        ("Service: whatever", "Service: whatever"),
        ("Service: copy or loan", "Service: copy or loan"),
        ("Address: one line", "Address: one line"),
        ("Title: On Letters\nShelf mark of ours: A 1\nAuthor: S.", "Shelf mark of ours: A 1"),
        ("Title: On Letters\nTitle: On Words", "Title: On Words"),
        ("Title: On Letters\nYear: 1969\n* Titel: On Words\nand more", "Titel: On Words and more"),
    ],
)
def test_what_cannot_be_read_is_shown(text, doubt):
    assert said(text).doubtful == (doubt,)


def test_what_is_said_twice_is_no_doubt_where_it_is_the_same():
    found = said("Title: On Letters\nTitle: on letters\nYear: 1969")
    assert (found.item.title, found.doubtful, found.unread) == ("On Letters", (), ())


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("12", "12", None),
        ("12,50", "12.50", None),
        ("12.5 EUR", "12.5", "EUR"),
        ("max. EUR 12,50.", "12.50", "EUR"),
        ("12,- €", "12", "EUR"),
        ("£12", "12", "GBP"),
        ("20EUR (with postage)", "20", "EUR"),
        ("1.000,00 EUR", "1000", "EUR"),
        ("1,000.00", "1000", None),
        ("1.234,50 €", "1234.50", "EUR"),
        ("CHF 1'000", "1000", "CHF"),
        ("1.000.000", "1000000", None),
        ("1,234,567.8 USD", "1234567.8", "USD"),
    ],
)
def test_an_amount_is_read_as_it_is_written(text, amount, currency):
    assert values.money(text) == Money(amount=Decimal(amount), currency=currency)


@pytest.mark.parametrize(
    "text",
    [
        "", "none", "12.500", "12,500 EUR", "1.000", "EUR 2.000", "1,000 EUR", "1 000 EUR", "0.500,00", "1.00,00",
        "1.000.00", "1.000,000", "12.34.5", "1,2,3", "12,505", ".50", "-5", "5-10", "12/2026", "31.12.2026",
        "1234567890", "50 ct", "50 Cent", "99p", "10 %", "5k", "12½", "12€50", "12 EUR or GBP", "MAX 12 EUR",
        "12 € (£10)", "€ or £ 12", f"{'at most ' * 9}EUR 12.500,00",
    ],
)  # fmt: skip
def test_an_amount_that_may_be_another_is_none(text):
    assert values.money(text) is None


@given(
    st.integers(1, 10**8),
    st.integers(0, 99),
    st.sampled_from([("", "."), ("", ","), (".", ","), (",", "."), ("'", "."), ("'", ",")]),
)
def test_an_amount_with_cents_is_never_another(whole, cents, signs):
    group, point = signs
    written = f"{whole:,}".replace(",", group) + f"{point}{cents:02}"
    assert values.money(written) == Money(amount=Decimal(f"{whole}.{cents:02}"))


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("Service: Scan", "COPY"),
        ("Bestellart: Kopie (PDF)", "COPY"),
        ("Service: Book loan", "LOAN"),
        ("Type de demande: prêt", "LOAN"),
        ("Title: A\nPages: 3", "COPY"),
        ("Title: A", "LOAN"),
    ],
)
def test_the_service_is_said_or_guessed(text, service):
    found = said(text)
    assert (found.service, found.guessed) == (service, "Title" in text)


def test_a_page_has_its_labels_above_or_in_cells():
    assert said("Title\nOn Letters\nAuthor\nSeneca\n", bare=True).item.title == "On Letters"
    assert said("Title\nOn Letters\n").item.title is None
    assert said("Title\tOn Letters\nAuthor\tSeneca\n", bare=True).item.author == "Seneca"


def test_the_same_words_have_the_same_content():
    one, other = said("Title: A\nNote: x  y"), said("Hello\n\nNote: x y\nTitle:  A\n")
    assert one.content == other.content
    assert one.content != said("Title: A\nNote: x y\nCard: R1").content


def test_what_is_no_text_is_a_blank():
    found = said("Title: A\0B\x1b[31m\x85C\u2028D\ud800\nCard: R\x001\nNote: x\x0by")
    assert (found.item.title, found.reader.id, found.note) == ("A B [31m C D\ufffd", "R 1", "x y")


@pytest.mark.parametrize("kind", KINDS)
def test_every_shipped_label_stands_for_a_field_that_is_read(kind):
    labels = shipped(kind).labels
    assert set(labels) <= set(rules_forms.FIELDS)
    folded = [label_lines.folded(one) for each in labels.values() for one in each]
    assert len(folded) == len(set(folded)), "a label stands for one field"


def test_the_fields_that_may_be_named_are_those_that_are_read():
    taken = set()

    class Told(dict):
        def pop(self, name, default=""):
            taken.add(name)
            return default

    lines = label_lines.LabelLines()
    noted = reading._Said(lines)
    noted._values = Told()
    reading._request(noted, WEB, "")
    assert taken | {"known", "message_type"} == set(rules_forms.FIELDS)


def test_what_is_endless_is_bounded():
    found, labels = reading.read("Title: " + "a" * 10_000_000, WEB)
    assert (labels, len(found.item.title)) == (1, label_lines.LONGEST_LINE - len("Title: "))
    found, _ = reading.read("Note: a\n" + "line of words\n" * 100_000, WEB)
    assert len(found.note) == label_lines.LONGEST_VALUE and len(found.words) == 20_000
    found, _ = reading.read("x\n" * 100_000 + "Title: too late", WEB)
    assert found.item.title is None and len(found.unread) == label_lines.MOST_LEFT


@settings(deadline=None)
@given(st.text(max_size=400), st.sampled_from([WEB, ISO, SCRIPT]), st.booleans())
def test_any_text_is_read(text, form, bare):
    found, labels = reading.read(text, form, bare=bare)
    assert found.service in ("LOAN", "COPY") and labels >= 0
    assert isinstance(found.content, str) and reading.is_order(text, form) in (True, False)


_VALUE = st.text(st.characters(categories=("L", "N"), max_codepoint=0x24F), min_size=1, max_size=30)


@settings(deadline=None)
@given(st.data())
def test_every_value_of_a_known_label_is_found(data):
    """In any order, with anything between them that has no label."""
    kind = data.draw(st.sampled_from(KINDS))
    labels = shipped(kind).labels
    fields = data.draw(st.lists(st.sampled_from(sorted(set(labels) - {"known"})), unique=True, min_size=1))
    wanted = {name: data.draw(_VALUE.filter(lambda one: one.casefold() not in WEB.labels)) for name in fields}
    text = ""
    for name in fields:
        text += f"{data.draw(st.sampled_from(labels[name]))}: {wanted[name]}\n\n"
        if name != "note":  # which goes on over blank lines
            text += data.draw(st.sampled_from(["", "some words\n\n", "--- 8< ---\n\n"]))
    form = reading.labels_of(Role.REQUESTER, kind, {}, {})
    assert dict(label_lines.read(text, form.labels, keyed=form.keyed).values) == wanted


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-12-31", date(2026, 12, 31)),
        ("20261231", date(2026, 12, 31)),
        ("31.12.2026", date(2026, 12, 31)),
        ("1. 2. 2026, please", date(2026, 2, 1)),
        ("12/31/2026", None),
        ("20261301", None),
        ("", None),
    ],
)
def test_days(text, day):
    assert values.day(text) == day

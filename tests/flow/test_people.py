"""A partner without a system: every message goes as a letter, and nothing of a request is lost on the way."""

import dataclasses
from datetime import date
from email import message_from_bytes
from email.policy import default

import pytest

from mailproc.errors import InDoubt, LocalFault
from mailproc.ill.actions import OF_ROLE
from mailproc.ill.apdu import Item
from mailproc.ill.terms import Role
from mailproc.office.queries.possible_actions import choices
from mailproc.office.requests import lend
from mailproc.practice import town
from mailproc.protocols.codec import Manner
from tests.support import configuration, soundness
from tests.support.configuration import Account
from tests.support.partners import ADDRESS, BL, CODE, CUSTOMER, PASSWORD, partner_lines, variable

PEOPLE = "ill@town.example"


def library(roles=("RESPONDER", "REQUESTER"), more=""):
    """With an account, so that an order of theirs can come in as a file: people write none."""
    theirs = Account("in", CODE[CUSTOMER], variable(CUSTOMER))
    return (
        configuration.partner(
            "XX-TOWN", PEOPLE, theirs, name="Town Library", codec="letter", roles=list(roles), more=more
        )
        + "[partner.artemail]\nreceipts = false\n"
    )


@pytest.fixture
def by_mail(make_world, sqlite_url):
    return make_world(sqlite_url, library())


WHOLE = {
    "delivery": {
        "electronic": "desk@library.example",
        "postal": {"name": "Our Library", "street": "2 Any Road", "city": "Anytown", "postcode": "AB1 2CD"},
    },
    "need_before": "2026-04-01",
    "max_cost": {"currency": "GBP", "amount": "20"},
    "copyright_declared": True,
    "note": "A clean copy, please.",
}


def test_an_order_is_a_letter_from_which_a_person_can_supply_it(by_mail):
    number = by_mail.place("XX-TOWN", service="COPY", title="On first orders", **WHOLE)
    (letter,) = by_mail.to(PEOPLE)
    heading, _, text = letter.text.partition("\n\n")
    assert number == "B1" and "Interlibrary loan B1-1" in heading
    for said in (
        "Dear colleagues at Town Library", "B1-1", "Article: On first orders", "Journal or book: A journal",
        "needed by Wed 1 Apr", "at most 20 GBP", "desk@library.example", "2 Any Road", "AB1 2CD Anytown",
        "the declaration is signed", "A clean copy, please.",
        "Please answer this letter and leave the number B1-1 in the subject.",
    ):  # fmt: skip
        assert said in text
    assert "For reader" not in letter.text  # this library does not want to know
    assert by_mail.shown("B1").line.delivery == "handed_over"


ITEM = {
    "type": "SERIAL", "title": "A journal", "author": "Sample, B.", "subtitle": "its subtitle",
    "place": "Anytown", "publisher": "A Press", "series": "Studies 7",
    "volume_issue": "12(3)", "edition": "2nd ed.",
    "publication_date": "2019", "component_date": "March 2019", "article_author": "Sample, A.",
    "article_title": "On first orders", "pagination": "45-52", "isbn": "9780306406157", "issn": "0028-0836",
    "call_number": "QA 76", "system_no": "BLL01013", "additional_numbers": "Report R-7; thesis D 12345",
    "verification": "Ulrich 2019, p. 4",
}  # fmt: skip


def test_no_field_of_an_item_is_dropped(by_mail):
    assert ITEM.keys() | {"lines"} == {one.name for one in dataclasses.fields(Item)}
    by_mail.place("XX-TOWN", service="COPY", item=ITEM)
    (letter,) = by_mail.to(PEOPLE)
    assert [value for name, value in ITEM.items() if name != "type" and value not in letter.text] == []
    assert "Kind: journal" in letter.text


DUE = date(2026, 4, 13)
ASKED = {"heard_by": "phone"}
"""They told us by telephone."""
SENT = (("ship", {"on": DUE}),)
TO_US = (("ship", ASKED | {"on": DUE}),)
HERE = (*TO_US, ("receive", {}))
CONDITION = (("conditional", ASKED | {"condition": "charges"}),)
BORROWED = [
    ((), "cancel", {}, ["we no longer need this loan from you", "already on its way"]),
    (
        CONDITION,
        "answer-condition",
        {"answer": True},
        ["we agree to your condition", "Please send us the loan"],
    ),
    (CONDITION, "answer-condition", {"answer": False}, ["we cannot agree to your condition"]),
    (TO_US, "receive", {}, ["this loan has arrived"]),
    (HERE, "return", {"via": "parcel", "cost": "50 GBP"}, ["sent your item back", "parcel", "50 GBP"]),
    (
        HERE,
        "renew",
        {"on": date(2026, 5, 1)},
        ["keep this loan longer", "until Fri 1 May", "whether we may keep it"],
    ),
    (HERE, "lost", {}, ["this loan is lost", "by a replacement, or by payment"]),
    ((*HERE, ("lost", {})), "found", {}, ["we have found this loan", "shall send it back to you"]),
    (HERE, "damaged", {"reason": "wet"}, ["this loan is damaged", "wet"]),
    ((), "message", {"note": "Hello."}, ["Hello."]),
    ((), "query", {}, ["please tell us how our request for this loan stands"]),
    (
        TO_US,
        "receive",
        {"wrong": True, "note": "Volume 2 came"},
        ["what you sent us is not what we asked for.", "Volume 2 came. ", "can still send us"],
    ),
    ((*TO_US, ("receive", {"wrong": True})), "return", {}, ["is not what we asked for. We sent it back on"]),
]
LENT = [
    ((), "will-supply", {"on": date(2026, 3, 9)}, ["we shall send you this loan", "Mon 9 Mar"]),
    ((), "hold", {"position": 3}, ["waiting list", "place 3"]),
    ((), "conditional", {"condition": "library-use-only", "on": date(2026, 3, 9)},
     ["only on a condition", "read in the library only", "answer by Mon 9 Mar", "whether you agree"]),
    ((), "answer-retry", {"on": date(2026, 3, 9)}, ["ask again", "Mon 9 Mar"]),
    ((), "unfilled", {"reason": "not-owned"}, ["we cannot supply what you asked for", "we do not own it"]),
    ((), "locations", {"locations": ("XX-OTHER",)}, ["other libraries", "XX-OTHER"]),
    ((), "estimate", {"cost": "5 GBP"}, ["would cost", "5 GBP"]),
    ((), "forward", {"to": "XX-OTHER"}, ["passed your request for this loan on", "XX-OTHER"]),
    ((), "ship", {"on": DUE, "via": "courier", "cost": "5 GBP"},
     ["we have sent you this loan", "due back on Mon 13 Apr", "courier", "5 GBP"]),
    (SENT, "overdue", {"level": 2, "anyway": True},
     ["this loan is overdue", "due back on Mon 13 Apr", "reminder 2"]),
    (SENT, "recall", {}, ["we need this loan back", "as soon as you can"]),
    (SENT, "check-in", {}, ["this loan is back with us"]),
    (SENT, "lost", {}, ["we now regard this loan as lost", "If you still have it", "replace it"]),
    ((*SENT, ("lost", {})), "found", {}, ["has been found here"]),
    (SENT, "damaged", {"reason": "wet"}, ["this loan is damaged", "wet"]),
    ((*SENT, ("renew", ASKED)), "renew-reply", {"answer": True, "on": date(2026, 5, 4)},
     ["you may keep this loan longer", "Mon 4 May"]),
    ((*SENT, ("renew", ASKED)), "renew-reply", {"answer": False}, ["cannot let you keep this loan longer"]),
    ((("cancel", ASKED),), "cancel-reply", {"answer": True}, ["have cancelled your request, as you asked"]),
    ((("cancel", ASKED),), "cancel-reply", {"answer": False}, ["could not cancel your request any more"]),
    ((), "message", {"note": "Hello."}, ["Hello."]),
    ((), "query", {}, ["please tell us how things stand with this loan"]),
]  # fmt: skip


@pytest.fixture
def in_german(make_world, sqlite_url):
    more = 'language = "de"'
    elsewhere = configuration.partner(
        "XX-OTHER", "ill@other.example", name="Die andere", codec="letter", roles=["RESPONDER"]
    )
    return make_world(sqlite_url, library(more=more) + elsewhere)


@pytest.mark.parametrize(
    ("before", "action", "more", "says", "never"),
    [
        (
            SENT,
            "recall",
            {"on": date(2026, 4, 10), "note": "Ein Professor braucht es"},
            [
                "\n\nEin Professor braucht es.\n\n",
                "\n  zurück erbeten bis Fr, 10.04.2026\n",
                "bis zu diesem Tag",
            ],
            ["Wanted", "2026-04-10"],
        ),
        (
            (),
            "conditional",
            {"condition": "charges", "cost": "12.50 EUR", "note": "Ab 20 Seiten."},
            ["\n  der Preis: 12,50 EUR\n", "\n\nAb 20 Seiten.\n\n"],
            ["Price"],
        ),
        ((*SENT, ("lost", {})), "found", {}, ["hat sich bei uns gefunden"], ["reported"]),
        ((), "locations", {"locations": ("XX-OTHER",)}, ["vorhanden bei Die andere"], ["XX-OTHER"]),
    ],
)
def test_nothing_english_and_no_code_stands_in_a_german_letter(in_german, before, action, more, says, never):
    order = {
        "as": "lender", "service": "LOAN", "item": {"title": "Ein Buch"}, "their_number": "N-1",
        "delivery": {"electronic": PEOPLE},
    }  # fmt: skip
    lend.enter(in_german.store, in_german.app.context, lend.read(order, ["XX-TOWN"]), "clerk")
    for one in before:
        in_german.act("L1", one[0], **one[1])
    in_german.act("L1", action, **more)
    text = message_from_bytes(in_german.to(PEOPLE)[-1].raw, policy=default).get_content().replace("\r", "")
    assert [one for one in says if one not in text] == []
    assert [one for one in never if one in text] == []


BESIDE = {"close", "undo", "collected", "brought-back", "put-off", "show-again"}
"""Acts that say nothing to the other library."""


def written(world, number, action, particulars):
    """The one letter that the act sends, its subject and its text."""
    world.sent.clear()
    world.act(number, action, **particulars)
    (letter,) = world.to(PEOPLE)
    read = message_from_bytes(letter.raw, policy=default)
    return str(read["Subject"]), " ".join(read.get_content().split())


def check(said, number, words):
    subject, text = said
    assert number in subject and f"leave the number {number} in the subject" in text
    for word in words:
        assert word in text


def test_all_that_a_borrower_says(by_mail):
    for before, action, particulars, words in BORROWED:
        number = by_mail.place("XX-TOWN")
        for each, what in before:
            by_mail.act(number, each, **what)
        check(written(by_mail, number, action, particulars), f"{number}-1", words)
    soundness.check(by_mail)


def test_all_that_a_lender_says(by_mail):
    for count, (before, action, particulars, words) in enumerate(LENT, start=1):
        number, theirs = f"L{count}", f"C{count}-1"
        known = {"code": CODE[CUSTOMER], "password": PASSWORD[CUSTOMER], "file_ref": str(count)}
        by_mail.ordered(f"TX{theirs} S LOAN\nA book of ours", sender=PEOPLE, **known)
        for each, what in before:
            by_mail.act(number, each, **what)
        subject, text = written(by_mail, number, action, particulars)
        check((subject, text), theirs, words)
        assert f"Our number: {number} Your number: {theirs}" in text
    soundness.check(by_mail)


def test_every_action_is_tried_here():
    assert {one[1] for one in BORROWED} >= set(OF_ROLE[Role.REQUESTER]) - BESIDE
    assert {one[1] for one in LENT} >= set(OF_ROLE[Role.RESPONDER]) - BESIDE


def test_their_answer_in_words_comes_home_and_moves_nothing(by_mail):
    by_mail.place("XX-TOWN")
    order = message_from_bytes(by_mail.to(PEOPLE)[0].raw, policy=default)
    answer = by_mail.letter("It is out until May, sorry.\n", PEOPLE, f"Re: {order['Subject']}")
    by_mail.inject(answer, PEOPLE)
    by_mail.run()
    assert (by_mail.state("B1"), by_mail.attention("B1")) == ("PENDING", ("message",))
    assert by_mail.shown("B1").history[-1].note == "It is out until May, sorry."
    assert by_mail.to(PEOPLE) == [by_mail.to(PEOPLE)[0]]  # nothing answers people by itself


def test_two_libraries_that_lend_to_each_other_by_letter(by_mail):
    """A lender's letter names the borrower's number, and its own, which is also one of the borrower's."""
    by_mail.place("XX-TOWN")
    known = {"code": CODE[CUSTOMER], "password": PASSWORD[CUSTOMER]}
    by_mail.ordered("TXC1-1 S LOAN\nA book of ours", sender=PEOPLE, **known)
    by_mail.act("L1", "ship")
    ours = message_from_bytes(by_mail.to(PEOPLE)[-1].raw, policy=default)
    theirs = ours.get_content().replace("C1-1", "B1-1")
    heard = by_mail.letter(theirs, PEOPLE, ours["Subject"].replace("C1-1", "B1-1"))
    answer = by_mail.letter("It is here.\n", PEOPLE, f"Re: {ours['Subject']}")
    for each in (heard, answer):
        by_mail.inject(each, PEOPLE)
    by_mail.run()
    assert by_mail.events("B1")[-1] == by_mail.events("L1")[-1] == "MESSAGE"
    assert by_mail.shelf() == {}


def test_a_whole_loan_with_people(make_world, sqlite_url):
    """As the practice library of people writes, with our letters quoted below its words."""
    people = town.Town(lambda _event, **_particulars: None, lambda: date(2026, 3, 2))
    lines = configuration.partner(town.SYMBOL, town.ADDRESS, codec=town.CODEC, name="Town Library")
    world = make_world(sqlite_url, lines)
    world.place(town.SYMBOL)

    def hears(cue):
        for letter in world.to(town.ADDRESS):
            people.take(letter.raw)
        (answer,) = people.go("B1", cue)
        world.inject(answer.raw, town.ADDRESS)
        world.run()
        last = world.shown("B1").history[-1]
        assert last.event == "MESSAGE" and "Our number" not in last.note
        return last.note

    assert "it will leave tomorrow" in hears("promise")
    assert "send it back by 30 March 2026" in " ".join(hears("ship").split())
    world.act("B1", "ship", heard_by="post", on=date(2026, 3, 30))
    world.act("B1", "receive")
    world.act("B1", "renew")
    assert "you may keep it" in hears("renewed")
    world.act("B1", "renew-reply", heard_by="post", answer=True, on=date(2026, 4, 30))
    world.act("B1", "return")
    assert "It is back with us" in hears("home")
    assert world.attention("B1") == ("message",)
    world.act("B1", "check-in", heard_by="post")
    assert world.attention("B1") == ()  # what they wrote has been recorded
    subjects = [message_from_bytes(one.raw, policy=default)["Subject"] for one in world.to(town.ADDRESS)]
    said = ("we ask you for a loan", "we have received it", "we ask to keep it longer", "is on its way back")
    assert [one in subject for one, subject in zip(said, subjects, strict=True)] == [True] * 4
    assert (world.state("B1"), world.events("B1")[-1], world.shelf()) == ("RETURNED", "CHECKED_IN", {})
    soundness.check(world)


def test_an_order_in_doubt_waits_for_staff(by_mail):
    def vanish(_letter):
        raise InDoubt("the connection broke after the data")

    by_mail.refuses = vanish
    by_mail.place("XX-TOWN")
    by_mail.days(3)
    assert by_mail.row("outgoing", 1)["state"] == "in_doubt"
    assert by_mail.attention("B1") == ("in-doubt",)


@pytest.mark.parametrize(("asks", "named"), [("true", True), ("false", False)])
def test_the_reader_is_named_where_the_library_wants_the_name(asks, named, make_world, sqlite_url):
    world = make_world(sqlite_url, library(more=f"[partner.letter]\nname_reader = {asks}"))
    patron = {"id": "CARD-77", "name": "A Reader", "status": "Fellow", "email": "r@readers.example"}
    world.place("XX-TOWN", patron=patron)
    order = world.to(PEOPLE)[0].text
    assert [word in order for word in ("A Reader", "CARD-77", "Fellow")] == [named] * 3


def test_every_letter_has_their_address_and_who_signs(make_world, sqlite_url):
    lines = 'postal = ["Town Library", "1 High Street"]\nsigner = ["A. Sample", "Interlibrary loans"]'
    world = make_world(sqlite_url, library(more=f"[partner.letter]\n{lines}"))
    world.place("XX-TOWN")
    world.act("B1", "cancel")
    for letter in world.to(PEOPLE):
        text = letter.text.partition("\n\n")[2]
        assert text.startswith("Town Library\n1 High Street\n\nDear colleagues")
        assert text.endswith("Our Library\nill@library.example\nA. Sample\nInterlibrary loans\n")


def test_a_text_of_the_site_that_loses_part_of_an_order_is_not_used(by_mail, tmp_path):
    file = tmp_path / "site-templates/en/partner/order.txt"
    file.parent.mkdir(parents=True)
    file.write_text("Subject: An order\n\nPlease send {{ request.title }} ({{ request.number }}).\n")
    by_mail.place("XX-TOWN", title="A clean book", **WHOLE)
    (letter,) = by_mail.to(PEOPLE)
    assert "Title: A clean book" in letter.text and "Please send A clean book" not in letter.text
    assert any("the letter does not say cited" in " ".join(one.text.split()) for one in by_mail.notices())


def test_a_text_of_the_site_without_the_number_in_its_subject_gets_it(by_mail, tmp_path):
    file = tmp_path / "site-templates/en/partner/notice.txt"
    file.parent.mkdir(parents=True)
    file.write_text("Subject: From us\n\n{{ what }}\n")
    by_mail.place("XX-TOWN")
    subject, text = written(by_mail, "B1", "cancel", {})
    assert (subject, text) == ("From us (B1-1)", "we no longer need it")


def lent_to_them(world):
    known = {"code": CODE[CUSTOMER], "password": PASSWORD[CUSTOMER]}
    world.ordered("TXC1-1 S LOAN\nA book of ours", sender=PEOPLE, **known)
    world.act("L1", "ship", on=DUE)


def test_a_renewal_that_we_refused_is_not_offered_again(by_mail):
    lent_to_them(by_mail)
    assert "ask us for a renewal" in written(by_mail, "L1", "overdue", {"level": 1, "anyway": True})[1]
    by_mail.act("L1", "renew", **ASKED)
    _, refused = written(by_mail, "L1", "renew-reply", {"answer": False})
    assert "send it back by Mon 13 Apr" in refused
    _, text = written(by_mail, "L1", "overdue", {"level": 2, "anyway": True})
    assert "renewal" not in text and "Please send it back" in text


def test_the_last_reminder_offers_no_renewal(by_mail):
    lent_to_them(by_mail)
    _, text = written(by_mail, "L1", "overdue", {"level": 3, "anyway": True})
    assert "renewal" not in text and "Please send it back" in text


def test_a_library_that_does_not_answer_is_asked_once_by_letter(by_mail):
    by_mail.place("XX-TOWN")
    by_mail.sent.clear()
    by_mail.days(40)
    (letter,) = by_mail.to(PEOPLE)
    assert "please tell us how our request for this loan stands" in letter.text
    assert by_mail.attention("B1") == ("no-answer",)


def test_what_only_a_machine_needs_is_not_asked_of_a_letter_to_people(make_world, sqlite_url):
    """An address that is too long for an order file stands in a letter; as a file it is refused."""
    long = f"{'desk' * 15}@{'library.' * 6}example"
    by_file, by_letter = (
        partner_lines(BL, ["RESPONDER"], "out", more=f'[partner.manner]\nill_request = "{manner}"')
        for manner in ("SEND", "NOTICE")
    )
    with pytest.raises(LocalFault, match="cannot be told this"):
        make_world(sqlite_url, by_file).place(BL, service="COPY", delivery={"electronic": long})
    world = make_world(sqlite_url, by_letter)
    world.place(BL, service="COPY", delivery={"electronic": long})
    (letter,) = world.to(ADDRESS[BL])
    assert long in letter.text and "leave the number B" in letter.text


@pytest.mark.parametrize(("theirs", "named"), [("PO-12/7", "PO-12/7"), ("", "L1")])
def test_an_order_that_came_as_a_letter_is_answered_by_letters(theirs, named, by_mail):
    """Entered by hand; a reply that names the number alone comes home to it."""
    order = {
        "as": "lender", "service": "LOAN", "item": {"title": "A book"}, "their_number": theirs,
        "delivery": {"electronic": PEOPLE},
    }  # fmt: skip
    wanted = lend.read(order, ["XX-TOWN"])
    lend.enter(by_mail.store, by_mail.app.context, wanted, "clerk")
    subject, text = written(by_mail, "L1", "ship", {"on": DUE})
    check((subject, text), named, ["we have sent you this loan", "Our number: L1"])
    assert ("Your number" in text) is bool(theirs)
    by_mail.inject(by_mail.letter("May we keep it until June?\n", PEOPLE, f"Re: {subject}"), PEOPLE)
    by_mail.run()
    assert (by_mail.events("L1")[-1], by_mail.shelf()) == ("MESSAGE", {})
    by_mail.act("L1", "renew", heard_by="post")
    check(
        written(by_mail, "L1", "renew-reply", {"answer": True, "on": DUE}), named, ["you may keep this loan"]
    )
    soundness.check(by_mail)


def test_staff_read_that_people_are_written_to(by_mail):
    by_mail.place("XX-TOWN")
    with by_mail.store.read() as connection:
        found = choices(connection, "B1", by_mail.app.context)
    told = {one.action.name: one.told for one in found}
    assert (told["cancel"], told["message"], told["close"]) == (Manner.NOTICE, Manner.NOTICE, Manner.LOCAL)
    said = " ".join(str(one) for one in by_mail.foresee("B1", "cancel").words)
    assert f"a letter to the people of XX-TOWN at {PEOPLE}" in said


@pytest.mark.parametrize("asked", [False, True], ids=["nobody else", "the next library"])
def test_the_right_one_is_asked_for_unless_another_library_was(make_world, sqlite_url, asked):
    world = make_world(sqlite_url, library() + partner_lines(BL, ["RESPONDER"], "out"))
    world.place("XX-TOWN", BL)
    world.act("B1", "ship", heard_by="mail")
    world.act("B1", "receive", wrong=True)
    if asked:
        world.next("B1")
    world.act("B1-1", "return")
    told = world.to(PEOPLE)[-1].text
    assert "the wrong item is on its way back" in told
    assert ("Please tell us whether you can still send us what we asked for." in told) is not asked

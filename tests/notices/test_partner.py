"""Letters to a partner's people: nothing of an order is lost, and each says its thing in every language."""

import dataclasses
import string
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproc.ill.apdu import (
    APDU_CLASSES,
    Condition,
    Delivery,
    Due,
    ForwardNotification,
    IllRequest,
    Item,
    Location,
    Money,
    Person,
    Postal,
    Report,
)
from mailproc.ill.terms import ApduType, Results, Service
from mailproc.notices import order_details
from mailproc.notices.catalogue import NOTICES, PartnerNotice, PartnerOrder, PartnerReturned
from mailproc.notices.language_files import shipped, shipped_tags
from mailproc.notices.outgoing_details import telling
from mailproc.notices.partner import NEEDED
from mailproc.notices.render import Notice
from mailproc.notices.shared_contexts import Request
from mailproc.notices.whole_letter import whole
from mailproc.templating.contract import sample_of
from mailproc.templating.environment import Templates
from mailproc.templating.folders import shipped_folder
from mailproc.templating.problem import BrokenTemplate
from tests.notices.rendering import render

TEMPLATES = Templates([shipped_folder()], NOTICES)
TODAY = date(2026, 3, 2)
ALL = string.ascii_letters + string.digits + " ,.;:()[]{}%#<>&äßé—'\"/-"
WORDS = st.none() | st.text(ALL, min_size=1, max_size=60).map(lambda text: " ".join(text.split()) or "x")


def of(cls, **known):
    """Any value of ``cls``, each field that is text with any words or none."""
    text = {
        one.name: WORDS for one in dataclasses.fields(cls) if "str" in str(one.type) and one.name not in known
    }
    return st.builds(cls, **text, **known)


POSTAL = st.none() | of(Postal)
ORDERS = st.builds(
    IllRequest,
    services=st.just((Service.COPY, Service.LOAN)),
    item=of(Item, type=st.sampled_from([None, "MONOGRAPH", "new kind"]), lines=st.tuples(WORDS.map(str))),
    patron=st.none() | of(Person),
    delivery=st.none() | of(Delivery, postal=POSTAL),
    billing=st.none() | of(Delivery, postal=POSTAL),
    need_before=st.none() | st.just(date(2026, 4, 1)),
    expiry=st.none() | st.just(date(2026, 5, 1)),
    level_of_service=WORDS,
    max_cost=st.none() | st.just(Money(amount=Decimal("12.5"), currency="GBP")),
    copyright_compliance=WORDS,
    place_on_hold=WORDS,
    keywords=st.tuples(WORDS.map(str)),
    note=WORDS,
)
SAID_OTHERWISE = {"MONOGRAPH": "book"}
UNTOLD = {
    "transaction", "ref", "requester", "responder", "requester_name", "responder_name", "sent_at",
    "original_sent_at", "reply_code", "reply_to", "extensions",  # of the message, not of what is wanted
    "transaction_type", "optional_messages",  # between machines
}  # fmt: skip


def texts(value):
    """Each text in it, at any depth."""
    if isinstance(value, str) and not isinstance(value, Service):
        yield SAID_OTHERWISE.get(value, value)
    elif isinstance(value, tuple):
        for each in value:
            yield from texts(each)
    elif dataclasses.is_dataclass(value):
        for one in dataclasses.fields(value):
            if one.name not in UNTOLD:
                yield from texts(getattr(value, one.name))


def order_of(wanted, language):
    words = shipped(language)
    delivery, billing = wanted.delivery or Delivery(), wanted.billing or Delivery()
    return sample_of(
        PartnerOrder,
        request=sample_of(Request, number="B1-1"),
        cited=order_details.item_lines(wanted, words),
        wishes=order_details.wish_lines(wanted, TODAY, words),
        reader=order_details.reader_line(wanted.patron, ""),
        post=order_details.post_lines(delivery.postal),
        electronic=delivery.electronic or "",
        bill=order_details.post_lines(billing.postal),
        copyright=order_details.copyright_line(wanted, words),
        note=wanted.note or "",
    )


@given(ORDERS)
def test_every_text_of_an_order_stands_in_its_letter(wanted):
    letter = render(TEMPLATES, "partner/order", "en", order_of(wanted, "en"))
    said = " ".join(letter.text.split())
    assert [text for text in texts(wanted) if text not in said] == []
    for day, shown in ((wanted.need_before, "Wed 1 Apr"), (wanted.expiry, "Fri 1 May")):
        assert day is None or shown in said
    assert wanted.max_cost is None or "12.5 GBP" in said
    assert "if that is not possible: loan" in said


KINDS = [kind for kind in shipped("en").texts.told if kind not in ("ILL_REQUEST", "RETURNED")]


@pytest.mark.parametrize("language", shipped_tags())
@pytest.mark.parametrize("their_number", ["", "7654321"])
@pytest.mark.parametrize("kind", KINDS)
def test_each_message_says_its_thing_and_how_to_answer(kind, their_number, language):
    words = shipped(language)
    content = sample_of(
        PartnerNotice, kind=kind, what=words.told_word(kind), said=(), their_number=their_number,
        please=words.texts.please.get(kind, ""),
    )  # fmt: skip
    letter = render(TEMPLATES, "partner/notice", language, content)
    assert (their_number or "B12") in letter.subject
    assert words.told_word(kind) in letter.subject
    assert content.please in letter.text
    assert (their_number or "B12") in letter.text.rpartition(content.note)[2]  # how to answer
    assert "None" not in letter.text and "\n\n\n" not in letter.text


@pytest.mark.parametrize("language", shipped_tags())
def test_the_words_that_we_say_of_ourselves_do_not_speak_of_others(language):
    words = shipped(language)
    others = {"en": ("they ", "their "), "de": (" dort ", "sie ")}[language]
    for reason in (*words.texts.reasons, *words.texts.conditions):
        said = words.our_reason_word(reason)
        assert not any(other in f" {said} " for other in others), said


def test_a_number_that_a_text_leaves_out_is_added_to_the_subject():
    content = sample_of(PartnerReturned, their_number="")
    theirs = sample_of(PartnerReturned, their_number="C1-1")
    assert whole(Notice("It is back", "…"), theirs, {}, "x.txt").subject == "It is back (C1-1)"
    assert whole(Notice("It is back", "…"), content, {}, "x.txt").subject == "It is back (B12)"
    assert whole(Notice("B12 is back", "…"), content, {}, "x.txt").subject == "B12 is back"


@pytest.mark.parametrize(
    "lost", ["cited", "wishes", "reader", "post", "electronic", "bill", "copyright", "note"]
)
def test_an_order_that_lost_something_is_not_whole(lost):
    content = sample_of(PartnerOrder)
    values = {one.name: getattr(content, one.name) for one in dataclasses.fields(content)}
    text = render(
        TEMPLATES, "partner/order", "en", dataclasses.replace(content, **{lost: type(values[lost])()})
    ).text
    with pytest.raises(BrokenTemplate, match=lost):
        whole(Notice("B12", text), content, values, "order.txt")


LISTS = ("cited", "wishes", "post", "bill")


@pytest.mark.parametrize("lost", [*NEEDED, ""])
def test_a_text_of_the_site_that_drops_it_is_broken_before_any_letter_goes_by_it(lost, tmp_path):
    file = tmp_path / "en/partner/order.txt"
    file.parent.mkdir(parents=True)
    one, each = "{{{{ {0} }}}}\n", "{{% for line in {0} %}}\n{{{{ line }}}}\n{{% endfor %}}\n"
    said = [(each if name in LISTS else one).format(name) for name in NEEDED if name != lost]
    file.write_text("\n".join(["Subject: {{ request.number }}", "", "Dear colleagues,", *said]))
    problems = Templates([tmp_path, shipped_folder()], NOTICES).check("en/partner/order.txt")
    assert [(one.field, str(one.text)) for one in problems] == (
        [(lost, f"the letter does not say {lost}")] if lost else []
    )


DAY = date(2026, 4, 10)
MONEY = Money(amount=Decimal(5), currency="GBP")
FILLED = {
    "due": Due(on=DAY), "supply_on": DAY, "retry_on": DAY, "desired_due_on": DAY, "received_on": DAY,
    "returned_on": DAY, "checked_in_on": DAY, "shipped_on": DAY,
    "position": 3, "level": 2, "reason": "lacking",
    "conditions": (Condition(condition="charges", reply_by=DAY),), "damaged_details": "wet", "cost": MONEY,
    "cost_estimate": MONEY, "cost_words": "about 5 GBP", "insured_for": MONEY, "return_insurance": MONEY,
    "shipped_via": "courier", "returned_via": "courier", "shipped_service": Service.COPY,
    "shipped_conditions": "no-reproduction", "electronic_delivery": "desk@library.example",
    "locations": (Location(symbol="XX-OTHER"),), "report": Report(kind="status", current_state="SHIPPED"),
}  # fmt: skip
"""A value for each field that staff, or the program, may fill in a message beside an order."""


def _said(apdu):
    return telling(apdu, TODAY, shipped("en"))


@pytest.mark.parametrize("kind", [kind for kind in ApduType if kind is not ApduType.ILL_REQUEST])
def test_nothing_that_a_message_says_is_left_out(kind):
    """Staff would believe that it was told. (The note stands in every letter.)"""
    cls = APDU_CLASSES[kind]
    names = {one.name for one in dataclasses.fields(cls)}
    needed = {"results": Results.UNFILLED, "answer": True}
    bare = cls(**{name: value for name, value in needed.items() if name in names})
    for name in names & FILLED.keys():
        assert _said(dataclasses.replace(bare, **{name: FILLED[name]})) != _said(bare), name
    known = {*FILLED, *UNTOLD, *needed, "note", "supplier", "intermediary", "responder_address"}
    assert names <= known, "a new field: say it in notices/outgoing_details.py, and give a value here"


def test_who_has_a_forwarded_request_now_is_said():
    assert "XX-OTHER" in " ".join(_said(ForwardNotification(responder="XX-OTHER")))

"""Names of transactions and libraries have a bound: what is longer is refused with a sentence and a report.

On both stores: PostgreSQL takes no entry of an index that is longer than 2,704 octets.
"""

import logging
from random import Random
from typing import Any

import pytest

from mailproc import log, slow_work
from mailproc.ill.apdu import ForwardNotification, IllRequest, Message
from mailproc.ill.size_limits import LONGEST_NAME, beginning_of, too_long_name
from mailproc.ill.terms import Ref, TransactionId
from mailproc.mail.compose import MOST_OF_SUBJECT
from mailproc.mail.parse import parse
from mailproc.office.queries import letters

from .conftest import BORROWER, LENDER, MAIL, US

TOO_LONG = "x" * (LONGEST_NAME + 1)
RANDOM = Random(5)  # noqa: S311  # no secret
SIGNS = "abcdefghijklmnopqrstuvwxyz0123456789"
HUGE = "".join(RANDOM.choices(SIGNS, k=900_000))
QUALIFIERS = ("initial_requester", "tgq", "tq", "stq")
LIBRARIES = ("requester", "responder")
REFERENCES = ("customer_code", "number", "order_line", "file_ref")
IDENTITY = (*QUALIFIERS, *LIBRARIES)


@pytest.fixture
def sqlite_url(store_url: str) -> str:
    """The house of these tests stands on either store."""
    return store_url


def asked(iso: Any, name: str, value: str, kind: str = "ILL_REQUEST") -> None:
    """A message of the borrower's, in which one name is that long."""
    named = {"initial_requester": BORROWER, "tgq": "G1", "tq": "1"}
    libraries = {"requester": BORROWER, "responder": US}
    (named if name in QUALIFIERS else libraries)[name] = value
    more = {"ILL_REQUEST": {"services": ["LOAN"], "item": {"title": "A book"}}, "MESSAGE": {"note": "Where?"}}
    iso.hears(kind, BORROWER, named, **libraries, **more.get(kind, {}))


@pytest.mark.parametrize(
    ("name", "value"),
    [*((name, TOO_LONG) for name in IDENTITY), ("tgq", HUGE), ("requester", HUGE)],
    ids=[*IDENTITY, "a huge tgq", "a huge requester"],
)
def test_a_long_name_is_refused_with_a_sentence_and_a_report(iso, name, value):
    asked(iso, name, value)
    (why,) = iso.shelf().values()
    assert f"has {len(value)} octets; at most {LONGEST_NAME} are taken" in why
    assert value[:40] in why and len(why) < 300
    assert iso.rows("request") == [] and iso.rows("transactions") == []
    (letter,) = iso.world.to(MAIL[BORROWER])
    report = iso.read(letter.raw)
    assert (report["type"], report["report"]["problem"]) == ("STATUS_OR_ERROR_REPORT", "resource-limitation")
    assert report["note"] in why
    echoed = {one: report["transaction"].get(one, "") for one in QUALIFIERS}
    assert echoed == {"initial_requester": BORROWER, "tgq": "G1", "tq": "1", "stq": ""} | (
        {name: value[:LONGEST_NAME]} if name in QUALIFIERS else {}
    )
    assert len(letter.raw) < 10_000
    (told,) = iso.notices()
    assert len(told.raw) < 10_000


@pytest.mark.parametrize("kind", ["MESSAGE", "STATUS_QUERY", "CANCEL", "STATUS_OR_ERROR_REPORT"])
def test_a_long_name_is_refused_in_every_message(iso, kind):
    asked(iso, "tgq", HUGE, kind)
    (why,) = iso.shelf().values()
    assert f"at most {LONGEST_NAME} are taken" in why
    reports = [said["type"] for said in iso.said()]
    assert reports == ([] if kind == "STATUS_OR_ERROR_REPORT" else ["STATUS_OR_ERROR_REPORT"])


LONGEST = {
    "letters": "x" * LONGEST_NAME,
    "that no store makes shorter": "".join(RANDOM.choices(SIGNS, k=LONGEST_NAME)),
    "of four octets each": "".join(map(chr, RANDOM.sample(range(0x20000, 0x2A000), LONGEST_NAME // 4))),
    "that are longer as capitals": "\u0390" * (LONGEST_NAME // 2),
}


@pytest.mark.parametrize("value", LONGEST.values(), ids=LONGEST)
def test_the_longest_names_are_taken_as_they_are(iso, value):
    named = {"initial_requester": value, "tgq": value, "tq": value, "stq": value}
    iso.asks(transaction=named)
    assert iso.state("L1") == "IN_PROCESS"
    iso.hears("STATUS_QUERY", BORROWER, named)
    iso.act("L1", "ship")
    assert [said["transaction"] for said in iso.said()] == [named, named]
    assert iso.shown("L1").line.their_number


def test_a_long_name_is_short_in_the_log_and_not_masked_in_a_write(iso, caplog, monkeypatch):
    """The tests' guard raises where slow work runs inside a write; so do long words to the log there."""
    lengths = []
    monkeypatch.setattr(slow_work, "check_length", lambda _name, length, *_most: lengths.append(length))
    with caplog.at_level(logging.INFO):
        for kind in ("MESSAGE", "SHIPPED", "STATUS_QUERY"):
            asked(iso, "tgq", HUGE, kind)
    assert max(lengths, default=0) <= slow_work.SHORT
    assert max(len(record.getMessage()) for record in caplog.records) < log.LONGEST
    with iso.app.store.read() as connection:
        rows = [letters.row_of(connection, f"I{number}") for number in (1, 2, 3)]
        why = [one.why for row in rows for one in letters.events_of(connection, row["id"])]
    assert max(map(len, why)) < 500


def test_a_subject_of_ours_has_a_bound(iso):
    named = {"initial_requester": BORROWER, "tgq": "G" * LONGEST_NAME, "tq": "1" * LONGEST_NAME}
    iso.asks(transaction=named, item={"title": "A very long title " * 200})
    iso.act("L1", "ship")
    assert len(iso.sent) > 0
    for letter in iso.sent:
        assert len(parse(letter.raw).subject) <= MOST_OF_SUBJECT
    kept = [row["subject"] for row in iso.rows("outgoing")]
    assert kept == [parse(letter.raw).subject for letter in iso.sent], (
        "a report that quotes it is known by it"
    )
    assert parse(iso.sent[-1].raw).subject.endswith("…")


@pytest.mark.parametrize(
    "apdu",
    [
        *(Message(transaction=TransactionId(**{name: TOO_LONG})) for name in QUALIFIERS),
        *(IllRequest(**{name: TOO_LONG}) for name in LIBRARIES),
        *(Message(ref=Ref(**{name: TOO_LONG})) for name in REFERENCES),
        ForwardNotification(intermediary=TOO_LONG),
        Message(requester="ü" * (LONGEST_NAME // 2 + 1)),
    ],
    ids=str,
)  # fmt: skip
def test_every_name_that_tells_one_from_another_has_the_bound(apdu):
    assert str(LONGEST_NAME) in too_long_name(apdu)


def test_the_beginning_of_a_name_is_whole_characters():
    many = LONGEST_NAME
    named = beginning_of(TransactionId("a", "ü" * many, "\U00020000" * many, TOO_LONG))
    assert named == TransactionId(
        "a", "ü" * (LONGEST_NAME // 2), "\U00020000" * (LONGEST_NAME // 4), TOO_LONG[:-1]
    )
    assert too_long_name(Message(transaction=named)) == ""


def test_a_name_of_a_transaction_of_ours(iso):
    """An answer under an endless name moves nothing, and the lender is told."""
    iso.place(LENDER)
    iso.hears("SHIPPED", LENDER, {"initial_requester": US, "tgq": "B1", "tq": "1", "stq": TOO_LONG})
    assert iso.state("B1") == "PENDING"
    assert iso.said(LENDER)[-1]["report"]["problem"] == "resource-limitation"

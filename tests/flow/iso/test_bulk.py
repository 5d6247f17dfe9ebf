"""However much a partner has said, the next message costs the same: what was said before is found by keys."""

from dataclasses import replace

import pytest

from mailproc.flow.advance import status_report
from mailproc.ill import apdu_json, size_limits
from mailproc.ill.apdu import IllRequest, Item, Message, ReplyTo
from mailproc.ill.terms import TransactionId

from .conftest import BORROWER


@pytest.fixture
def decoded(monkeypatch):
    """How many APDUs were made of JSON."""
    counted = []
    from_json = apdu_json.from_json
    monkeypatch.setattr(apdu_json, "from_json", lambda value: counted.append(1) or from_json(value))
    return counted


def never(number):
    return {"initial_requester": BORROWER, "tgq": f"N{number}", "tq": "1"}


def cost(decoded, act):
    decoded.clear()
    act()
    return len(decoded)


def test_a_request_reads_only_messages_with_its_name(iso, decoded):
    """What was said of requests that never came lies on the shelf for weeks."""
    costs = []
    for count in (2, 20):
        for number in range(count):
            iso.hears("MESSAGE", BORROWER, never(f"{count}-{number}"), note="Where is it?")
        costs.append(cost(decoded, lambda count=count: iso.asks(f"G{count}")))
    assert costs[0] == costs[1]


def test_a_message_reads_only_messages_with_its_time(iso, decoded):
    named, costs = iso.asks(), []
    for count in (2, 20):
        for number in range(count):
            iso.hears("MESSAGE", BORROWER, named, note=f"{count} {number}")
        costs.append(cost(decoded, lambda: iso.hears("MESSAGE", BORROWER, named, note="again")))
    assert costs[0] == costs[1]


def test_a_status_report_reads_few_events(iso, decoded, monkeypatch):
    monkeypatch.setattr(status_report, "LATEST", 3)
    named, costs, told = iso.asks(), [], []
    iso.hears("STATUS_QUERY", BORROWER, named)  # our last word is looked at too, once there is one
    for count in (5, 15):
        for number in range(count):
            iso.hears("MESSAGE", BORROWER, named, note=f"{count} {number}")
        costs.append(cost(decoded, lambda: iso.hears("STATUS_QUERY", BORROWER, named)))
        told.append(iso.last()["report"]["history"])
    assert costs[1] <= costs[0] + 2, "of fifteen messages more"
    assert told[0] | {"most_recent_service_note": ""} == told[1] | {"most_recent_service_note": ""}
    assert told[1]["date_requested"] == "2026-03-02"
    assert told[1]["most_recent_service"] == "MESSAGE"


def test_a_cancel_is_found_behind_many_messages(iso):
    """A borrower whose request was overtaken by more than is looked at."""
    for number in range(30):
        iso.hears("MESSAGE", BORROWER, never(1), note=str(number))
    iso.hears("CANCEL", BORROWER, never(1))
    iso.asks("N1")
    assert [row["state"] for row in iso.rows("event") if row["type"] == "CANCEL"] == ["done"]


LONG = "x" * 50_000
LARGE = Message(
    transaction=TransactionId("XX-A", LONG, "1", ""),
    note=LONG,
    requester_name=LONG,
    reply_to=tuple(ReplyTo(address=f"a{n}@x.example") for n in range(2_200)),
    extensions=({"at": "a", "value": {"b": [LONG, 1]}}, *({"at": "b"} for _ in range(200))),
)


def test_a_message_is_bounded_when_it_is_read():
    kept = size_limits.bounded(LARGE)
    assert kept.note == "x" * size_limits.LONGEST_NOTE + size_limits.SHORTENED
    assert len(kept.requester_name) < 5_000
    assert kept.reply_to == LARGE.reply_to[: size_limits.MOST_ADDRESSES]
    assert kept.transaction == LARGE.transaction, "another name would be another transaction"
    assert len(kept.extensions) == 201, "any of them may be critical"
    assert len(repr(replace(kept, transaction=None))) < 40_000


def test_the_parts_of_a_request_are_bounded_too():
    wanted = IllRequest(item=Item(title=LONG, lines=(LONG,) * 200), keywords=("k",) * 200)
    kept = size_limits.bounded(wanted)
    assert len(kept.item.title) < 5_000
    assert (len(kept.item.lines), len(kept.keywords)) == (size_limits.MOST, size_limits.MOST)
    assert {len(line) for line in kept.item.lines} == {len(kept.item.title)}


def test_a_message_of_usual_size_is_unchanged():
    usual = Message(note="Where is it?", reply_to=LARGE.reply_to[:2], extensions=({"at": "a", "value": [1]},))
    assert size_limits.bounded(usual) is usual


def test_a_letter_is_bounded_before_it_is_an_event(iso):
    answers = [{"address": f"a{n}@x.example", "service": "SMTP"} for n in range(300)]
    iso.hears("MESSAGE", BORROWER, never(1), note=LONG, reply_to=answers)
    (event,) = (row for row in iso.rows("event") if row["type"] == "MESSAGE")
    assert len(event["apdu"]["reply_to"]) == size_limits.MOST_ADDRESSES
    assert event["apdu"]["note"].endswith(size_limits.SHORTENED)

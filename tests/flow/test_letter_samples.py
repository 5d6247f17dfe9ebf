"""Sixty letters as people write them, through the real intake: own words, number, place that decides, codes.

tests/samples/letter/README.md says what stands beside each letter.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from mailproc.flow.reading.writing import writing_of
from mailproc.mail.parse import parse
from mailproc.notices import short_codes
from mailproc.store import outgoing, patrons, requests, transactions
from mailproc.store.intent_bodies import SendApdu
from mailproc.store.outgoing import NewLetterOut
from mailproc.store.requests import NewRequest
from mailproc.store.transactions import NewTransaction
from tests.support import configuration
from tests.support.configuration import Account

SAMPLES = Path(__file__).parents[1] / "samples" / "letter"
NAMES = sorted(path.stem for path in SAMPLES.glob("*.json"))
LENDER, BORROWER, READER = "XX-LENDER", "XX-BORROWER", "ada@reader.example"
STAFF = "sam.clerk@library.example"


@cache
def expected(name: str) -> dict[str, Any]:
    return json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))


def letter_of(name: str) -> Any:
    return parse((SAMPLES / f"{name}.eml").read_bytes())


@pytest.mark.parametrize("name", NAMES)
def test_the_writers_own_words(name: str) -> None:
    want, said = expected(name), writing_of(letter_of(name))
    own = " ".join(said.own.split())
    if want.get("own_text_certain", True):
        assert own == want["own_text"]
    assert [words for words in want.get("surely_own", ()) if words not in own] == []
    assert [words for words in want.get("surely_not_own", ()) if words in own] == []
    assert said.automatic is want["auto"] or not want.get("auto_certain", True)
    assert [code.word for code in short_codes.found(said.own)] == want["codes"]


def partners() -> str:
    end = {"name": "Library", "proof": ("none",)}
    lender = configuration.partner(
        LENDER,
        "ill@lender.example",
        Account("out", "99-0001", "T_A"),
        accepts_from=["@lender.example"],
        **end,
    )
    borrower = configuration.partner(
        BORROWER, "ill@borrower.example", Account("in", "99-0002", "T_B"), roles=["REQUESTER"], **end
    )
    return lender + borrower


@pytest.fixture
def scene(make_world: Any, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The requests and letters of ours that the samples speak of."""
    monkeypatch.setenv("T_A", "PW0001XQ")
    monkeypatch.setenv("T_B", "PW0002XQ")
    world = make_world(sqlite_url, partners())
    world.store.write(lambda connection: [_place(world, connection, number) for number in _numbers()])
    answered = list(_answered())
    world.store.write(lambda connection: [_write(world, connection, one) for one in answered])
    return world


def _numbers() -> list[str]:
    attempts = {"B9": 2, "B21": 3}
    return [*(f"B{n}-{attempts.get(f'B{n}', 1)}" for n in range(1, 31)), *(f"L{n}-1" for n in range(1, 9))]


def _place(world: Any, connection: Any, name: str) -> None:
    """A request whose order was sent: only what the matching looks at."""
    number, _, attempt = name.partition("-")
    lends = number[0] == "L"
    role, partner = ("RESPONDER", BORROWER) if lends else ("REQUESTER", LENDER)
    if not lends:
        patrons.keep(connection, patrons.NamedReader("R1", "Ada Reader", READER))
    wanted = NewRequest(
        role=role, service="LOAN", item={"title": "A title"}, title="A title", author="",
        created_at=world.now, patron_id=None if lends else "R1",
    )  # fmt: skip
    request_id, made_number = requests.create(connection, wanted)
    assert made_number == number
    made = transactions.create(
        connection,
        NewTransaction(
            request_id=request_id, attempt=int(attempt), role=role, initial_requester="XX-LIBRARY",
            tgq=f"C{number[1:]}-1" if lends else number, tq=attempt, partner=partner, symbol=partner,
            address="", codec="artemail", service="LOAN", updated_at=world.now, state="SHIPPED",
            opened_by=partner if lends else "", options={"number": name},
        ),
    )  # fmt: skip
    if not lends:
        transactions.refer(connection, partner, "number", name, transaction_id=made.id)


def _answered() -> Iterator[tuple[str, str, str]]:
    """The letters of ours that samples answer: Message-ID, request, to whom."""
    found = {}
    for name in NAMES:
        about, letter = expected(name)["message_id_of"], letter_of(name)
        if about:
            ours = (*letter.in_reply_to, *letter.references)
            found |= {one: (about, expected(name)["who"]) for one in ours if one.endswith("@library.example")}
    yield from ((message_id, about, who) for message_id, (about, who) in found.items())


def _write(world: Any, connection: Any, one: tuple[str, str, str]) -> None:
    message_id, about, who = one
    number = about.partition("-")[0]
    (row,) = transactions.of_number(connection, number)
    partner = row.partner if who == "partner" else ""
    address = {"reader": READER, "staff": STAFF}.get(who, "ill@lender.example")
    letter = NewLetterOut(
        partner=partner, mail_from="", rcpt_to=address, message_id=message_id, subject="", raw=b"",
        prepared_at=world.now, state="handed_over",
    )  # fmt: skip
    outgoing_id = outgoing.add_letter(connection, letter)
    body = SendApdu({"type": "MESSAGE"})
    seq = outgoing_id
    intent = outgoing.add_intent(
        connection, body, event_id=10_000, seq=seq, partner=partner, request_id=row.request_id,
        transaction_id=row.id,
    )  # fmt: skip
    outgoing.place(connection, intent, "prepared", outgoing_id)


def test_every_letter_comes_home(scene: Any) -> None:
    wrong = [f"{name}: {why}" for name in NAMES for why in _wrong(scene, name)]
    assert "\n".join(wrong) == ""


def _wrong(world: Any, name: str) -> Iterator[str]:
    want = expected(name)
    if want["who"] == "staff":
        return
    raw = (SAMPLES / f"{name}.eml").read_bytes()
    inbox_id = world.inject(raw, letter_of(name).sender)
    world.step()
    told = [row for row in world.rows("event") if row["inbox_id"] == inbox_id and row["transaction_id"]]
    number = _name_of(world, told[0]["transaction_id"]) if told else None
    row = world.row("inbox", inbox_id)
    if want.get("number_certain", True):
        wanted = want["number"] if want["number"] is None or "-" in want["number"] else f"{want['number']}-1"
        if number != wanted:
            yield f"{number}, not {wanted}: {row['last_error'] or row['note']}"
    if number and number.partition("-")[0] in want.get("never", ()):
        yield f"{number} must not be found"
    if told and told[0]["facts"]["matched_by"] != want["matched_by"] and want.get("number_certain", True):
        yield f"by {told[0]['facts']['matched_by']}, not {want['matched_by']}"
    if want["matched_by"] == "ambiguous":
        missing = [one for one in want["numbers"] if one.partition("-")[0] not in row["last_error"]]
        if missing:
            yield f"{row['last_error']!r} does not name {missing}"


def _name_of(world: Any, transaction_id: int) -> str:
    row = world.row("transactions", transaction_id)
    return f"{world.row('request', row['request_id'])['number']}-{row['attempt']}"

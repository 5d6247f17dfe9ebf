"""The neighbour that speaks ISO 10161: it learns who asks, acts on cues, and can be recomputed."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from mailproc.config import Config, Library, Partner
from mailproc.ill.apdu import Apdu, Cancel, IllRequest, Item, Renew, Returned
from mailproc.ill.terms import Role, Service, TransactionId
from mailproc.mail.compose import compose
from mailproc.mail.parse import parse
from mailproc.practice.neighbour import ADDRESS, CODEC, CUES, SYMBOL, Neighbour
from mailproc.practice.supplier import Answer
from mailproc.protocols import registry
from mailproc.protocols.codec import Wire
from tests.practice.conftest import Happenings

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
OURS = "ill@west.example"
US = Library(symbol="XX-WEST", name="West", email=OURS)
THEM = Partner(symbol=SYMBOL, address=ADDRESS, codec=CODEC)


class Borrower:
    """Writes to the neighbour with the codec, and reads what it answers."""

    def __init__(self, neighbour: Neighbour) -> None:
        self._neighbour = neighbour
        self._codec = registry.load(Config(library=US)).by_name(CODEC)
        self._count = 0

    def says(self, apdu: type[Apdu], **more: Any) -> list[Apdu]:
        self._count += 1
        said = apdu(
            transaction=TransactionId("XX-WEST", "B5", "1"), requester="XX-WEST", responder=SYMBOL,
            sent_at=NOW.replace(tzinfo=None, minute=self._count), **more,
        )  # fmt: skip
        body = self._codec.encode([said], Wire(US, THEM, Role.REQUESTER), _NoTemplates()).body
        assert body is not None
        identifier = f"m{self._count}@west.example"
        raw = compose(body, sender=OURS, sender_name="", to=[ADDRESS], message_id=identifier, date=NOW)
        return self.reads(self._neighbour.take(raw))

    def go(self, cue: str) -> list[Apdu]:
        return self.reads(self._neighbour.go("B5", cue))

    def reads(self, answers: list[Answer]) -> list[Apdu]:
        assert all((answer.sender, answer.to) == (ADDRESS, OURS) for answer in answers)
        return [apdu for answer in answers for apdu in self._codec.decode(parse(answer.raw)).apdus]


class _NoTemplates:
    def render(self, path: str, context: object) -> str:
        raise AssertionError(path, context)


@pytest.fixture
def neighbour(tell: Happenings) -> Iterator[Neighbour]:
    made = Neighbour(tell, lambda: NOW)
    made.open()
    yield made
    made.close()


@pytest.fixture
def borrower(neighbour: Neighbour) -> Borrower:
    made = Borrower(neighbour)
    item = Item(title="A lighthouse for an inland town")
    assert made.says(IllRequest, services=(Service.LOAN,), item=item) == []
    return made


def test_a_loan_to_its_end(neighbour: Neighbour, borrower: Borrower, tell: Happenings) -> None:
    (shipped,) = borrower.go("ship")
    assert shipped.due.on == date(2026, 3, 30)
    assert borrower.says(Renew) == []
    (answer,) = borrower.go("renewed")
    assert (answer.answer, answer.due.on) == (True, date(2026, 4, 27))
    assert borrower.says(Returned, returned_on=date(2026, 4, 1)) == []
    assert [apdu.type.name for apdu in borrower.go("check-in")] == ["CHECKED_IN"]
    neighbour.report()
    assert tell.told[-1]["states"] == {"B5": "CHECKED_IN"}
    assert (tell.told[-1]["checked"], tell.told[-1]["differ"]) == (1, 0)
    heard = [told["heard"] for told in tell.told if told["event"] == "history"]
    assert heard == ["ILL_REQUEST", "ship", "RENEW", "renew-yes", "RETURNED", "check-in"]


def test_what_is_not_possible_is_said_and_changes_nothing(borrower: Borrower, tell: Happenings) -> None:
    assert borrower.go("renewed") == []
    assert tell.told[-1]["event"] == "not-understood"
    assert borrower.go("dance") == []
    assert tell.told[-1]["cues"] == ", ".join(CUES)


@pytest.mark.parametrize("cue", ["promised", "unfilled", "overdue", "recall"])
def test_a_cue_is_a_letter(borrower: Borrower, cue: str) -> None:
    assert len(borrower.go(cue)) == 1


def test_a_cancellation_waits_for_its_cue(borrower: Borrower) -> None:
    assert borrower.says(Cancel) == []
    (answer,) = borrower.go("cancelled")
    assert answer.answer is True


def test_a_letter_of_no_protocol_harms_nothing(neighbour: Neighbour, tell: Happenings) -> None:
    assert neighbour.take(b"From: a@b.example\r\nSubject: hello\r\n\r\nhello\r\n") == []
    neighbour.report()
    assert tell.told[-1]["checked"] == 0
    assert Borrower(neighbour).says(IllRequest, services=(Service.LOAN,), item=Item(title="A")) == []
    assert neighbour.knows("B5") and neighbour.knows("B5-1") and not neighbour.knows("B6")

"""A loan that our own catalogue cannot lend is refused on the line; everything else is taken."""

import threading
from collections.abc import Callable
from datetime import date

import pytest

from mailproc.errors import TryLater
from mailproc.ill.holding import Available, CatalogueAnswer, Holding
from tests.slnp.conftest import Open
from tests.slnp.zfl import House, asked

CATALOGUE = '[[catalogue]]\nname = "own"\nurl = "https://opac.house.example/sru"\n'
ISBN = {"Isbn": "9783161484100", "TitelId": "BV1"}
OUT = Holding(source="own", available=Available.NO)
ANSWERS = {
    "no record": (CatalogueAnswer(searched_by="isbn"), "510 Es existieren keine Exemplare"),
    "no copy that may go": (
        CatalogueAnswer(searched_by="isbn", records=1, holdings=(OUT,)),
        "510 Es existieren keine bestellbaren Exemplare",
    ),
    "lent": (
        CatalogueAnswer(
            searched_by="isbn",
            records=1,
            holdings=(Holding(source="own", available=Available.NO, until=date(2027, 1, 2)),),
        ),
        "510 Exemplar ausgeliehen, Vormerkung ist möglich",
    ),
    "one on the shelf": (
        CatalogueAnswer(
            searched_by="isbn", records=1, holdings=(OUT, Holding(source="own", available=Available.YES))
        ),
        "600 SLNPFLBestellung",
    ),
    "nothing found by title": (CatalogueAnswer(searched_by="title"), "600 SLNPFLBestellung"),
}


def _opened(
    open_house: Open,
    monkeypatch: pytest.MonkeyPatch,
    said: Callable[..., CatalogueAnswer],
    within: float = 20,
) -> House:
    monkeypatch.setattr("mailproc.app.build._ask_catalogue", said)
    return open_house(more=CATALOGUE, door=f"decide_within = {within}")


@pytest.mark.parametrize(("answer", "first"), ANSWERS.values(), ids=ANSWERS)
def test_what_the_catalogue_says_decides(
    open_house: Open, monkeypatch: pytest.MonkeyPatch, answer: CatalogueAnswer, first: str
) -> None:
    house = _opened(open_house, monkeypatch, lambda *_: answer)
    with house.zfl() as zfl:
        assert zfl.says(asked(**ISBN))[0] == first
        assert zfl.says(asked(**ISBN))[0] == first
    refused = first.startswith("510")
    assert house.state("L1") == ("NOT_SUPPLIED" if refused else "IN_PROCESS")
    assert [row["partner"] for row in house.rows("outgoing") if row["partner"]] == []
    assert house.attention("L1") == (() if refused else ("to-answer",))
    assert house.verify().differences == ()


@pytest.mark.parametrize("more", [{"BsTyp2": "C"}, {"TitelId": ""}, {"TitelId": "999999999"}])
def test_copies_and_orders_without_a_record_are_taken(
    open_house: Open, monkeypatch: pytest.MonkeyPatch, more: dict[str, str]
) -> None:
    house = _opened(open_house, monkeypatch, lambda *_: CatalogueAnswer(searched_by="isbn"))
    with house.zfl() as zfl:
        assert zfl.says(asked(**(ISBN | more)))[0] == "600 SLNPFLBestellung"


def test_a_catalogue_that_does_not_answer_refuses_nothing(
    open_house: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: object) -> CatalogueAnswer:
        raise TryLater("it is away")

    with _opened(open_house, monkeypatch, silent).zfl() as zfl:
        assert zfl.says(asked(**ISBN))[0] == "600 SLNPFLBestellung"


def test_a_catalogue_that_is_slow_refuses_nothing(open_house: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()

    def slow(*_: object) -> CatalogueAnswer:
        answered.wait(20)
        return CatalogueAnswer(searched_by="isbn")

    with _opened(open_house, monkeypatch, slow, 0.5).zfl() as zfl:
        said = zfl.says(asked(**ISBN))[0]
        answered.set()
    assert said == "600 SLNPFLBestellung"

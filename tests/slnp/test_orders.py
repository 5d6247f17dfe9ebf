"""Orders of a ZFL through the real door and stations."""

from typing import Any

import pytest

from tests.slnp.conftest import Open
from tests.slnp.zfl import House, asked, command, order

TAKEN = [
    "600 SLNPFLBestellung",
    "601 PFLNummer:B1-1",
    "601 OKMsg:Bestellung wurde angelegt.",
    "250 SLNPEndOfData",
]


def changed(number: str = "B1-1") -> bytes:
    return command("SLNPPFLDatenAenderung", PFLNummer=number, SigelGB="DE-LEND", Signatur="2019 A 17")


def item(house: House, number: str) -> dict[str, Any]:
    (row,) = [row for row in house.rows("request") if row["number"] == number]
    return dict(row["item"])


def test_an_order_of_our_reader_becomes_a_request_of_ours(house: House) -> None:
    with house.zfl() as zfl:
        assert (
            zfl.says(order(Vorname="Jo", Nachname="Muster", Bemerkung="eilt", ErledFrist="31.12.2026"))
            == TAKEN
        )
    assert house.state("B1") == "PENDING"
    (row,) = house.rows("request")
    assert (row["patron_id"], row["service"], row["note"]) == ("4711", "LOAN", "Bemerkung: eilt")
    assert str(row["need_before_on"]) == "2026-12-31"
    assert [one["name"] for one in house.rows("patron")] == ["Jo Muster"]
    assert house.rows("outgoing") == []
    assert house.verify().differences == ()


def test_a_copy(house: House) -> None:
    fields = {
        "AufsatzTitel": "Von Flüssen",
        "Band": "12",
        "Heft": "3",
        "Seitenangabe": "45-52",
        "Auflage": "2",
    }
    with house.zfl() as zfl:
        zfl.says(order(**fields))
    (row,) = house.rows("request")
    assert (row["service"], row["title"]) == ("COPY", "Von Flüssen")
    assert item(house, "B1")["volume_issue"] == "12(3)"


def test_a_loan_from_the_order_to_its_return(house: House) -> None:
    with house.zfl() as zfl:
        assert zfl.says(order()) == TAKEN
        assert zfl.says(changed()) == ["240 OK: SLNPPFLDatenAenderung success"]
        assert house.state("B1") == "SHIPPED"
        house.act("B1", "receive")
        outcome = house.act("B1", "return")
    assert house.state("B1") == "RETURNED"
    said = " ".join(map(str, outcome.words))
    assert "book Return in the page of the ZFL (BestellId 20260000501, PFLNummer B1-1)" in said
    assert house.rows("outgoing") == []
    assert house.verify().differences == ()


def test_an_order_to_us_is_shipped_and_comes_back(house: House) -> None:
    with house.zfl() as zfl:
        assert zfl.says(asked())[1] == "601 PFLNummer:DE-X2#78"
    assert house.state("L1") == "IN_PROCESS"
    outcome = house.act("L1", "ship")
    assert "book Shipped in the page of the ZFL (BestellId 20260000501" in " ".join(map(str, outcome.words))
    house.act("L1", "check-in")
    assert house.state("L1") == "CHECKED_IN"
    assert house.verify().differences == ()


def test_a_prefix_stands_before_our_number_and_may_be_left_out_by_the_zfl(open_house: Open) -> None:
    house = open_house(slnp='prefix = "X1-"')
    with house.zfl() as zfl:
        assert zfl.says(order())[1] == "601 PFLNummer:X1-B1-1"
        assert zfl.says(changed("B1-1"))[0].startswith("240")
    assert house.state("B1") == "SHIPPED"


def test_without_the_switch_a_change_is_a_message_for_staff(open_house: Open) -> None:
    house = open_house(slnp="change_means_shipped = false")
    with house.zfl() as zfl:
        zfl.says(order())
        assert zfl.says(changed())[0].startswith("240")
    assert house.state("B1") == "PENDING"
    assert "MESSAGE" in house.events("B1")


@pytest.mark.parametrize("made", [order, asked], ids=["ours", "theirs"])
def test_the_same_order_again_is_answered_alike_and_is_no_second_request(house: House, made: Any) -> None:
    with house.zfl() as zfl:
        first = zfl.says(made())
        with house.zfl() as other:
            assert other.says(made().replace(b"\n", b"\r\n")) == first
        assert zfl.says(made()) == first
    assert len(house.rows("request")) == 1


@pytest.mark.parametrize("made", [order, asked], ids=["ours", "theirs"])
def test_another_order_under_the_same_number_is_refused_and_shelved(house: House, made: Any) -> None:
    with house.zfl() as zfl:
        zfl.says(made())
        assert zfl.says(made(Titel="Etwas anderes")) == [
            "510 Unter dieser BestellId liegt eine andere Bestellung vor."
        ]
    assert len(house.rows("request")) == 1
    assert [row["last_error"] for row in house.rows("inbox")][-1].startswith("another order has this number")


def test_an_order_without_a_number_is_named_by_the_borrower_or_by_its_content(house: House) -> None:
    with house.zfl() as zfl:
        numbers = [
            zfl.says(order(BestellId="999999999", **more))[1]
            for more in ({"Titel": "A"}, {"Titel": "A"}, {"Titel": "B"}, {"ExternReferenz": "7"})
        ]
    assert numbers == [f"601 PFLNummer:B{number}-1" for number in (1, 1, 2, 3)]


def test_an_order_to_us_needs_our_sigel_unless_told(open_house: Open) -> None:
    house = open_house(slnp="any_sigel = true")
    with house.zfl() as zfl:
        assert zfl.says(asked(SigelListe=""))[0].startswith("600")


def test_a_known_reader_stays_as_we_know_one(house: House) -> None:
    with house.zfl() as zfl:
        zfl.says(order(Nachname="Muster"))
        zfl.says(order(BestellId="2", Nachname="Anders"))
    assert [one["name"] for one in house.rows("patron")] == ["Muster"]


def test_words_of_answers_are_the_librarys(open_house: Open) -> None:
    house = open_house(slnp='texts = { pfl-ok = "Danke: gerne" }')
    with house.zfl() as zfl:
        assert zfl.says(order())[2] == "601 OKMsg:Danke. gerne"

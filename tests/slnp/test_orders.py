"""Orders of a ZFL through the real door and stations."""

from tests.slnp.zfl import House, order


def test_an_order_of_our_reader_is_answered_with_our_number_and_stands_in_the_store(house: House) -> None:
    with house.zfl() as zfl:
        said = zfl.says(order())
    assert said == [
        "600 SLNPFLBestellung",
        "601 PFLNummer:B1-1",
        "601 OKMsg:Bestellung wurde angelegt.",
        "250 SLNPEndOfData",
    ]
    assert house.state("B1") == "PENDING"

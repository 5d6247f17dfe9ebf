"""A morning at the desk of a library: something of each kind that waits for its staff."""

from tests.support.partners import ADDRESS, BL
from tests.support.world import World

ASKED = (
    ("Tidal memory", "Marsh, Ada", "Lark, Ida"),
    ("Iron bridges of the north", "Okafor, Ben", "Finch, Tom"),
    ("Small rivers", "Silva, Rui", "Heron, May"),
    ("A history of salt roads", "Lindqvist, Eva", "Lark, Ida"),
    ("Lamps for a winter harbour", "Haddad, Lina", "Swift, Jo"),
    ("The clockmaker's garden", "Ito, Ken", "Finch, Tom"),
)
ASKED_OF_US = ("Charts of the inner sound", "Bread and weather", "A grammar of bells")


def morning(house: World) -> None:
    """B1 to B6 asked for, L1 to L3 asked of us; answers of every kind, a letter that belongs to nothing."""
    for at, (title, author, reader) in enumerate(ASKED):
        patron = {"id": f"P10{at}", "name": reader, "email": f"reader{at}@town.example"}
        house.place(item={"title": title, "author": author}, patron=patron)
    house.run()
    house.later(hours=3)
    house.hear("B1-1 SHIPPED LOAN")
    house.hear("B2-1 NOT")
    house.hear("B3-1 USE*3")
    house.later(hours=1)
    house.hear("B4-1 SHIPPED LOAN")
    house.act("B4", "receive", note="came in good order")
    for number, title in enumerate(ASKED_OF_US, 1):
        house.ordered(f"TXC{number}-1 S LOAN\n{title}", file_ref=str(number))
    house.act("L3", "ship")
    sender = ADDRESS[BL]
    text = (
        "Dear colleagues,\n\nThe clockmaker's garden, for which you wrote to us, is at the binder's.\n"
        "It can go to you in two weeks. Do you still want it?\n\nKind regards\nA. Thrush"
    )
    house.inject(house.letter(text, sender, "Re: your request"), sender)
    house.hear("B5-1 SHIPPED LOAN", of=BL)
    house.run()

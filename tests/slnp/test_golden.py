"""Whole conversations: requests of ours, answers as the codes and names of running peers have them."""

import pytest

from mailproc.protocols.slnp import answers, commands, grammar
from tests.slnp.zfl import House, asked, command, order

DONE = "250 SLNPEndOfData"
FORMAT = "520 SlnpRequestError: SLNP_REQ_FORMAT_ERROR Error in request, line no."
VALUE = "520 SlnpRequestError: SLNP_PARAM_VALUE_NOT_VALID"
LACKING = (
    "520 SlnpRequestError: SLNP_MAND_PARAM_LACKING"
    " The mandatory SLNP parameter 'Titel' is lacking in request."
)
CONVERSATIONS = {
    "a line without colon": (
        b"SLNPFLBestellung\nBsTyp=PFL\nSLNPEndCommand\n",
        [f'{FORMAT}:2 line:"BsTyp=PFL"'],
    ),
    "a field before any name": (b"BsTyp:PFL\nSLNPEndCommand\n", [f'{FORMAT}:1 line:"BsTyp:PFL"']),
    "the end of a group that never began": (
        b"SLNPFLBestellung\nSLNPEnd\nSLNPEndCommand\n",
        [f'{FORMAT}:2 line:"SLNPEnd"'],
    ),
    "a group that does not end": (
        b"SLNPFLBestellung\nSLNPBegin\nBsTyp:PFL\nSLNPEndCommand\n",
        [f'{FORMAT}:4 line:"SLNPEndCommand"'],
    ),
    "a mandatory field that is not there": (
        order(Titel=""),
        [LACKING],
    ),
    "a value that is none": (
        order(BsTyp="XXX"),
        [f"{VALUE} The value 'XXX' is not valid for parameter 'BsTyp'."],
    ),
    "a field at a wrong level too": (
        order().replace(b"SLNPEndCommand", b"SLNPBegin\nTitel:x\nSLNPEnd\nSLNPEndCommand"),
        ["520 SlnpRequestError: SLNP_PARAM_LEVEL_WRONG SLNP parameter 'Titel' is located in wrong level."],
    ),
    "a field at a wrong level only": (
        order(Titel="").replace(b"SLNPEndCommand", b"SLNPBegin\nTitel:x\nSLNPEnd\nSLNPEndCommand"),
        [LACKING],
    ),
    "an unknown command": (
        command("SLNPNothing", A="b"),
        ["520 SlnpLookupError: SLNP_CMD_NOT_IMPLEMENTED The SLNP command 'SLNPNothing' is not implemented."],
    ),
    "a command in small letters": (
        order().replace(b"SLNPFLBestellung", b"slnpflbestellung"),
        [f'{FORMAT}:1 line:"slnpflbestellung"'],
    ),
    "data of a reader": (
        command("SLNPAlleBenutzerDaten", BenutzerNummer="4711"),
        ["510 Benutzerdaten werden nicht erteilt."],
    ),
    "an order for another library": (
        order(SigelNB="DE-X9"),
        ["510 Die Bestellung nennt kein Sigel dieser Bibliothek."],
    ),
    "a change of a number that is not ours": (
        command("SLNPPFLDatenAenderung", PFLNummer="B99-1", SigelGB="DE-LEND"),
        ["510 PFLNummerNichtVorhanden: PFL-Nummer nicht vorhanden"],
    ),
    "a change of what is no number of ours": (
        command("SLNPPFLDatenAenderung", PFLNummer="?", SigelGB="DE-LEND"),
        ["510 PFLNummerNichtPlausibel: PFL-Nummer ist nicht plausibel!"],
    ),
    "an order to us": (
        asked(),
        ["600 SLNPFLBestellung", "601 PFLNummer:DE-X2#78", "601 OKMsg:Bestellung wird bearbeitet", DONE],
    ),
    "an order of ours": (
        order(BestellId="20260000777"),
        ["600 SLNPFLBestellung", "601 PFLNummer:B1-1", "601 OKMsg:Bestellung wurde angelegt.", DONE],
    ),
    "a change of our order": (
        command("SLNPPFLDatenAenderung", PFLNummer="B1-1", SigelGB="DE-LEND", Signatur="2019 A 17"),
        ["240 OK: SLNPPFLDatenAenderung success"],
    ),
}


def test_a_conversation_on_one_connection(house: House) -> None:
    with house.zfl() as zfl:
        for name, (sent, answer) in CONVERSATIONS.items():
            assert zfl.says(sent) == answer, name
        zfl.line.sendall(b"SLNPQuit\n")
        assert zfl.hears() == []


def test_several_commands_in_one_packet_are_answered_in_their_order(house: House) -> None:
    with house.zfl() as zfl:
        zfl.line.sendall(order() + command("SLNPX") + order(BestellId="2"))
        assert [zfl.hears()[0][:3] for _ in range(3)] == ["600", "520", "600"]


LENIENT = {
    "carriage returns anywhere": order().replace(b"\n", b"\r\n").replace(b"Titel", b"Ti\rtel"),
    "blanks around a name": order().replace(b"Titel:", b"  Titel  : "),
    "blank lines": order().replace(b"\n", b"\n\n"),
    "a field that we do not know": order(WRONGBenutzerNummer="1"),
    "an optional field without a value": order(Issn=""),
    "an optional field with a blank": order(Issn=" "),
    "Windows-1252": order(Titel="Ärger").decode().encode("cp1252"),
    "a colon in a value": order(Titel="Faust: der Tragödie erster Teil"),
    "the word of the end in a value": order(Titel="SLNPQuit und SLNPEndCommand"),
}


@pytest.mark.parametrize("octets", LENIENT.values(), ids=LENIENT)
def test_what_is_read_all_the_same(octets: bytes) -> None:
    (raw,) = grammar.Cutter().feed(octets)
    assert commands.checked(grammar.parse(raw))["BenutzerNummer"] == "4711"


@pytest.mark.parametrize(
    ("written", "strict", "read"),
    [
        (r"a\nb", False, "a\nb"),
        (r"a\\nb", False, "a\nb"),
        (r"a\\\\b", False, r"a\\b"),
        (r"a\\nb", True, r"a\nb"),
        (r"a\tb", False, r"a\tb"),
    ],
)
def test_escapes_are_read(written: str, strict: bool, read: str) -> None:
    assert grammar.unescaped(written, strict=strict) == read


def test_no_answer_holds_what_others_read_in_another_way() -> None:
    said = answers.data("SLNPX", [("PFLNummer", "a:b\\n\nc"), ("OKMsg", "x\x00y")]).decode()
    assert said.splitlines()[1:3] == ["601 PFLNummer:a.b/n c", "601 OKMsg:x y"]

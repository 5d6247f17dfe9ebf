"""The commands that a ZFL gives a library, and what is demanded of their fields."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mailproc.protocols.slnp.grammar import Command, SyntaxFault, unescaped

ORDER, CHANGE, PATRON = "SLNPFLBestellung", "SLNPPFLDatenAenderung", "SLNPAlleBenutzerDaten"
PASSIVE, ACTIVE = "PFL", "AFL"
"""BsTyp: we borrow (passive Fernleihe), we lend (aktive Fernleihe)."""
NO_NUMBER = "999999999"
"""BestellId of an order without a number, and TitelId of one without a record."""

_FIELDS = (
    "BsTyp", "BsTyp2", "BestellId", "ExternReferenz", "SigelNB", "SigelListe", "BenutzerNummer",
    "Vorname", "Nachname", "Bezeichung", "Strasse1", "AdressZusatz1", "Plz1", "Ort1", "Telefon1",
    "Fax1", "Email1", "AusgabeOrt", "AusgabeOrtNumerisch", "TAN", "Kostenstelle", "KostenUeb",
    "MaxKostenKopie", "ErledFrist", "Leihverkehrsart", "TitelId", "HBZId", "Titel", "UnterTitel",
    "ReihenTitel", "Koerperschaft", "Verfasser", "AufsatzAutor", "AufsatzTitel", "Verlag", "EOrt",
    "EJahr", "Auflage", "Band", "Heft", "Seitenangabe", "SpecIssue", "Isbn", "Issn", "Signatur",
    "Quelle", "Bemerkung", "Info",
)  # fmt: skip
_SIDE = re.compile(f"{PASSIVE}|{ACTIVE}")
_NUMBER = re.compile(r"[^\s:\\]{1,60}")


@dataclass(frozen=True)
class Rules:
    """``needed``: fields that must be there, in the order in which they are looked for; ``known``: all that
    are read; ``shapes``: what a value must be."""

    needed: tuple[str, ...]
    known: frozenset[str]
    shapes: Mapping[str, "re.Pattern[str]"]


COMMANDS: Mapping[str, Rules] = {
    ORDER: Rules(
        ("BsTyp", "BestellId", "SigelNB", "BenutzerNummer", "Titel"),
        frozenset(_FIELDS),
        {"BsTyp": _SIDE, "BestellId": _NUMBER},
    ),
    CHANGE: Rules(("PFLNummer",), frozenset(("PFLNummer", "SigelGB", "Signatur")), {}),
    PATRON: Rules(("BenutzerNummer",), frozenset(("BenutzerNummer",)), {}),
}


@dataclass(frozen=True)
class CommandSaid:
    """A command that keeps the rules: its fields at level 1 by name, read and trimmed; none is ''."""

    name: str
    values: Mapping[str, str]

    def __getitem__(self, field: str) -> str:
        """Return the field; '' if it is not there."""
        return self.values.get(field, "")


def checked(command: Command, *, strict: bool = False) -> CommandSaid:
    """Return what the command says. Raise SyntaxFault for the first rule that it breaks.

    Unknown fields are passed over: a newer ZFL does no harm. A repeated field is one of several lines.
    """
    rules = COMMANDS.get(command.name)
    if rules is None:
        text = f"SLNP_CMD_NOT_IMPLEMENTED The SLNP command '{command.name}' is not implemented."
        raise SyntaxFault(f"SlnpLookupError: {text}")
    values = _values(command, rules, strict=strict)
    for name in rules.needed:
        if name not in values:
            text = f"SLNP_MAND_PARAM_LACKING The mandatory SLNP parameter '{name}' is lacking in request."
            raise SyntaxFault(f"SlnpRequestError: {text}")
    for name, shape in rules.shapes.items():
        if not shape.fullmatch(values[name]):
            text = f"SLNP_PARAM_VALUE_NOT_VALID The value '{values[name][:60]}' is not valid for parameter"
            raise SyntaxFault(f"SlnpRequestError: {text} '{name}'.")
    return CommandSaid(command.name, values)


def _values(command: Command, rules: Rules, *, strict: bool) -> dict[str, str]:
    at_home = {one.name for one in command.fields if one.level == 1 and one.value.strip()}
    pieces: dict[str, list[str]] = {}
    for one in command.fields:
        if one.name not in rules.known:
            continue
        if one.level == 1:
            pieces.setdefault(one.name, []).append(one.value)
        elif one.name in at_home:
            text = f"SLNP_PARAM_LEVEL_WRONG SLNP parameter '{one.name}' is located in wrong level."
            raise SyntaxFault(f"SlnpRequestError: {text}")
    joined = {name: unescaped("\n".join(said), strict=strict).strip() for name, said in pieces.items()}
    return {name: value for name, value in joined.items() if value}

"""The answers of SLNP: three digits for the machine, words for the ZFL's history."""

from collections.abc import Iterable, Mapping

from mailproc.protocols.slnp.grammar import CommandRefused, SyntaxFault

TEXTS: Mapping[str, str] = {
    "pfl-ok": "Bestellung wurde angelegt.",
    "afl-ok": "Bestellung wird bearbeitet",
    "keine-exemplare": "Es existieren keine Exemplare",
    "keine-bestellbaren": "Es existieren keine bestellbaren Exemplare",
    "ausgeliehen": "Exemplar ausgeliehen, Vormerkung ist möglich",
    "kein-sigel": "Die Bestellung nennt kein Sigel dieser Bibliothek.",
    "andere-bestellung": "Unter dieser BestellId liegt eine andere Bestellung vor.",
    "nicht-angelegt": "Die Bestellung konnte nicht angelegt werden.",
    "pfl-nummer-fehlt": "PFLNummerNichtVorhanden: PFL-Nummer nicht vorhanden",
    "pfl-nummer-falsch": "PFLNummerNichtPlausibel: PFL-Nummer ist nicht plausibel!",
    "keine-benutzerdaten": "Benutzerdaten werden nicht erteilt.",
    "benutzer-fehlt": "Es gibt keinen Benutzer mit dieser Nummer.",
}
"""The words of our answers by their key, as shipped: [partner.slnp.texts] may change each."""
GREETING = b"220 SLNP mailproc@Version:1.0@pid:0@charset:UTF-8@ssl:false\n"


def data(command: str, fields: Iterable[tuple[str, str]]) -> bytes:
    """Return an answer with data. A colon in a value would be read as another name by some clients."""
    lines = (f"601 {name}:{plain(value)}" for name, value in fields)
    return _lines(f"600 {command}", *lines, "250 SLNPEndOfData")


def done(command: str) -> bytes:
    return _lines(f"240 OK: {command} success")


def refused(text: str) -> bytes:
    return _lines(f"510 {one_line(text)}")


def failed(text: str) -> bytes:
    return _lines(f"520 {one_line(text)}")


def of_fault(fault: SyntaxFault | CommandRefused, texts: Mapping[str, str]) -> bytes:
    """Return the answer to a command that cannot be taken."""
    return failed(str(fault)) if isinstance(fault, SyntaxFault) else refused(worded(fault.key, texts))


def worded(key: str, texts: Mapping[str, str]) -> str:
    """Return the words of a key, the library's own first."""
    return texts.get(key, TEXTS[key])


def internal(command: str) -> bytes:
    text = "SLNP_CMD_EXECUTION_ERROR Error while executing SLNP command"
    return failed(f"SlnpExecutionError: {text} '{command}': please repeat it later")


def plain(value: str) -> str:
    """Return a value without line ends, colons and backslashes, which others read in different ways."""
    return one_line(value).replace("\\", "/").replace(":", ".")


def one_line(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _lines(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")

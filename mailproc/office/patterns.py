"""How a letter from the British Library would be read, so that staff can fit the patterns to it."""

from typing import Any

from mailproc.flow.premises import Premises
from mailproc.ill import apdu_json
from mailproc.mail.parse import parse
from mailproc.protocols.artemail.explain import Told, explain

READ_AS = {
    "orders": "an order file",
    "plain": "an order in labelled lines",
    "report": "a status report",
    "receipt": "the receipt of a file",
    "twin": "a status in plain English",
    "perhaps": "a labelled status that no phrase fits: for its request, where a partner of ARTEmail sent it",
    "people": "a letter that names our number: for its request, where a partner of ARTEmail sent it",
    "delivery": "a delivery mail with a link: it goes to a person",
    "automatic": "an automatic reply, which is never a status",
    "": "nobody's letter: no protocol takes it",
}


def tried(premises: Premises, name: str, raw: bytes) -> dict[str, Any]:
    """{"file", "read_as", "means", "overlay", "lines": [{"line", "text", "kind", …}]}; masked throughout.

    ``line`` counts the lines of the body from 1; 0 is the subject.
    """
    letter = parse(premises.registry.mask(raw))
    explained = explain(premises.registry.artemail, letter)
    return {
        "file": name,
        "read_as": explained.kind or None,
        "means": READ_AS[explained.kind],
        "overlay": premises.config.artemail.replies,
        "lines": [_line(told) for told in explained.lines],
    }


def _line(told: Told) -> dict[str, Any]:
    shown: dict[str, Any] = {"line": told.line, "text": told.text, "kind": told.kind}
    if told.row:
        shown |= {"row": told.row, "from": "site" if told.overlaid else "shipped"}
    if told.means:
        shown["means"] = told.means
    if told.apdu is not None:
        shown["apdu"] = apdu_json.to_json(told.apdu)
    return shown

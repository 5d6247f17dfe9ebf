"""Show how a letter would be read, so that staff can adapt the patterns of a protocol."""

from typing import Any

from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.ill import apdu_json
from mailproc.mail.parse import parse
from mailproc.protocols.codec import ReadLine
from mailproc.sentence import sentence


def tried(context: Context, name: str, raw: bytes) -> dict[str, Any]:
    """Return {"file", "read_as", "means", "overlay", "lines": [{"line", "text", "kind", …}]}, masked.

    ``line`` counts the lines of the body from 1; 0 is the subject. Raise LocalFault if no protocol has
    patterns.
    """
    explained = context.registry.explain(parse(context.registry.mask(raw)))
    if explained is None:
        raise LocalFault(sentence("no-patterns"))
    return {
        "file": name,
        "read_as": explained.kind or None,
        "means": explained.means,
        "overlay": explained.overlay,
        "lines": [_line(told) for told in explained.lines],
    }


def _line(told: ReadLine) -> dict[str, Any]:
    shown: dict[str, Any] = {"line": told.line, "text": told.text, "kind": told.kind}
    if told.row:
        shown |= {"row": told.row, "from": "site" if told.overlaid else "shipped"}
    if told.means:
        shown["means"] = told.means
    if told.apdu is not None:
        shown["apdu"] = apdu_json.to_json(told.apdu)
    return shown

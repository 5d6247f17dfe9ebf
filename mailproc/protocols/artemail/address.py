"""The delivery block of an order: an e-mail address, a postal address of up to six lines, or both."""

import re
from collections.abc import Sequence

from mailproc.ill.apdu import Delivery, Postal

_JOINTS = re.compile(r"[;\n]")
_POSTCODE = re.compile(r"(?=.{0,11}[0-9])[A-Z0-9][A-Z0-9 -]{2,10}", re.IGNORECASE)
_LOCAL, _DOMAIN = r"[^\s<>()\[\],;:\"@]+", r"[^\s<>()\[\],;:\"@']*[^\s<>()\[\],;:\"@'.]"
_EMAIL = re.compile(
    rf"(?P<beside>[^<>@]*<)?(?:(?:e-?mail|mailto) ?: ?)?[<(\" ]*"
    rf"(?P<email>(?!'){_LOCAL}@{_DOMAIN})[>)\".,; ]*",
    re.IGNORECASE,
)
"""A line that is an address, in any brackets, or with a name before the bracket."""
_BETWEEN = "; "
"""Joins the lines of a postal address for which the standard has no field."""


def read(lines: Sequence[str]) -> Delivery | None:
    """Read the block; None if it is empty (a reader may have no address).

    The first line that is an e-mail address is the electronic address, wherever it stands; text beside it is
    kept as a postal address, because it says whose it is.
    """
    said = [" ".join(line.split()) for line in lines if line.strip()]
    found = next(
        ((index, match) for index, line in enumerate(said) if (match := _EMAIL.fullmatch(line))), None
    )
    if found is None:
        return Delivery(postal=_postal(said)) if said else None
    index, match = found
    beside = (match["beside"] or "").rstrip("< ")
    rest = [*said[:index], *([beside] if beside else []), *said[index + 1 :]]
    return Delivery(electronic=match["email"], postal=_postal(rest) if rest else None)


def is_email(text: str) -> bool:
    """Return whether the text is an e-mail address and nothing else."""
    match = _EMAIL.fullmatch(text)
    return match is not None and match["email"] == text


def _postal(said: list[str]) -> Postal:
    """Name first; postcode last, or before the country; the place before it; the street before that."""
    name, rest = said[0], said[1:]
    country = postcode = ""
    if len(rest) > 1 and not _POSTCODE.fullmatch(rest[-1]) and _POSTCODE.fullmatch(rest[-2]):
        country = rest.pop()
    if rest and _POSTCODE.fullmatch(rest[-1]):
        postcode = rest.pop()
    city = rest.pop() if rest else ""
    street = rest.pop() if rest else ""
    fields = {
        "name": name, "extended": _BETWEEN.join(rest), "street": street, "city": city,
        "postcode": postcode, "country": country,
    }  # fmt: skip
    return Postal(**{key: value for key, value in fields.items() if value})


def write(delivery: Delivery | None, *, electronic: bool) -> list[str]:
    """Return the lines for the form asked for; an e-mail address only if the item goes by e-mail."""
    if delivery is None:
        return []
    if electronic:
        return [delivery.electronic] if delivery.electronic else []
    return _lines(delivery.postal) if delivery.postal else []


def _lines(postal: Postal) -> list[str]:
    fields = (
        postal.name, postal.extended, postal.street, postal.po_box, postal.city, postal.region,
        postal.postcode, postal.country,
    )  # fmt: skip
    pieces = (piece.strip() for field in fields if field for piece in _JOINTS.split(field))
    return [piece for piece in pieces if piece]

"""SLNPInfo2FLServer: what a library tells the ZFL about an order, by the field map of config.toml.

Its name, its three words and its moments are public, none of its fields is.
"""

import re
from collections.abc import Iterator
from string import Formatter

from mailproc.config_slnp import SlnpInfo
from mailproc.ill.apdu import Apdu, IllAnswer, Returned, Shipped
from mailproc.ill.terms import Ref, Results, Role
from mailproc.protocols.codec import Wire
from mailproc.protocols.slnp.answers import one_line
from mailproc.protocols.slnp.grammar import BEGIN, CLOSE, END

VALUES = ("bestell_id", "pfl_number", "word", "our_sigel", "date", "reason_text", "note")
"""What may stand in braces in a field of the map."""
EVENTS = ("SHIPPED", "UNFILLED", "RETURNED")
PLACE = "{password}"
"""In a line of login it stands for the password, which stands elsewhere."""
_SECRET = re.compile(r"\s*+\w{0,60}?(?:pin|pass|pwd|kennwort|geheim|secret)", re.IGNORECASE)
_LINE = re.compile(r"\w{1,60}:[^\r\n\\]{0,200}", re.ASCII)


def event_of(apdu: Apdu) -> str:
    """Return what the message is about, as ``words`` of the map names it; '' if there is no word."""
    if isinstance(apdu, Shipped):
        return "SHIPPED"
    if isinstance(apdu, IllAnswer):
        return "UNFILLED" if apdu.results is Results.UNFILLED else ""
    return "RETURNED" if isinstance(apdu, Returned) else ""


def numbers(apdu: Apdu, role: Role) -> tuple[str, str]:
    """Return BestellId and PFLNummer of the message's order; ``role``: ours."""
    ref = apdu.ref or Ref()
    return (ref.number, ref.order_line) if role is Role.RESPONDER else (ref.order_line, ref.number)


def wrong(field: str) -> str:
    """Return what is wrong with a field of the map; '' if nothing is."""
    try:
        parsed = list(Formatter().parse(field))
    except ValueError as error:
        return str(error)
    if any(form or how for _, _, form, how in parsed):
        return "a value is written as {word}, without ! and :"
    named = [name for _, name, _, _ in parsed if name is not None]
    if unknown := [name for name in named if name not in VALUES]:
        return f"{{{unknown[0]}}} is no value; known are {', '.join(VALUES)}"
    return "" if _LINE.fullmatch(field) else 'must be a name and a value, as "BestellId:{bestell_id}"'


def wrong_login(line: str) -> str:
    """Return what is wrong with a line of login, without quoting it; '' if nothing is."""
    name, _, value = line.partition(":")
    if not line.isprintable() or len(line) > 200:
        return "must be one line of at most 200 characters"
    if value and _SECRET.match(name) and PLACE not in value:
        return f"a secret is not written into this file: write {PLACE} here, and give password"
    return ""


def login(info: SlnpInfo) -> bytes:
    """Return the command that logs in, with the password as it is now: it may be read again."""
    lines = (one.replace(PLACE, info.password.get_secret_value()) for one in info.login)
    return "".join(f"{line}\n" for line in (*lines, END)).encode()


def command(apdu: Apdu, wire: Wire, info: SlnpInfo) -> bytes:
    """Return the command for a message with a word. A field without a value is left out."""
    lines = (info.command, *_grouped(apdu, wire, info), END)
    return "".join(f"{line}\n" for line in lines).encode()


def _grouped(apdu: Apdu, wire: Wire, info: SlnpInfo) -> Iterator[str]:
    values, level = _values(apdu, wire, info), 1
    for field in info.fields:
        name = field.partition(":")[0]
        said = one_line(field.partition(":")[2].format_map(values)).replace("\\", "/")
        if not said:
            continue
        wanted = info.group.get(name, 1)
        yield from [BEGIN] * (wanted - level) + [CLOSE] * (level - wanted)
        level = wanted
        yield f"{name}:{said}"
    yield from [CLOSE] * (level - 1)


def _values(apdu: Apdu, wire: Wire, info: SlnpInfo) -> dict[str, str]:
    bestell_id, pfl_number = numbers(apdu, wire.role)
    event = event_of(apdu)
    return {
        "bestell_id": bestell_id,
        "pfl_number": pfl_number,
        "word": info.words.get(event, event),
        "our_sigel": wire.library.symbol,
        "date": wire.today.strftime(info.date) if wire.today else "",
        "reason_text": (apdu.reason or "") if isinstance(apdu, IllAnswer) else "",
        "note": apdu.note or "",
    }

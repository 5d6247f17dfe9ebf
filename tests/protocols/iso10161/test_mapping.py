"""Trees and neutral APDUs: nothing that a partner says is lost, and what we say is what is read."""

import os
from collections.abc import Iterator
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailproc.errors import LocalFault
from mailproc.ill import apdu_json
from mailproc.ill.terms import ApduType, Results
from mailproc.protocols.field_codec import Tree, UnreadableComponent
from mailproc.protocols.iso10161 import reading, writing
from mailproc.protocols.iso10161.ber import schema
from mailproc.protocols.iso10161.fields import delivery_info, unmapped
from mailproc.protocols.iso10161.fields.apdu_fields import KINDS
from mailproc.protocols.iso10161.fields.dates import DATE
from mailproc.protocols.iso10161.fields.money import AMOUNT
from mailproc.protocols.iso10161.fields.strings import ILL_STRING, WORDS
from mailproc.protocols.iso10161.writing import NOBODY

from .trees import apdus, decode, external_octets, of

KIND = st.sampled_from(ApduType)
EXAMPLES = 1000 if os.environ.get("REQUIRE_ALL") == "1" else 100

# --- from a tree of a partner and back ---------------------------------------------------------

_DATES = st.sampled_from([b"20260131", b"20260131", b"2026-01-31", b"20260231", b"soon"])
_TIMES = st.sampled_from([b"235959", b"0930", b"12:30:00", b"246060"])
_AMOUNTS = st.sampled_from(
    [b"35", b"$35", b"1,234.50", b"12,5", b"EUR 7.00", b"1.234", b"a lot", b"12345678.90"]
)
_TEXTS = st.sampled_from(
    [
        b"plain",
        b"Gr\xfc\xdfe",
        "Łódź".encode(),
        b" a \r\n b ",
        b"",
        b" ",
        b"SMTP",
        b"reader@reader.example",
        b"EUR 5",
    ]
).map(lambda octets: ("generalString", octets))
_ELEMENTS = (
    "item", "single-ASN1-type", "e-delivery-parameters", "document-type-parameters", "data-value-descriptor"
)  # fmt: skip
_NAMES = ("transaction-group-qualifier", "transaction-qualifier", "sub-transaction-qualifier")
_NAMED = {"person-or-institution-symbol": ("institution-symbol", ("generalString", b"XX-THIRD"))}
_CALLED = {"name-of-person-or-institution": ("name-of-person", ("edifactString", b"A. Person"))}


@st.composite
def letters(draw: st.DrawFn) -> tuple[ApduType, Tree]:
    """A tree of some kind with values as they are met, good and bad; identity and time as they must be."""
    kind = draw(KIND)
    tree = _lived_in(draw, draw(apdus(kind)), "")
    tree["service-date-time"]["date-time-of-this-service"] = {"date": b"20260131", "time": b"120000"}
    tree["transaction-id"]["transaction-qualifier"] = ("generalString", b"1")
    if kind is ApduType.FORWARD_NOTIFICATION:
        tree["responder-id"] = draw(st.sampled_from([_NAMED, _CALLED]))
        tree["intermediary-id"] = draw(st.sampled_from([_NAMED, _CALLED]))
    if kind is ApduType.ILL_REQUEST:
        tree["iLL-service-type"] = draw(st.sampled_from([[1], [2, 1], [1, 9]]))
    if "transaction-results" in tree:
        tree["transaction-results"] = draw(st.integers(1, 7))
    if draw(st.booleans()):
        info = _lived_in(draw, draw(of("APDU-Delivery-Info")), "")
        inner = ("single-ASN1-type", schema.encode_delivery_info(info))
        item = external_octets({"direct-reference": "1.0.10161.13.3", "encoding": inner})
        more = tree.setdefault(KINDS[kind].extensions, [])
        more.append({"identifier": 1, "critical": False, "item": item})
    return kind, tree


def _lived_in(draw: st.DrawFn, value: Any, name: str) -> Any:
    match value:
        case dict():
            return {key: _lived_in(draw, item, key) for key, item in value.items()}
        case list():
            return [_lived_in(draw, item, name) for item in value]
        case (str(), bytes()) if value[0] in ILL_STRING and name not in _NAMES:
            return draw(_TEXTS | st.just(value))
        case (alternative, inner):
            return (alternative, _lived_in(draw, inner, alternative))
        case bytes() if name in _ELEMENTS:
            return draw(st.sampled_from([b"\x05\x00", b"\x30\x05\x80\x03abc", b"\x9f\x81\x00\x01x"]))
        case bytes() if name == "monetary-value":
            return draw(_AMOUNTS)
        case bytes() if name == "time":
            return draw(_TIMES)
        case bytes() if "date" in name and name != "item":
            return draw(_DATES)
    return value


def _same_words(was: Any, now: Any, name: str) -> bool:
    if name in _NAMES:
        return bool(was[1] == now[1])
    words, others = WORDS.read(was), WORDS.read(now)
    if name == "telecom-service-identifier" and others == "SMTP":
        return words is not None and words.upper() in ("SMTP", "MAIL", "EMAIL", "E-MAIL")
    if name in ("iSBN", "iSSN"):
        words, others = (text and text.replace("-", "").replace(" ", "") for text in (words, others))
    if name == "cost-estimate":
        return money(("x", was)) == money(("x", now))
    return words == others


def money(said: Any) -> Any:
    """The number in an amount; where none can be read, the octets."""
    octets = said[1][1] if isinstance(said, tuple) else said
    try:
        return AMOUNT.read({"monetary-value": octets}).amount
    except UnreadableComponent:
        return octets


def day(octets: bytes) -> Any:
    try:
        return DATE.read(octets)
    except UnreadableComponent:
        return octets


def lost(was: Any, now: Any, name: str, at: str) -> Iterator[str]:
    """Where something of ``was`` does not stand in ``now``. The list of what may differ is in reading.py."""
    at = f"{at}/{name}"
    match was:
        case dict():
            yield from _lost_components(was, now, at)
        case list():
            if len(was) != len(now):
                yield at
            for old, new in zip(was, now, strict=False):
                yield from lost(old, new, name, at)
        case (str(), bytes()) if was[0] in ILL_STRING:
            if not _same_words(was, now, name):
                yield at
        case (alternative, inner):
            yield from lost(inner, now[1], alternative, at) if alternative == now[0] else [at]
        case _ if not _same_value(was, now, name):
            yield at


def _lost_components(was: Tree, now: Tree, at: str) -> Iterator[str]:
    for name, value in was.items():
        if unmapped._says_nothing(name, value):
            continue
        if name in now:
            yield from lost(value, now[name], name, at)
        else:
            yield f"{at}/{name}"


def _same_value(was: Any, now: Any, name: str) -> bool:
    if name == "monetary-value":
        return bool(money(was) == money(now))
    if name == "currency-code" and not was:
        return True
    if isinstance(was, bytes):
        return bool(day(was) == day(now)) or was.replace(b":", b"").ljust(6, b"0") == now
    return bool(was == now)


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(letters())
def test_nothing_that_a_partner_says_is_lost(letter: tuple[ApduType, Tree]) -> None:
    kind, tree = letter
    apdu = reading.apdu(kind, tree)
    assert apdu_json.from_json(apdu_json.to_json(apdu)) == apdu
    try:
        again = writing.tree(apdu, NOBODY)
    except LocalFault:
        assert _unexplained(kind, tree), "only what must be explained and was not is refused"
        return
    at = KINDS[kind].extensions
    assert not list(lost(delivery_info.lifted(tree, at), delivery_info.lifted(again, at), "", ""))
    # Once written by us it stays as it is, over the octets too.
    read = reading.apdu(*decode(schema.encode(kind, again)))
    assert writing.tree(read, NOBODY) == again
    assert reading.apdu(kind, again) == read


def _unexplained(kind: ApduType, tree: Tree) -> bool:
    if kind is ApduType.STATUS_OR_ERROR_REPORT:
        problem, about = tree.get("error-report", {}).get("user-error-report", ("", {}))
        return bool(problem == "already-forwarded" and unmapped._says_nothing("", about["responder-id"]))
    if kind is ApduType.MESSAGE:
        return WORDS.read(tree["note"]) is None
    results = [Results.LOCATIONS_PROVIDED, Results.HOLD_PLACED, Results.ESTIMATE]
    number = tree.get("transaction-results", 0)
    return kind is ApduType.ILL_ANSWER and list(Results)[number - 1] in results

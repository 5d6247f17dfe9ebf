"""Every reading function of ours takes about linear time, whatever a stranger writes.

The functions are found by what they take (octets, a text, lines, a letter). One that is new and has no entry
here fails: say what it is to be tried with, or why no stranger's text reaches it.
"""

# ruff: noqa: E501  # tables

import importlib
import inspect
import json
import os
import pkgutil
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import mailproc
from mailproc import log
from mailproc.config import Catalogue, Config, Library
from mailproc.flow.reading import bounced_letters
from mailproc.ill import item_identity
from mailproc.ill.terms import Role, Service
from mailproc.mail.bounce import text as bounce_text
from mailproc.mail.defects import Defects
from mailproc.mail.letter import Letter
from mailproc.mail.parse import parse
from mailproc.proof.header import Header, HeaderField
from mailproc.protocols import registry
from mailproc.protocols.artemail.mask import Masker
from mailproc.protocols.form.reading import labels_of
from mailproc.secret_words import SecretWords
from tests.linear import accepted, attacks, hub_documents
from tests.linear.stopwatch import too_steep

FULL = os.environ.get("REQUIRE_ALL") == "1"
MOST = 100 if FULL else 24
"""Texts that each function gets; in the short run some from the whole list, each function others."""
LENGTH = 12_000 if FULL else 6_000
FLOOR = 0.0075 if FULL else 0.006
"""Seconds of the processor: what is quadratic and takes less for LENGTH keeps nobody waiting."""

FOLDERS = (
    "mailproc.mail", "mailproc.citations", "mailproc.protocols", "mailproc.proof", "mailproc.invisible",
    "mailproc.log", "mailproc.ils", "mailproc.catalogues",
)  # fmt: skip
TEXTS = ("text", "line", "lines", "value", "html", "content", "subject", "said", "characters", "body", "code")
"""What a parameter that holds a stranger's words is called."""

LIBRARY = Library(name="A", symbol="XX-A", email="ill@library.example")
CONFIG = Config(
    file=Path("config.toml"), library=Library(name="A", symbol="XX-A", email="ill@library.example")
)
CODECS = registry.load(CONFIG)
ART = CODECS.by_name("artemail")
ISO = CODECS.by_name("iso10161")
SBN = CODECS.by_name("illsbn")
SLNP = CODECS.by_name("slnp")
FORM = labels_of(Role.REQUESTER, "web", {}, {})
MASK = Masker(["secret-word", "abc"])
WORDS = SecretWords(["secret-word", "another"], exact=["abc"])
QUOTE = re.compile("-{2,30} Original Message -{2,30}")
AT = datetime(2026, 3, 2, tzinfo=UTC)


def _starred(octets: bytes) -> bytes:
    said = octets.decode("utf-8", "surrogateescape")
    return WORDS.masked(said, "X").encode("utf-8", "surrogateescape")


def _header(name: bytes, value: bytes) -> Any:
    return Header((HeaderField(name, value),), b"")


Call = Callable[[Any], Any]
OF_OCTETS: dict[str, Call | None] = {
    "mail.charset.decode": lambda octets: [_module("mail.charset").decode(octets, label, Defects())
                                           for label in ("utf-8", "utf-16", "iso2022_jp", "hz", "x")],
    "mail.received.letter": lambda octets: _module("mail.received").letter(octets, "tcp"),
    "mail.enclosures.filled": lambda octets: _module("mail.enclosures").filled(
        octets + _place_of_a_document(), ["d" * 64], "a@b.example", lambda _: b"%PDF-"),
    "mail.headers.split": lambda octets: _module("mail.headers").split(octets, Defects()),
    "mail.headers.read": lambda octets: _module("mail.headers").read(octets, 1, len(octets), Defects()),
    "mail.headers.named": lambda octets: _module("mail.headers").named(octets + b"\nX-Y: z\n\n", "X-Y"),
    "protocols.illsbn.hub_answer.messages": lambda octets: _module("protocols.illsbn.hub_answer").messages(
        octets, AT.date()),
    "mail.headers.date": lambda octets: _module("mail.headers").date(octets, Defects()),
    "mail.headers.ids": lambda octets: _module("mail.headers").ids([octets]),
    "mail.headers.first": lambda octets: _module("mail.headers").first({"x": [octets]}, "x"),
    "mail.addresses.author": lambda octets: _module("mail.addresses").author([octets], Defects()),
    "mail.addresses.mailboxes": lambda octets: _module("mail.addresses").mailboxes([octets], Defects()),
    "mail.mime.delimiters": lambda octets: list(_module("mail.mime").delimiters(octets, b"--b")),
    "mail.parameters.media_type": lambda octets: _module("mail.parameters").media_type(octets, "text/plain"),
    "mail.transfer_encoding.decode": lambda octets: [_module("mail.transfer_encoding").decode(octets, encoding, Defects())
                                            for encoding in ("base64", "quoted-printable", "x")],
    "mail.transfer_encoding.base64": lambda octets: _module("mail.transfer_encoding").base64(octets, Defects()),
    "proof.authentication_results.dmarc": lambda octets: _module("proof.authentication_results").dmarc(
        b"Authentication-Results: us.example; " + octets, "a@b.example", "us.example", "us.example", ("u@us.example",)),
    "proof.addressee.missing": lambda octets: _module("proof.addressee").missing(
        _header(b"To", octets), ("u@us.example",), (b"to",)),
    "proof.body_hash.of": lambda octets: _module("proof.body_hash").of(octets, True),
    "proof.body_hash.canonical": lambda octets: _module("proof.body_hash").canonical(octets, True),
    "proof.dkim.verify": lambda octets: _module("proof.dkim").verify(
        b"DKIM-Signature: v=1; a=rsa-sha256; d=b.example; s=x; h=from; bh=AA==; b=AA==\n" + octets,
        "a@b.example", lambda _: None, AT, ("u@us.example",)),
    "proof.signature.decoded": lambda octets: _module("proof.signature").decoded(octets, "x"),
    "proof.tokens.parts": lambda octets: _module("proof.tokens").parts([bytes([one]) for one in octets], b"a"),
    "proof.public_key.check": None,
    "ils.ncip.answers.read": lambda octets: _module("ils.ncip.answers").read(_ncip(octets), "LookupUser", "4711"),
    "ils.ncip.patron.standing": lambda octets: _module("ils.ncip.patron").standing(_ncip(octets)),
    "ils.sip2.message.read": lambda octets: _module("ils.sip2.message").read(b"64" + b" " * 59 + octets, "utf-8"),
    "catalogues.daia.read": lambda octets: _module("catalogues.daia").read(_daia(octets), "own", "isbn"),
    "catalogues.marc.from_iso2709": lambda octets: list(_module("catalogues.marc").from_iso2709(octets, 10)),
    "catalogues.sru.read": lambda octets: _module("catalogues.sru").read(_sru(octets)),
    "catalogues.z3950.read": lambda octets: _module("catalogues.z3950").read(
        b"Number of hits: 1\nSent presentRequest\n[x]Record type: OPAC\nData holdings 0\n" + octets, octets,
        Catalogue(name="own", url="z.example:210/x"), "isbn"),
    "invisible.masked_octets": lambda octets: _module("invisible").masked_octets(octets, _starred, _starred),
    "protocols.artemail.mask.unmask": lambda octets: _module("protocols.artemail.mask").unmask(octets, "secret"),
    "protocols.artemail.mask_header.masked": lambda octets: _module("protocols.artemail.mask_header").masked(
        octets, MASK.text),
    "protocols.iso10161.ber.elements.inside": lambda octets: _module("protocols.iso10161.ber.elements").inside(octets, 0),
    "protocols.iso10161.ber.elements.is_plain": lambda octets: _module("protocols.iso10161.ber.elements").is_plain(
        octets, 0, len(octets)),
    "protocols.iso10161.ber.elements.element": lambda octets: _module("protocols.iso10161.ber.elements").element(b"\x30", octets),
    "protocols.iso10161.fault_report.about": lambda octets: _module("protocols.iso10161.fault_report").about(
        octets, "it cannot be read"),
    "protocols.iso10161.ber.plain_reader.read": lambda octets: _module("protocols.iso10161.ber.plain_reader").read(
        "Message", octets),
    "protocols.iso10161.ber.schema.decode_system_numbers": lambda octets: _module(
        "protocols.iso10161.ber.schema").decode_system_numbers(_system_numbers(), octets),
    "protocols.slnp.wire.letter": lambda octets: _module("protocols.slnp.wire").letter(octets, "x", "a@b.example", "now"),
}  # fmt: skip
"""None: it takes no stranger's octets, or what it is made of is tried by itself."""
OF_TEXT: dict[str, Call | None] = {
    "mail.bounce.status.code": lambda text: _module("mail.bounce.status").code(text),
    "mail.html_text.unflowed": lambda text: _module("mail.html_text").unflowed(text, True),
    "log.register_secret": None,
    "log.register_token": None,
    "ils.sip2.message.can_say": lambda value: _module("ils.sip2.message").can_say(value, "utf-8"),
    "ils.sip2.message.write": lambda text: _module("ils.sip2.message").write("63", "", {"AA": text}, 1, "utf-8"),
    "invisible.masked": lambda text: _module("invisible").masked(text, lambda bare: WORDS.masked(bare, "X")),
    "mail.quotation.announces": lambda text: [
        _module("mail.quotation").announces(lines, index) for lines in [text.split("\n")] for index in range(len(lines))],
    "protocols.artemail.address.read": lambda text: _module("protocols.artemail.address").read(text.split("\n")),
    "protocols.artemail.citation.read": lambda text: [
        _module("protocols.artemail.citation").read(text.split("\n"), service) for service in Service],
    "protocols.artemail.read.document_links.delivers_by_link": lambda text: _module("protocols.artemail.read.document_links").delivers_by_link(
        text.split("\n"), text, ART.replies.codes.layout),
    "protocols.artemail.read.orders.looks_like_orders": lambda text: _module(
        "protocols.artemail.read.orders").looks_like_orders(["99-0001", "secret", *text.split("\n")]),
    "protocols.artemail.read.orders.password": lambda text: _module("protocols.artemail.read.orders").password(
        text.split("\n")),
    "protocols.artemail.read.orders.read": lambda text: _module("protocols.artemail.read.orders").read(
        ["99-0001", "secret", *text.split("\n")], ART.words),
    "protocols.artemail.read.quoted.begins": lambda text: _module("protocols.artemail.read.quoted").begins(
        text.split("\n"), QUOTE),
    "protocols.artemail.read.receipts.read": lambda text: _module("protocols.artemail.read.receipts").read(
        text, text.split("\n"), _ref(), ART.replies.codes.layout, MASK.text),
    "protocols.artemail.read.receipts.single_rejections": lambda text: list(_module(
        "protocols.artemail.read.receipts").single_rejections(
            text.split("\n"), _ref(), (), ART.replies.codes.layout, MASK.text)),
    "protocols.artemail.read.report_lines.read": lambda text: [
        _module("protocols.artemail.read.report_lines").read(line, ART.replies.codes, ART.words)
        for line in text.split("\n")],
    "protocols.artemail.read.labelled_status.read": lambda text: _module("protocols.artemail.read.labelled_status").read(
        [" ".join(line.split()) for line in text.split("\n")], ART.replies.codes.layout, ART.replies.phrases,
        ART.replies.codes),
    "protocols.artemail.write.difference.explained": None,  # our own template's text
    "protocols.artemail.write.guard.check_beside": None,  # our own template's text, with what was asked in it
    "protocols.artemail.write.guard.check_file": None,
    "protocols.artemail.write.guard.check_widths": lambda text: _module("protocols.artemail.write.guard").check_widths(
        text.split("\n"), ["a"]),
    "protocols.artemail.write.order_file.letter_body": None,
    "protocols.form.label_lines.read": lambda text: _module("protocols.form.label_lines").read(text, FORM.labels),
    "protocols.form.reading.read": lambda text: [
        _module("protocols.form.reading").read(said, FORM, bare=bare)
        for said in (text, f"Note: {text}", text.replace("\n", "\nTitle: ")) for bare in (False, True)],
    "protocols.form.reading.is_order": lambda text: _module("protocols.form.reading").is_order(text, FORM),
    "protocols.form.values.service": lambda text: _module("protocols.form.values").service(text, FORM.services),
    "protocols.illsbn.unmapped.kept": None,  # of a document that was read: tried with the codec
    "protocols.illsbn.state_codes.state_of": lambda text: _module(
        "protocols.illsbn.state_codes").state_of(text, None),
    "protocols.illsbn.learned_states.of_report": lambda text: _module(
        "protocols.illsbn.learned_states").of_report(_report(text), "F127", None),
    "protocols.iso10161.fields.parties.optional_messages": None,  # made once, of our own words
    "protocols.iso10161.fields.unmapped.kept": None,  # of an APDU that was read: tried with the codec
}  # fmt: skip
OF_LETTER: dict[str, Call | None] = {
    "mail.entity.written": lambda letter: _module("mail.entity").written(letter.parts, "seed"),
    "mail.bounce.returned.is_returned": lambda letter: [
        _module("mail.bounce.returned").is_returned(part) for part in letter.parts],
    "mail.bounce.returned.message_ids": lambda letter: _module("mail.bounce.returned").message_ids(
        letter, bounce_text.read(letter.text)),
    "mail.attachments.is_file": lambda letter: [
        _module("mail.attachments").is_file(part) for part in letter.parts],
    "mail.own_letters.own_ids": lambda letter: _module("mail.own_letters").own_ids(letter, ["ill@library.example"]),
    "mail.own_letters.attached_ids": lambda letter: _module("mail.own_letters").attached_ids(letter),
    "mail.own_letters.says_something": lambda letter: [
        _module("mail.own_letters").says_something(part) for part in letter.parts],
    "mail.reply_text.read": lambda letter: _module("mail.reply_text").read(letter),
    "protocols.artemail.read.explain.explain": lambda letter: _module("protocols.artemail.read.explain").explain(ART, letter),
    "protocols.artemail.read.body_lines.texts": lambda letter: list(_module("protocols.artemail.read.body_lines").texts(letter)),
}  # fmt: skip

MORE: dict[str, tuple[str, Call]] = {
    "SecretWords.masked": ("text", lambda text: WORDS.masked(text, "XXXXXXX")),
    "Masker.text": ("text", MASK.text),
    "Masker.letter": ("raw", MASK.letter),
    "Masker.letter with two passwords": ("raw", lambda raw: MASK.letter(raw, "one-more", "another")),
    "Registry.mask": ("raw", CODECS.mask),
    "artemail recognise": ("letter", ART.recognise),
    "artemail decode": ("letter", ART.decode),
    "artemail perhaps": ("letter", ART.perhaps),
    "iso10161 recognise": ("letter", ISO.recognise),
    "iso10161 decode": ("letter", ISO.decode),
    "slnp recognise": ("letter", SLNP.recognise),
    "slnp decode": ("text", lambda text: SLNP.decode(parse(_slnp_letter(text)))),
    "slnp cutter": ("text", lambda text: _cut(text.encode())),
    "slnp answer with data": (
        "text",
        lambda text: _module("protocols.slnp.answers").data("SLNPFLBestellung", [("A", text)]),
    ),
    "iso10161 decode of BER": ("ber", lambda raw: ISO.decode(parse(attacks.BER_HEAD + raw))),
    "illsbn recognise": ("letter", SBN.recognise),
    "illsbn decode of XML": ("xml", lambda raw: SBN.decode(parse(hub_documents.HEAD + raw))),
    "mail.parse.parse": ("raw", parse),
    "ill.item_identity.key": (
        "text",
        lambda text: item_identity.key(
            {"title": text, "author": text, "isbn": text, "lines": text.split("\n")}
        ),
    ),
    "ill.item_identity.words": (
        "text",
        lambda text: item_identity.words({"title": text, "author": text}),
    ),
    "Letter.content_digest": ("letter", Letter.content_digest),
    "flow.reading.writing.writing_of": (
        "letter",
        lambda letter: _module("flow.reading.writing").writing_of(letter),
    ),
    "flow.reading.writing.names_in": ("text", lambda text: _module("flow.reading.writing").names_in(text)),
    "notices.written_words.meant": (
        "text",
        lambda text: _module("notices.written_words").meant(text, "lender"),
    ),
    "templating.slip_parts.split_slip": (
        "text",
        lambda text: _module("templating.slip_parts").split_slip(
            f"[text]\nx\n{_module('templating.slip_parts').guarded(text)}"
        ),
    ),
    "paper.lines.wrapped": (
        "text",
        lambda text: [_module("paper.lines").wrapped(line, _Font(), 10, 90) for line in text.split("\n")],
    ),
    "paper.lines.shortened": ("text", lambda text: _module("paper.lines").shortened(text, _Font(), 10, 90)),
    "protocols.form.label_lines.folded": (
        "text",
        lambda text: _module("protocols.form.label_lines").folded(text),
    ),
    "notices.short_codes.found": ("text", lambda text: _module("notices.short_codes").found(text)),
    "flow.reading.bounced_letters.marks": (
        "letter",
        lambda letter: bounced_letters.marks("ill@library.example", letter),
    ),
}
"""Methods, and what is tried with another kind of text too."""


def _slnp_letter(text: str) -> bytes:
    """An order in whose every field the words stand."""
    fields = (
        "SigelNB",
        "SigelListe",
        "BenutzerNummer",
        "Titel",
        "ErledFrist",
        "MaxKostenKopie",
        "Email1",
        "Info",
    )
    lines = "".join(f"{name}:{text.replace(chr(10), ' ')}\n" for name in fields)
    command = f"SLNPFLBestellung\nBsTyp:AFL\nBestellId:1\n{lines}SigelListe:XX-A\nSLNPEndCommand\n"
    letter: bytes = _module("protocols.slnp.wire").letter(command.encode(), "x", "a@b.example", "now")
    return letter


def _cut(octets: bytes) -> None:
    """As they come from a slow line: one at a time."""
    cutter = _module("protocols.slnp.grammar").Cutter()
    for at in range(len(octets)):
        list(cutter.feed(octets[at : at + 1]))


class _Font:
    """Every sign is as wide as any other."""

    def width(self, text: str) -> float:
        return len(text) / 2

    def sign(self, sign: str) -> Any:
        return _module("paper.fonts").Run("font", sign, 0.5)


def _module(name: str) -> Any:
    return importlib.import_module(f"mailproc.{name}")


def _system_numbers() -> str:
    types: dict[str, str] = _module("protocols.iso10161.fields.system_numbers")._TYPES
    return next(iter(types.values()))


def _report(text: str) -> Any:
    apdu = _module("ill.apdu")
    return apdu.StatusOrErrorReport(note=text, report=apdu.Report(kind="status"))


def _place_of_a_document() -> bytes:
    enclosures = _module("mail.enclosures")
    part = enclosures.part_of(enclosures.Enclosure("d" * 64, "a.pdf", "application/pdf"), "a@b.example")
    place: bytes = _module("mail.entity").written([part], "seed")
    return place


def _daia(octets: bytes) -> bytes:
    """An answer in whose every place the words stand."""
    said = octets.decode("latin-1")
    services = [{"service": said, "limitation": [{"content": said}], "expected": said}]
    item = {"label": said, "storage": {"content": said}, "available": services, "unavailable": services}
    return json.dumps({"document": [{"about": said, "item": [item]}]}).encode()


def _in_xml(octets: bytes) -> str:
    return octets.decode("latin-1").translate(dict.fromkeys((*range(9), 11, 12, *range(14, 32), 38, 60)))


def _sru(octets: bytes) -> bytes:
    """The same in an answer of SRU."""
    said = _in_xml(octets)
    field = f'<datafield tag="852"><subfield code="a">{said}</subfield></datafield>'
    record = f"<recordSchema>{said}</recordSchema><recordData><record>{field}</record></recordData>"
    inner = f"<numberOfRecords>{said}</numberOfRecords><records><record>{record}</record></records>"
    return f"<searchRetrieveResponse>{inner}</searchRetrieveResponse>".encode()


def _ncip(octets: bytes) -> bytes:
    """An answer in whose every place the words stand."""
    said = _in_xml(octets)
    problem = "".join(
        f"<Problem{name}>{said}</Problem{name}>" for name in ("Type", "Detail", "Element", "Value")
    )
    user = f"<UserOptionalFields><UserLanguage>{said}</UserLanguage></UserOptionalFields>"
    inner = f"<Problem>{problem}</Problem>" if len(said) % 2 else user
    return f"<NCIPMessage><LookupUserResponse>{inner}</LookupUserResponse></NCIPMessage>".encode()


def _ref() -> Any:
    from mailproc.ill.terms import Ref

    return Ref()


def _kind(function: Any) -> str:
    """What it takes from a stranger: a letter, octets, a text; '' where it takes none of them."""
    kinds = set()
    for one in inspect.signature(function).parameters.values():
        said = str(one.annotation)
        if "letter.Letter" in said or "letter.Part" in said or said == "Letter":
            kinds.add("letter")
        elif "bytes" in said and "Callable" not in said:
            kinds.add("octets")
        elif "str" in said and "Callable" not in said and one.name in TEXTS:
            kinds.add("text")
    return next((kind for kind in ("letter", "octets", "text") if kind in kinds), "")


@cache
def _found() -> dict[str, tuple[str, Any]]:
    """Every public function that takes a stranger's words: its kind and itself, by its name."""
    found = {}
    for module in pkgutil.walk_packages(mailproc.__path__, "mailproc."):
        if not module.name.startswith(FOLDERS):
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            own = inspect.isfunction(value) and value.__module__ == module.name and not name.startswith("_")
            if own and (kind := _kind(value)):
                found[f"{module.name.removeprefix('mailproc.')}.{name}"] = kind, value
    return found


TABLES = {"octets": OF_OCTETS, "text": OF_TEXT, "letter": OF_LETTER}


def _needs_more(function: Any) -> bool:
    """Has it another parameter that must be given?"""
    given = inspect.signature(function).parameters.values()
    return sum(one.default is inspect.Parameter.empty for one in given) > 1


def _calls() -> Iterator[tuple[str, str, Call]]:
    """(name, kind, call) of all that is tried."""
    for name, (kind, function) in _found().items():
        if name in TABLES[kind]:
            if (call := TABLES[kind][name]) is not None:
                yield name, kind, call
        elif not _needs_more(function):
            yield name, kind, _plainly(function)
    yield from ((name, kind, call) for name, (kind, call) in MORE.items())


def _plainly(function: Any) -> Call:
    """With the text, or with its lines where it takes those."""
    annotation = str(next(iter(inspect.signature(function).parameters.values())).annotation)
    if "Sequence[str]" in annotation:
        return lambda text: function(text.split("\n"))
    if "Sequence[bytes]" in annotation or "list[bytes]" in annotation:
        return lambda octets: function([octets])
    call: Call = function
    return call


def _attacks(kind: str) -> dict[str, Callable[[int], Any]]:
    if kind == "letter":
        return {
            name: (lambda length, made=made: _read(made(length))) for name, made in attacks.letters().items()
        }
    if kind == "raw":
        return attacks.letters()
    if kind == "ber":
        return attacks.ber()
    if kind == "xml":
        return hub_documents.documents()
    if kind == "text":
        return attacks.texts()
    octets = {name: (lambda length, made=made: made(length).encode("latin-1"))
              for name, made in attacks.texts().items()}  # fmt: skip
    return octets | attacks.ber()


def _tried(name: str, kind: str) -> dict[str, Callable[[int], Any]]:
    """The attacks, and what the reader accepts where it refuses them all."""
    made = accepted.BY_NAME.get(name)
    return _attacks(kind) | ({"accepted": made} if made else {})


@cache
def _read(raw: bytes) -> Letter:
    return parse(raw)


def _work(call: Call, made: Callable[[int], Any]) -> Callable[[int], Callable[[], Any]]:
    def work(length: int) -> Callable[[], Any]:
        given = made(length)

        def once() -> None:
            fresh = (
                replace(given) if isinstance(given, Letter) else given
            )  # what was made of it is not remembered
            with suppress(Exception):  # how long it takes is asked here, and not what it says
                call(fresh)

        return once

    return work


CALLS = {name: (kind, call) for name, kind, call in _calls()}


ALWAYS = ("accepted", "many", "parts in parts", "letters in letters", "<;99-9999")
"""Parts of the names of what is tried of every function."""


@pytest.mark.costly
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", CALLS)
def test_a_reader_takes_linear_time(name, monkeypatch):
    monkeypatch.setattr(log, "_words", WORDS)
    kind, call = CALLS[name]
    tried = list(_tried(name, kind).items())
    step = max(1, len(tried) // MOST)
    floor, steep = FLOOR, {}
    for number, (what, made) in enumerate(tried):
        if (number - sum(map(ord, name))) % step and not what.strip("'").startswith(ALWAYS):
            continue
        measured, took = too_steep(_work(call, made), LENGTH, floor)
        floor = max(floor, 1.2 * took)  # what takes no longer than another that grows in a line
        if measured:
            steep[what] = measured
    assert not steep, f"{name} takes more than linear time: {steep}"


@pytest.mark.costly
@pytest.mark.parametrize("name", CALLS)
def test_a_reader_accepts_something_that_is_tried(name):
    """Else its time would be that of its first step; what it raises is not looked at above."""
    kind, call = CALLS[name]
    refused = None
    for made in reversed(_tried(name, kind).values()):
        try:
            call(made(300))
        except Exception as fault:  # a refusal of whatever kind
            refused = fault
        else:
            return
    raise AssertionError(f"{name} refuses all; add an entry to accepted.BY_NAME") from refused


def test_every_function_that_reads_a_strangers_words_is_tried():
    for name, (kind, function) in _found().items():
        assert name in TABLES[kind] or not _needs_more(function), (
            f"mailproc.{name} reads a stranger's words and is tried nowhere: give it an entry in the table for"
            f" {kind}, with what else it takes; None and a reason where no stranger's words reach it"
        )


def test_no_entry_is_left_behind():
    known = {name for table in TABLES.values() for name in table}
    assert known <= set(_found()), f"no such functions any more: {known - set(_found())}"


def test_what_is_quadratic_is_found():
    def quadratic(text: str) -> int:
        # Eight times, so that it takes longer than FLOOR on the quickest machine.
        return sum(text.count(one, 0, at) for _ in range(8) for at, one in enumerate(text))

    work = _work(quadratic, attacks.texts()["one line"])
    assert any(too_steep(work, LENGTH, FLOOR)[0] for _ in range(3))  # a busy machine blurs the measure

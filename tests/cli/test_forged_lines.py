"""No word of others makes a line of its own, whatever verb prints it: each field of a message is hostile."""

import dataclasses
import json
import re
import types
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest

from mailproc.cli.verbs import VERBS
from mailproc.ill import apdu_json
from mailproc.ill.apdu import APDU_CLASSES, Apdu
from mailproc.ill.terms import Role, TransactionId
from mailproc.mail.compose import compose
from mailproc.mail.letter import Body, Part
from mailproc.protocols.iso10161 import writing
from mailproc.protocols.iso10161.ber import schema
from mailproc.protocols.iso10161.wire import MEDIA_TYPE
from mailproc.protocols.iso10161.writing import Ends
from tests.cli.conftest import CONFIG
from tests.command_line import Ran
from tests.support import configuration, short_form

Cli = Callable[..., Ran]
FORGED = "Forged: mailproc act L1 close"
ENDS = ("\n", "\r\n", "\r", "\v", "\f", "\x85", "\u2028", "\u2029", "\x1e")
HOSTILE = "word" + "".join(f"{end}{blanks}{FORGED}" for end in ENDS for blanks in ("", "  "))
OURS, THEIRS, THIRD = "XX-TOWN", "XX-ISO", "XX-THIRD"
PARTNER = configuration.partner(
    "XX-ISO", "ill@iso.example", name="An ISO Library", codec="iso10161", roles=["REQUESTER", "RESPONDER"]
)

AT_THE_LEFT = re.compile(rf"^[\s�]{{0,12}}{FORGED}", re.MULTILINE)
"""Where a reader takes it for a line of ours: in the columns of a table it may stand."""
WITHOUT = frozenset(
    {
        "run",
        "demo",
        "practice",
        "states",
        "stats",
        "password",
        "authorize",
        "anonymise",
        "archive",
        "backup",
        "copy-store",
        "purge",
        "restore",
        "staff",
        "tokens",
    }
    | {"init"}
    | {"review", "accept", "decline"}
)
"""Verbs that show no letter's words; `run`, whose log has tests of its own; and those of test_review.py."""


def filled(kind: Any, name: str) -> Any:
    """A value of a field's type, its texts hostile; None where its words are few and known."""
    if get_origin(kind) in (Union, types.UnionType):
        return filled(next(one for one in get_args(kind) if one is not types.NoneType), name)
    if kind is str:
        return HOSTILE
    if get_origin(kind) is tuple:
        one = filled(get_args(kind)[0], name)
        return () if one is None else (one,)
    if dataclasses.is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{one.name: filled(hints[one.name], one.name) for one in dataclasses.fields(kind)})
    return {date: date(2027, 1, 31), datetime: datetime(2027, 1, 31, 10), bool: True, int: 2}.get(kind)  # noqa: DTZ001  # no zone on the wire


def written(apdu: Apdu) -> bytes | None:
    """Its octets; None where the wire has no place for one of its words."""
    try:
        return schema.encode(apdu.type, writing.tree(apdu, Ends(version=2)))
    except Exception:  # whatever a codec says to a word that it does not have
        return None


def fullest(apdu: Apdu) -> bytes:
    """The message with every field hostile that can be written so, and with the parts of a field alike."""
    hints = get_type_hints(type(apdu))
    for name, path in list(paths(type(apdu))):
        value = filled(hints[name], name) if path is None else part(apdu, name, path)
        if value in (None, ()):
            continue
        more = dataclasses.replace(apdu, **{name: value})
        if written(more) is not None:
            apdu = more
    octets = written(apdu)
    assert octets is not None, apdu
    return octets


def paths(kind: type) -> Iterator[tuple[str, str | None]]:
    for name, hint in get_type_hints(kind).items():
        if name in ("type", "transaction", "ref", "sent_at", "extensions", "results", "services", "answer"):
            continue
        yield name, None
        inner = next((one for one in (hint, *get_args(hint)) if dataclasses.is_dataclass(one)), None)
        if inner is not None:
            yield from ((name, field.name) for field in dataclasses.fields(inner))


def part(apdu: Apdu, name: str, inner: str) -> Any:
    """The field as it is, with one more part of it hostile."""
    hint = get_type_hints(type(apdu))[name]
    kind: Any = next(one for one in (hint, *get_args(hint)) if dataclasses.is_dataclass(one))
    before = getattr(apdu, name)
    before = before[0] if isinstance(before, tuple) and before else before
    value = filled(get_type_hints(kind)[inner], inner)
    try:
        made = dataclasses.replace(before, **{inner: value}) if before else kind(**{inner: value})
    except TypeError:
        return None
    return (made,) if get_origin(hint) is tuple else made


def letter(octets: bytes, number: int) -> bytes:
    body = Body("ILL", (Part(MEDIA_TYPE, octets),))
    name, at = f"f{number}@iso.example", datetime(2027, 1, 4, 10, number % 60, tzinfo=UTC)
    raw = compose(
        body, sender="ill@iso.example", sender_name="", to=["ill@town.example"], message_id=name, date=at
    )
    said = "".join(f"=?utf-8?q?{''.join(f'={octet:02X}' for octet in end.encode())}?=" for end in ENDS)
    subject = f"Subject: =?utf-8?q?word?= {' '.join(said.split())}=?utf-8?q?{FORGED.replace(' ', '_')}?="
    return raw.replace(b"Subject: ILL", subject.encode())


def messages() -> Iterator[Apdu]:
    """One of each kind, as borrower and as lender, under hostile names and under those of B1."""
    theirs = TransactionId(THEIRS, *(f"{one}{end}{FORGED}" for one, end in zip("GQS", ENDS, strict=False)))
    ours = TransactionId(OURS, "B1", "1", "")
    strange = TransactionId(f"XX\n{FORGED}", f"N\n{FORGED}", f"1\v{FORGED}", "")
    base: dict[str, dict[str, Any]] = {
        "ILL_REQUEST": {"services": ("LOAN",), "item": {"title": "x"}},
        "ILL_ANSWER": {"results": "CONDITIONAL"},
        **{kind: {"answer": True} for kind in ("CONDITIONAL_REPLY", "CANCEL_REPLY", "RENEW_ANSWER")},
        "MESSAGE": {"note": "x"},
        "FORWARD_NOTIFICATION": {"responder": "x", "intermediary": "x"},
        "OVERDUE": {"due": {"on": "2027-01-02"}},
    }
    for kind in sorted(APDU_CLASSES):
        by = kind.said_by
        names = [theirs] if by is Role.REQUESTER else [ours] if by is Role.RESPONDER else [theirs, ours]
        for named in (*names, *([strange] if kind.name in UNPLACED else [])):
            value = {"type": kind.name, "transaction": dataclasses.asdict(named)} | base.get(kind.name, {})
            value["sent_at"] = "2027-01-04T10:00:00"
            yield apdu_json.from_json(json.loads(json.dumps(value)))


UNPLACED = ("ILL_REQUEST", "MESSAGE", "SHIPPED", "STATUS_QUERY")
"""Kinds that come under a name that nobody knows, too."""
PLAIN = {
    "name and file": (
        f'From: "a {FORGED}" <a@b.example>\r\nTo: "x\\\n {FORGED}" <ill@town.example>\r\n'
        f"Message-ID: <x@b.example>\r\nContent-Type: text/plain; name*=utf-8''a%0A{FORGED[:6]}\r\n"
    ),
    "answers of the British Library": (
        "From: orders@bl.example\r\nSubject: Replies\r\n\r\nREPLIES FOR 99-0001   04-01-2027\r\n\r\n"
        f"B2-1 CRF*word\u2028{FORGED}\x85{FORGED}\v{FORGED}\r\n"
    ),
    "an order": (
        "From: ill@customer.example\r\nSubject: Order file\r\n\r\n99-0003\r\nKw3Word5\r\n\r\n\r\n\r\n\r\n"
        f"TXC77 S LOAN\r\nAuthor\u2028{FORGED}\r\nA Book\x85{FORGED}\v{FORGED}\r\n\r\n\r\n\r\n\r\nNNNN\r\n"
    ),
}


@pytest.fixture
def everything(cli: Cli, folder: Path) -> Iterator[Cli]:
    """A house in which everything that others may write is hostile."""
    (folder / "config.toml").write_text(CONFIG + PARTNER)
    for partners in (["XX-ISO"], ["UK-BL"]):
        wanted = {"service": "LOAN", "item": {"title": "A Book"}, "partners": partners}
        assert cli("request", "-", stdin=json.dumps(wanted)).code == 0
    assert cli("run", "--once").code == 0
    for number, apdu in enumerate(messages()):
        (folder / f"{number:03}.eml").write_bytes(letter(fullest(apdu), number))
    for name, text in PLAIN.items():
        (folder / f"{name}.eml").write_bytes(
            (text if "\r\n\r\n" in text else text + "\r\nhello\r\n").encode()
        )
    files = sorted(file.name for file in folder.glob("*.eml"))
    assert cli("inject", *files[:2], *files[-3:], "--mail-from", f"a@b.example\n{FORGED}").code == 0
    assert cli("inject", *files[:-3], "--mail-from", "ill@iso.example").code == 0
    for file in files[-3:]:
        sender = re.search(rb"From: .*?([a-z]+@[a-z]+\.example)", (folder / file).read_bytes())
        assert sender is not None
        assert cli("inject", file, "--mail-from", sender[1].decode()).code == 0
    assert cli("run", "--once").code == 0
    return cli


def verbs(cli: Cli, folder: Path) -> Iterator[tuple[str, ...]]:
    """Every verb that shows what others wrote, of everything there is; what acts comes last."""
    requests = [one["number"] for one in cli("requests", "--json").json]
    letters = [one["id"] for one in cli("letters", "--limit", "500", "--json").json]
    shelf = [one["id"] for one in cli("shelved", "--limit", "500", "--json").json]
    yield from (("show", one) for one in requests)
    yield from (("letter", one) for one in letters)
    yield from (("patterns", "test", file.name) for file in sorted(folder.glob("[an]*.eml")))
    yield from (
        (verb,)
        for verb in ("requests", "letters", "shelved", "outbox", "digest", "jobs", "partners", "status")
    )
    yield from ((verb,) for verb in ("check", "verify", "templates", "status"))
    yield from (("rota", one) for one in requests if one.startswith("B"))
    yield ("locate", "B1")
    yield ("preview", "en/patron/arrived.txt", "--request", "B1")
    yield ("decode", *(file.name for file in sorted(folder.glob("*.eml"))))
    for one in requests if short_form.everything() else requests[::6]:
        actions = cli("show", one, "--json").json["actions"]
        yield from (("act", one, action, "--dry-run") for action in actions)
    yield ("partners", "--confirm", "A1")
    yield ("amend", "B2", "--title", "Another", "--dry-run")
    yield from (("note", one, "a word") for one in requests)
    yield from (("charges", one) for one in requests)
    yield ("slips", "--dry-run")
    yield ("hooks",)
    yield from (("attach", one, number) for one in shelf[:6] for number in ("B1", "L1"))
    yield from ((verb, one) for one in shelf[4:] for verb in ("report", "release"))
    yield ("act", "L1", "ship")
    yield from ((verb, "O1") for verb in ("hold", "redeliver"))
    yield from ((verb, THEIRS) for verb in ("pause", "resume"))
    yield ("next", "B1")
    yield from (("dismiss", one) for one in shelf[-6:])
    yield from (("trace", one) for one in (*requests, *shelf[:20], "I1", "O1"))
    yield ("fetch", "none")
    yield ("authorize", "none")
    yield from (("show", one) for one in requests)
    yield ("inject", "000.eml")
    yield ("request", "nothing.json")
    yield ("encode", "nothing.json", "--codec", "iso10161")
    yield ("authorize", "none")
    yield ("patrons", "find", "reader")
    yield ("backup", "backup.db")
    yield ("copy-store", "no url")
    yield ("restore", "--here")
    yield ("restore",)


def ours(printed: str, arguments: tuple[str, ...]) -> str:
    """What a verb says by itself: a letter's own text stands below it, behind an empty line."""
    return printed.partition("\n\n")[0] if arguments[0] == "letter" else printed


def test_no_verb_prints_a_line_of_theirs(everything: Cli, folder: Path) -> None:
    said, found = set(), 0
    for arguments in verbs(everything, folder):
        ran = everything(*arguments)
        printed = ours(ran.out, arguments) + ran.err
        assert not AT_THE_LEFT.search(printed), (arguments, printed)
        printed = printed.replace("\n\f", "\n")  # behind each slip a new page
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]", printed), arguments
        assert "Traceback" not in printed
        found += FORGED in printed
        said.add(arguments[0])
    assert found > 40, "the words are shown, within lines"
    assert said | WITHOUT >= set(VERBS), "a new verb is to be tried too"

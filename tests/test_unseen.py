"""What a stranger wrote reaches neither the log nor a terminal with a character that is not seen."""

import base64
import json
import logging
import subprocess
import sys
import unicodedata
from collections.abc import Iterator

import pytest
import regex

from mailproc import log
from mailproc.cli import output
from mailproc.invisible import UNSEEN, escaped
from mailproc.protocols.artemail.mask import Masker

VISIBLE = "ARABIC", "SYRIAC", "KAITHI", "EGYPTIAN"
"""Format characters of these scripts are drawn, but for the Arabic letter mark."""
ALL = [
    sign
    for sign in map(chr, range(sys.maxunicode + 1))
    if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp")
    and (not unicodedata.name(sign, "").startswith(VISIBLE) or sign == "\u061c")
]
NAMED = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u200c\u200d\u200e\u200f\ufeff"
NAMED += "\u061c\xad\x1b\x9b"
TRICK = f"from a{NAMED}b\U000e0041"


@pytest.fixture(autouse=True)
def logging_put_back() -> Iterator[None]:
    root, factory = logging.getLogger(), logging.getLogRecordFactory()
    level, handlers = root.level, list(root.handlers)
    levels = {name: logging.getLogger(name).level for name in log.TONED_DOWN}
    yield
    root.setLevel(level)
    root.handlers[:] = handlers
    logging.setLogRecordFactory(factory)
    for name, was in levels.items():
        logging.getLogger(name).setLevel(was)


def test_whatever_is_not_seen_is_known() -> None:
    assert [sign for sign in ALL if not UNSEEN.fullmatch(sign)] == []
    assert set(NAMED) <= set(ALL)
    assert not UNSEEN.search("Łódź 図書館\u3000ع\u0600 \u00a0 e\u0301 \U0001f4da")


def test_what_unicode_calls_ignorable_is_known_and_what_is_drawn_as_nothing() -> None:
    ignorable = regex.compile(r"\p{Default_Ignorable_Code_Point}")
    every = [sign for sign in map(chr, range(sys.maxunicode + 1)) if ignorable.match(sign)]
    assert len(every) > 4_000
    assert [sign for sign in every if not UNSEEN.fullmatch(sign)] == []
    assert all(map(UNSEEN.fullmatch, "\u2800\U00016fe4\U0001d159"))


RANGES = (
    *(0xAD, 0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180D, 0x180F, 0x200B, 0x2065, 0x206F, 0x3164),
    *(0xFE00, 0xFE0F, 0xFEFF, 0xFFA0, 0xFFF0, 0xFFF8, 0x1BCA0, 0x1D17A, 0xE0000, 0xE0041, 0xE0100, 0xE0FFF),
)
SPACES = [
    sign for sign in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(sign) == "Zs" and sign != " "
]
MARKS = "\u0300\u0334\u036f\u1ab0\u1dc0\u20dd\u20d0\ufe20"
BETWEEN = [*map(chr, RANGES), *"\u2800\U00016fe4\U0001d159\x01\x9f\u2028", *SPACES, *MARKS]


@pytest.mark.parametrize("sign", BETWEEN, ids=ascii)
def test_none_of_them_between_its_letters_hides_a_secret(sign: str) -> None:
    log.register_secret("hunter2hunter2")
    hidden = f"is {sign.join('hunter2hunter2')}, yes"
    octets = Masker(["hunter2hunter2"])
    for shown in (log.mask, log.mask_shown, octets.text):
        assert shown(hidden) == "is XXXXXXX, yes"
    letter = f"Subject: a\r\n\r\n{hidden}\r\n".encode()
    assert octets.letter(letter).decode().endswith("is XXXXXXX, yes\r\n")
    word = "=?utf-8?b?" + base64.b64encode(hidden.encode()).decode() + "?="
    assert log.mask(word) == "is XXXXXXX, yes"


def test_what_hides_nothing_stays_as_it_is() -> None:
    log.register_secret("hunter2hunter2")
    for text in (
        f"a{''.join(BETWEEN)}b",
        "\ud83d caf\u00e9 e\u0301",
        "a\xa0b\r\n99-0001\r\nDear\u2003Sir\r\n",
    ):
        assert log.mask(text) == text
        assert Masker(["hunter2hunter2"]).text(text) == text
    octets = b"\xff\xa0\xc3\r\n\r\n\xed\xa0\x80\xe2\x80\x8b\xc2\xa0\0"
    assert Masker(["hunter2hunter2"]).letter(octets) == octets


def test_mixed_and_with_others_plain_in_the_same_text() -> None:
    log.register_secret("hunter2hunter2")
    text = "hunter2hunter2, h\u200bu\xa0n\u0301ter2hunter2; hunter\u034f2hunter2."
    assert log.mask(text) == "XXXXXXX, XXXXXXX; XXXXXXX."
    assert Masker(["hunter2hunter2"]).text(text) == "XXXXXXX, XXXXXXX; XXXXXXX."


def test_written_out_as_python_does() -> None:
    assert escaped("a\n\x9b\u202e\U000e0041z") == "a\\n\\x9b\\u202e\\U000e0041z"


@pytest.mark.parametrize("json_lines", [False, True])
def test_the_log(json_lines: bool, capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up("INFO", json_lines=json_lines)
    logger = logging.getLogger("mailproc.test")
    logger.info("%s", TRICK, extra={"subject": TRICK})
    try:
        raise ValueError(TRICK)
    except ValueError:
        logger.exception("failed")
    said = capsys.readouterr().err
    assert "ValueError" in said
    assert not UNSEEN.search(said.replace("\n", ""))


def test_lines_tables_and_json(capsys: pytest.CaptureFixture[str]) -> None:
    output.line(TRICK)
    output.table(["who"], [[TRICK]], "none")
    shown = capsys.readouterr().out
    assert shown.count("from a") == 2
    assert not UNSEEN.search(shown.replace("\n", ""))
    output.as_json({"who": TRICK})
    written = capsys.readouterr().out
    assert not UNSEEN.search(written.replace("\n", ""))
    assert json.loads(written) == {"who": TRICK}


def test_a_character_is_written_out_where_no_file_can_be_opened() -> None:
    """As in a log that has to say just that: nothing is loaded at the first use."""
    code = (
        "import resource; from mailproc.invisible import escaped\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0)); print(escaped('a\\nb'))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.stderr) == ("a\\nb\n", "")

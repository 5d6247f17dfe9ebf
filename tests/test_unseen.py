"""What a stranger wrote reaches neither the log nor a terminal with a character that is not seen."""

import json
import logging
import sys
import unicodedata
from collections.abc import Iterator

import pytest

from mailproc import log
from mailproc.cli import output
from mailproc.unseen import UNSEEN, escaped

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

"""Logging: one line an event, the letter it is about, and no secret ever.

``set_up`` installs a record factory, so that masking holds for every handler there is, not
only for ours. Lines go to stderr; journald or a container keeps them.
"""

import base64
import binascii
import json
import logging
import re
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import quote, quote_plus

from mailproc import invisible, reader_links, slow_work
from mailproc.invisible import escaped
from mailproc.repeated_lines import LISTENER, LogHandler
from mailproc.secret_words import MASK, SHORTEST, SecretWords

TONED_DOWN = ("sqlalchemy", "apscheduler", "imapclient", "alembic", "asyncio", "pymap")
"""Loggers of others that tell each statement, job or line."""

LONGEST = slow_work.SHORT
"""Characters of a message, of a line of a traceback, and of a whole line as text: a stranger may write it."""
SHORT = 200
"""Characters of a text that is remembered as it may be shown."""
LONGEST_WORD = 200
"""Characters of a secret that is also found over line ends; a longer one is a token that nobody types."""
MOST_LINES = 200
"""Of a traceback: those at its beginning and its end."""
_MARGIN = 500
"""Characters before a cut that are left out too: half a secret there would not be masked."""

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {
    "message",
    "asctime",
    "following",
    "trace",
    "taskName",
}

A = TypeVar("A")
T = TypeVar("T")

_about: ContextVar[tuple[str, str]] = ContextVar("about", default=("", ""))
"""The id that a line is about, and its trace."""
_foreseen: ContextVar[bool] = ContextVar("foreseen", default=False)
"""Whether what runs is undone, and only tells what would be."""
_secrets: set[str] = set()
_tokens: deque[str] = deque(maxlen=60)
_words = _shown = SecretWords()
_ENCODED_WORD = re.compile(r"=\?[^\s?]{1,80}\?([bBqQ])\?([^?\s]{0,2000})\?=")
_ENCODED = re.compile(rf"(?:{_ENCODED_WORD.pattern}\s{{0,9}})+")


def set_up(level: str | int = "INFO", json_lines: bool = False) -> None:
    """Send everything from ``level`` up to stderr, as text or as one JSON object a line.

    May be called again; the last call counts. Raises ValueError for an unknown level.
    """
    handler = LogHandler()
    handler.setFormatter(_Json() if json_lines else _Text())
    logging.captureWarnings(json_lines)
    if json_lines:
        sys.excepthook = _unexpected
        threading.excepthook = lambda told: _unexpected(told.exc_type, told.exc_value, told.exc_traceback)
        sys.unraisablehook = lambda told: _unexpected(told.exc_type, told.exc_value, told.exc_traceback)
    root = logging.getLogger()
    root.setLevel(level.upper() if isinstance(level, str) else level)
    for old in [one for one in root.handlers if isinstance(one, LogHandler)]:
        root.removeHandler(old)
        old.close()
    handler.addFilter(_is_said)
    root.addHandler(handler)
    logging.setLogRecordFactory(_record)
    for name in TONED_DOWN:
        logging.getLogger(name).setLevel(max(root.level, logging.WARNING))
    logging.getLogger(LISTENER).setLevel(max(root.level, logging.ERROR))


def end() -> None:
    """Write how often lines came again, before the process ends without more ado. Never waits long."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, LogHandler):
            handler.end()


def json_line(level: int, message: str) -> str | None:
    """What is said beside the log, as a line like those of the log; None while that is text."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, LogHandler) and isinstance(handler.formatter, _Json):
            return handler.format(_record(__package__, level, "", 0, message, (), None))
    return None


def _unexpected(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    logging.getLogger(__package__).critical("mailproc failed", exc_info=(kind, error or kind(), trace))


@contextmanager
def following(letter: str, trace: str = "") -> Iterator[None]:
    """Put this id ("I12", "O12", "E40") and its trace (``store/traces.py``) on every line inside; nests."""
    token = _about.set((letter, trace))
    try:
        yield
    finally:
        _about.reset(token)


@contextmanager
def foreseen() -> Iterator[None]:
    """Say nothing of what is done inside, for it is undone; what is wrong there is said."""
    token = _foreseen.set(True)
    try:
        yield
    finally:
        _foreseen.reset(token)


def _is_said(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING or not _foreseen.get()


def traced(trace: str) -> None:
    """Name the trace of what is followed, now that it is known."""
    if letter := _about.get()[0]:
        _about.set((letter, trace))


def about_the_same(job: Callable[[A], T]) -> Callable[[A], T]:
    """The job, to be run in another thread: what it logs is about the letter that is followed here."""
    letter, trace = _about.get()

    def run(argument: A) -> T:
        with following(letter, trace):
            return job(argument)

    return run


def register_secret(value: str) -> None:
    """From now on this value is masked in every record, also quoted, base64 or URL-encoded.

    In any case and over line ends too, unless it is so short that it would be found in other words.
    """
    if not value:
        return
    encoded = base64.b64encode(value.encode("utf-8", "replace")).decode()
    written = {value, repr(value)[1:-1], encoded, quote_plus(value, errors="replace")}
    written |= {quote(value, safe=safe, errors="replace") for safe in ("", "/")}
    if not written <= _secrets:
        _secrets.update(written)
        _look_for_them()


def register_token(value: str) -> None:
    """The same of an access token, as it stands: of thousands of characters, and another one each hour. The
    last ones are remembered."""
    if len(value) >= SHORTEST and value not in _tokens:
        _tokens.append(value)
        _look_for_them()


def _look_for_them() -> None:
    global _words, _shown  # noqa: PLW0603  # swapped whole, so that a thread reads the old one or the new one
    words = {one for one in _secrets if len(one) <= LONGEST_WORD}
    tokens = (*_tokens, *(_secrets - words))
    _words = SecretWords(words, exact=(*(one for one in words if len(one) < SHORTEST), *tokens))
    _shown = SecretWords(words, exact=tokens)


def mask(text: str) -> str:
    """The text with every registered secret replaced, in encoded words too; for what is shown without being
    logged."""
    slow_work.check_length("log.mask", len(text))
    if "=?" in text:
        text = _ENCODED.sub(_unless_secret, text)
    return _masked(text, _words)


def mask_shown(text: str) -> str:
    """For lists and JSON: as ``mask``, but a secret so short that it is in other words stays."""
    return _lately_masked(text, _shown) if len(text) <= SHORT else _masked(text, _shown)


@lru_cache(maxsize=4096)
def _lately_masked(text: str, words: SecretWords) -> str:
    """Lists and pages say the same words hundreds of times; with another secret ``words`` are others."""
    return _masked(text, words)


def _masked(text: str, words: SecretWords) -> str:
    return invisible.masked(text, lambda bare: reader_links.masked(words.masked(bare, MASK)))


def _unless_secret(found: re.Match[str]) -> str:
    """Encoded words (RFC 2047) as they stand, or decoded and masked where they hold a secret."""
    words = [(one[1], one[2]) for one in _ENCODED_WORD.finditer(found[0])]
    said = b"".join(_octets(encoding, content) for encoding, content in words).decode("utf-8", "replace")
    masked = _masked(said, _words)
    return found[0] if masked == said else masked


def _octets(encoding: str, content: str) -> bytes:
    if encoding in "qQ":
        return binascii.a2b_qp(content, header=True)
    try:
        return base64.b64decode(content + "==")
    except ValueError:
        return b""


def _record(*args: Any, **kwargs: Any) -> logging.LogRecord:
    """A record whose message is final: formatted, masked, with the letter it belongs to."""
    record = logging.LogRecord(*args, **kwargs)
    try:
        message = record.getMessage()
    except Exception as fault:  # a wrong format string must not stop the caller
        message = f"{record.msg!r} with {record.args!r} ({fault})"
    record.msg, record.args = mask(_short(message)), ()
    if record.exc_info and record.exc_info[0]:
        record.exc_text = _short_trace("".join(traceback.format_exception(*record.exc_info)).rstrip("\n"))
    if record.stack_info:
        record.stack_info = _short_trace(record.stack_info)
    record.following, record.trace = _about.get()
    return record


def _short(text: str) -> str:
    """The beginning of it, with an ellipsis, where it is longer than a line may be."""
    return text if len(text) <= LONGEST else f"{mask(text[:LONGEST])[:-_MARGIN]}…"


def _short_trace(text: str) -> str:
    """Masked, each line of it short. It is no longer than ``MOST_LINES`` lines, and a bug must be told inside
    a write too."""
    lines = text.split("\n")
    if len(lines) > MOST_LINES:
        lines = [*lines[: MOST_LINES // 2], "…", *lines[-MOST_LINES // 2 :]]
    with slow_work.exempt():
        return mask("\n".join(map(_short, lines)))


def _time(record: logging.LogRecord) -> str:
    """UTC, milliseconds."""
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def _extra(record: logging.LogRecord) -> dict[str, Any]:
    """What the caller gave as ``extra``; it is added after the record was made, so masked here."""
    return {name: _safe(value) for name, value in vars(record).items() if name not in _STANDARD}


def _safe(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    return mask(_short(value if isinstance(value, str) else str(value)))


def _traceback(record: logging.LogRecord) -> str:
    return "\n".join(text for text in (record.exc_text, record.stack_info) if text)


def _traces(record: logging.LogRecord) -> dict[str, str]:
    """What the line comes from, and the requests it is about."""
    words = getattr(record, "trace", "").split()
    kinds = {"trace": "IE", "request": "BL"}
    found = {kind: " ".join(word for word in words if word[0] in kinds[kind]) for kind in kinds}
    return {kind: said for kind, said in found.items() if said}


class _Json(logging.Formatter):
    timed = len('{"time": "2026-01-31T12:00:00.000Z"')
    """Characters at the beginning of a line that differ in equal ones."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {"letter": letter} if (letter := getattr(record, "following", "")) else {}
        line |= _traces(record)
        line |= {name: value for name, value in _extra(record).items() if name not in line}
        line |= {"traceback": trace} if (trace := _traceback(record)) else {}
        return json.dumps(line)


class _Text(logging.Formatter):
    """A line for people. What is not seen is written out: a subject cannot forge a line or turn it."""

    timed = len("2026-01-31T12:00:00.000Z")

    def format(self, record: logging.LogRecord) -> str:
        about = dict.fromkeys(
            (getattr(record, "following", "") or "-", *getattr(record, "trace", "").split())
        )
        words = [_time(record), record.levelname.ljust(7), "/".join(about)]
        words += [record.name.removeprefix("mailproc."), record.getMessage()]
        words += [f"{name}={value}" for name, value in _extra(record).items()]
        line = _short(escaped(_short(" ".join(words))))
        trace = _traceback(record).splitlines()
        return "\n    ".join([line, *(escaped(one) for one in trace)])

"""Happenings of the practice world in short lines for people."""

import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

_SENTENCES = {
    "letter": "{player}: a letter for its people: {subject}",
    "refused": "{player}: refuses the file{ref}: {text}",
    "unknown-cue": "{player}: has no cue {cue} for {number}; it knows: {cues}",
    "ordered": "{player}: orders {list}",
    "history": "{player}: {number}: {text}",
    "verified": "{player}: verify: {checked} checked, {differ} differ",
    "report": "{player}: hears from us: {number}  {code}",
    "slnp": "{player}: {order}: hears {code} {text} {number}",
    "hook": "{player}: {text}",
    "hub": "{player}: {text}",
    "sent": "letter to us {door}: {subject}",
    "waits": "a letter to us waits {door}, and is offered again: {text}",
    "not-taken": "a letter to us is refused {door}: {text}",
    "post": "letter to {to}: {subject}",
    "not-understood": "not understood: {text}",
}
_DOORS = {"imap": "into the mailbox", "smtp": "by SMTP", "tcp": "by TCP", "http": "by HTTP"}


def sentence(happening: Mapping[str, Any]) -> str:
    """What the world told (``{"event": …}``) as one line; '' for what is of no interest."""
    event = happening["event"]
    if event == "came":
        return _came(happening)
    template = _SENTENCES.get(event, "")
    words = {
        **happening,
        "door": _DOORS.get(happening.get("by", ""), ""),
        "ref": f" {happening['file_ref']}" if happening.get("file_ref") else "",
        "list": ", ".join(happening.get("numbers", ())),
    }
    return template.format(**words)


def _came(happening: Mapping[str, Any]) -> str:
    if happening["what"] == "cancel":
        return f"{happening['player']}: is asked to cancel {happening['number']}"
    return f"{happening['player']}: reads order {happening['number']}: {' / '.join(happening['lines'][:1])}"


class Telling:
    """Writes a line for each happening, with the seconds since the start before it."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._start = time.monotonic()

    def heading(self, text: str) -> None:
        self._write(f"\n{text}\n{'-' * len(text)}\n")

    def line(self, text: str) -> None:
        self._write(f"{time.monotonic() - self._start:6.1f}  {text}\n")

    def quote(self, text: str) -> None:
        """A document as it is, set in; runs of empty lines shown as one."""
        kept: list[str] = []
        for line in text.splitlines():
            if line.strip() or (kept and kept[-1].strip()):
                kept.append(line)
        self._write("".join(f"        | {line}\n" for line in kept))

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
            self._write(f"        {'  '.join(cells).rstrip()}\n")

    def _write(self, text: str) -> None:
        # One call a line: two threads tell at the same time.
        self._out.write(text)
        self._out.flush()

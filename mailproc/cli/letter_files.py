"""Letters that lie on disk, byte for byte: single files, mbox files, Maildir folders, standard input.

The standard library's ``mailbox`` rewrites a Maildir's letters, reads whole files into memory and knows no
limits; so this is our own. What cannot be read is said, and the rest is read.
"""

import os
import re
import stat
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from mailproc import named_files
from mailproc.mail.letter import LARGEST
from mailproc.sentence import Part, sentence

CHUNK = 65_536

_DATED = re.compile(rb"From [^\r\n]{0,300}[0-9]:[0-9]{2}[^\r\n]{0,60}[0-9]{4}")
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)


@dataclass(frozen=True)
class LetterFile:
    """A letter and where it lies ("mbox#2"); or, in ``problem``, a sentence why there is none."""

    name: str
    raw: bytes = b""
    problem: Part = ""


def letters(names: Sequence[str]) -> Iterator[LetterFile]:
    """Each letter in what was named, in order. Holds one letter in memory."""
    for name in names:
        if name == "-":
            yield _whole("-", sys.stdin.buffer)
        elif os.path.isdir(name):
            yield from _maildir(Path(name))
        else:
            yield from _file(name)


def _file(name: str) -> Iterator[LetterFile]:
    try:
        with _opened(name) as file:
            if file.peek(5).startswith(b"From "):  # type: ignore[attr-defined]  # a BufferedReader has it
                yield from _mbox(name, file)
            else:
                yield _whole(name, file)
    except OSError as error:
        yield LetterFile(name, problem=_why(name, error))


def _opened(name: str) -> BinaryIO:
    """Open a regular file; never wait for a writer of a pipe."""
    file = named_files.opened(name, os.O_NONBLOCK)
    mode = os.fstat(file.fileno()).st_mode
    if not stat.S_ISREG(mode):
        file.close()
        raise _NoFile(sentence("file-is-pipe" if stat.S_ISFIFO(mode) else "file-is-none"))
    return file


class _NoFile(OSError):
    """What was named is no regular file; ``said`` tells what it is."""

    def __init__(self, said: Part) -> None:
        super().__init__(str(said))
        self.said = said


def _why(name: str, error: OSError) -> Part:
    why: Part = error.said if isinstance(error, _NoFile) else error.strerror or str(error)
    if isinstance(error, FileNotFoundError) and os.path.islink(name):
        why = sentence("file-dangling-link")
    return sentence("file-not-read", file=name, why=why)


def _whole(name: str, file: BinaryIO) -> LetterFile:
    raw = file.read(LARGEST + 1)
    if not raw:
        return LetterFile(name, problem=sentence("file-empty", file=name))
    return LetterFile(name, raw) if len(raw) <= LARGEST else _too_large(name)


def _too_large(name: str) -> LetterFile:
    return LetterFile(name, problem=sentence("file-too-large", file=name, most=LARGEST))


def _maildir(path: Path) -> Iterator[LetterFile]:
    """The letters of ``new`` and ``cur`` as their names sort, which is as they were delivered."""
    files: list[tuple[str, str]] = []
    folders = [path / folder for folder in ("new", "cur") if os.path.isdir(path / folder)]
    if not folders:
        yield LetterFile(str(path), problem=sentence("file-no-maildir", file=str(path)))
    for folder in folders:
        try:
            files += [(name, f"{folder}/{name}") for name in os.listdir(folder) if not name.startswith(".")]
        except OSError as error:
            yield LetterFile(str(folder), problem=_why(str(folder), error))
    for _, name in sorted(files):
        try:
            with _opened(name) as file:
                yield _whole(name, file)
        except OSError as error:
            yield LetterFile(name, problem=_why(name, error))


def _mbox(name: str, file: BinaryIO) -> Iterator[LetterFile]:
    """RFC 4155: each letter follows a line "From …" that is the first, comes after an empty line, or has a
    time and a year in it; the empty line before it is the format's. A line that begins with ">From ",
    ">>From " … got its first ">" when the mbox was written (mboxrd), and loses it."""
    letter: list[bytes] = []
    number = octets = 0
    after_empty = at_start = True
    while line := file.readline(CHUNK):
        if at_start and line.startswith(b"From ") and (after_empty or _DATED.match(line)):
            if number:
                yield _of_mbox(f"{name}#{number}", letter[:-1] if after_empty else letter, octets)
            number, octets, letter = number + 1, 0, []
            after_empty, at_start = False, line.endswith(b"\n")
            continue
        octets += len(line)
        if octets <= LARGEST + CHUNK:
            letter.append(line)
        after_empty, at_start = at_start and line in (b"\n", b"\r\n"), line.endswith(b"\n")
    yield _of_mbox(f"{name}#{number}", letter[:-1] if after_empty else letter, octets)


def _of_mbox(name: str, letter: list[bytes], octets: int) -> LetterFile:
    if octets > LARGEST:
        return _too_large(name)
    raw = _QUOTED.sub(rb"\1", b"".join(letter))
    return LetterFile(name, raw) if raw else LetterFile(name, problem=sentence("file-empty", file=name))

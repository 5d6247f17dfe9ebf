"""The program's stdout: a full disk or a closed pipe behind it is told apart from every other fault."""

import io
import os
import sys
from typing import Any, TextIO

from mailproc.errors import LocalFault
from mailproc.sentence import sentence


class _Octets(io.FileIO):
    """Keeps the ``fault`` of its last write that failed: the buffers above it may have dropped the octets."""

    fault: OSError | None = None

    def write(self, octets: Any, /) -> int:
        try:
            return super().write(octets)
        except OSError as error:
            self.fault = error
            raise


def watch() -> None:
    """Put into ``sys.stdout`` one whose faults ``fault_in`` knows, for signs of any charset. Call it once.

    Where the program was started without stdout, whatever is written fails: it must not count as printed.
    """
    if sys.stdout is None:
        number = os.open(os.devnull, os.O_RDONLY)
        sys.stdout = io.TextIOWrapper(io.BufferedWriter(_Octets(number, "wb")))
    elif isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(
            errors="backslashreplace"
        )  # a terminal of another charset, a name that is no text
        if isinstance(_below(sys.stdout), io.FileIO):
            sys.stdout = _watched(sys.stdout)


def _watched(stream: io.TextIOWrapper) -> io.TextIOWrapper:
    octets = _Octets(stream.fileno(), "wb", closefd=False)
    unbuffered = isinstance(stream.buffer, io.FileIO)  # PYTHONUNBUFFERED
    return io.TextIOWrapper(
        octets if unbuffered else io.BufferedWriter(octets),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )


def _below(stream: TextIO) -> object:
    buffer = getattr(stream, "buffer", None)
    return getattr(buffer, "raw", buffer)


def fault_in(error: OSError) -> LocalFault | None:
    """Return what is wrong with stdout, and write nothing to it any more; None if ``error`` is another's."""
    octets = _below(sys.stdout)
    if not isinstance(octets, _Octets) or error is not octets.fault:
        return None
    forget()
    return LocalFault(sentence("file-not-written", file="stdout", why=error.strerror or str(error)))


def forget() -> None:
    """Let what is still in the buffer, and what follows, go nowhere: Python would tell of it at the end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)

"""The command line as a person uses it, in this process: a start of Python takes a second."""

import io
import json
import sys
from dataclasses import dataclass
from typing import Any

import pytest

from mailproc.cli import main
from mailproc.store import store_marker
from tests.support.quick_store import QuickStore


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def run(*arguments: str, stdin: str | bytes = b"", encoding: str = "utf-8") -> Ran:
    """``mailproc`` with these arguments; a traceback is a failed test. Not for several threads at once.

    ``encoding``: of the terminal.
    """
    given = stdin.encode() if isinstance(stdin, str) else stdin
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="") for _ in range(2))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store_marker, "Store", QuickStore)
        patch.setattr(sys, "argv", ["mailproc", *arguments])
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given), encoding="utf-8"))
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        with pytest.raises(SystemExit) as ended:
            main()
        out.flush()
        err.flush()
    texts = [stream.buffer.getvalue().decode(encoding, "replace") for stream in (out, err)]
    return Ran(int(ended.value.code or 0), *texts)

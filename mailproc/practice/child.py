"""A program that the demo starts: its lines as they come, and an end that is certain."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence


class Gone(Exception):
    """The program ended, or did not say in time what was waited for. The text is a sentence."""


class Child:
    """``heard`` is called with each line of its output, in a thread of its own."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        heard: Callable[[str], None] = lambda _line: None,
    ) -> None:
        self.name = name
        self.lines: list[str] = []
        self._heard = heard
        self._news = threading.Condition()
        self._ended = False
        self._popen = subprocess.Popen(  # noqa: S603  # our own programs
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={**os.environ, **environment}, text=True, encoding="utf-8", errors="replace",
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def write(self, line: str) -> None:
        assert self._popen.stdin is not None  # noqa: S101  # opened above
        self._popen.stdin.write(line + "\n")
        self._popen.stdin.flush()

    def wait_for(self, wanted: Callable[[str], bool], what: str, deadline: float) -> str:
        """The first line so far or to come that is wanted. ``deadline`` is of time.monotonic().

        Raises Gone where the program ends before, or the deadline passes.
        """
        looked_at = 0
        with self._news:
            while True:
                for line in self.lines[looked_at:]:
                    if wanted(line):
                        return line
                looked_at = len(self.lines)
                if self._ended:
                    last = self.lines[-1] if self.lines else "it said nothing"
                    raise Gone(f"{self.name} ended before {what}: {last}")
                if not self._news.wait(deadline - time.monotonic()) and time.monotonic() >= deadline:
                    raise Gone(f"Not in time: {what}.")

    def _read(self) -> None:
        assert self._popen.stdout is not None  # noqa: S101  # opened above
        for line in self._popen.stdout:
            with self._news:
                self.lines.append(line.rstrip("\n"))
                self._news.notify_all()
            self._heard(line.rstrip("\n"))
        with self._news:
            self._ended = True
            self._news.notify_all()

    def wait(self) -> None:
        """Wait until it ends by itself.

        In turns: a signal that comes just before a wait without an end is not seen until that is over.
        """
        with self._news:
            while not self._ended:
                self._news.wait(1)

    def stop(self, by: signal.Signals = signal.SIGTERM, patience: float = 30) -> int:
        """Asks, waits, and in the end does not ask any more. The exit status, or minus the signal."""
        self._popen.send_signal(by)
        try:
            self._popen.wait(patience)
        except subprocess.TimeoutExpired:
            self._popen.kill()
        self._reader.join(5)
        for stream in (self._popen.stdin, self._popen.stdout):
            if stream:
                stream.close()
        return self._popen.wait()

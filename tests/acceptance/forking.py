"""The test's end of ``doomed``: daemons by fork, each with what a test asks of a process."""

import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import Self


class Forked:
    """A daemon that is no child of ours: waited for by its process descriptor."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._descriptor = os.pidfd_open(pid)
        self._ended = False

    def poll(self) -> int | None:
        return 0 if self._over(0) else None

    def wait(self, timeout: float) -> int:
        if not self._over(timeout):
            raise subprocess.TimeoutExpired("a forked daemon", timeout)
        return 0

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def send_signal(self, number: signal.Signals) -> None:
        if not self._over(0):
            signal.pidfd_send_signal(self._descriptor, number)

    def _over(self, seconds: float) -> bool:
        if not self._ended:
            waiting = select.poll()
            waiting.register(self._descriptor, select.POLLIN)
            if waiting.poll(seconds * 1000):
                os.close(self._descriptor)
                self._ended = True
        return self._ended


class Forker:
    """Starts daemons in a moment. A context manager."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.acceptance.doomed"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.communicate(timeout=30)

    def fork(self, config: Path, log: Path, number: int = 0, when: str = "") -> Forked:
        """A daemon that dies at its commit of that number; 0: not by itself."""
        asked = {"config": str(config), "log": str(log), "number": number, "when": when}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return Forked(int(self._process.stdout.readline()))

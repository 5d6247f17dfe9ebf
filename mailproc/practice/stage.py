"""The demo's stage: a throw-away folder with a configuration, the practice world, the daemon."""

import json
import re
import secrets
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mailproc.practice import configuration
from mailproc.practice.child import Child
from mailproc.practice.configuration import Ports
from mailproc.practice.world import PASSWORDS

LIBRARY = "ill@demo-library.example"
_HEAD = f"""\
[library]
symbol = "DEMO-LIBRARY"
name = "Demo Library"
email = "{LIBRARY}"

[listen]
port = 0

[documents]
forward = true

[schedule]
catalogues = "every 1s"

"""
_LISTENING = re.compile(r"listening on ([0-9.]+):(\d+)")
_PATIENCE = 20


class Stage:
    """``heard`` gets each happening of the practice world, in another thread."""

    def __init__(self, folder: Path, heard: Callable[[dict[str, Any]], None], deadline: float) -> None:
        self.config = folder / "config.toml"
        self.deadline = deadline
        self.environment = {name: _password(who) for who, name in PASSWORDS.items()}
        self._heard = heard
        self._children: list[Child] = []

    def set_up(self) -> None:
        """Raises Gone where a part does not come up."""
        self.practice = self._start("the practice world", ["-m", "mailproc.practice"], self._tell)
        ready = self.happening("it is ready", event="ready")
        lines = configuration.lines(Ports(ready["relay"], ready["mailbox"], ready["web"]), "every 1s")
        self.config.write_text(_HEAD + lines, encoding="utf-8")
        self.daemon = self._start("the daemon", ["-m", "mailproc", "--config", str(self.config), "run"])
        said = self.daemon.wait_for(lambda line: bool(_LISTENING.search(line)), "it listens", self.soon())
        host, port = _LISTENING.findall(said)[0]
        self.practice.write(f"listener {host} {port}")
        self.happening("it knows our listener", event="listener")

    def happening(self, what: str, **wanted: object) -> dict[str, Any]:
        """The first happening, so far or to come, with all these particulars. Raises Gone."""

        def is_it(line: str) -> bool:
            return line.startswith("{") and wanted.items() <= json.loads(line).items()

        told: dict[str, Any] = json.loads(self.practice.wait_for(is_it, what, self.soon()))
        return told

    def soon(self) -> float:
        """The end of one patience: 20 seconds, never beyond the end of the whole."""
        return min(self.deadline, time.monotonic() + _PATIENCE)

    def tear_down(self) -> None:
        """The daemon first, so that its last letters still find the post office."""
        for child in reversed(self._children):
            child.stop()

    def log_tail(self, count: int = 15) -> list[str]:
        return self.daemon.lines[-count:] if hasattr(self, "daemon") else []

    def _start(
        self, name: str, arguments: list[str], heard: Callable[[str], None] = lambda _line: None
    ) -> Child:
        child = Child(name, [sys.executable, *arguments], self.environment, heard)
        self._children.append(child)
        return child

    def _tell(self, line: str) -> None:
        if line.startswith("{"):
            self._heard(json.loads(line))


def _password(who: str) -> str:
    """Passwords of ARTEmail are short; what signs a call must not be."""
    return secrets.token_hex(16) if who == "hook" else secrets.token_hex(4)[:7].upper()

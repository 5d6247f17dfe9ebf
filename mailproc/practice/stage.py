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
from mailproc.practice.configuration import Doors, Ports
from mailproc.practice.world import PASSWORDS

LIBRARY = "ill@demo-library.example"
SYMBOL = "DEMO-LIBRARY"
_HEAD = f"""\
[library]
symbol = "{SYMBOL}"
name = "Demo Library"
email = "{LIBRARY}"

[listen]
port = 0

[documents]
forward = true

[schedule]
catalogues = "every 1s"

"""
_WEB = """\
[web]
enabled = true
port = 0

"""
_DESK = re.compile(r"the desk is at (http://\S+)")
_LISTENING = re.compile(r"listening on ([0-9.]+):(\d+)")
_READY = "ready"
_LISTENERS = ("listener", "listener-tcp", "listener-slnp")
"""What the world is told of the ports, in the order in which the service names them."""
_PATIENCE = 60
"""Seconds of one step: a machine too slow for a demo in a minute is waited for, a stuck one is not."""


class Stage:
    """``heard`` gets each happening of the practice world, in another thread."""

    def __init__(self, folder: Path, heard: Callable[[dict[str, Any]], None]) -> None:
        self.config = folder / "config.toml"
        self.environment = {name: _password(who) for who, name in PASSWORDS.items()}
        self._heard = heard
        self._children: list[Child] = []

    def set_up(self) -> None:
        """Raises Gone where a part does not come up."""
        self.practice = self._start("the practice world", ["-m", "mailproc.practice"], self._tell)
        ready = self.happening("it is ready", event="ready")
        ports = Ports(ready["relay"], ready["mailbox"], ready["web"], ready["aleph"])
        lines = configuration.lines(ports, "every 1s", doors=Doors(0, 0, None))
        web = _WEB if configuration.has_web() else ""
        self.config.write_text(_HEAD + web + lines, encoding="utf-8")
        self.daemon = self._start("the daemon", ["-m", "mailproc", "--config", str(self.config), "run"])
        self.daemon.wait_for(lambda line: line == _READY, "it listens", self.soon())
        found = [_LISTENING.findall(line)[0] for line in self.daemon.lines if _LISTENING.search(line)]
        for command, (host, port) in zip(_LISTENERS, found, strict=True):
            self.practice.write(f"{command} {host} {port}")
        self.happening("it knows our listener", event="listener")

    def desk_address(self) -> str:
        """Return where the pages for staff are; '' where what serves them is not installed."""
        found = [_DESK.search(line) for line in self.daemon.lines]
        return next((one[1] for one in found if one), "")

    def happening(self, what: str, **wanted: object) -> dict[str, Any]:
        """The first happening, so far or to come, with all these particulars. Raises Gone."""

        def is_it(line: str) -> bool:
            return line.startswith("{") and wanted.items() <= json.loads(line).items()

        told: dict[str, Any] = json.loads(self.practice.wait_for(is_it, what, self.soon()))
        return told

    def soon(self) -> float:
        """The end of one patience that begins now."""
        return time.monotonic() + _PATIENCE

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
    """Passwords of ARTEmail are short; what signs a call and the way to our door must not be."""
    return secrets.token_hex(16) if who in ("hook", "hub") else secrets.token_hex(4)[:7].upper()

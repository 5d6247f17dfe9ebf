"""Debian's Chromium, driven by playwright: a window that notes what it asks for and complains about."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, Request, ViewportSize, sync_playwright

PROGRAM = Path("/usr/bin/chromium")
AXE = Path(__file__).parent / "axe-core/axe.min.js"
AXE_DIGEST = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PATIENCE = 60_000
"""Milliseconds, on a machine that is busy."""


@contextmanager
def started() -> Iterator[Chromium]:
    """Chromium without a screen. As root it has no sandbox of its own."""
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=PROGRAM, args=root, timeout=PATIENCE)
        yield chromium
        chromium.close()


_open = ExitStack()


@cache
def kept() -> Chromium:
    """The one that runs until it is let go: a start takes a second of a processor."""
    return _open.enter_context(started())


def let_go() -> None:
    _open.close()
    kept.cache_clear()


@cache
def _axe() -> str:
    code = AXE.read_text(encoding="utf-8")
    assert sha256(code.encode()).hexdigest() == AXE_DIGEST
    return code


class Window:
    """A window of its own session at the desk. ``complaints``: of its console, and of requests that failed or
    went elsewhere. Without ``script`` no program of a page runs."""

    def __init__(
        self, chromium: Chromium, origin: str, width: int, *, dark: bool = False, script: bool = True
    ) -> None:
        size: ViewportSize = {"width": width, "height": 800}
        self._context = chromium.new_context(viewport=size, color_scheme="dark" if dark else "light")
        self.origin = origin
        self.complaints: list[str] = []
        self.page: Page = self._context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self._switch = None if script else self._context.new_cdp_session(self.page)
        self._let_programs_run(allowed=False)
        self.page.on("console", lambda said: self.complaints.append(f"console: {said.text}"))
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("requestfailed", self._note_failure)
        self.page.on("request", lambda asked: self._note(asked.url))

    def _note_failure(self, asked: Request) -> None:
        if asked.failure != "net::ERR_ABORTED":  # the page was left before its icon came
            self.complaints.append(f"failed: {asked.url}: {asked.failure}")

    def _note(self, url: str) -> None:
        if not url.startswith(f"{self.origin}/"):
            self.complaints.append(f"elsewhere: {url}")

    def say(self, header: str, value: str) -> None:
        """Say this with each request, as a proxy would."""
        self._context.set_extra_http_headers({header: value})

    def go(self, path: str) -> int:
        """Open a page; the status of its answer."""
        answer = self.page.goto(f"{self.origin}{path}")
        return answer.status if answer else 0

    def log_in(self, login: str, password: str) -> None:
        self.go("/login")
        self.page.get_by_role("textbox").first.fill(login)
        self.page.locator("#password").fill(password)
        self.page.locator("form.login button").click()

    def faults(self) -> list[str]:
        """What axe finds on the page: each rule with the elements that break it."""
        self._let_programs_run(allowed=True)
        self.page.evaluate(_axe())
        options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
        found: list[dict[str, Any]] = self.page.evaluate(
            "options => axe.run(options).then(found => found.violations)", options
        )
        self._let_programs_run(allowed=False)
        return [f"{one['id']}: {[node['html'][:200] for node in one['nodes']]}" for one in found]

    def _let_programs_run(self, *, allowed: bool) -> None:
        """Where no program of a page runs, axe must: when the page is there, its own are left out already."""
        if self._switch is not None:
            self._switch.send("Emulation.setScriptExecutionDisabled", {"value": not allowed})

    def unfold(self) -> None:
        """Open all that is folded."""
        self.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")

    def wider_than_the_window(self) -> int:
        """By how many pixels one would have to scroll sideways."""
        told: int = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return told

    def close(self) -> None:
        self._context.close()

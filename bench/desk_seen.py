"""SEEN: from a key to what it brought about, in Chromium, at a desk over a million transactions."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from bench.desk import MANY, million, served_over
from bench.figures import Figures, Goal, Suite

PROGRAM = Path("/usr/bin/chromium")
TEXT = "/templates/en.patron.arrived"
TIMES = 15
"""Acts in a round, and previews."""
PATIENCE = 30_000
"""Milliseconds."""

CLOCK = """
const now = () => performance.timeOrigin + performance.now();
const painted = () => requestAnimationFrame(() => window.seenAt = now());
addEventListener("keydown", () => sessionStorage.pressedAt = now(), true);
addEventListener("DOMContentLoaded", () => {
  painted();
  const preview = document.getElementById("preview");
  if (preview) new MutationObserver(painted).observe(preview, {childList: true});
});
"""
"""Notes in each page when a key was pressed, and when the page or its preview was painted last: playwright
looks only now and then."""
TOOK = "window.seenAt - sessionStorage.pressedAt"

GOALS = (
    Goal(
        "SEEN",
        f"an act's key at To do, over {MANY:,}, to its answer, p50",
        "act",
        "",
        200,
        "ms",
        at_most=True,
    ),
    Goal("SEEN", "the last key in a text to its preview, p50", "preview", "", 500, "ms", at_most=True),
)


def measure() -> Figures:
    with served_over(million()) as (served, _), _window(served) as page:
        return {"act": median(_acts(page)), "preview": median(_previews(page))}


def missing() -> str:
    """Return the Debian package without which nothing is seen."""
    return "" if PROGRAM.exists() else "chromium"


@contextmanager
def _window(served: dict[str, Any]) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    origin = f"http://127.0.0.1:{served['port']}"
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=PROGRAM, args=root)
        context = chromium.new_context(base_url=origin)
        context.add_cookies([{"name": "desk", "value": served["token"], "url": origin}])
        context.add_init_script(CLOCK)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        yield page
        chromium.close()


def _acts(page: Any) -> Iterator[float]:
    """Yield the milliseconds from the letter of a row's act until the page says what came of it."""
    page.goto("/")
    for _ in range(TIMES):
        row = page.locator("[data-row]:has(button[data-act])").first
        number = row.get_attribute("data-row")
        letter = row.locator("button[data-act]").first.get_attribute("data-act")
        row.locator("a.number").focus()
        page.keyboard.press(letter)
        page.wait_for_selector(f"main .done:has-text('{number}')")
        yield page.evaluate(TOOK)


def _previews(page: Any) -> Iterator[float]:
    """Yield the milliseconds from the last key until the preview shows the word, the pause among them."""
    page.goto(TEXT)
    text = page.locator("#text")
    text.focus()
    for number in range(TIMES):
        page.keyboard.press("Control+End")
        page.keyboard.type(f" word{number}", delay=20)
        page.keyboard.press("x")
        page.wait_for_selector(f"#preview pre:has-text('word{number}x')")
        yield page.evaluate(TOOK)


SUITE = Suite(GOALS, measure, missing)

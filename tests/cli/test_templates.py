"""``templates --diff``: what a site changed, for the person who changed it."""

from collections.abc import Callable
from pathlib import Path

from mailproc.templating.folders import shipped_folder

ARRIVED = "en/patron/arrived.txt"


def changed(folder: Path, old: str, new: str) -> None:
    text = (shipped_folder() / ARRIVED).read_text(encoding="utf-8")
    assert old in text
    site = folder / "site" / ARRIVED
    site.parent.mkdir(parents=True)
    site.write_text(text.replace(old, new), encoding="utf-8")


def test_what_was_changed_is_shown(cli: Callable, folder: Path) -> None:
    changed(folder, "our desk", "the blue desk")
    ran = cli("templates", "--diff", ARRIVED)
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert [line[:1] for line in lines if "desk" in line] == ["-", "+"]
    assert any("the blue desk" in line for line in lines)


def test_as_shipped(cli: Callable) -> None:
    assert cli("templates", "--diff", ARRIVED).out == f"{ARRIVED} is as it was shipped.\n"


def test_a_password_typed_into_a_template_is_masked(cli: Callable, folder: Path) -> None:
    changed(folder, "our desk", "our desk\n99-0001\nZq7Pass9")
    assert "Zq7Pass9" not in cli("templates", "--diff", ARRIVED).out


def test_a_template_that_nobody_uses(cli: Callable) -> None:
    ran = cli("templates", "--diff", "en/patron/arived.txt")
    assert (ran.code, ran.out) == (1, "")
    assert ARRIVED in ran.err

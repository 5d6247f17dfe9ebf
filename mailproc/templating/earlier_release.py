"""What changed in the shipped texts since the release before, for a library that has texts of its own.

The folder of that release holds its texts that have changed since, as they were. A release that changes texts
replaces the folder.
"""

from pathlib import Path

from mailproc.templating.site_changes import unified

RELEASE = "0.1.0"
_FOLDER = Path(__file__).parent / "earlier" / RELEASE


def text_of(path: str) -> str:
    """Return what was shipped as ``path`` then; '' if it has not changed since, or is new."""
    file = _FOLDER / path
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def changed_since(path: str, shipped: str, ours: str) -> str:
    """Return what has changed in the ``shipped`` text since then, as a unified diff.

    '' if nothing, or if ``ours`` was brought up to date: it is nearer to the text shipped now.
    """
    before = text_of(path)
    if not before or _distance(shipped, ours) < _distance(before, ours):
        return ""
    return unified(before, shipped, f"shipped-{RELEASE}/{path}", f"shipped/{path}")


def _distance(one: str, other: str) -> int:
    """How many lines are in one text only."""
    lines = unified(one, other, "", "").split("\n")[2:]
    return sum(line.startswith(("+", "-")) for line in lines)

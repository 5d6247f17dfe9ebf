"""Where a template's file is: the site's folders first, the shipped one last, English at the end."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Literal

FALLBACK_LANGUAGE = "en"
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def shipped_folder() -> Path:
    """The templates that come with mailproc, in a wheel and in a checkout alike."""
    return Path(str(files("mailproc") / "templates"))


@dataclass(frozen=True)
class Source:
    """One template's file as it is now. ``stamp`` changes when the file does."""

    path: str
    file: Path
    origin: Literal["site", "shipped"]
    stamp: tuple[int, int, int]

    def read(self) -> str:
        """The text. Raises OSError, UnicodeDecodeError."""
        return self.file.read_text(encoding="utf-8-sig")


class Folders:
    """The search path. The last folder is the shipped one; one that is named twice counts once."""

    def __init__(self, search: Sequence[Path]) -> None:
        shipped = search[-1].resolve()
        self._site = tuple(folder for folder in search[:-1] if folder.resolve() != shipped)
        self._shipped = search[-1]

    def find(self, path: str) -> Source | None:
        """The file for ``path``; language goes before folder ("de-AT", "de", then English)."""
        for each in spoken(path):
            for folder in (*self._site, self._shipped):
                if found := self._look(each, folder):
                    return found
        return None

    def shipped(self, path: str) -> Source | None:
        """The file that came with mailproc, whatever the site has."""
        found = (self._look(each, self._shipped) for each in spoken(path))
        return next(filter(None, found), None)

    def site_paths(self) -> Iterator[str]:
        """Every text file of the site's folders, as a path below them."""
        for folder in self._site:
            for file in sorted(folder.rglob("*.txt")):
                yield file.relative_to(folder).as_posix()

    def _look(self, path: str, folder: Path) -> Source | None:
        file = folder / path
        try:
            found = file.stat()
        except OSError:
            return None
        stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
        return Source(path, file, "shipped" if folder is self._shipped else "site", stamp)


def spoken(path: str) -> Iterator[str]:
    """``path`` in its own language, in the wider ones, in English; a path without language as it is."""
    language, _, rest = path.partition("/")
    if not LANGUAGE.fullmatch(language):
        yield path
        return
    while language:
        yield f"{language}/{rest}"
        language = language.rpartition("-")[0]
    if not path.startswith(f"{FALLBACK_LANGUAGE}/"):
        yield f"{FALLBACK_LANGUAGE}/{rest}"

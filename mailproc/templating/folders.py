"""Find a template's file: the site's folders first, the shipped one last, English at the end."""

import os
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Literal, NamedTuple

from mailproc.config_load.value_checks import FALLBACK_LANGUAGE, LANGUAGE_TAG


def shipped_folder() -> Path:
    """Return the folder of the shipped templates, in a wheel and in a checkout alike."""
    return Path(str(files("mailproc") / "templates"))


Origin = Literal["site", "shipped"]


class TemplateFile(NamedTuple):  # one is made for each letter: a tuple is made fastest
    """One template's file as it is now. ``stamp`` changes when the file does."""

    path: str
    file: Path
    origin: Origin
    stamp: tuple[str, int, int, int]

    def read(self) -> str:
        """Return the text. Raise OSError, UnicodeDecodeError."""
        return self.file.read_text(encoding="utf-8-sig")


_Place = tuple[str, Path, str, Origin]


class Folders:
    """The search path. The last folder is the shipped one; one that is named twice counts once."""

    def __init__(self, search: Sequence[Path]) -> None:
        shipped = search[-1].resolve()
        self._site = tuple(folder for folder in search[:-1] if folder.resolve() != shipped)
        self._shipped = search[-1]
        self._places: dict[str, tuple[_Place, ...]] = {}

    def find(self, path: str) -> TemplateFile | None:
        """Return the file for ``path``; language goes before folder ("de-AT", "de", then English)."""
        places = self._places.get(path)
        if places is None:
            folders = (*self._site, self._shipped)
            places = self._places[path] = tuple(
                self._place(each, folder) for each in spoken(path) for folder in folders
            )
        for place in places:
            if found := _look(place):
                return found
        return None

    def shipped(self, path: str) -> TemplateFile | None:
        """Return the shipped file, even if the site has another."""
        places = (self._place(each, self._shipped) for each in spoken(path))
        return next(filter(None, map(_look, places)), None)

    def shipped_languages(self, path: str) -> Iterator[str]:
        """Yield ``path`` in every shipped language, its own first."""
        yield path
        language, _, rest = path.partition("/")
        if LANGUAGE_TAG.fullmatch(language):
            found = sorted(file.relative_to(self._shipped) for file in self._shipped.glob(f"*/{rest}"))
            yield from (each.as_posix() for each in found if LANGUAGE_TAG.fullmatch(each.parts[0]))

    def site_paths(self) -> Iterator[str]:
        """Yield every text file of the site's folders, as a path below them."""
        for folder in self._site:
            for file in sorted(folder.rglob("*.txt")):
                yield file.relative_to(folder).as_posix()

    def _place(self, path: str, folder: Path) -> _Place:
        file = folder / path
        return path, file, str(file), "shipped" if folder is self._shipped else "site"


def _look(place: _Place) -> TemplateFile | None:
    """Return the file as it is now; checked for each letter, so that a change takes effect at once.

    One that is inaccessible (no rights, a broken link) counts as present: reading it fails with an error, and
    no other text is sent in its place.
    """
    path, file, name, origin = place
    try:
        found = os.stat(name)
    except (FileNotFoundError, NotADirectoryError):
        return TemplateFile(path, file, origin, (name, 0, 0, 0)) if os.path.islink(name) else None
    except OSError:
        return TemplateFile(path, file, origin, (name, 0, 0, 0))
    return TemplateFile(path, file, origin, (name, found.st_mtime_ns, found.st_size, found.st_ino))


def spoken(path: str) -> Iterator[str]:
    """Yield ``path`` in its own language, in wider ones, in English; a path without language unchanged."""
    language, _, rest = path.partition("/")
    if not LANGUAGE_TAG.fullmatch(language):
        yield path
        return
    while language:
        yield f"{language}/{rest}"
        language = language.rpartition("-")[0]
    if not path.startswith(f"{FALLBACK_LANGUAGE}/"):
        yield f"{FALLBACK_LANGUAGE}/{rest}"

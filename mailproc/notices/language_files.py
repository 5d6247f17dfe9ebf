"""The languages of a library: ``languages/CODE.toml`` in its own folder of templates, else as shipped."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from mailproc.config_load import toml_file
from mailproc.config_load.problem import ConfigProblem, ConfigSource, misconfigured
from mailproc.config_load.value_checks import FALLBACK_LANGUAGE, LANGUAGE_TAG
from mailproc.errors import Misconfigured, Setting
from mailproc.notices.language import Language, locale_of
from mailproc.notices.vocabulary import Vocabulary

FOLDER = "languages"
SHIPPED = Path(str(files("mailproc.notices") / FOLDER))


class Languages:
    """Each language is read once, when it is first asked for; ``load_all`` reads them at the start.

    May be used from several threads: at worst a file is read twice. Raises Misconfigured, which names file,
    line and key, for a file that is not whole.
    """

    def __init__(self, site: Path | None = None) -> None:
        """``site`` is the library's own folder of templates; it need not be there."""
        self._own = _files_in(site / FOLDER) if site is not None else {}
        self._loaded: dict[str, Language] = {}

    def of(self, tag: str) -> Language:
        """The language ``tag`` ("de-AT"), else the wider one ("de"), else English."""
        for wider in _wider(tag):
            if wider in self._own or wider in _shipped_files():
                return self._language(wider)
        return shipped(FALLBACK_LANGUAGE)

    def tags(self) -> tuple[str, ...]:
        """Every language that has a file, the shipped ones first."""
        return tuple(dict.fromkeys((*shipped_tags(), *self._own)))

    def own(self) -> Mapping[str, Path]:
        """The library's own files by language."""
        return self._own

    def load_all(self) -> None:
        """Read every file, so that nothing wrong is met later."""
        for tag in self.tags():
            self._language(tag)

    def _language(self, tag: str) -> Language:
        known = self._loaded.get(tag)
        if known is None:
            own = self._own.get(tag)
            known = self._loaded[tag] = _read(tag, own) if own else shipped(tag)
        return known


def shipped_tags() -> tuple[str, ...]:
    """The languages that came with mailproc, English first."""
    return tuple(_shipped_files())


@cache
def shipped(tag: str) -> Language:
    """A language that came with mailproc. KeyError for another."""
    return _read(tag, _shipped_files()[tag])


def _wider(tag: str) -> Iterator[str]:
    while tag:
        yield tag
        tag = tag.rpartition("-")[0]


@cache
def _shipped_files() -> Mapping[str, Path]:
    found = _files_in(SHIPPED)
    return {FALLBACK_LANGUAGE: found.pop(FALLBACK_LANGUAGE), **found}


def _files_in(folder: Path) -> dict[str, Path]:
    try:
        found = sorted(one for one in folder.iterdir() if one.suffix == ".toml")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise Misconfigured(f"{folder} cannot be read: {error.strerror}", Setting("", str(folder))) from error
    for file in found:
        if not LANGUAGE_TAG.fullmatch(file.stem):
            text = f'{file}: must be named by its language, as "cy.toml" or "de-AT.toml"'
            raise Misconfigured(text, Setting("", str(file)))
    return {file.stem: file for file in found}


def _read(tag: str, file: Path) -> Language:
    source = toml_file.read(file)
    if found := list(_wrong(tag, source)):
        raise misconfigured(source, found)
    return Language(tag, Vocabulary(**source.data))


def _wrong(tag: str, source: ConfigSource) -> Iterator[ConfigProblem]:
    """English as it was shipped is what all others are compared with; tests compare it with the codes."""
    if source.path.parent == SHIPPED and tag == FALLBACK_LANGUAGE:
        return
    from mailproc.notices import language_check  # here: English alone needs no check, and no locale

    try:
        locale = locale_of(tag)
    except ValueError as error:
        yield ConfigProblem((), f"CLDR does not know the language {tag}: {error}")
        return
    yield from language_check.problems(source.data, _english(), locale)


@cache
def _english() -> Mapping[str, Any]:
    file = _shipped_files()[FALLBACK_LANGUAGE]
    return toml_file.read(file).data


ENGLISH = shipped(FALLBACK_LANGUAGE)

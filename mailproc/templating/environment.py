"""Find, check and render templates. A text that has not passed its check is never rendered."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Template, TemplateSyntaxError

from mailproc import slow_work
from mailproc.config_load.value_checks import FALLBACK_LANGUAGE, LANGUAGE_TAG
from mailproc.errors import LocalFault
from mailproc.sentence import sentence
from mailproc.templating import earlier_release, work
from mailproc.templating.branches import Branches
from mailproc.templating.check import check_names
from mailproc.templating.contract import Contract
from mailproc.templating.folders import Folders, TemplateFile
from mailproc.templating.grammar import problem_of
from mailproc.templating.problem import BrokenTemplate, TemplateProblem, nearest
from mailproc.templating.readme import readme
from mailproc.templating.rendering import rendered, tried
from mailproc.templating.sandbox import Sandbox
from mailproc.templating.shapes import shape_of
from mailproc.templating.site_changes import unified

LONGEST_TEXT = 64 * 1024
_SANDBOX = Sandbox()


@dataclass(frozen=True)
class TemplateLine:
    """A line of the list of templates. ``problems`` is empty if the text is in order.

    ``purpose`` is '' if no letter uses it.
    """

    path: str
    purpose: str
    source: str  # site | shipped | missing
    problems: tuple[TemplateProblem, ...] = ()

    @property
    def problem(self) -> TemplateProblem | None:
        """The first problem."""
        return next(iter(self.problems), None)

    @property
    def state(self) -> str:
        return "broken" if self.problems else "ok"


@dataclass(frozen=True)
class InUse:
    """The file of a template. ``path`` has the language that was found, not the one asked for.

    ``problems`` are of this ``text``, '' if the file is not text.
    """

    path: str
    origin: str  # site | shipped
    file: Path
    text: str
    problems: tuple[TemplateProblem, ...]


@dataclass(frozen=True)
class _Loaded:
    source: TemplateFile
    text: str
    template: Template | None
    problems: tuple[TemplateProblem, ...]


class Templates:
    """The templates of a search path (site folders first, the shipped one last).

    Each file is compiled and checked once, and again when it changes. Safe to use from several threads: at
    worst a changed file is compiled twice.
    """

    def __init__(self, search: Sequence[Path], contracts: Sequence[Contract]) -> None:
        self._folders = Folders(search)
        self._contracts = {contract.path: contract for contract in contracts}
        self._loaded: dict[str, _Loaded] = {}

    @slow_work.outside_writes
    def render(self, path: str, context: Mapping[str, Any]) -> str:
        """Return the finished text of the template ``path``. ``context`` is plain dicts (``as_context``).

        Raise BrokenTemplate, a LocalFault that names file, line, field and the nearest known name; LocalFault
        for an unused path.
        """
        loaded = self._load(path)
        if loaded.template is None:
            raise BrokenTemplate(loaded.problems)
        return rendered(loaded.template, str(loaded.source.file), context)

    @slow_work.outside_writes
    def render_text(self, path: str, text: str, context: Mapping[str, Any], name: str = "draft") -> str:
        """Like ``render``, from ``text`` (a draft, the last good one) instead of the file.

        ``name`` is the name under which problems of the text are reported.
        """
        template, problems = _checked(self.contract(path), text, name)
        if template is None:
            raise BrokenTemplate(problems)
        return rendered(template, name, context)

    @slow_work.outside_writes
    def check(self, path: str) -> list[TemplateProblem]:
        """Return the problems of the file in use for ``path``, in the order of its lines; [] if none."""
        return list(self._load(path).problems)

    @slow_work.outside_writes
    def problems_of(self, path: str, text: str, name: str) -> tuple[TemplateProblem, ...]:
        """Return the problems of a draft, reported under ``name``, in the order of its lines; () if none."""
        return _checked(self.contract(path), text, name)[1]

    def branches(self, path: str, text: str | None, name: str) -> Branches:
        """Return the branches of ``text``, or if it is None of the file in use. Raise BrokenTemplate."""
        if text is None:
            loaded = self._load(path)
            text, template, problems = loaded.text, loaded.template, loaded.problems
        else:
            template, problems = _checked(self.contract(path), text, name)
        if template is None:
            raise BrokenTemplate(problems)
        return Branches(_SANDBOX, text, name)

    def source(self, path: str) -> InUse:
        """Return what is in use for ``path``: from the site or as shipped, in which language, the text."""
        loaded = self._load(path)
        source = loaded.source
        return InUse(source.path, source.origin, source.file, loaded.text, loaded.problems)

    def shipped_text(self, path: str) -> str:
        """Return the shipped text, even if the site has replaced it."""
        self.contract(path)
        source = self._folders.shipped(path)
        if source is None:
            raise LocalFault(f"{path}: no such text was shipped")
        return source.read()

    def diff(self, path: str) -> str:
        """Return what the site's text for ``path`` changes, as a unified diff; '' if nothing.

        A text in a language that was not shipped is compared with the one it replaces (in the end the
        English). Raise BrokenTemplate for a file that is not text; LocalFault for an unused path.
        """
        ours = self._load(path).source
        shipped = self._folders.shipped(ours.path)
        if ours.origin == "shipped" or shipped is None:
            return ""
        return unified(shipped.read(), _text_of(ours), f"shipped/{shipped.path}", f"site/{ours.path}")

    def diff_since_earlier(self, path: str) -> str:
        """Return what has changed in the text that the site has replaced, since the earlier release.

        '' if nothing, if the site has no text for ``path``, or one that was brought up to date. Raise as
        ``diff`` does.
        """
        ours = self._load(path).source
        shipped = self._folders.shipped(ours.path)
        if ours.origin == "shipped" or shipped is None:
            return ""
        return earlier_release.changed_since(shipped.path, shipped.read(), _text_of(ours))

    def is_of_earlier(self, path: str) -> bool:
        """Return whether the site's text is the one that the earlier release shipped, to the letter."""
        ours = self._load(path).source
        shipped = self._folders.shipped(ours.path)
        before = earlier_release.text_of(shipped.path) if shipped is not None else ""
        return ours.origin == "site" and bool(before) and _text_of(ours) == before

    @slow_work.outside_writes
    def changed_since_earlier(self) -> list[str]:
        """Return the site's own paths whose shipped text has changed since the earlier release."""
        return [path for path in dict.fromkeys(self._folders.site_paths()) if self._is_left_behind(path)]

    def _is_left_behind(self, path: str) -> bool:
        try:
            return bool(self.diff_since_earlier(path))
        except LocalFault:  # the list of templates says that no letter uses it, or what is wrong with it
            return False

    @slow_work.outside_writes
    def listing(self) -> list[TemplateLine]:
        """Return every template in use, in each language, then other files in the site's folders."""
        return [self.listed(path) for path in self.paths()]

    def paths(self) -> list[str]:
        """Return where they are, without reading them."""
        shipped = (each for path in self._contracts for each in self._folders.shipped_languages(path))
        return list(dict.fromkeys((*shipped, *self._folders.site_paths())))

    @slow_work.outside_writes
    def of_site(self) -> list[TemplateLine]:
        """Return only the lines of the site's own files: the clock checks them every minute."""
        return [self.listed(path) for path in dict.fromkeys(self._folders.site_paths())]

    def readme(self) -> str:
        """Return the text of templates/README.md."""
        return readme(self._contracts.values())

    @slow_work.outside_writes
    def listed(self, path: str) -> TemplateLine:
        """Return the line of the list for ``path``."""
        try:
            contract = self.contract(path)
        except LocalFault as unused:
            return TemplateLine(path, "", "site", (TemplateProblem(path, 0, "", unused.said),))
        try:
            loaded = self._load(path)
        except LocalFault as fault:
            return TemplateLine(
                path, contract.purpose, "missing", (TemplateProblem(path, 0, "", fault.said),)
            )
        return TemplateLine(path, contract.purpose, loaded.source.origin, loaded.problems)

    def contract(self, path: str) -> Contract:
        """Return the contract of the template ``path``. Raise LocalFault for an unused path."""
        if contract := self._contracts.get(path):
            return contract
        language, _, rest = path.partition("/")
        contract = self._contracts.get(f"{FALLBACK_LANGUAGE}/{rest}")
        if contract is None or not LANGUAGE_TAG.fullmatch(language):
            raise LocalFault(sentence("text-unused", path=path, near=nearest(path, self._contracts)))
        return contract

    def _load(self, path: str) -> _Loaded:
        contract = self.contract(path)
        source = self._folders.find(path)
        if source is None:
            raise LocalFault(sentence("text-no-file", path=path))
        known = self._loaded.get(source.path)
        if known is None or known.source.stamp != source.stamp:
            known = self._loaded[source.path] = self._read(contract, source)
        return known

    def _read(self, contract: Contract, source: TemplateFile) -> _Loaded:
        name = str(source.file)
        try:
            text = _text_of(source)
        except BrokenTemplate as broken:
            return _Loaded(source, "", None, broken.problems)
        return _Loaded(source, text, *_checked(contract, text, name))


def _checked(contract: Contract, text: str, name: str) -> tuple[Template | None, tuple[TemplateProblem, ...]]:
    """Return the compiled template, or None and why not."""
    try:
        return _checked_once(contract, text, name)
    except (RecursionError, MemoryError, SyntaxError):  # Python's own limits, which may be temporary
        return None, (TemplateProblem(name, 0, "", sentence("text-nested")),)


@lru_cache(maxsize=256)
def _checked_once(
    contract: Contract, text: str, name: str
) -> tuple[Template | None, tuple[TemplateProblem, ...]]:
    """Check each text once per process.

    Raise RecursionError, MemoryError or SyntaxError if Python cannot read it.
    """
    if len(text) > LONGEST_TEXT:
        return None, (TemplateProblem(name, 0, "", sentence("text-long", most=LONGEST_TEXT)),)
    try:
        tree = _SANDBOX.parse(text)
        if problems := work.too_much(tree, name) or check_names(tree, shape_of(contract.context), name):
            return None, tuple(problems)
        code = _SANDBOX.compile(tree, filename=name)
    except TemplateSyntaxError as error:
        return None, (problem_of(error, text, name),)
    except ValueError:  # Python reads no figures by the thousand
        line = 1 + text.count("\n", 0, found.start()) if (found := _FIGURES.search(text)) else 0
        return None, (TemplateProblem(name, line, "", sentence("text-digits")),)
    template = Template.from_code(_SANDBOX, code, {})
    problems = list(tried(template, contract, name))
    return (None if problems else template), tuple(problems)


_FIGURES = re.compile(r"[0-9_]{4301,}+")


def _text_of(source: TemplateFile) -> str:
    try:
        return source.read()
    except (OSError, UnicodeDecodeError) as error:
        text = sentence("text-no-utf8", why=str(error))
        raise BrokenTemplate([TemplateProblem(str(source.file), 0, "", text)]) from error

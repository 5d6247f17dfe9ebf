"""The Jinja environment: plain text, no escape, no endless work.

Nothing that could grow without limit is offered: no global functions (``range``), no loader (``include``),
and only filters whose work is bounded by their input. ``check`` refuses the rest of the language.
"""

from dataclasses import dataclass
from typing import Any

from jinja2 import StrictUndefined, Undefined, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mailproc.sentence import sentence
from mailproc.templating import filter_work, paid_work


@dataclass(frozen=True)
class Use:
    """A filter: what it ``takes`` (text, list, any) and ``gives`` (text, same, element)."""

    takes: str
    gives: str


FILTERS = {
    "upper": Use("text", "text"), "lower": Use("text", "text"), "title": Use("text", "text"),
    "capitalize": Use("text", "text"), "trim": Use("text", "text"), "truncate": Use("text", "text"),
    "wordwrap": Use("text", "text"), "indent": Use("text", "text"), "string": Use("text", "text"),
    "default": Use("any", "same"), "length": Use("any", "text"), "count": Use("any", "text"),
    "join": Use("list", "text"), "first": Use("list", "element"), "last": Use("list", "element"),
    "sort": Use("list", "same"), "unique": Use("list", "same"),
}  # fmt: skip
"""The filters that a template may use."""

TESTS = ("defined", "undefined", "none", "odd", "even", "divisibleby", "in", "sameas")
"""The words that may follow ``is``."""


class FaultyValue(Exception):
    """A value that cannot be printed reached the letter."""


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's own, except that a dot on a dict means its key and never one of Python's methods."""

    intercepted_binops = frozenset(["*", "**", "+", "-", "/", "//", "%"])  # checked away; never folded

    def __init__(self) -> None:
        super().__init__(
            undefined=StrictUndefined,
            finalize=_printable,
            autoescape=False,  # letters are plain text, never HTML
            trim_blocks=True,  # a line that holds only a tag leaves no line behind
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self.globals.clear()
        self.filters = {name: filter_work.counted(self.filters[name]) for name in FILTERS} | paid_work.FILTERS
        self.tests = {name: self.tests[name] for name in TESTS}

    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False
    ) -> str:
        """Jinja's own way in for who changes a tree before it is compiled."""
        return super()._generate(paid_work.with_prices(source), name, filename, defer_init)

    def getattr(self, obj: Any, attribute: str) -> Any:
        if obj.__class__ is dict:
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)


def _printable(value: object) -> object:
    """Let text, numbers and undefined values (which raise their own error) into a letter."""
    if value.__class__ is str:  # nearly always; the fast way
        if len(value) > filter_work.LONGEST_ARGUMENT:
            filter_work.printed(value)
        return value
    if isinstance(value, str | int | Undefined) and not isinstance(value, bool):
        return value
    raise FaultyValue(sentence("text-unprintable", kind=sentence(_KINDS.get(type(value), "text-a-value"))))


_KINDS = {type(None): "text-absence", bool: "text-a-flag", list: "text-a-list", dict: "text-a-group"}

"""Find which branches of a template a context takes, so that a preview shows each of them once.

The template is compiled a second time with a mark in place of each piece of its own text; the marks in the
output tell which branches were taken.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from jinja2 import Template, nodes

from mailproc.templating.rendering import rendered
from mailproc.templating.sandbox import Sandbox

_MARK = re.compile("\x01([0-9]+)\x01")


class Branches:
    """The branches of a text that has passed its check. ``name``: its problems are reported under it."""

    def __init__(self, jinja: Sandbox, text: str, name: str) -> None:
        tree = jinja.parse(text)
        for number, node in enumerate(_words(tree)):
            mark = f"\x01{number}\x01"
            if isinstance(node, nodes.TemplateData):
                node.data = mark
            else:
                node.value = mark
        self._template = Template.from_code(jinja, jinja.compile(tree, filename=name), {})
        self._name = name

    def taken(self, context: Mapping[str, Any]) -> frozenset[str]:
        """Return the pieces of the template's own text that are in the letter."""
        return frozenset(_MARK.findall(rendered(self._template, self._name, context)))


def _words(tree: nodes.Template) -> Iterator[nodes.TemplateData | nodes.Const]:
    """Yield the pieces of text between tags, and those that an ``or`` or ``if`` inside braces chooses."""
    yield from (each for each in tree.find_all(nodes.TemplateData) if each.data.strip())
    for choice in tree.find_all((nodes.Or, nodes.CondExpr)):
        for each in choice.iter_child_nodes(exclude=("test",)):
            if isinstance(each, nodes.Const) and isinstance(each.value, str):
                yield each

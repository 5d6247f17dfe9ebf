"""List the templates with their faults; for machines' templates also what a reader would miss."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mailproc.flow.context import Context
from mailproc.protocols.codec import Held
from mailproc.templating.environment import TemplateLine, Templates
from mailproc.templating.problem import BrokenTemplate, TemplateProblem


def listed(context: Context) -> list[TemplateLine]:
    """Return every template in use.

    A site's template for machines is tried in sample letters, read back as before sending; the shipped ones
    were.
    """
    lines = context.templates.listing()
    if not any(_to_be_tried(one, context) for one in lines):
        return lines
    lost = _faults(context, context.templates)
    return [_tried(one, lost, context) for one in lines]


def check_draft(context: Context, path: str, draft: str | None, name: str) -> None:
    """Raise BrokenTemplate if the file in use for ``path`` (or its draft) loses something.

    ``name`` is the name under which problems of a draft are reported. Letters to people are not tried.
    """
    if not context.templates.contract(path).machine:
        return
    held = _faults(context, _Drafted(context.templates, path, draft, name)).get(path)
    if held is None:
        return
    used = context.templates.source(path)
    text, file = (used.text, str(used.file)) if draft is None else (draft, name)
    raise BrokenTemplate([problem(held, file, text)])


def problem(held: Held, file: str, text: str) -> TemplateProblem:
    """Return ``held`` as a problem of the template ``text`` in ``file``, with its line."""
    said = f"{held.field}: {held.text}".removeprefix(": ")
    return TemplateProblem(file, _line(held.line, text), held.field, said.removeprefix(f"{file}, "))


def _line(rendered: str, text: str) -> int:
    """Return the line of ``rendered`` in the template; 0 if it is not there, or twice."""
    found = [number for number, line in enumerate(text.split("\n"), 1) if " ".join(line.split()) == rendered]
    return found[0] if rendered and len(found) == 1 else 0


class _Drafted:
    """The templates, with a draft of one."""

    def __init__(self, templates: Templates, path: str, draft: str | None, name: str) -> None:
        self._templates, self._path, self._draft, self._name = templates, path, draft, name

    def render(self, path: str, context: Mapping[str, Any]) -> str:
        if path == self._path and self._draft is not None:
            return self._templates.render_text(path, self._draft, context, self._name)
        return self._templates.render(path, context)


def _faults(context: Context, renderer: Any) -> dict[str, Held]:
    lost: dict[str, Held] = {}
    for codec in context.registry.codecs:
        lost |= codec.rehearse(renderer)
    return lost


def _to_be_tried(one: TemplateLine, context: Context) -> bool:
    return one.source == "site" and not one.problems and context.templates.contract(one.path).machine


def _tried(one: TemplateLine, lost: Mapping[str, Held], context: Context) -> TemplateLine:
    if one.path not in lost or not _to_be_tried(one, context):
        return one
    used = context.templates.source(one.path)
    return replace(one, problems=(problem(lost[one.path], str(used.file), used.text),))

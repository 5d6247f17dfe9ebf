"""List the templates with their faults; for machines' templates also what a reader would miss."""

from collections.abc import Mapping
from dataclasses import replace

from mailproc.flow.context import Context
from mailproc.office.templates.drafts import Draft, Drafting
from mailproc.protocols.codec import Held, Renderer
from mailproc.sentence import Sentence, sentence
from mailproc.templating.environment import TemplateLine
from mailproc.templating.problem import IN_LINE, BrokenTemplate, TemplateProblem, problem_of


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


def check_draft(context: Context, draft: Draft) -> None:
    """Raise BrokenTemplate if the text in use (or its draft) loses something. Letters to people are not
    tried."""
    if not context.templates.contract(draft.path).machine:
        return
    held = _faults(context, Drafting(context.templates, draft)).get(draft.path)
    if held is None:
        return
    used = context.templates.source(draft.path)
    text, file = (used.text, str(used.file)) if draft.text is None else (draft.text, draft.name)
    raise BrokenTemplate([problem(held, file, text)])


def problem(held: Held, file: str, text: str) -> TemplateProblem:
    """Return ``held`` as a problem of the template ``text`` in ``file``, with its line."""
    if isinstance(held.text, Sentence) and held.text.code == IN_LINE:
        return problem_of(held.text, held.field)
    said = sentence("text-field", field=held.field, what=held.text) if held.field else held.text
    return TemplateProblem(file, _line(held.line, text), held.field, said)


def _line(rendered: str, text: str) -> int:
    """Return the line of ``rendered`` in the template; 0 if it is not there, or twice."""
    found = [number for number, line in enumerate(text.split("\n"), 1) if " ".join(line.split()) == rendered]
    return found[0] if rendered and len(found) == 1 else 0


def _faults(context: Context, renderer: Renderer) -> dict[str, Held]:
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

"""A draft of a text, and the texts in use with the draft among them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mailproc.flow.context import Context
from mailproc.templating.environment import Templates


@dataclass(frozen=True)
class Draft:
    """``text``: None for the one in use at ``path``; ``name``: under which problems of it are reported."""

    path: str
    text: str | None = None
    name: str = ""


def rendered(context: Context, draft: Draft, values: Mapping[str, Any]) -> str:
    """Return the draft filled in. Raise BrokenTemplate."""
    return Drafting(context.templates, draft).render(draft.path, values)


class Drafting:
    """The templates, with a draft of one; records whether that one was used."""

    def __init__(self, templates: Templates, draft: Draft) -> None:
        self._templates, self._draft = templates, draft
        self.used = False

    def render(self, path: str, context: Mapping[str, Any]) -> str:
        """Return the finished text. Raise BrokenTemplate."""
        draft = self._draft
        if path == draft.path:
            self.used = True
            if draft.text is not None:
                return self._templates.render_text(path, draft.text, context, draft.name)
        return self._templates.render(path, context)

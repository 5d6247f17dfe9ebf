"""A notice from the files in use, as it goes out."""

from mailproc.notices.catalogue import NoticeContext
from mailproc.notices.last_good import render_safely
from mailproc.notices.render import Notice
from mailproc.templating.environment import Templates


def render(templates: Templates, name: str, language: str, context: NoticeContext) -> Notice:
    made = render_safely(templates, name, language, context, lambda _: None)
    assert made.used == "file", made.problems
    return made.notice

"""See that a letter to a partner's people says all that it must, whatever the site has made of its text."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from mailproc.notices.catalogue import NoticeContext
from mailproc.notices.partner import PartnerOrder, ToPartner
from mailproc.notices.render import Notice
from mailproc.templating.problem import BrokenTemplate, TemplateProblem

_NEEDED = ("cited", "wishes", "reader", "post", "electronic", "bill", "copyright", "note")
"""What an order must say: a person supplies it from the letter alone."""


def whole(notice: Notice, content: NoticeContext, values: Mapping[str, Any], file: str) -> Notice:
    """Return the notice, to a partner with our number in its subject, as answers are matched by it.

    ``values`` are those of ``content`` as they were printed. Raise BrokenTemplate for an order that lost a
    part of what is wanted.
    """
    if not isinstance(content, ToPartner):
        return notice
    if isinstance(content, PartnerOrder):
        text = _squeezed(notice.text)
        lost = [name for name in _NEEDED for line in _lines(values[name]) if _squeezed(line) not in text]
        if lost:
            told = f"the letter does not say {', '.join(dict.fromkeys(lost))}"
            raise BrokenTemplate([TemplateProblem(file, 0, lost[0], told)])
    number = content.request.number
    if number in notice.subject:
        return notice
    return replace(notice, subject=f"{notice.subject} ({number})")


def _lines(value: Any) -> Iterator[str]:
    yield from [value] if isinstance(value, str) else value


def _squeezed(text: str) -> str:
    """Return the text without regard to case and white space, which a text may change."""
    return " ".join(text.split()).casefold()

"""See that a letter to a partner's people says all that it must, whatever the site has made of its text."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mailproc.notices.catalogue import NoticeContext
from mailproc.notices.partner import NEEDED, PartnerOrder, ToPartner
from mailproc.notices.render import Notice
from mailproc.sentence import sentence
from mailproc.templating.problem import BrokenTemplate, TemplateProblem
from mailproc.templating.said import unsaid


def whole(notice: Notice, content: NoticeContext, values: Mapping[str, Any], file: str) -> Notice:
    """Return the notice; to a partner with the request's number in its subject, as answers are matched by it.

    ``values`` are those of ``content`` as they were printed. Raise BrokenTemplate for an order that lost a
    part of what is wanted.
    """
    if not isinstance(content, ToPartner):
        return notice
    if isinstance(content, PartnerOrder) and (lost := unsaid(NEEDED, values, notice.text)):
        raise BrokenTemplate([TemplateProblem(file, 0, lost[0], sentence("text-does-not-say", name=lost[0]))])
    number = getattr(content, "their_number", "") or content.request.number
    if number in notice.subject:
        return notice
    return replace(notice, subject=f"{notice.subject} ({number})")

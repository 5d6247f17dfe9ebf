"""Where the pages for staff show what a letter to staff is about."""

from urllib.parse import quote

from mailproc.config import Config
from mailproc.flow.prepare.notice_writer import NoticeWriter


def of(config: Config, *, number: str = "", letter: str = "") -> str:
    """Return the address of the page of a request, else of a letter, else of what is to do.

    '' where there are no pages, or config.toml does not say under which address staff reach them.
    """
    web = config.web
    if not (web.enabled and web.public_url):
        return ""
    kind, name = ("r", number) if number else ("letters", letter)
    path = f"{kind}/{quote(name, safe='')}" if name else ""
    return f"{web.public_url.rstrip('/')}/{path}"


def of_notice(writer: NoticeWriter, letter: str) -> str:
    """Return the address of what the notice is about: its request, else the letter."""
    number = writer.request.number if writer.request else ""
    return of(writer.context.config, number=number, letter=letter)

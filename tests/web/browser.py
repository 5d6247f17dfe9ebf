"""A browser of the tests, without a screen: it follows links, fills in forms, says where it comes from."""

from dataclasses import dataclass
from typing import Any

import httpx
from lxml import html
from starlette.types import ASGIApp

from tests.web import loop

ORIGIN = "http://127.0.0.1:8026"
PASSWORD = "a long enough one"


@dataclass(frozen=True)
class PageShown:
    """An answer, as a page."""

    status: int
    text: str
    headers: httpx.Headers
    url: str

    @property
    def tree(self) -> Any:
        return html.document_fromstring(self.text)

    @property
    def words(self) -> str:
        """What is to be read on it, blanks as one."""
        return " ".join(self.tree.find("body").text_content().split())

    def foreign_scripts(self) -> list[str]:
        """Scripts that are no file of the desk: what a stranger wrote would be one of these."""
        found = self.tree.xpath("//script[not(starts-with(@src, '/static/')) or text()]")
        return [html.tostring(one, encoding="unicode") for one in found]

    def forms(self, action: str) -> list[dict[str, str]]:
        """The hidden fields of each form that goes to ``action``."""
        found = self.tree.xpath("//form[@action=$action]", action=action)
        return [
            {str(one.get("name")): str(one.get("value")) for one in form.xpath('.//input[@type="hidden"]')}
            for form in found
        ]


class Browser:
    """``site``: "same-origin", as browsers say it of our own pages; '' leaves it out."""

    def __init__(self, pages: ASGIApp, origin: str = ORIGIN, *, site: str = "same-origin") -> None:
        headers = {"Sec-Fetch-Site": site} if site else {}
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(pages), base_url=origin, headers=headers, follow_redirects=True
        )

    def close(self) -> None:
        loop.run(self.client.aclose())

    def get(self, path: str, **more: Any) -> PageShown:
        return self.ask("GET", path, **more)

    def post(self, path: str, data: dict[str, str], **more: Any) -> PageShown:
        return self.ask("POST", path, data=data, **more)

    def octets(self, path: str) -> bytes:
        """What is downloaded from there."""
        return loop.run(self.client.get(path)).content

    def ask(self, method: str, path: str, **more: Any) -> PageShown:
        said = loop.run(self.client.request(method, path, **more))
        return PageShown(said.status_code, said.text, said.headers, str(said.url))

    def log_in(self, login: str = "rau", password: str = PASSWORD) -> PageShown:
        return self.post("/login", {"login": login, "password": password})

    def act(self, number: str, action: str, answer: str = "", **said: str) -> PageShown:
        """Open the page of a request, fill in the form of an act, and send it."""
        return self.post(f"/r/{number}/act", self.form(number, action, answer) | said)

    def form(self, number: str, action: str, answer: str = "") -> dict[str, str]:
        forms = self.get(f"/r/{number}").forms(f"/r/{number}/act")
        wanted = (action, answer)
        return next(
            one for one in forms if (one["action"], one["answer"]) == wanted and one["key"].startswith("act-")
        )

"""The lines for nginx that the document has: nobody names himself by a header, whoever sends it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from mailproc.config import StaffEntry, Web
from mailproc.config_web_readers import WebReaders
from mailproc.office.desk.staff_desk import StaffDesk
from mailproc.transport.http_server import HttpServer
from mailproc.web import site
from tests.servers import nginx
from tests.support.world import World
from tests.test_docs import example

PAGE = "docs/desk.md"
BLOCKS = ("nginx", "nginx that has them log in")
PUBLIC = "https://ill.library.example"
FORGED = {"X-Remote-User": "head", "X-Reader": "R1"}
PASSWORDS = {
    "staff.htpasswd": {"rau": "of-staff", "head": "keeps"},
    "readers.htpasswd": {"R1": "of-a-reader"},
}


@pytest.mark.parametrize("block", BLOCKS)
def test_each_location_sets_or_clears_both_headers(block: str) -> None:
    names = (Web().proxy_header, WebReaders().header)
    locations = re.findall(r"^location [^{]*\{(.*?)^\}", example(PAGE, block), re.DOTALL | re.MULTILINE)
    assert len(locations) == example(PAGE, block).count("proxy_pass ")
    for location in locations:
        said = dict(re.findall(r"proxy_set_header (\S+) +([^;]+);", location))
        assert set(names) <= set(said), location
        if "auth_basic" not in location:
            assert [said[name] for name in names] == ['""', '""'], "$remote_user is proven by nobody here"


@pytest.fixture
def asked(house: World, tmp_path: Path, missing: Callable[[str], None]) -> Iterator[Callable[..., int]]:
    """Asks nginx, which stands before the desk; returns the status."""
    if lacks := nginx.missing_package():
        missing(lacks)
    web = Web(
        enabled=True,
        auth="proxy",
        public_url=PUBLIC,
        readers=WebReaders(sign_in="proxy", trusted=("127.0.0.1",)),
    )
    staff = (StaffEntry(login="rau", role="look"), StaffEntry(login="head", role="keep"))
    config = house.app.config.model_copy(update={"web": web, "staff": staff})
    context = replace(house.app.context, config=config)
    house.place()
    server = HttpServer(site.application(StaffDesk(house.app.store, context), web), "127.0.0.1", 0)
    _, behind = server.start()
    try:
        with nginx.running(tmp_path, example(PAGE, BLOCKS[1]), behind, PASSWORDS) as port:

            def ask(path: str, who: tuple[str, str] | None = None, **headers: str) -> int:
                sent = {"Host": "ill.library.example"} | {k.replace("_", "-"): v for k, v in headers.items()}
                address = f"http://127.0.0.1:{port}{path}"
                return httpx.get(address, headers=sent, auth=who, timeout=30).status_code

            yield ask
    finally:
        server.stop()


def test_behind_the_nginx_of_the_document_a_header_of_a_browser_names_nobody(asked):
    staff, keeper, unproven = ("rau", "of-staff"), ("head", "keeps"), ("head", "guessed")
    reader = ("R1", "of-a-reader")
    assert asked("/", staff) == 200
    assert asked("/audit/rau", staff) == 404, "the role of rau: that page is for keep"
    assert asked("/audit/rau", staff, **FORGED) == 404, "the browser names somebody else"
    assert asked("/audit/rau", keeper, **FORGED) == 200
    assert asked("/my", reader) == 200
    for path in ("/", "/audit/rau", "/my", "/my/new", "//", "/static/../", "/api/../my"):
        for who in (None, unproven):
            assert asked(path, who, **FORGED) in (401, 403, 404), path
    assert asked("/", reader, **FORGED) == 401
    assert asked("/my", staff, **FORGED) == 401
    assert asked("/api/partners", unproven, **FORGED) == 401
    assert asked("/static/desk.css") == 200

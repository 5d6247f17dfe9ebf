"""The door of the hub: whom it lets in, what it answers, what it keeps."""

import logging
from concurrent.futures import Future
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

import pytest

from mailproc.app import http_door, secret_reload
from mailproc.errors import TryLater
from mailproc.store.tables import InboxRow
from tests.hub.library import HubLibrary
from tests.servers.ill_hub import IllHub

REQUEST = (
    '<ILL-APDU><ILL-Request ILL-SERVICE-TYPE="PR"><Transaction-Id>{number}</Transaction-Id>'
    "<Service-date-time><Date><Year>2026</Year><Month>3</Month><Day>5</Day></Date><Time>09:15:00.0</Time>"
    "</Service-date-time><Requester-Id>{by}</Requester-Id><Responder-Id>{to}</Responder-Id>"
    '<Supply-medium-type SupplyTyp="05"/><Client-Id/><Item-Id><Title>{title}</Title></Item-Id>'
    '<Current-state state="F118"/></ILL-Request></ILL-APDU>'
)


def request(title: str = "Una storia", number: int = 900500, by: str = "RM0002", to: str = "MI0001") -> str:
    return REQUEST.format(number=number, by=by, to=to, title=title)


def ask(
    library: HubLibrary, body: bytes = b"", path: str = "", method: str = "POST", **headers: str
) -> tuple[int, str, str]:
    """Ask the door; return status, content and its type."""
    line = HTTPConnection("127.0.0.1", library.port, timeout=20)
    try:
        line.request(method, path or f"/{library.secret}/apdu/IT-MI0001", body, headers)
        answer = line.getresponse()
        return answer.status, answer.read().decode(), answer.headers["Content-Type"] or ""
    finally:
        line.close()


def form(text: str) -> bytes:
    return b"BufferILL=" + quote(text, safe="").encode()


FORMS = {
    "as a form field": form(request()),
    "behind another field": b"faseILL=DRS0&" + form(request()),
    "plainly": request().encode(),
    "with a document type": b"<!DOCTYPE ILL-APDU>\n" + request().encode(),
    "with its markup as entities": request().replace("<", "&lt;").replace(">", "&gt;").encode(),
    "percent-encoded alone": quote(request(), safe="").encode(),
    "in Latin-1": request("Perch\u00e9").encode("latin-1"),
}


@pytest.mark.parametrize("body", FORMS.values(), ids=FORMS.keys())
def test_a_document_in_any_form_is_kept_as_it_came_and_read(milan: HubLibrary, body: bytes) -> None:
    assert ask(milan, body) == (200, "", "application/xml")
    (row,) = milan.rows(InboxRow)
    assert (row["state"], row["door"], row["peer"], row["rcpt_to"]) == (
        "todo", "http", "127.0.0.1", "IT-MI0001"
    )  # fmt: skip
    milan.run()
    assert milan.events("L1") == ["ILL_REQUEST"]
    (row,) = milan.rows(InboxRow)
    assert (row["state"], row["proof"], row["partner"]) == ("done", "hub", "IT-RM0002")


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/apdu/IT-MI0001", "POST", 404),
        ("/{secret}/IT-MI0001", "POST", 404),
        ("/{secret}x/apdu/IT-MI0001", "POST", 404),
        ("/{secret}/apdu/IT-MI0001", "GET", 405),
        ("/{secret}/apdu/it-mi0001", "POST", 200),
        ("/{secret}/apdu/MI0001", "POST", 200),
        ("/{secret}/apdu/RM0002", "POST", 400),
        ("/{secret}/apdu/", "POST", 400),
        ("/{secret}/apdu/" + "M" * 500, "POST", 400),
        ("/%00%ff/apdu/MI0001", "POST", 404),
    ],
)
def test_only_the_secret_path_and_our_own_code_are_answered(
    milan: HubLibrary, caplog: pytest.LogCaptureFixture, path: str, method: str, status: int
) -> None:
    caplog.set_level(logging.DEBUG)
    found, words, _ = ask(milan, form(request()), path.format(secret=milan.secret), method)
    assert found == status
    assert len(milan.rows(InboxRow)) == (status == 200)
    assert milan.secret not in caplog.text + words


@pytest.mark.parametrize("body", [b"", b"no markup here", b"BufferILL=", b"\x00\xff" * 50])
def test_what_holds_no_document_is_refused_in_words(milan: HubLibrary, body: bytes) -> None:
    status, words, _ = ask(milan, body)
    assert (status, "no document" in words) == (400, True)
    assert milan.rows(InboxRow) == []


HOSTILE = {
    "entities": b'<!DOCTYPE ILL-APDU [<!ENTITY a "aaaa">]><ILL-APDU>&a;</ILL-APDU>',
    "a file": b'<!DOCTYPE ILL-APDU SYSTEM "file:///etc/passwd"><ILL-APDU/>',
    "a deep one": b"<ILL-APDU>" + b"<a>" * 50 + b"</a>" * 50 + b"</ILL-APDU>",
    "no end": b"<ILL-APDU><ILL-Request>",
    "two kinds": form(request().replace("</ILL-APDU>", "<Recall/></ILL-APDU>")),
    "another root": b"<html><p>ILL-APDU</p></html>",
    "no number": form(request().replace("900500", "many")),
    "twice escaped": form(request().replace("<", "&amp;lt;").replace(">", "&amp;gt;")),
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_no_document_of_the_hub_is_kept_and_shelved_or_read(milan: HubLibrary, body: bytes) -> None:
    """Nothing is lost, nothing moves that is not understood, and nobody is answered but by 200."""
    assert ask(milan, body)[0] == 200
    milan.run()
    (row,) = milan.rows(InboxRow)
    assert row["state"] in ("shelved", "done")
    assert ask(milan, form(request(number=900777)))[0] == 200
    milan.run()
    assert [one["state"] for one in milan.rows(InboxRow)][-1] == "done"


@pytest.mark.parametrize(
    ("by", "to", "why"),
    [
        ("XX0009", "MI0001", "XX0009 is no partner behind the hub"),
        ("XX0008", "XX0009", "between two other libraries"),
        ("MI0001", "XX0009", "XX0009 is no partner behind the hub"),
    ],
)
def test_whoever_is_no_partner_is_shelved_with_its_code(
    milan: HubLibrary, by: str, to: str, why: str
) -> None:
    from mailproc.sentence import note

    ask(milan, form(request(by=by, to=to)))
    milan.run()
    (row,) = milan.rows(InboxRow)
    assert row["state"] == "shelved"
    assert why in str(note(row["last_error"]))


def test_nothing_is_acknowledged_before_it_is_stored(milan: HubLibrary) -> None:
    """503 while the store has no room: the hub may post it again."""
    app = milan.app
    full: Future[list[object]] = Future()
    full.set_exception(TryLater("the disk is full"))

    class Host:
        config, clock = app.config, staticmethod(app.clock)
        keep = staticmethod(lambda _letters: full)

    channel = http_door.HttpIncoming(Host())  # type: ignore[arg-type]
    try:
        address = channel.start()
        assert address is not None
        milan.port = address[1]
        assert ask(milan, form(request()))[0] == 503
    finally:
        channel.stop()
    assert milan.rows(InboxRow) == []


def test_a_client_outside_of_the_networks_is_refused_and_named_once(
    hub: IllHub, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from tests.hub.library import MILAN, ROME, opened

    more = 'networks = ["192.0.2.0/24"]\nproxies = ["127.0.0.0/8"]\n'
    with opened(tmp_path / "milan", MILAN, ROME, hub, door=more) as milan, caplog.at_level(logging.WARNING):
        for _ in range(2):
            assert ask(milan, form(request()))[0] == 403
        assert caplog.text.count("HTTP client 127.0.0.1 refused") == 1
        forwarded = {"X-Forwarded-For": "192.0.2.7"}
        assert ask(milan, form(request()), **forwarded)[0] == 200
        (row,) = milan.rows(InboxRow)
        assert row["peer"] == "192.0.2.7"


def test_a_secret_that_is_read_again_counts_at_once(milan: HubLibrary) -> None:
    """As after SIGHUP; the one before it opens nothing."""
    app, before = milan.app, milan.secret
    milan.secret = "another-secret-path-of-the-hub"
    (app.config.file.parent / "hub.secret").write_text(milan.secret)
    secret_reload.reload(app, ())
    assert ask(milan, form(request()))[0] == 200
    assert ask(milan, form(request()), f"/{before}/apdu/MI0001")[0] == 404


def test_a_body_that_is_too_long_is_refused(milan: HubLibrary) -> None:
    """By its length alone: who goes on sending finds the line closed."""
    declared = {"Content-Length": str(3 * 2**20 + 2000)}
    assert ask(milan, b"<", **declared)[0] == 413
    assert milan.rows(InboxRow) == []

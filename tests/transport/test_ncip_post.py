"""NCIP over HTTP to a real server: done, refused, not taken, or in doubt, and nothing is sent twice."""

import socket
import threading

import pytest
from pydantic import SecretStr

from mailproc.errors import GiveUp, InDoubt, TryLater
from mailproc.ils.ncip.answers import NcipRefusal
from mailproc.ils.ncip.messages import (
    AcceptItem,
    CancelRequestItem,
    CheckInItem,
    CheckOutItem,
    NcipDialect,
    RequestItem,
)
from mailproc.ils.ncip.problems import ProblemKind
from mailproc.transport.ncip_post import NcipServer, look_up, tell
from tests.servers.ncip_responder import NcipResponder, problem

ARRIVED = AcceptItem("B3", "P1", "123", title="Μέτρα & \x00 <Maß>")
MESSAGES = {
    "AcceptItem": ARRIVED,
    "CheckOutItem": CheckOutItem("PARTNER", "100", "L7"),
    "CheckInItem": CheckInItem("100"),
    "RequestItem": RequestItem("L7", "PARTNER", "100"),
    "CancelRequestItem": CancelRequestItem("L6", "PARTNER"),
}


@pytest.fixture(params=[True, False], ids=["namespace", "no namespace"])
def namespace(request):
    return request.param


def server_of(responder, **more):
    return NcipServer(responder.url, NcipDialect("OURS", "LMS", more.pop("namespace", True)), **more)


def test_each_message_is_understood(namespace):
    with NcipResponder(namespace=namespace) as responder:
        responder.requests["L6"] = "PARTNER"
        for message in MESSAGES.values():
            assert tell(server_of(responder, namespace=namespace), message) is None
        assert responder.received == list(MESSAGES)
        assert responder.items == ["100", "123"]
        assert responder.requests == {"L7": "PARTNER"}


def test_a_reader_is_looked_up():
    with NcipResponder() as responder:
        server = server_of(responder)
        assert look_up(server, "P1").known
        assert look_up(server, "P1", "4711").pin_valid is True
        wrong = look_up(server, "P1", "0815")
        assert (wrong.known, wrong.pin_valid) == (False, False)
        assert "0815" not in wrong.message
        assert not look_up(server, "P9").known


def test_a_problem_is_given_back():
    with NcipResponder() as responder:
        refused = tell(server_of(responder), CheckInItem("999"))
    assert isinstance(refused, NcipRefusal)
    assert refused.kind is ProblemKind.UNKNOWN_ITEM


def test_the_token_is_the_end_of_the_path_and_in_no_error():
    token = "t0ken-of-the-library"
    with NcipResponder(token=token) as responder:
        assert tell(server_of(responder, token=SecretStr(token)), CheckInItem("100")) is None
        with pytest.raises(InDoubt, match="It works!") as caught:
            tell(server_of(responder, token=SecretStr("another-token")), CheckInItem("100"))
        assert "another-token" not in str(caught.value)
        assert "another-token" not in repr(server_of(responder, token=SecretStr("another-token")))


def broken_off(request):
    request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n<NCIPMessage>")


def closed(request):
    request.connection.shutdown(socket.SHUT_RDWR)


def too_long(request):
    request.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1_100_000)


@pytest.mark.parametrize(
    "answer",
    [b"It works!", b"", (200, b"<html/>"), (500, b"x"), (502, b""), broken_off, closed, too_long],
)  # fmt: skip
def test_without_an_answer_nobody_can_tell_and_nothing_is_repeated(answer):
    with NcipResponder() as responder:
        responder.answers = [answer]
        with pytest.raises(InDoubt, match="gave no answer in NCIP"):
            tell(server_of(responder), ARRIVED)
        assert responder.received == ["AcceptItem"]


@pytest.mark.parametrize("message", ["CheckOutItem", "CheckInItem", "CancelRequestItem"])
def test_what_makes_nothing_new_is_repeated_after_an_error_of_the_server(message):
    with NcipResponder() as responder:
        responder.answers = [(500, b"x")]
        with pytest.raises(TryLater, match="HTTP status 500"):
            tell(server_of(responder), MESSAGES[message])


@pytest.mark.parametrize("status", [302, 401, 404])
def test_what_the_server_will_never_take_is_given_up(status):
    with NcipResponder() as responder:
        responder.answers = [(status, b"no")]
        with pytest.raises(GiveUp, match=f"HTTP status {status}"):
            tell(server_of(responder), ARRIVED)


def test_a_problem_counts_whatever_its_status_is():
    with NcipResponder() as responder:
        said = problem("Unsupported Service")
        content = f"<NCIPMessage><AcceptItemResponse>{said}</AcceptItemResponse></NCIPMessage>"
        responder.answers = [(500, content.encode())]
        refused = tell(server_of(responder), ARRIVED)
    assert isinstance(refused, NcipRefusal)
    assert refused.kind is ProblemKind.NOT_SUPPORTED


@pytest.mark.parametrize("status", [429, 503])
def test_what_was_not_taken_is_repeated(status):
    with NcipResponder() as responder:
        responder.answers = [(status, b"")]
        with pytest.raises(TryLater, match=str(status)):
            tell(server_of(responder), ARRIVED)


def test_a_server_that_is_not_there_was_told_nothing():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = NcipServer(f"http://127.0.0.1:{port}/ncip")
    with pytest.raises(TryLater):
        tell(server, ARRIVED)
    with pytest.raises(TryLater):
        look_up(server, "P1")


def test_a_server_that_never_answers_leaves_it_in_doubt():
    release = threading.Event()
    with NcipResponder() as responder:
        responder.answers = [lambda _: release.wait(60)] * 2
        try:
            with pytest.raises(InDoubt):
                tell(server_of(responder, seconds=0.3), ARRIVED)
            with pytest.raises(TryLater):
                look_up(server_of(responder, seconds=0.3), "P1")
        finally:
            release.set()


@pytest.mark.parametrize("answer", [b"It works!", (500, b""), (200, b"<NCIPMessage/>")])
def test_a_look_up_without_an_answer_is_no_unknown_reader(answer):
    with NcipResponder() as responder:
        responder.answers = [answer]
        with pytest.raises(TryLater):
            look_up(server_of(responder), "P1")


def test_a_repeated_arrival_makes_two_items():
    """Why nothing is repeated: the responder does as real systems do."""
    with NcipResponder() as responder:
        for _ in range(2):
            tell(server_of(responder), ARRIVED)
        assert responder.items == ["100", "123", "123"]
